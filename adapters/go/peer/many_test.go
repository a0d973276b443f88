package peer

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// shortOfFiles is a listener of a system that has no more files for a while.
type shortOfFiles struct {
	net.Listener
	failures int
	err      error
}

func (l *shortOfFiles) Accept() (net.Conn, error) {
	if l.failures > 0 {
		l.failures--
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: l.err}
	}
	return l.Listener.Accept()
}

// serving gives a server on a listener that fails so often.
func serving(t *testing.T, failures int, err error) *Endpoint {
	t.Helper()
	listener, none := net.Listen("tcp", "127.0.0.1:0")
	if none != nil {
		t.Fatal(none)
	}
	server, none := ListenTCP(&shortOfFiles{listener, failures, err}, AllFeatures())
	if none != nil {
		t.Fatal(none)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func TestAServerOutlivesALackOfFiles(t *testing.T) {
	server := serving(t, maxReadFailures+1, os.NewSyscallError("accept", syscall.EMFILE))
	client, err := DialTCP(t.Context(), server.Addr().String(), 1, AllFeatures())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestAListenerThatFailsForGoodEndsItsServer(t *testing.T) {
	broken := errors.New("broken")
	server := serving(t, maxReadFailures+1, broken)
	if _, _, err := server.Next(t.Context()); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestConnectionsThatAreOverAreBounded(t *testing.T) {
	server := serving(t, 0, nil)
	sockets := make([]net.Conn, 4*DefaultLinks)
	for at := range sockets {
		socket, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		sockets[at] = socket
	}
	client, err := DialTCP(t.Context(), server.Addr().String(), 1, AllFeatures()) // so all others are accepted
	if err != nil {
		t.Fatal(err)
	}
	waiting := 0
	server.mutex.Lock()
	for _, one := range server.wire.(*streamWire).streams {
		if one.over && !one.gone {
			waiting++
		}
	}
	server.mutex.Unlock()
	if waiting > DefaultLinks {
		t.Errorf("%d wait for their other ends", waiting)
	}
	_ = sockets[0].SetDeadline(time.Now().Add(time.Minute))
	for err = nil; err == nil; _, err = sockets[0].Write([]byte{33}) {
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the oldest is still held")
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

package peer_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"resonant"
	"resonant/peer"
)

// pipeConn is a connection in memory, on the clock of a bubble of testing/synctest, of which either side can end.
type pipeConn struct {
	net.Conn          // to write to
	in       net.Conn // to read from
	remote   memoryAddr
}

func pipes() (near, far *pipeConn) {
	there, from := net.Pipe()
	back, to := net.Pipe()
	return &pipeConn{there, to, "far"}, &pipeConn{back, from, "near"}
}

func (c *pipeConn) Read(data []byte) (int, error)         { return c.in.Read(data) }
func (c *pipeConn) SetReadDeadline(until time.Time) error { return c.in.SetReadDeadline(until) }
func (c *pipeConn) RemoteAddr() net.Addr                  { return c.remote }
func (c *pipeConn) CloseWrite() error                     { return c.Conn.Close() }
func (c *pipeConn) Close() error                          { return errors.Join(c.Conn.Close(), c.in.Close()) }

// pipeListener gives one connection.
type pipeListener struct {
	one    chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case one := <-l.one:
		return one, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return memoryAddr("near") }

// overPipes runs a test with a server and the other end of a connection with it.
func overPipes(t *testing.T, test func(t *testing.T, server *peer.Endpoint, far *pipeConn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := pipes()
		listener := &pipeListener{one: make(chan net.Conn, 1), closed: make(chan struct{})}
		listener.one <- near
		server, err := peer.ListenTCP(listener, peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		test(t, server, far)
		if err := errors.Join(far.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestConnectionsAreClosedWhenTheirTimeIsOver(t *testing.T) {
	for name, one := range map[string]struct {
		write string
		after time.Duration
		code  resonant.Code
	}{
		"no session":       {"", 15 * time.Second, peer.HandshakeTimeout},
		"half a frame":     {"\x21\x00\x00\x00abc", 10 * time.Second, peer.FrameTimeout},
		"half of a length": {"\x21", 10 * time.Second, peer.FrameTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			overPipes(t, func(t *testing.T, server *peer.Endpoint, far *pipeConn) {
				start := time.Now()
				for at := range one.write { // a byte a second, of which the first one counts
					if _, err := far.Write([]byte(one.write[at : at+1])); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Second)
				}
				_, end := next[peer.Ended](t.Context(), t, server)
				if after := time.Since(start); end.Code != one.code || after != one.after {
					t.Errorf("%q after %v", end.Code, after)
				}
				if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("this side: %v", err)
				}
			})
		})
	}
}

func TestTheTimeOfAFrameDoesNotRunWhileNothingIsRead(t *testing.T) {
	overPipes(t, func(t *testing.T, server *peer.Endpoint, far *pipeConn) {
		noFrame := "\x21\x00\x00\x00" + strings.Repeat("\xff", 33)
		const events = 4096 // after which nothing is read
		for range events {
			if _, err := far.Write([]byte(noFrame)); err != nil {
				t.Fatal(err)
			}
		}
		rest := make(chan error)
		go func() {
			_, err := far.Write([]byte(noFrame + noFrame[:5])) // the reader was told to read this much more
			if err == nil {
				_, err = far.Write([]byte(noFrame[5:]))
			}
			rest <- err
		}()
		time.Sleep(time.Minute)
		for range events + 2 {
			if _, event, err := server.Next(t.Context()); event != (peer.Dropped{Code: resonant.BadVersion}) || err != nil {
				t.Fatal(event, err)
			}
		}
		if err := <-rest; err != nil {
			t.Error(err)
		}
	})
}

func TestACloseLetsGoOfWhoDoesNotEndItsSide(t *testing.T) {
	overPipes(t, func(t *testing.T, server *peer.Endpoint, far *pipeConn) {
		synctest.Wait()
		start := time.Now()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if after := time.Since(start); after != 5*time.Second {
			t.Errorf("after %v", after)
		}
		if _, err := far.Write([]byte("x")); err == nil {
			t.Error("it is read still")
		}
	})
}

func TestASessionOverATCPConnectionOutlastsItsTimers(t *testing.T) {
	overPipes(t, func(t *testing.T, server *peer.Endpoint, far *pipeConn) {
		client, err := peer.ConnectTCP(t.Context(), far, 1, peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if _, there := client.Agreement(); !there {
			t.Error("the session is over")
		}
		if err := client.Send(3, 0, think(1)); err != nil {
			t.Fatal(err)
		}
		next[peer.Delivered](t.Context(), t, server)
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
}

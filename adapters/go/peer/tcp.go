package peer

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

const (
	readAtOnce    = 1 << 17 // two large frames, as each read has its price; in more of them the first has left a processor's cache
	writtenAtOnce = 1 << 16 // or a frame more: what was encoded long before it is written has left a processor's cache
)

// ListenTCP serves the connections of a listener, which belongs to the endpoint from then on: a server. It takes 64 at a
// time; for one more it ends the oldest that has no session, or, if all have one, the new one.
func ListenTCP(listener net.Listener, config Config) (*Endpoint, error) {
	wire, err := onStreams(Server, config, listener.Addr())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	wire.listener = listener
	wire.running.Go(func() { wire.accept(listener) })
	return wire.endpoint, nil
}

// DialTCP connects to HOST:PORT and shakes hands, on a stream_id such as [RandomStreamID] gives. The error has a
// [resonant.Code] where there is one: ConnectionReset if there is no connection, or that of [Dial].
func DialTCP(ctx context.Context, address string, streamID uint32, config Config) (*Conn, error) {
	var dialer net.Dialer
	socket, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, errors.Join(refusal(ConnectionReset, "TCP-12", "no connection with %s", address), err)
	}
	return ConnectTCP(ctx, socket, streamID, config)
}

// ConnectTCP is DialTCP on a connection that there is already, such as one of crypto/tls, which does not count as sealing.
// It belongs to the Conn, and is closed if there is none.
func ConnectTCP(ctx context.Context, socket net.Conn, streamID uint32, config Config) (*Conn, error) {
	return connect(ctx, &tcpStream{Conn: socket}, streamID, config)
}

// tcpStream is a TCP connection, or what is like one.
type tcpStream struct {
	net.Conn
	in   *buffer
	held int // bytes in front of it, of a frame that has not come as a whole
}

func (s *tcpStream) begin(links *Links[string], key string, now time.Duration) {
	links.Connect(key, now)
}

func (s *tcpStream) read() (received, error) {
	if s.in == nil {
		s.in = spareBuffer()
	}
	length, err := s.Conn.Read(s.in.bytes[s.held:])
	if length == 0 {
		return nil, err
	}
	return func(on *Connection, now time.Duration) {
		s.in, s.held = on.receiveIn(s.in, s.held+length, now)
	}, err
}

// write gives lengths and their frames to the system, as many as there are in one piece (TCP-21).
func (s *tcpStream) write(pieces [][]byte) error {
	buffers := net.Buffers(pieces)
	_, err := buffers.WriteTo(s.Conn)
	return err
}

// atOnce is as many as come to writtenAtOnce.
func (s *tcpStream) atOnce(pieces [][]byte) int {
	bytes := 0
	for at, one := range pieces {
		if bytes += len(one); bytes >= writtenAtOnce {
			return at + 1
		}
	}
	return len(pieces)
}

func (s *tcpStream) CloseWrite() error {
	if half, can := s.Conn.(interface{ CloseWrite() error }); can {
		return half.CloseWrite()
	}
	return s.Conn.Close()
}

// accept serves connections until the listener is closed.
func (w *streamWire) accept(listener net.Listener) {
	for failures := 0; ; {
		socket, err := listener.Accept()
		switch {
		case err == nil:
			failures = 0
			w.add(&tcpStream{Conn: socket})
			continue
		case errors.Is(err, net.ErrClosed):
			return
		}
		if failures++; failures >= maxReadFailures && !isPassing(err) {
			w.endpoint.mutex.Lock()
			w.endpoint.end(err)
			w.endpoint.mutex.Unlock()
			return
		}
		time.Sleep(time.Duration(min(failures, 5)) * 10 * time.Millisecond)
	}
}

// isPassing says whether it is only the system that lacks something for now, such as files: strangers can bring that about.
func isPassing(err error) bool {
	var number syscall.Errno
	return errors.As(err, &number) && (number.Temporary() || number == syscall.ENOBUFS || number == syscall.ENOMEM)
}

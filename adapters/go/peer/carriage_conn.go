package peer

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A CarriageConn is a connection over QUIC, as a library has it. Its methods may be called by several goroutines.
type CarriageConn interface {
	// Next waits for what comes next, and gives what that is to the peer. With the end of the connection comes an error.
	Next() (func(*Connection, time.Duration), error)
	// Put sends something, when the connection takes it; it does not wait. It says whether there is such a carriage.
	Put(what Carried) bool
	// Tell has a function called whenever something was written, or the connection has ended.
	Tell(written func())
	// Waiting is how many bytes have been put and not been written.
	Waiting() int
	// Written is how many bytes were written since it was asked the last time.
	Written() int
	// End closes the connection with a number once everything is written. It does not wait for that.
	End(number uint64)
	LocalAddr() net.Addr
	// RemoteAddr tells it from all others.
	RemoteAddr() net.Addr
}

// ServeCarriages makes an Endpoint that serves connections over QUIC: a server, which calls itself address, closes the
// listener when it is closed, and takes 64 connections at a time, as [ListenTCP] does. They are given to serve.
func ServeCarriages(address net.Addr, listener io.Closer, config Config) (server *Endpoint, serve func(CarriageConn), err error) {
	wire, err := onStreams(Server, config, address)
	if err != nil {
		return nil, nil, err
	}
	wire.listener = listener
	return wire.endpoint, func(conn CarriageConn) { wire.add(&carriedStream{CarriageConn: conn}) }, nil
}

// ConnectCarriages shakes hands on a connection over QUIC, on a stream_id such as [RandomStreamID] gives. It belongs to
// the Conn, and is closed if there is none. The error has a [resonant.Code] where there is one, as that of [DialTCP] has.
func ConnectCarriages(ctx context.Context, conn CarriageConn, streamID uint32, config Config) (*Conn, error) {
	return connect(ctx, &carriedStream{CarriageConn: conn}, streamID, config)
}

// carriedStream is a CarriageConn. What is sent on it does not go through the queue of a stream.
type carriedStream struct {
	CarriageConn
	number atomic.Uint64
}

func (s *carriedStream) begin(links *Links[string], key string, now time.Duration) {
	links.ConnectQUIC(key, now)
}

func (s *carriedStream) read() (received, error) { return s.Next() }

func (s *carriedStream) write([][]byte) error             { return nil }
func (s *carriedStream) atOnce(pieces [][]byte) int       { return len(pieces) }
func (s *carriedStream) SetReadDeadline(time.Time) error  { return nil }
func (s *carriedStream) SetWriteDeadline(time.Time) error { return nil }

// CloseWrite closes the connection behind what was put.
func (s *carriedStream) CloseWrite() error {
	s.End(s.number.Load())
	return nil
}

// Close lets go of it.
func (s *carriedStream) Close() error { return s.CloseWrite() }

// carry puts what peers have to send on their carriages. The mutex is held.
func (w *streamWire) carry() {
	for key, one := range w.streams {
		conn, is := one.socket.(*carriedStream)
		if !is {
			continue
		}
		w.endpoint.links.On(key, w.endpoint.now(), func(on *Connection, _ time.Duration) {
			for what := range on.Carried() {
				if !conn.Put(what) {
					on.Written(len(what.Data))
				}
			}
			on.Written(conn.Written())
			conn.number.Store(on.Number())
		})
		one.waits(conn.Waiting())
	}
}

// written has a stream's room told of.
func (w *streamWire) written() {
	w.endpoint.mutex.Lock()
	defer w.endpoint.mutex.Unlock()
	w.carry()
}

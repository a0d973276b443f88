package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"time"
)

const (
	lingering      = 5 * time.Second // TCP-13
	maxQueuedBytes = 16 << 20        // of events that nobody takes; connections are not read meanwhile
	fewBytes       = 1 << 20         // that wait to be sent while WaitForRoom does not
	readAtOnce     = 1 << 14         // but for large frames
)

// ListenTCP serves the connections of a listener, which belongs to the endpoint from then on: a server. It takes 64 at a
// time; for one more it ends the oldest that has no session, or, if all have one, the new one.
func ListenTCP(listener net.Listener, config Config) (*Endpoint, error) {
	wire, err := onStreams(Server, config)
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
	wire, err := onStreams(Client, config)
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	wire.client = socket
	wire.add(socket)
	conn := &Conn{wire.endpoint, socket.RemoteAddr()}
	if err := conn.shakeHands(ctx, streamID); err != nil {
		return nil, fmt.Errorf("no session with %s: %w", conn.remote, errors.Join(err, conn.Close()))
	}
	return conn, nil
}

// streamWire is TCP connections.
type streamWire struct {
	endpoint *Endpoint
	listener net.Listener // a server's
	client   net.Conn     // a client's
	running  sync.WaitGroup
	timer    *time.Timer

	streams map[string]*stream
	calmer  *sync.Cond // the queue of events has become shorter, or a connection has ended
	made    int        // connections so far
}

// stream is one connection. Its fields but for the socket are guarded by the mutex of the endpoint.
type stream struct {
	key    string
	socket net.Conn
	number int // in the order of arrival
	over   bool
	unsent net.Buffers
	bytes  int           // of unsent, and of what is being written
	ready  *sync.Cond    // there is something to send, or the connection is over
	room   chan struct{} // closed when few bytes wait, or the connection is over; nil while nobody waits
}

func onStreams(role Role, config Config) (*streamWire, error) {
	endpoint, err := newEndpoint(role, config, math.MaxInt)
	if err != nil {
		return nil, err
	}
	wire := &streamWire{endpoint: endpoint, streams: map[string]*stream{}, calmer: sync.NewCond(&endpoint.mutex)}
	wire.timer = time.AfterFunc(math.MaxInt64, wire.due)
	endpoint.wire = wire
	return wire, nil
}

// due meets deadlines.
func (w *streamWire) due() {
	w.endpoint.mutex.Lock()
	defer w.endpoint.mutex.Unlock()
	_ = w.endpoint.settle()
}

func (w *streamWire) addr() net.Addr {
	if w.listener != nil {
		return w.listener.Addr()
	}
	return w.client.LocalAddr()
}

func (w *streamWire) wake(at time.Time) error {
	if at.IsZero() {
		w.timer.Stop()
	} else {
		w.timer.Reset(time.Until(at))
	}
	return nil
}

func (w *streamWire) taken() { w.calmer.Broadcast() }

// send queues a length or its frame. The two are in one queue, and so in one write (TCP-21).
func (w *streamWire) send(key string, data []byte) error {
	if one := w.streams[key]; one != nil {
		one.unsent = append(one.unsent, data)
		one.bytes += len(data)
		one.ready.Signal()
	}
	return nil
}

func (w *streamWire) happened(key string, event Event) {
	one := w.streams[key]
	if _, ended := event.(Ended); ended && one != nil {
		one.over = true
		_ = one.socket.SetWriteDeadline(time.Now().Add(lingering))
		one.ready.Signal()
		w.calmer.Broadcast()
		one.tellRoom()
	}
}

func (o *stream) tellRoom() {
	if o.room != nil && (o.over || o.bytes < fewBytes) {
		close(o.room)
		o.room = nil
	}
}

// accept serves connections until the listener is closed.
func (w *streamWire) accept(listener net.Listener) {
	for failures := 0; ; {
		socket, err := listener.Accept()
		switch {
		case err == nil:
			failures = 0
			w.add(socket)
			continue
		case errors.Is(err, net.ErrClosed):
			return
		}
		// There may be too many open files for a while.
		if failures++; failures == maxReadFailures {
			w.endpoint.mutex.Lock()
			w.endpoint.end(err)
			w.endpoint.mutex.Unlock()
			return
		}
		time.Sleep(time.Duration(failures) * 10 * time.Millisecond)
	}
}

// add serves a connection.
func (w *streamWire) add(socket net.Conn) {
	e := w.endpoint
	e.mutex.Lock()
	defer e.mutex.Unlock()
	key := socket.RemoteAddr().String()
	if e.ended != nil || w.streams[key] != nil || !w.makeRoom() {
		_ = socket.Close()
		return
	}
	w.made++
	one := &stream{key: key, socket: socket, number: w.made, ready: sync.NewCond(&e.mutex)}
	w.streams[key], e.remotes[key] = one, socket.RemoteAddr()
	e.links.Connect(key, e.now())
	_ = e.settle()
	w.running.Go(func() {
		var writing sync.WaitGroup
		writing.Go(func() { w.write(one) })
		w.read(one)
		writing.Wait()
		_ = socket.Close()
		e.mutex.Lock()
		defer e.mutex.Unlock()
		delete(w.streams, key)
		e.links.Forget(key)
		_ = e.settle()
	})
}

// makeRoom says whether there can be one more connection, and ends the oldest without a session for it (TCP-19).
func (w *streamWire) makeRoom() bool {
	e, live := w.endpoint, 0
	var oldest *stream
	for _, one := range w.streams {
		if one.over {
			continue
		}
		live++
		if _, session := e.links.Agreement(one.key); !session && (oldest == nil || one.number < oldest.number) {
			oldest = one
		}
	}
	if live < DefaultLinks {
		return true
	}
	if oldest != nil {
		e.links.On(oldest.key, e.now(), (*Connection).Close)
		_ = e.settle()
	}
	return oldest != nil
}

// read reads a connection until it has ended on both sides.
func (w *streamWire) read(one *stream) {
	e := w.endpoint
	buffer := make([]byte, readAtOnce)
	for {
		space := w.waitForCalm(one)
		into := space
		if into == nil {
			into = buffer
		}
		length, err := one.socket.Read(into)
		e.mutex.Lock()
		switch {
		case length == 0 || one.over:
		case space == nil:
			e.links.Receive(one.key, into[:length], e.now())
		default:
			e.links.On(one.key, e.now(), func(on *Connection, now time.Duration) { on.received(length, now) })
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			e.links.On(one.key, e.now(), (*Connection).ReceiveEnd)
		default:
			e.links.On(one.key, e.now(), (*Connection).Break)
		}
		_ = e.settle()
		e.mutex.Unlock()
		if err != nil {
			return
		}
	}
}

// waitForCalm waits until there is room for events, and gives memory for the rest of a large frame. Once the connection is
// over neither matters.
func (w *streamWire) waitForCalm(one *stream) (space []byte) {
	e := w.endpoint
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for !one.over && (len(e.queue) >= maxQueued || e.queued >= maxQueuedBytes) {
		w.calmer.Wait()
	}
	e.links.On(one.key, e.now(), func(on *Connection, _ time.Duration) { space = on.space() })
	return space
}

// write sends what there is to be sent, and ends this side when the connection is over (TCP-13).
func (w *streamWire) write(one *stream) {
	e := w.endpoint
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for {
		for len(one.unsent) == 0 && !one.over {
			one.ready.Wait()
		}
		if len(one.unsent) == 0 {
			break
		}
		unsent, bytes := one.unsent, one.bytes
		one.unsent = nil
		e.mutex.Unlock()
		_, err := unsent.WriteTo(one.socket)
		e.mutex.Lock()
		one.bytes -= bytes
		one.tellRoom()
		e.links.On(one.key, e.now(), func(on *Connection, _ time.Duration) { on.Written(bytes) })
		if err != nil {
			one.unsent = nil
			e.links.On(one.key, e.now(), (*Connection).Break)
			_ = e.settle()
			break
		}
	}
	_ = one.socket.SetReadDeadline(time.Now().Add(lingering))
	if half, can := one.socket.(interface{ CloseWrite() error }); can {
		_ = half.CloseWrite()
	} else {
		_ = one.socket.Close()
	}
}

func (w *streamWire) close() error {
	e := w.endpoint
	e.mutex.Lock()
	for key := range w.streams {
		e.links.On(key, e.now(), (*Connection).Close)
	}
	_ = e.settle()
	e.end(net.ErrClosed)
	w.timer.Stop()
	e.mutex.Unlock()
	var err error
	if w.listener != nil {
		err = w.listener.Close()
	}
	w.running.Wait()
	return err
}

// WaitForRoom waits until little of what was sent to a remote address waits for a slow reader: less than 1 MiB, while 16
// MiB may. Over UDP nothing waits. The connection's end ends the wait as well.
func (e *Endpoint) WaitForRoom(ctx context.Context, to net.Addr) error {
	room := e.room(to)
	if room == nil {
		return nil
	}
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Endpoint) room(to net.Addr) <-chan struct{} {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	wire, is := e.wire.(*streamWire)
	if !is {
		return nil
	}
	one := wire.streams[to.String()]
	if one == nil || one.over || one.bytes < fewBytes {
		return nil
	}
	if one.room == nil {
		one.room = make(chan struct{})
	}
	return one.room
}

// WaitForRoom waits until little of what was sent waits for a slow reader, as [Endpoint.WaitForRoom] does.
func (c *Conn) WaitForRoom(ctx context.Context) error { return c.Endpoint.WaitForRoom(ctx, c.remote) }

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
	lingering      = 5 * time.Second        // TCP-13
	looking        = 250 * time.Millisecond // within which what has come is read
	maxQueuedBytes = 16 << 20               // of events that nobody takes; connections are not read meanwhile
)

// streamWire is connections, over TCP or of messages.
type streamWire struct {
	endpoint *Endpoint
	address  net.Addr
	listener io.Closer // a server's over TCP or QUIC
	running  sync.WaitGroup
	timer    *time.Timer
	judged   time.Time // when silence is judged that was noticed late

	streams map[string]*stream
	calmer  *sync.Cond // the queue of events has become shorter, or a connection has ended
	made    int        // connections so far
}

// socket is what a connection is read from and written to.
type socket interface {
	begin(links *Links[string], key string, now time.Duration)
	read() (received, error)
	write(pieces [][]byte) error
	atOnce(pieces [][]byte) int // how many of them go into one write
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	SetReadDeadline(at time.Time) error
	SetWriteDeadline(at time.Time) error
	CloseWrite() error
	Close() error
}

// received hands over what came; nil if that was nothing.
type received func(*Connection, time.Duration)

// stream is one connection. The mutex of the endpoint guards whether it is over.
type stream struct {
	key    string
	gone   bool // nothing waits for its other end any more
	socket socket
	number int // in the order of arrival
	over   bool
	on     *Connection // only to tell what was written
	*outbox
}

// connect shakes hands on a connection, which is closed if there is no session.
func connect(ctx context.Context, socket socket, streamID uint32, config Config) (*Conn, error) {
	wire, err := onStreams(Client, config, socket.LocalAddr())
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	wire.add(socket)
	conn := &Conn{wire.endpoint, socket.RemoteAddr(), socket.RemoteAddr().String()}
	if err := conn.shakeHands(ctx, streamID); err != nil {
		return nil, fmt.Errorf("no session with %s: %w", conn.remote, errors.Join(err, conn.Close()))
	}
	return conn, nil
}

func onStreams(role Role, config Config, address net.Addr) (*streamWire, error) {
	endpoint, err := newEndpoint(role, config, math.MaxInt)
	if err != nil {
		return nil, err
	}
	wire := &streamWire{endpoint: endpoint, address: address, streams: map[string]*stream{}, calmer: sync.NewCond(&endpoint.mutex)}
	wire.timer = time.AfterFunc(math.MaxInt64, wire.due)
	endpoint.wire = wire
	return wire, nil
}

// due meets deadlines.
func (w *streamWire) due() {
	e := w.endpoint
	e.mutex.Lock()
	defer e.mutex.Unlock()
	_ = e.settle()
	if at, there := e.links.Deadline(); there && w.judges(e.start.Add(at), time.Now()) {
		e.links.Advance(e.now())
		_ = e.settle()
	}
}

// judges says whether a deadline is to be met. When the timer is late by more than looking, the whole program has stood
// still, and what came meanwhile is read first (TCP-24).
func (w *streamWire) judges(deadline, now time.Time) bool {
	if now.Sub(deadline) > looking && w.judged.IsZero() {
		w.judged = now.Add(looking)
		w.timer.Reset(looking)
	}
	if deadline.After(now) || w.judged.After(now) {
		return false
	}
	w.judged = time.Time{}
	return true
}

func (w *streamWire) addr() net.Addr { return w.address }

func (w *streamWire) wake(at time.Time) error {
	w.carry()
	if at.IsZero() || at.After(time.Now()) {
		w.judged = time.Time{}
	}
	switch {
	case at.IsZero():
		w.timer.Stop()
	case w.judged.After(at):
		w.timer.Reset(time.Until(w.judged))
	default:
		w.timer.Reset(time.Until(at))
	}
	return nil
}

func (w *streamWire) taken() { w.calmer.Broadcast() }

// send queues a message, or a length and its frame (TCP-21).
func (w *streamWire) send(key string, data []byte) error {
	if one := w.streams[key]; one != nil {
		one.put(data)
	}
	return nil
}

func (w *streamWire) happened(key string, event Event) {
	one := w.streams[key]
	if _, ended := event.(Ended); ended && one != nil {
		one.over = true
		_ = one.socket.SetWriteDeadline(time.Now().Add(lingering))
		w.calmer.Broadcast()
		one.end()
	}
}

// add serves a connection.
func (w *streamWire) add(socket socket) {
	e := w.endpoint
	e.mutex.Lock()
	defer e.mutex.Unlock()
	key := socket.RemoteAddr().String()
	if e.ended != nil || w.streams[key] != nil || !w.makeRoom() {
		_ = socket.Close()
		return
	}
	w.made++
	one := &stream{key: key, socket: socket, number: w.made, outbox: newOutbox()}
	w.streams[key], e.remotes[key] = one, socket.RemoteAddr()
	socket.begin(e.links, key, e.now())
	e.links.On(key, e.now(), func(on *Connection, _ time.Duration) { one.on = on })
	if carried, is := socket.(*carriedStream); is {
		carried.Tell(w.written)
	}
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

// makeRoom says whether there can be one more connection, and ends the oldest without a session for it (TCP-19). Of those
// that are over as many may wait for their other ends; beyond them the oldest is let go.
func (w *streamWire) makeRoom() bool {
	e, live, waiting := w.endpoint, 0, 0
	var oldest, over *stream
	for _, one := range w.streams {
		switch {
		case one.gone:
		case one.over:
			waiting++
			over = older(over, one)
		default:
			live++
			if _, session := e.links.Agreement(one.key); !session {
				oldest = older(oldest, one)
			}
		}
	}
	if waiting >= DefaultLinks {
		over.gone = true
		_ = over.socket.Close()
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

// older is the one that arrived first; there may be only one.
func older(one, other *stream) *stream {
	if one == nil || other.number < one.number {
		return other
	}
	return one
}

// read reads a connection until it has ended on both sides.
func (w *streamWire) read(one *stream) {
	e := w.endpoint
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for {
		w.waitForCalm(one)
		e.mutex.Unlock()
		what, err := one.socket.read()
		e.mutex.Lock()
		if what != nil && !one.over {
			e.links.On(one.key, e.now(), what)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			e.links.On(one.key, e.now(), (*Connection).ReceiveEnd)
		default:
			e.links.On(one.key, e.now(), (*Connection).Break)
		}
		_ = e.settle()
		if err != nil {
			return
		}
	}
}

// waitForCalm waits until there is room for events, which does not matter once the connection is over. The mutex is held.
func (w *streamWire) waitForCalm(one *stream) {
	e := w.endpoint
	if busy := func() bool { return !one.over && (len(e.queue) >= maxQueued || e.queued >= maxQueuedBytes) }; busy() {
		e.links.On(one.key, e.now(), (*Connection).hold)
		for busy() {
			w.calmer.Wait()
		}
		e.links.On(one.key, e.now(), (*Connection).release)
		_ = e.settle()
	}
}

// write sends what there is to be sent, and ends this side when the connection is over (TCP-13).
func (w *streamWire) write(one *stream) {
	e := w.endpoint
	for {
		unsent, bytes := one.take(one.socket.atOnce)
		if len(unsent) == 0 {
			break
		}
		err := one.socket.write(unsent)
		one.wrote(bytes)
		one.on.Written(bytes)
		if err != nil {
			one.drop()
			e.mutex.Lock()
			e.links.On(one.key, e.now(), (*Connection).Break)
			_ = e.settle()
			e.mutex.Unlock()
			break
		}
	}
	_ = one.socket.SetReadDeadline(time.Now().Add(lingering))
	_ = one.socket.CloseWrite()
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

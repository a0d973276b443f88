package link

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"resonant/peer"
)

const lingering = 5 * time.Second // for what is still to be sent before a connection is closed

var errOutOfStep = errors.New("a QUIC stream has another number than is next")

// sendStream is what frames are written to.
type sendStream interface {
	WriteWithLimit(data []byte, limiter func(int) int) (int, error)
	Close() error
	CancelWrite(number quic.StreamErrorCode)
}

// A Writer sends what is to be sent on the carriages of a connection, each of which goes on by itself (QUI-6). Its methods
// may be called from any goroutine.
type Writer struct {
	conn *quic.Conn

	stopped  func(on peer.Carriage, number uint64) // is told when the other end has stopped an own uni
	mutex    sync.Mutex
	told     func() // of writes
	telling  bool   // somebody is about to be told, and of later writes as well
	changed  *sync.Cond
	streams  map[peer.Carriage]*outgoing
	unopened []*outgoing // own unis, in the order of their numbers
	waiting  int         // what was given and is not sent
	bytes    int         // of that
	written  int         // bytes that nobody has asked for
	closing  bool
	over     bool
}

// outgoing is a carriage in the direction in which this end sends.
type outgoing struct {
	on     peer.Carriage
	stream sendStream
	queue  []peer.Carried
}

// NewWriter makes a Writer, which says when the other end has stopped a uni.
func NewWriter(conn *quic.Conn, stopped func(on peer.Carriage, number uint64)) *Writer {
	w := &Writer{conn: conn, stopped: stopped, told: func() {}, streams: map[peer.Carriage]*outgoing{}}
	w.changed = sync.NewCond(&w.mutex)
	context.AfterFunc(conn.Context(), func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.over = true
		w.changed.Broadcast()
	})
	go w.open()
	return w
}

// Open has main there, which a server has to wait for.
func (w *Writer) Open(main *quic.Stream) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	one := w.find(peer.Main)
	one.stream = main
	go w.write(one)
}

// find gives a carriage, which is a new one if need be. The mutex is held.
func (w *Writer) find(on peer.Carriage) *outgoing {
	one, there := w.streams[on]
	if !there {
		one = &outgoing{on: on}
		w.streams[on] = one
		if on != peer.Main {
			w.unopened = append(w.unopened, one)
		}
	}
	return one
}

// Put sends something, when the connection takes it, and says whether it will: before the client has opened main a server
// can send nothing there.
func (w *Writer) Put(what peer.Carried) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.over || w.closing || what.On == peer.Main && w.streams[peer.Main] == nil {
		return false
	}
	one := w.find(what.On)
	one.queue = append(one.queue, what)
	w.waiting++
	w.bytes += len(what.Data)
	w.changed.Broadcast()
	return true
}

// open opens unis in their order, as the other end lets it.
func (w *Writer) open() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for {
		for len(w.unopened) == 0 && !w.over {
			w.changed.Wait()
		}
		if w.over {
			return
		}
		one := w.unopened[0]
		w.unopened = w.unopened[1:]
		w.mutex.Unlock()
		stream, err := w.conn.OpenUniStreamSync(w.conn.Context())
		w.mutex.Lock()
		if err == nil && peer.Carriage(stream.StreamID()) != one.on {
			err = errOutOfStep
		}
		if err != nil {
			return // the connection is over
		}
		one.stream = stream
		context.AfterFunc(stream.Context(), func() {
			if number, is := StoppedWith(stream.Context()); is {
				w.stopped(one.on, number)
			}
		})
		go w.write(one)
	}
}

// write sends what there is on a carriage, until that or the connection ends.
func (w *Writer) write(one *outgoing) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for {
		for len(one.queue) == 0 && !w.over {
			w.changed.Wait()
		}
		if w.over {
			return
		}
		what := one.queue[0]
		one.queue[0] = peer.Carried{} // so that nothing is kept once it is sent
		one.queue = one.queue[1:]
		last := len(one.queue) == 0
		w.mutex.Unlock()
		send(one.stream, what, last)
		w.mutex.Lock()
		w.waiting--
		w.bytes -= len(what.Data)
		w.written += len(what.Data)
		w.changed.Broadcast()
		w.tell()
		if what.Ending != peer.Lasting {
			delete(w.streams, one.on)
			return
		}
	}
}

// tell tells of writes, of several at once if they come faster. The mutex is held.
func (w *Writer) tell() {
	if w.telling {
		return
	}
	w.telling = true
	go func() {
		w.mutex.Lock()
		w.telling = false
		told := w.told
		w.mutex.Unlock()
		told()
	}()
}

// send sends something. What the other end does not want any more is lost.
func send(stream sendStream, what peer.Carried, last bool) {
	switch {
	case what.Ending == peer.Fin:
		_ = stream.Close()
	case what.Ending == peer.Reset:
		stream.CancelWrite(quic.StreamErrorCode(what.Number))
	case last:
		// With a limit it comes back once all is on its way, and not before.
		_, _ = stream.WriteWithLimit(what.Data, func(bytes int) int { return bytes })
	default:
		_, _ = stream.WriteWithLimit(what.Data, nil)
	}
}

// Waiting is how many bytes wait to be sent.
func (w *Writer) Waiting() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.bytes
}

// Written is how many bytes the connection has taken since the last time.
func (w *Writer) Written() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	found := w.written
	w.written = 0
	return found
}

// Close closes the connection with a number once everything has been on its way for so long, or 5 s have passed. It does
// not wait for that; the connection's context tells.
func (w *Writer) Close(number uint64, after func() time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.closing {
		return
	}
	w.closing = true
	late := false
	timer := time.AfterFunc(lingering, func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		late = true
		w.changed.Broadcast()
	})
	go func() {
		w.mutex.Lock()
		for w.waiting > 0 && !w.over && !late {
			w.changed.Wait()
		}
		over := w.over
		w.mutex.Unlock()
		timer.Stop()
		if !over {
			w.rest(after())
		}
		_ = w.conn.CloseWithError(quic.ApplicationErrorCode(number), "")
	}()
}

// Stopped waits until the other end has stopped an own uni, and gives the number with which it has. One that this end has
// ended before was not stopped.
func (w *Writer) Stopped(ctx context.Context, on peer.Carriage) (number uint64, stopped bool, err error) {
	w.mutex.Lock()
	var stream *quic.SendStream
	if one := w.streams[on]; one != nil {
		stream, _ = one.stream.(*quic.SendStream)
	}
	w.mutex.Unlock()
	if stream == nil {
		return 0, false, nil
	}
	select {
	case <-stream.Context().Done():
	case <-ctx.Done():
		return 0, false, ctx.Err()
	}
	number, stopped = StoppedWith(stream.Context())
	return number, stopped, nil
}

// Tell has a function called after writes.
func (w *Writer) Tell(written func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.told = written
}

// rest waits for so long, or until the connection is over.
func (w *Writer) rest(long time.Duration) {
	if long > 0 {
		select {
		case <-time.After(long):
		case <-w.conn.Context().Done():
		}
	}
}

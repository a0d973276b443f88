package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"resonant/peer"
	"resonant/quic/internal/link"
	"resonant/testeekit"
)

const readAtOnce = 1 << 16

// receiveStream is what frames are read from.
type receiveStream interface {
	io.Reader
	SetReadDeadline(at time.Time) error
	CancelRead(number quic.StreamErrorCode)
}

// source is a QUIC stream in the direction in which the other end sends.
type source struct {
	receiveStream
	taken int64 // bytes
	ended error // io.EOF or what else has ended it, and was not told yet
	over  bool
}

// connection is one of the peers'.
type connection struct {
	*quic.Conn
	role   peer.Role
	writer *link.Writer
	peer   *peer.Connection

	mutex     sync.Mutex
	changed   chan struct{} // closed, and replaced, when something has come
	main      *quic.Stream
	sources   map[peer.Carriage]*source
	datagrams [][]byte
	taken     int64 // bytes of datagrams

	sent, told     int64 // as TST-32 counts; told is of sent
	ends, toldEnds int64
}

func newConnection(conn *quic.Conn, role peer.Role) *connection {
	c := &connection{Conn: conn, role: role, changed: make(chan struct{}), sources: map[peer.Carriage]*source{}}
	c.writer = link.NewWriter(conn, func(peer.Carriage, uint64) {})
	go c.acceptUnis()
	go c.acceptStreams()
	go c.receiveDatagrams()
	context.AfterFunc(conn.Context(), func() { c.change(func() {}) })
	return c
}

// change changes what has come, and tells of it.
func (c *connection) change(what func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	what()
	close(c.changed)
	c.changed = make(chan struct{})
}

// begin has main there.
func (c *connection) begin(main *quic.Stream) {
	c.writer.Open(main)
	c.change(func() { c.main, c.sources[peer.Main] = main, &source{receiveStream: main} })
	context.AfterFunc(main.Context(), func() { c.change(func() {}) })
}

func (c *connection) acceptUnis() {
	for {
		stream, err := c.AcceptUniStream(context.Background())
		if err != nil {
			return
		}
		c.change(func() { c.sources[peer.Carriage(stream.StreamID())] = &source{receiveStream: stream} })
	}
}

func (c *connection) acceptStreams() {
	for {
		stream, err := c.AcceptStream(context.Background())
		if err != nil {
			return
		}
		if on := peer.Carriage(stream.StreamID()); on == peer.Main {
			c.begin(stream)
		} else {
			c.change(func() { c.sources[on] = &source{receiveStream: stream} })
		}
	}
}

// receiveDatagrams keeps datagrams until they are taken.
func (c *connection) receiveDatagrams() {
	for {
		data, err := c.ReceiveDatagram(context.Background())
		if err != nil {
			return
		}
		c.change(func() { c.datagrams = append(c.datagrams, data) })
	}
}

// await waits for something to be so.
func (c *connection) await(so func() bool, what string) error {
	late := time.After(patience)
	for {
		c.mutex.Lock()
		done, changed := so(), c.changed
		c.mutex.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-late:
			return testeekit.BadRequest(fmt.Sprintf("%s in %v", what, patience))
		}
	}
}

// Begin adds its link.
func (c *connection) Begin(links *peer.Links[string], link string, now time.Duration) {
	links.ConnectQUIC(link, now)
	links.On(link, now, func(on *peer.Connection, _ time.Duration) { c.peer = on })
}

// handler hands something over to the peer.
type handler func(func(*peer.Connection, time.Duration))

// Take takes what has come on a carriage up to so many bytes, and its end if that is announced (TST-28, TST-31).
func (c *connection) Take(arrived *testeekit.Arrived, handle func(func(*peer.Connection, time.Duration))) error {
	if arrived.On == nil {
		return c.takeDatagrams(arrived, handle)
	}
	on := peer.Carriage(*arrived.On)
	if on.IsUni() && on.IsOf(c.role) {
		return c.takeStop(on, arrived, handle)
	}
	var from *source
	came := func() bool { from = c.sources[on]; return from != nil }
	if err := c.await(came, fmt.Sprintf("the QUIC stream %d of %s has not come", on, arrived.Link)); err != nil {
		return err
	}
	return c.takeFrom(on, from, arrived, handle)
}

func (c *connection) takeDatagrams(arrived *testeekit.Arrived, handle handler) error {
	for c.taken < arrived.Bytes {
		var data []byte
		came := func() bool {
			if len(c.datagrams) > 0 {
				data, c.datagrams = c.datagrams[0], c.datagrams[1:]
				return true
			}
			return false
		}
		if err := c.await(came, fmt.Sprintf("%d of %d bytes have come on %s", c.taken, arrived.Bytes, arrived.Link)); err != nil {
			return err
		}
		c.taken += int64(len(data))
		handle(func(on *peer.Connection, now time.Duration) { on.ReceiveOn(peer.Datagrams, data, now) })
	}
	if !arrived.Ended {
		return nil
	}
	stopped := false
	ended := func() bool {
		if c.main != nil {
			_, stopped = link.StoppedWith(c.main.Context())
		}
		return c.Context().Err() != nil || stopped
	}
	if err := c.await(ended, "the end of "+arrived.Link+" has not come"); err != nil {
		return err
	}
	number, closed := link.ClosedWith(c.Context())
	handle(func(on *peer.Connection, now time.Duration) {
		switch {
		case closed:
			on.ReceiveClose(number, now)
		case stopped && c.Context().Err() == nil:
			on.ReceiveStop(peer.Main, 0, now)
		default:
			on.Break(now)
		}
	})
	return nil
}

// takeStop waits until the other end has stopped an own uni.
func (c *connection) takeStop(on peer.Carriage, arrived *testeekit.Arrived, handle handler) error {
	if !arrived.Ended {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	number, stopped, err := c.writer.Stopped(ctx, on)
	if err != nil {
		return testeekit.BadRequest(fmt.Sprintf("the stop of the QUIC stream %d of %s: %v", on, arrived.Link, err))
	}
	if stopped {
		handle(func(one *peer.Connection, now time.Duration) { one.ReceiveStop(on, number, now) })
	}
	return nil
}

func (c *connection) takeFrom(on peer.Carriage, from *source, arrived *testeekit.Arrived, handle handler) error {
	if err := from.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return testeekit.BadRequest(err.Error())
	}
	buffer := make([]byte, readAtOnce)
	for from.taken < arrived.Bytes && !from.over {
		length, err := from.Read(buffer[:min(int64(len(buffer)), arrived.Bytes-from.taken)])
		from.taken += int64(length)
		if length > 0 {
			handle(func(one *peer.Connection, now time.Duration) { one.ReceiveOn(on, buffer[:length], now) })
			c.obey()
		}
		if from.ended = err; err != nil && from.taken < arrived.Bytes && !from.over {
			return testeekit.BadRequest(fmt.Sprintf("%d of %d bytes have come on the QUIC stream %d of %s: %v",
				from.taken, arrived.Bytes, on, arrived.Link, err))
		}
	}
	if !arrived.Ended || from.over {
		return nil
	}
	if from.ended == nil {
		var length int
		if length, from.ended = from.Read(buffer[:1]); length > 0 || from.ended == nil {
			return testeekit.BadRequest(fmt.Sprintf("more than %d bytes have come on the QUIC stream %d of %s", arrived.Bytes, on, arrived.Link))
		}
	}
	var reset *quic.StreamError
	switch {
	case errors.Is(from.ended, io.EOF):
		handle(func(one *peer.Connection, now time.Duration) { one.ReceiveEndOn(on, now) })
	case errors.As(from.ended, &reset) && reset.Remote:
		handle(func(one *peer.Connection, now time.Duration) { one.ReceiveReset(on, now) })
	default:
		return testeekit.BadRequest(fmt.Sprintf("the end of the QUIC stream %d of %s has not come: %v", on, arrived.Link, from.ended))
	}
	from.over = true
	return nil
}

// Send sends what the peer has to send: it takes that from the peer.
func (c *connection) Send([][]byte) {
	c.obey()
	c.peer.Written(c.writer.Written())
}

// obey does what the peer wants done on carriages.
func (c *connection) obey() {
	for what := range c.peer.Carried() {
		if what.Ending != peer.Lasting {
			c.ends++
		}
		if what.Ending != peer.Stop {
			if c.writer.Put(what) {
				c.sent += int64(len(what.Data))
			} else {
				c.peer.Written(len(what.Data))
			}
			continue
		}
		c.mutex.Lock()
		from := c.sources[what.On]
		c.mutex.Unlock()
		from.over = true
		from.CancelRead(quic.StreamErrorCode(what.Number))
	}
}

// Unsent is 0: Send tells the peer by itself what was written.
func (c *connection) Unsent() int { return 0 }

// Sent is how many bytes were sent, and whether that is more than the last time (TST-30).
func (c *connection) Sent() (bytes int64, more bool) {
	more = c.sent != c.told
	c.told = c.sent
	return c.sent, more
}

// Ends is how many QUIC streams were ended, and whether that is more than the last time (TST-32).
func (c *connection) Ends() (count int64, more bool) {
	more = c.ends != c.toldEnds
	c.toldEnds = c.ends
	return c.ends, more
}

// Close closes the connection once everything is sent.
func (c *connection) Close() {
	c.writer.Close(c.peer.Number(), func() time.Duration { return 0 })
}

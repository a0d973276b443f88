package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"resonant/peer"
	"resonant/quic/internal/link"
	"resonant/testeekit"
)

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

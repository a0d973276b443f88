package link

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"resonant/peer"
)

const (
	readAtOnce  = 1 << 16
	leastLinger = 100 * time.Millisecond
)

var errClosed = errors.New("the connection is over")

// receiveStream is what frames are read from.
type receiveStream interface {
	io.Reader
	CancelRead(number quic.StreamErrorCode)
}

type received = func(*peer.Connection, time.Duration)

// Conn is a [peer.CarriageConn].
type Conn struct {
	*Writer
	conn *quic.Conn
	came chan received

	mutex   sync.Mutex
	sources map[peer.Carriage]receiveStream
}

// NewConn begins to read a connection. A client opens main.
func NewConn(conn *quic.Conn, role peer.Role) (*Conn, error) {
	c := &Conn{conn: conn, came: make(chan received), sources: map[peer.Carriage]receiveStream{}}
	c.Writer = NewWriter(conn, func(on peer.Carriage, number uint64) {
		c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveStop(on, number, now) })
	})
	if role == peer.Client {
		main, err := conn.OpenStream()
		if err != nil {
			return nil, err
		}
		c.begin(main)
	}
	go c.acceptUnis()
	go c.acceptStreams()
	go c.receiveDatagrams()
	return c, nil
}

// begin has main there.
func (c *Conn) begin(main *quic.Stream) {
	c.Open(main)
	context.AfterFunc(main.Context(), func() {
		if number, is := StoppedWith(main.Context()); is {
			c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveStop(peer.Main, number, now) })
		}
	})
	go c.read(peer.Main, main)
}

func (c *Conn) acceptUnis() {
	for {
		stream, err := c.conn.AcceptUniStream(c.conn.Context())
		if err != nil {
			return
		}
		go c.read(peer.Carriage(stream.StreamID()), stream)
	}
}

func (c *Conn) acceptStreams() {
	for {
		stream, err := c.conn.AcceptStream(c.conn.Context())
		if err != nil {
			return
		}
		if on := peer.Carriage(stream.StreamID()); on == peer.Main {
			c.begin(stream)
		} else {
			c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveOn(on, nil, now) })
		}
	}
}

func (c *Conn) receiveDatagrams() {
	for {
		data, err := c.conn.ReceiveDatagram(c.conn.Context())
		if err != nil {
			return
		}
		c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveOn(peer.Datagrams, data, now) })
	}
}

// deliver hands something to Next, and waits until the peer has it.
func (c *Conn) deliver(what received) {
	handled := make(chan struct{})
	select {
	case c.came <- func(one *peer.Connection, now time.Duration) { what(one, now); close(handled) }:
	case <-c.conn.Context().Done():
		return
	}
	select {
	case <-handled:
	case <-c.conn.Context().Done():
	}
}

// read reads a QUIC stream until it ends.
func (c *Conn) read(on peer.Carriage, from receiveStream) {
	c.mutex.Lock()
	c.sources[on] = from
	c.mutex.Unlock()
	defer func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		delete(c.sources, on)
	}()
	buffer := make([]byte, readAtOnce)
	for {
		length, err := from.Read(buffer)
		if length > 0 {
			c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveOn(on, buffer[:length], now) })
		}
		var reset *quic.StreamError
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveEndOn(on, now) })
		case errors.As(err, &reset) && reset.Remote:
			c.deliver(func(one *peer.Connection, now time.Duration) { one.ReceiveReset(on, now) })
		}
		return
	}
}

// Next waits for what comes next. The end of the connection comes last.
func (c *Conn) Next() (func(*peer.Connection, time.Duration), error) {
	select {
	case what := <-c.came:
		return what, nil
	case <-c.conn.Context().Done():
	}
	if number, is := ClosedWith(c.conn.Context()); is {
		return func(one *peer.Connection, now time.Duration) { one.ReceiveClose(number, now) }, errClosed
	}
	return (*peer.Connection).Break, errClosed
}

// Put sends something, and stops what the other end sends.
func (c *Conn) Put(what peer.Carried) bool {
	if what.Ending != peer.Stop {
		return c.Writer.Put(what)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if from := c.sources[what.On]; from != nil {
		from.CancelRead(quic.StreamErrorCode(what.Number))
	}
	return true
}

// End closes the connection with a number once everything is on its way, and has been for as long as it takes to be sent
// again: the library does not tell what has arrived, and lets go of it with the connection.
func (c *Conn) End(number uint64) {
	c.Close(number, func() time.Duration { return leastLinger + 4*c.conn.ConnectionStats().SmoothedRTT })
}

// LocalAddr is the address of the socket.
func (c *Conn) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// RemoteAddr is the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

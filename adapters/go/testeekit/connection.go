package testeekit

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

const (
	arrivalTimeout = 5 * time.Second       // TST-29
	lingering      = 5 * time.Second       // TCP-13
	slowReader     = 50 * time.Millisecond // how long an op waits for a system that takes no more
	readAtOnce     = 1 << 16
)

// Listener is the wire of tcp of a testee's peers, on 127.0.0.1. Connections wait in it until the runner speaks of them.
type Listener struct {
	socket  *net.TCPListener
	waiting map[uint16]*Connection // by the port they come from
}

// Listen gives a Listener on a free port.
func Listen() (*Listener, error) {
	socket, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return &Listener{socket, map[uint16]*Connection{}}, nil
}

// Port is where it listens.
func (l *Listener) Port() uint16 { return l.socket.Addr().(*net.TCPAddr).AddrPort().Port() }

// Accept gives the connection that comes from a port, and waits for it.
func (l *Listener) Accept(from uint16) (*Connection, error) {
	if err := l.socket.SetDeadline(time.Now().Add(arrivalTimeout)); err != nil {
		return nil, err
	}
	for l.waiting[from] == nil {
		socket, err := l.socket.AcceptTCP()
		if err != nil {
			return nil, late(fmt.Sprintf("no connection from port %d has come", from), err)
		}
		l.waiting[socket.RemoteAddr().(*net.TCPAddr).AddrPort().Port()] = newConnection(socket)
	}
	found := l.waiting[from]
	delete(l.waiting, from)
	return found, nil
}

// Reset closes the connections that wait, those that were not accepted yet among them.
func (l *Listener) Reset() {
	_ = l.socket.SetDeadline(time.Now().Add(time.Millisecond))
	for socket, err := l.socket.AcceptTCP(); err == nil; socket, err = l.socket.AcceptTCP() {
		_ = socket.Close()
	}
	for port, one := range l.waiting {
		delete(l.waiting, port)
		_ = one.socket.Close()
	}
}

// late makes what the runner is told of what has not come in time (TST-29).
func late(what string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return BadRequest(fmt.Sprintf("%s in %v", what, arrivalTimeout))
	}
	return BadRequest(fmt.Sprintf("%s: %v", what, err))
}

// Connection is one of a testee's peers' connections.
type Connection struct {
	socket *net.TCPConn
	taken  int64 // bytes, since it was made
	sent   int64
	told   int64 // of sent

	mutex   sync.Mutex
	unsent  []byte // what the system has not taken yet
	writing int    // bytes that are being written
	sending bool
	over    bool // this side ends when unsent is empty
	broken  bool // a write has told of a reset, which no read tells again
}

// Connect makes a connection to a port of 127.0.0.1.
func Connect(port uint16) (*Connection, error) {
	to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	socket, err := net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(to))
	if err != nil {
		return nil, err
	}
	return newConnection(socket), nil
}

func newConnection(socket *net.TCPConn) *Connection { return &Connection{socket: socket} }

// Ending is how the other end of a connection ended it, if it did.
type Ending int

// The endings.
const (
	Open Ending = iota
	Stopped
	Broken
)

// Take gives what comes up to so many bytes since the connection was made, in pieces that are overwritten, and waits for
// it (TST-28); and, if that is announced, waits for the end as well, and says how it was.
func (c *Connection) Take(arrived *Arrived, each func(data []byte)) (Ending, error) {
	if err := c.socket.SetReadDeadline(time.Now().Add(arrivalTimeout)); err != nil {
		return Open, BadRequest(err.Error())
	}
	buffer := make([]byte, readAtOnce)
	for c.taken < arrived.Bytes {
		length, err := c.socket.Read(buffer[:min(int64(len(buffer)), arrived.Bytes-c.taken)])
		c.taken += int64(length)
		if each(buffer[:length]); err != nil && c.taken < arrived.Bytes {
			return Open, late(fmt.Sprintf("%d of %d bytes have come on %s", c.taken, arrived.Bytes, arrived.Link), err)
		}
	}
	if !arrived.Ended {
		return Open, nil
	}
	switch length, err := c.socket.Read(buffer); {
	case errors.Is(err, os.ErrDeadlineExceeded) || length > 0:
		return Open, late("the end of "+arrived.Link+" has not come", err)
	case errors.Is(err, io.EOF) && !c.isBroken():
		return Stopped, nil
	}
	return Broken, nil
}

func (c *Connection) isBroken() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.broken
}

// Send sends bytes: as far as the system takes them at once, and the rest when it takes more (TST-17). What the other end
// has broken off is lost.
func (c *Connection) Send(data []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(data) == 0 {
		return
	}
	c.sent += int64(len(data))
	if len(c.unsent) == 0 && !c.sending {
		_ = c.socket.SetWriteDeadline(time.Now().Add(slowReader))
		length, err := c.socket.Write(data)
		if data = data[length:]; err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			c.broken = true
			return
		}
	}
	c.unsent = append(c.unsent, data...)
	if len(c.unsent) > 0 && !c.sending {
		c.sending = true
		_ = c.socket.SetWriteDeadline(time.Time{})
		go c.sendRest()
	}
}

// sendRest sends what the system did not take.
func (c *Connection) sendRest() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for len(c.unsent) > 0 {
		data := c.unsent
		c.unsent, c.writing = nil, len(data)
		c.mutex.Unlock()
		_, err := c.socket.Write(data)
		c.mutex.Lock()
		c.writing = 0
		if err != nil {
			c.unsent, c.broken = nil, true
		}
	}
	if c.sending = false; c.over {
		c.stop()
	}
}

// Unsent is how many bytes the system has not taken yet.
func (c *Connection) Unsent() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.unsent) + c.writing
}

// Sent is how many bytes were sent since the connection was made, and whether that is more than the last time (TST-30).
func (c *Connection) Sent() (bytes int64, more bool) {
	more = c.sent != c.told
	c.told = c.sent
	return c.sent, more
}

// Close ends this side once everything is sent, and then reads on without looking until the other end stops or 5 s have
// passed (TCP-13). It does not wait for that.
func (c *Connection) Close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.over {
		return
	}
	if c.over = true; c.sending {
		_ = c.socket.SetWriteDeadline(time.Now().Add(lingering))
	} else {
		c.stop()
	}
}

// stop ends this side. The mutex is held.
func (c *Connection) stop() {
	_ = c.socket.CloseWrite()
	_ = c.socket.SetReadDeadline(time.Now().Add(lingering))
	go func() {
		_, _ = io.Copy(io.Discard, c.socket)
		_ = c.socket.Close()
	}()
}

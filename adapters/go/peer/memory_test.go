package peer_test

import (
	"net"
	"os"
	"sync"
	"time"
)

// memoryAddr is the address of a socket that there is only in memory.
type memoryAddr string

func (a memoryAddr) Network() string { return "memory" }
func (a memoryAddr) String() string  { return string(a) }

// network connects sockets by their addresses. cut says that nothing arrives.
type network struct {
	mutex   sync.Mutex
	sockets map[string]*memorySocket
	cut     bool
}

// memorySocket is a net.PacketConn whose deadlines are those of the clock of a bubble of testing/synctest.
type memorySocket struct {
	on      *network
	addr    memoryAddr
	inbox   chan packet
	closed  chan struct{}
	once    sync.Once
	mutex   sync.Mutex
	changed chan struct{} // closed when the deadline changes
	until   time.Time
}

type packet struct {
	data []byte
	from net.Addr
}

func (n *network) listen(addr string) *memorySocket {
	socket := &memorySocket{
		on: n, addr: memoryAddr(addr), inbox: make(chan packet, 1024), closed: make(chan struct{}), changed: make(chan struct{}),
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.sockets == nil {
		n.sockets = map[string]*memorySocket{}
	}
	n.sockets[addr] = socket
	return socket
}

func (s *memorySocket) ReadFrom(buffer []byte) (int, net.Addr, error) {
	for {
		s.mutex.Lock()
		until, changed := s.until, s.changed
		s.mutex.Unlock()
		var due <-chan time.Time
		if !until.IsZero() {
			timer := time.NewTimer(time.Until(until))
			defer timer.Stop()
			due = timer.C
		}
		select {
		case one := <-s.inbox:
			return copy(buffer, one.data), one.from, nil
		case <-s.closed:
			return 0, nil, net.ErrClosed
		case <-due:
			return 0, nil, os.ErrDeadlineExceeded
		case <-changed:
		}
	}
}

func (s *memorySocket) WriteTo(data []byte, to net.Addr) (int, error) {
	s.on.mutex.Lock()
	defer s.on.mutex.Unlock()
	if other := s.on.sockets[to.String()]; other != nil && !s.on.cut {
		select {
		case other.inbox <- packet{append([]byte{}, data...), s.addr}:
		default: // its buffer is full
		}
	}
	return len(data), nil
}

func (s *memorySocket) SetReadDeadline(until time.Time) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	close(s.changed)
	s.until, s.changed = until, make(chan struct{})
	return nil
}

func (s *memorySocket) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *memorySocket) LocalAddr() net.Addr              { return s.addr }
func (s *memorySocket) SetDeadline(time.Time) error      { return nil }
func (s *memorySocket) SetWriteDeadline(time.Time) error { return nil }

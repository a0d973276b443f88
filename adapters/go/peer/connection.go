package peer

import (
	"iter"
	"sync/atomic"
	"time"

	"resonant"
)

const (
	frameTimeout   = 10 * time.Second // TCP-8
	sessionTimeout = 15 * time.Second // TCP-9
	maxUnsentBytes = 16_777_216       // TCP-20
)

// A Connection is a Peer on a TCP connection, without the socket: it is told what bytes came and how they ended, and gives
// the bytes to be sent and whether the connection is over. Or it is one on a connection that carries whole messages, such
// as a WebRTC data channel; then these are what comes and what is to be sent. It must not be used by two goroutines at a
// time.
type Connection struct {
	peer      *Peer
	messages  bool       // carries a frame as one message each, without its length
	limit     int        // of the bytes of a message
	carriages *carriages // over QUIC
	came      incoming   // over TCP, or on main
	made      time.Duration
	met       bool // there was a session
	held      bool // it is not read
	ended     bool
	code      resonant.Code // with which it has, if there is one
	fec       []string      // what was configured of repair
	pieces    [][]byte      // to be sent
	unwritten atomic.Int64  // bytes of pieces, and of those that were taken and that the system has not taken yet
}

// NewConnection makes a connection that was accepted, or made, at a time.
func NewConnection(role Role, config Config, salt Salt, now time.Duration) (*Connection, error) {
	peer, err := New(role, config, salt)
	if err != nil {
		return nil, err
	}
	return newConnection(peer, now), nil
}

// NewMessageConnection makes a connection that carries messages, of which the other end takes those of up to so many
// bytes (RTC-8).
func NewMessageConnection(role Role, config Config, salt Salt, limit int, now time.Duration) (*Connection, error) {
	peer, err := New(role, config, salt)
	if err != nil {
		return nil, err
	}
	return newMessageConnection(peer, limit, now), nil
}

func newConnection(peer *Peer, now time.Duration) *Connection {
	found := &Connection{peer: peer, limit: maxLength, made: now}
	peer.maxFrameBytes = resonant.MaxFrameBytes // TCP-18
	peer.room, peer.prefixBytes = found.mayWait, lengthBytes
	found.fec, peer.config.FEC = peer.config.FEC, nil // FEC-11
	peer.Advance(now)
	return found
}

func newMessageConnection(peer *Peer, limit int, now time.Duration) *Connection {
	found := newConnection(peer, now)
	found.messages, found.limit, peer.prefixBytes = true, limit, 0
	return found
}

// MayLose says that a connection of messages can lose them, as a WebRTC channel can that has maxRetransmits or
// maxPacketLifeTime. Only then is there repair on it. It is said before anything comes or is sent.
func (c *Connection) MayLose() { c.peer.config.FEC = c.fec }

// mayWait says why a frame may not wait to be sent.
func (c *Connection) mayWait(packet []byte) error {
	if length := len(packet) - c.peer.prefixBytes; length > c.limit {
		return refusal(resonant.FrameTooLarge, "RTC-8", "%d bytes, and the other end takes %d", length, c.limit)
	}
	if int(c.unwritten.Load())+c.peer.putBytes+len(packet) > maxUnsentBytes {
		return refusal(BufferLimit, "TCP-20", "frames for a slow reader wait already")
	}
	return nil
}

// Do asks the peer for something.
func (c *Connection) Do(now time.Duration, request func(*Peer) error) error {
	c.pass(now)
	return request(c.peer)
}

// Agreement is what the session is held under, if there is one.
func (c *Connection) Agreement() (Agreement, bool) { return c.peer.Agreement() }

// Ended says whether the connection is over: what Bytes has left is still sent, and nothing more is received.
func (c *Connection) Ended() bool { return c.ended }

// Receive handles bytes that came at a time, or a binary message. They were in time if they are there before Advance is
// called (TCP-24).
func (c *Connection) Receive(data []byte, now time.Duration) {
	c.pass(now)
	switch {
	case c.ended:
		return
	case c.messages:
		c.receiveFrame(data, now, memory{})
		return
	}
	err := c.came.take(data, now, func(frame []byte, held bool) { c.receiveFrame(frame, now, memory{keep: held}) })
	if err != nil {
		c.end(codeOf(err))
	}
}

// receiveIn is Receive for bytes in a buffer, in front of which are those that are held. It gives the buffer for the next
// bytes, and how many are held in front of that. In one that is mostly large frames these stay, and need no memory of
// their own.
func (c *Connection) receiveIn(in *buffer, filled int, now time.Duration) (next *buffer, held int) {
	if c.pass(now); c.ended {
		return in, 0
	}
	data := in.bytes[:filled]
	stay := 2*largeIn(data) >= len(in.bytes)
	err := c.came.takeBehind(data, now, func(frame []byte) {
		where := memory{}
		if stay && len(frame) >= largeBytes {
			where = memory{true, in}
		}
		c.receiveFrame(frame, now, where)
	})
	if err != nil {
		c.end(codeOf(err))
	}
	if next = in; !in.isFree() {
		next = spareBuffer()
		defer in.leave() // behind the copy of what is held
	}
	held = copy(next.bytes, c.came.split.held)
	c.came.split.held = next.bytes[:held:held]
	return next, held
}

func (c *Connection) receiveFrame(frame []byte, now time.Duration, where memory) {
	c.peer.receive(frame, now, where)
	c.met = c.met || c.peer.session != nil
}

// ReceiveText handles a text message: it drops it (RTC-6).
func (c *Connection) ReceiveText(now time.Duration) {
	if c.pass(now); !c.ended {
		c.peer.report(Dropped{NotBinary})
	}
}

// ReceiveEnd handles that the other end stops sending (TCP-10, TCP-11), or closes a connection of messages.
func (c *Connection) ReceiveEnd(now time.Duration) {
	c.pass(now)
	if err := c.came.split.End(); err != nil {
		c.end(codeOf(err))
	}
	c.end("")
}

// Break handles that the other end resets the connection, or that it cannot be made (TCP-12), or what is below it failed.
func (c *Connection) Break(now time.Duration) {
	c.pass(now)
	c.end(ConnectionReset)
}

// Close ends the connection on this side.
func (c *Connection) Close(now time.Duration) {
	c.pass(now)
	c.end("")
}

// end ends the connection, unless it has ended before.
func (c *Connection) end(code resonant.Code) {
	if !c.ended {
		c.ended, c.code, c.came = true, code, incoming{}
		c.peer.disconnect(code)
	}
}

// Deadline is when Advance has something to do, if nothing comes before.
func (c *Connection) Deadline() (at time.Duration, there bool) {
	at, there = c.peer.Deadline()
	if own, has := c.nextOwn(true); has && (!there || own.at <= at) {
		return own.at, true
	}
	return at, there
}

// nextOwn is the first deadline of the connection itself; of several at the same time the one that TCP-17
// and QUI-13 name first. Those of what has not come (TCP-8, TCP-9) are among them if silence is judged.
func (c *Connection) nextOwn(silence bool) (next due[*Connection], there bool) {
	if c.ended {
		return next, false
	}
	consider := func(at time.Duration, meet func(*Connection)) {
		if !there || at < next.at {
			next, there = due[*Connection]{at, meet}, true
		}
	}
	silence = silence && !c.held
	if silence && c.came.split.Held() > 0 {
		consider(c.came.began+frameTimeout, func(c *Connection) { c.end(FrameTimeout) })
	}
	if silence && c.peer.role == Server && !c.met {
		consider(c.made+sessionTimeout, func(c *Connection) { c.end(HandshakeTimeout) })
	}
	if c.carriages != nil {
		if silence {
			c.considerSilence(consider)
		}
		c.considerOwn(consider)
	}
	return next, there
}

// Advance lets time pass, and meets every deadline on the way at its own time. It alone ends a connection for what has
// not come: whoever calls it has handed over all that has come by then (TCP-24).
func (c *Connection) Advance(now time.Duration) { c.meet(now, true) }

// pass lets time pass, and judges no silence.
func (c *Connection) pass(now time.Duration) { c.meet(now, false) }

func (c *Connection) meet(now time.Duration, silence bool) {
	for own, there := c.nextOwn(silence); there && own.at <= now; own, there = c.nextOwn(silence) {
		c.peer.advanceUntil(own.at)
		own.meet(c)
	}
	c.peer.Advance(now)
}

// hold says that nothing is read of the connection for a while.
func (c *Connection) hold(time.Duration) { c.held = true }

// release says that it is read again: the times that what comes may take begin anew (TCP-24).
func (c *Connection) release(now time.Duration) {
	c.held, c.made, c.came.began = false, now, now
	if c.carriages != nil {
		for _, uni := range c.carriages.unis {
			uni.began = now
		}
	}
}

// Bytes takes what is to be sent, in pieces: a length and its frame each; or messages. Over QUIC there are none.
func (c *Connection) Bytes() iter.Seq[[]byte] {
	if c.carriages != nil {
		return func(func([]byte) bool) {}
	}
	c.collect()
	return taken(&c.pieces)
}

func (c *Connection) collect() {
	passOn(&c.peer.datagrams, func(packet []byte) {
		c.pieces = append(c.pieces, packet)
		c.unwritten.Add(int64(len(packet)))
	})
	c.peer.putBytes = 0
}

// Written tells how many of the bytes that were taken the system has taken in turn. Until then they count as waiting for
// a slow reader, of which there may be 16 MiB. Another goroutine may tell it, too.
func (c *Connection) Written(bytes int) { c.unwritten.Add(-int64(bytes)) }

// Events takes what has happened, in order.
func (c *Connection) Events() iter.Seq[Event] { return c.peer.Events() }

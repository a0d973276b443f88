package peer

import (
	"iter"
	"time"
)

// NewQUICConnection makes a Connection over QUIC. What comes is told to ReceiveOn and the like in place of Receive, and
// what is to be sent is taken from Carried in place of Bytes.
func NewQUICConnection(role Role, config Config, salt Salt, now time.Duration) (*Connection, error) {
	peer, err := New(role, config, salt)
	if err != nil {
		return nil, err
	}
	return newQUICConnection(peer, now), nil
}

func newQUICConnection(peer *Peer, now time.Duration) *Connection {
	found := newConnection(peer, now)
	found.MayLose() // in datagrams
	peer.onStream = true
	found.carriages = newCarriages(peer.role)
	peer.carry = found.carriages.send
	return found
}

// ReceiveOn handles bytes that came on a QUIC stream, or a datagram. On a stream that was stopped they are ignored.
func (c *Connection) ReceiveOn(on Carriage, data []byte, now time.Duration) {
	c.pass(now)
	switch {
	case c.ended:
	case on == Datagrams:
		c.peer.onStream = false
		c.receiveFrame(data, now, memory{})
		c.peer.onStream = true
	case on == Main:
		c.Receive(data, now)
	case !on.IsUni():
		c.end(StreamCreation) // QUI-11
	default:
		c.receiveUni(on, data, now)
	}
}

func (c *Connection) uni(on Carriage) *incoming {
	uni, there := c.carriages.unis[on]
	if !there {
		uni = new(incoming)
		c.carriages.unis[on] = uni
	}
	return uni
}

func (c *Connection) receiveUni(on Carriage, data []byte, now time.Duration) {
	uni := c.uni(on)
	if uni.over {
		return
	}
	mismatch := false
	err := uni.take(data, now, func(frame []byte, held bool) {
		if mismatch = mismatch || uni.isMismatch(frame); mismatch {
			return
		}
		before := c.peer.open[uni.streamID]
		c.receiveFrame(frame, now, memory{keep: held})
		if stream := c.peer.open[uni.streamID]; stream != nil && stream != before {
			uni.opened = stream
		}
	})
	switch {
	case mismatch:
		c.stop(on, uni, numbers[StreamMismatch])
	case err != nil:
		c.stop(on, uni, numbers[codeOf(err)])
	}
}

// stop asks for nothing more on a uni (QUI-7, QUI-8).
func (c *Connection) stop(on Carriage, uni *incoming, number uint64) {
	c.carriages.carried = append(c.carriages.carried, Carried{On: on, Ending: Stop, Number: number})
	c.breakOff(uni)
}

// breakOff fails the stream of a uni on which nothing more comes of it (QUI-9).
func (c *Connection) breakOff(uni *incoming) {
	stream := uni.opened
	*uni = incoming{over: true}
	if stream != nil && c.peer.open[stream.id] == stream {
		c.peer.cutOff(stream)
	}
}

// ReceiveEndOn handles that the other end has ended a QUIC stream (FIN).
func (c *Connection) ReceiveEndOn(on Carriage, now time.Duration) {
	c.pass(now)
	switch {
	case c.ended:
	case on == Main:
		c.ReceiveEnd(now) // QUI-14
	case !on.IsUni():
		c.end(StreamCreation)
	default:
		uni := c.uni(on)
		if uni.split.End() != nil {
			c.breakOff(uni)
		}
		delete(c.carriages.unis, on)
	}
}

// ReceiveReset handles that the other end has reset a QUIC stream.
func (c *Connection) ReceiveReset(on Carriage, now time.Duration) {
	c.pass(now)
	switch {
	case c.ended:
	case on == Main:
		c.end(ConnectionReset) // QUI-14
	case !on.IsUni():
		c.end(StreamCreation)
	default:
		c.breakOff(c.uni(on))
		delete(c.carriages.unis, on)
	}
}

// ReceiveStop handles that the other end wants nothing more on a QUIC stream (STOP_SENDING).
func (c *Connection) ReceiveStop(on Carriage, number uint64, now time.Duration) {
	c.pass(now)
	switch {
	case c.ended:
	case on == Main:
		c.end(ConnectionReset)
	default: // QUI-10
		c.carriages.end(func(stream *outStream) bool {
			if stream.carriage != on {
				return false
			}
			stream.ended = true
			c.peer.letGo(stream)
			return true
		}, Reset, number)
	}
}

// ReceiveClose handles that the other end has closed the connection with a number of its own (QUI-15).
func (c *Connection) ReceiveClose(number uint64, now time.Duration) {
	c.pass(now)
	c.end(codeOfNumber(number))
}

// Number is the one with which a connection that has ended on this side is to be closed.
func (c *Connection) Number() uint64 { return numbers[c.code] }

// Carried takes what is to be sent, in order on each carriage.
func (c *Connection) Carried() iter.Seq[Carried] {
	c.endUnis()
	for _, one := range c.carriages.carried {
		c.unwritten.Add(int64(len(one.Data)))
	}
	c.peer.putBytes = 0
	return taken(&c.carriages.carried)
}

// endUnis ends those whose frames need not be kept any more, or whose session has ended (QUI-12). With a connection that
// has ended they all have.
func (c *Connection) endUnis() {
	if !c.ended {
		c.carriages.end(func(stream *outStream) bool { return stream.kept == nil || c.peer.sent[stream.id] != stream }, Fin, 0)
	}
}

// considerSilence considers the deadlines of the other end's unis (QUI-8).
func (c *Connection) considerSilence(consider func(time.Duration, func(*Connection))) {
	var late *incoming
	var lateOn Carriage
	for on, uni := range c.carriages.unis {
		if uni.split.Held() > 0 && (late == nil || uni.began < late.began || uni.began == late.began && on < lateOn) {
			late, lateOn = uni, on
		}
	}
	if late != nil {
		on, uni := lateOn, late
		consider(uni.began+frameTimeout, func(c *Connection) { c.stop(on, uni, numbers[FrameTimeout]) })
	}
}

// considerOwn considers those of own unis (QUI-12).
func (c *Connection) considerOwn(consider func(time.Duration, func(*Connection))) {
	for _, stream := range c.carriages.own {
		if stream.ended && stream.kept != nil {
			consider(stream.tailSent+keptAfterTail+1, func(c *Connection) { c.peer.forgetKept(); c.endUnis() })
		}
	}
}

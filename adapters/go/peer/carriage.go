package peer

import (
	"encoding/binary"
	"time"

	"resonant"
)

// A Carriage is what frames travel on over QUIC: the number of a QUIC stream, or Datagrams (quic.md, section 1).
type Carriage int64

// The carriages that every connection has.
const (
	Main      Carriage = 0
	Datagrams Carriage = -1
)

const (
	ofServer    Carriage = 1 // bits of the number of a QUIC stream
	oneWay      Carriage = 2
	nextOfKind  Carriage = 4
	streamIDsAt          = 4 // in a frame
)

// IsUni says whether it is a unidirectional QUIC stream.
func (c Carriage) IsUni() bool { return c != Datagrams && c&oneWay != 0 }

// IsOf says whether the end with that role opens it.
func (c Carriage) IsOf(role Role) bool {
	return c != Datagrams && (c&ofServer != 0) == (role == Server)
}

// numbers are those of the codes with which carriages and connections end (quic.md, section 2).
var numbers = map[resonant.Code]uint64{
	resonant.FrameTooShort: 1, resonant.FrameTooLarge: 2, TruncatedFrame: 3, FrameTimeout: 4,
	StreamMismatch: 5, StreamCreation: 6, HandshakeTimeout: 7,
}

// codeOfNumber is what the end of a connection is told with (QUI-15).
func codeOfNumber(number uint64) resonant.Code {
	if number == 0 {
		return ""
	}
	for code, one := range numbers {
		if one == number {
			return code
		}
	}
	return ConnectionReset
}

// An Ending is what ends a carriage in one direction.
type Ending int

// The endings.
const (
	Lasting Ending = iota // it does not end
	Fin                   // behind what was sent on it
	Reset
	Stop // the other end is asked to send no more (STOP_SENDING)
)

// Carried is something to be sent on a carriage: a frame behind its length, or its end with a number.
type Carried struct {
	On     Carriage
	Data   []byte
	Ending Ending
	Number uint64
}

// incoming is what comes on a TCP connection, or on one carriage, in one direction.
type incoming struct {
	split Splitter
	began time.Duration // when the first byte of the frame that is held came

	streamID uint32    // of the frames of a uni
	any      bool      // there was one
	opened   *inStream // whose HEAD came on it
	over     bool      // it was stopped, was reset, or has ended
}

// take finds frames in the bytes that come next.
func (i *incoming) take(data []byte, now time.Duration, each func(frame []byte, held bool)) error {
	held, frames := i.split.Held(), 0
	err := i.split.push(data, func(frame []byte, held bool) {
		frames++
		each(frame, held)
	})
	i.timed(held, frames, now)
	return err
}

// takeBehind finds frames in bytes of which the first are those that are held.
func (i *incoming) takeBehind(data []byte, now time.Duration, each func(frame []byte)) error {
	held, frames := i.split.Held(), 0
	err := i.split.pushBehind(data, func(frame []byte) {
		frames++
		each(frame)
	})
	i.timed(held, frames, now)
	return err
}

// timed notes when the first byte of what is held came: now, if nothing was held before, or that was of a frame that has come.
func (i *incoming) timed(held, frames int, now time.Duration) {
	if held == 0 || frames > 0 {
		i.began = now
	}
}

// isMismatch says whether a frame of a uni has another stream_id than the first (QUI-7).
func (i *incoming) isMismatch(frame []byte) bool {
	streamID := binary.LittleEndian.Uint32(frame[streamIDsAt:])
	if !i.any {
		i.streamID, i.any = streamID, true
	}
	return streamID != i.streamID
}

// carriages are those of a connection over QUIC.
type carriages struct {
	unis    map[Carriage]*incoming
	own     []*outStream // whose unis have not ended
	next    Carriage     // of the next own uni
	carried []Carried
}

func newCarriages(role Role) *carriages {
	next := oneWay
	if role == Server {
		next |= ofServer
	}
	return &carriages{unis: map[Carriage]*incoming{}, next: next}
}

// send puts a frame, behind its length, on its carriage (QUI-4, QUI-5). No datagrams are sent, which are not sent again where they are lost.
func (c *carriages) send(packet []byte, of *outStream) {
	on := Main
	if of != nil && !of.left {
		if of.carriage == Main {
			of.carriage = c.next
			c.next += nextOfKind
			c.own = append(c.own, of)
		}
		on = of.carriage
	}
	c.carried = append(c.carried, Carried{On: on, Data: packet})
}

// end ends the unis of streams for which that is due.
func (c *carriages) end(due func(*outStream) bool, ending Ending, number uint64) {
	lasting := c.own[:0]
	for _, stream := range c.own {
		if !due(stream) {
			lasting = append(lasting, stream)
			continue
		}
		stream.left = true
		c.carried = append(c.carried, Carried{On: stream.carriage, Ending: ending, Number: number})
	}
	clear(c.own[len(lasting):])
	c.own = lasting
}

package peer

import (
	"encoding/binary"

	"resonant"
)

const (
	lengthBytes = 4
	minLength   = 33 // TCP-3
	maxLength   = resonant.MaxFrameBytes
	startBytes  = 1 << 10 // of a frame have come before memory is taken for all of it
	largeBytes  = 1 << 14 // of a frame that may be kept where it was read
)

// lengthOf reads the length before a frame (TCP-3, TCP-4).
func lengthOf(prefix []byte) (int, error) {
	length := binary.LittleEndian.Uint32(prefix)
	switch {
	case length < minLength:
		return 0, refusal(resonant.FrameTooShort, "TCP-3", "a length of %d", length)
	case length > maxLength:
		return 0, refusal(resonant.FrameTooLarge, "TCP-4", "a length of %d", length)
	}
	return int(length), nil
}

// AppendFramed appends a frame behind its length, as it goes over TCP.
func AppendFramed(data, frame []byte) ([]byte, error) {
	prefix := binary.LittleEndian.AppendUint32(nil, uint32(min(len(frame), maxLength+1)))
	if _, err := lengthOf(prefix); err != nil {
		return data, err
	}
	return append(append(data, prefix...), frame...), nil
}

// A Splitter finds the frames in the bytes of one direction of a TCP connection. It holds at most 65,540 bytes, and takes
// no memory for a length that it has not checked. Its zero value is ready.
type Splitter struct {
	held  []byte // a length and its frame, as far as they have come
	wrong error
}

// Held is how many bytes wait for the rest of their frame.
func (s *Splitter) Held() int { return len(s.held) }

// Push takes the bytes that come next, and calls each with every frame that is whole. A frame may lie in the bytes,
// and is overwritten with them. After a length that is refused nothing more is taken.
func (s *Splitter) Push(data []byte, each func(frame []byte)) error {
	return s.push(data, func(frame []byte, _ bool) { each(frame) })
}

// push is Push for who keeps frames: one that was held does not lie in the bytes.
func (s *Splitter) push(data []byte, each func(frame []byte, held bool)) error {
	for len(data) > 0 && s.wrong == nil {
		if len(s.held) == 0 {
			data = s.whole(data, func(frame []byte) { each(frame, false) })
		}
		if len(data) > 0 {
			data = s.fill(data, each)
		}
	}
	if s.wrong != nil {
		s.held = nil
	}
	return s.wrong
}

// whole finds the frames that are whole at the front of bytes, and gives what is behind them: none after a wrong length.
func (s *Splitter) whole(data []byte, each func(frame []byte)) []byte {
	for len(data) >= lengthBytes {
		length, err := lengthOf(data)
		if err != nil {
			s.wrong = err
			return nil
		}
		end := lengthBytes + length
		if len(data) < end {
			break
		}
		each(data[lengthBytes:end:end])
		data = data[end:]
	}
	return data
}

// pushBehind is Push for bytes of which the first are those that are held. What is held then lies among them.
func (s *Splitter) pushBehind(data []byte, each func(frame []byte)) error {
	s.held = nil
	if s.wrong == nil {
		s.held = s.whole(data, each)
	}
	return s.wrong
}

// largeIn is how many of the bytes are those of large frames. They begin with a frame.
func largeIn(data []byte) (bytes int) {
	var splitter Splitter
	splitter.whole(data, func(frame []byte) {
		if len(frame) >= largeBytes {
			bytes += len(frame)
		}
	})
	return bytes
}

// wanted is up to where bytes are held: the end of a length, or of its frame.
func (s *Splitter) wanted() int {
	if len(s.held) < lengthBytes {
		return lengthBytes
	}
	length, _ := lengthOf(s.held) // it was right when it came
	return lengthBytes + length
}

// fill holds bytes up to the end of a length or a frame, and gives those behind it.
func (s *Splitter) fill(data []byte, each func(frame []byte, held bool)) []byte {
	wanted := s.wanted()
	taken := min(wanted-len(s.held), len(data))
	if whole := len(s.held) + taken; whole > cap(s.held) && whole > startBytes {
		s.held = append(make([]byte, 0, wanted), s.held...)
	}
	switch s.held = append(s.held, data[:taken]...); {
	case len(s.held) < wanted:
	case wanted == lengthBytes:
		_, s.wrong = lengthOf(s.held)
	default:
		frame := s.held[lengthBytes:]
		s.held = nil // it may be kept
		each(frame, true)
	}
	return data[taken:]
}

// End says what is wrong with bytes that end here (TCP-11).
func (s *Splitter) End() error {
	if s.wrong == nil && len(s.held) > 0 {
		s.wrong = refusal(TruncatedFrame, "TCP-11", "%d bytes of a frame", len(s.held))
		s.held = nil
	}
	return s.wrong
}

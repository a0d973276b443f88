package peer

import (
	"crypto/md5"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"time"

	"github.com/zeebo/xxh3"

	"resonant"
)

const (
	reorderNumbers  = 1024             // STM-8
	maxWaitingBytes = 16_777_216       // STM-8
	maxOpenStreams  = 64               // STM-10
	maxFarNumbers   = 1024             // STM-31
	maxMissing      = 64               // STM-12
	streamTimeout   = 10 * time.Second // STM-18
)

// waiting is a frame that waits for lower numbers.
type waiting struct {
	datagram []byte          // nil if it is no data frame, and only fills its number
	frame    *resonant.Frame // of the datagram; nil if it is still to be decoded
	bytes    int
	lent     *loan // of the memory of the datagram
}

// heldTail is the TAIL that a stream is to be proceeded with (STM-12).
type heldTail struct {
	seq  uint64
	sums sums
}

// inStream is an opened stream at its receiver.
type inStream struct {
	id        uint32
	strong    bool
	announced *sums
	next      uint64 // the lowest missing number
	waiting   map[uint64]waiting
	filled    map[uint64]struct{} // from next on, by what does not wait (STM-29, STM-33)
	far       []uint64            // those of filled that were far from next when they came, the oldest first
	highest   uint64              // of what counts for STM-16

	managed bool   // MUX-4
	held    bool   // MUX-19
	told    uint64 // the limit

	tail     *heldTail
	progress time.Duration // when the TAIL, or a missing number after it, came (STM-18)

	frames, totalLen uint64
	md5              hash.Hash // nil unless the HEAD has one
	xxhash3          *xxh3.Hasher
}

func newInStream(id uint32, strong bool, announced *sums) *inStream {
	stream := &inStream{
		id: id, strong: strong, announced: announced, next: 1,
		waiting: map[uint64]waiting{}, filled: map[uint64]struct{}{}, xxhash3: xxh3.New(),
	}
	if announced != nil {
		stream.md5 = md5.New()
	}
	return stream
}

// knows says whether a number was delivered or filled, or is held (STM-9).
func (s *inStream) knows(seq uint64) bool {
	if seq < s.next {
		return true
	}
	_, held := s.waiting[seq]
	_, filled := s.filled[seq]
	return held || filled
}

// missing are the first numbers below a TAIL's that have not come.
func (s *inStream) missing(tail uint64) []uint64 {
	var found []uint64
	for seq := s.next; seq < tail && len(found) < maxMissing; seq++ {
		if !s.knows(seq) {
			found = append(found, seq)
		}
	}
	return found
}

// fill remembers a number of a frame that does not wait, and forgets the oldest of too many that are far (STM-31).
func (s *inStream) fill(seq uint64) {
	s.filled[seq] = struct{}{}
	if seq-s.next < reorderNumbers {
		return
	}
	s.far = slices.DeleteFunc(s.far, func(one uint64) bool { return one < s.next || one-s.next < reorderNumbers })
	if s.far = append(s.far, seq); len(s.far) > maxFarNumbers {
		delete(s.filled, s.far[0])
		s.far = s.far[1:]
	}
}

// count takes a data frame into the stream bytes (STM-1).
func (s *inStream) count(datagram []byte) {
	s.frames++
	s.totalLen += uint64(len(datagram))
	_, _ = s.xxhash3.Write(datagram)
	if s.md5 != nil {
		s.md5.Write(datagram)
	}
}

// differs names the first of what HEAD and TAIL say that is not so, if anything (STM-16).
func (s *inStream) differs(tail heldTail) string {
	xxhash3, md5 := resonant.TailHashText(s.xxhash3.Sum64()), ""
	head := sums{s.frames, s.totalLen, "", ""}
	if s.announced != nil {
		head, md5 = *s.announced, hex.EncodeToString(s.md5.Sum(nil))
	}
	switch {
	case s.highest > tail.seq:
		return "frame_seq"
	case head.frames != s.frames || tail.sums.frames != s.frames:
		return "frames"
	case head.totalLen != s.totalLen || tail.sums.totalLen != s.totalLen:
		return "total_len"
	case head.md5 != md5:
		return "md5"
	case head.xxhash3 != "" && head.xxhash3 != xxhash3 || tail.sums.xxhash3 != "" && tail.sums.xxhash3 != xxhash3:
		return "xxhash3_64"
	}
	return ""
}

// numbers are those that were accepted, as far as a window remembers them (STM-35).
func (s *inStream) numbers(tail ...uint64) *window {
	known := slices.Concat(slices.Collect(maps.Keys(s.waiting)), slices.Collect(maps.Keys(s.filled)), tail)
	slices.Sort(known)
	found := &window{}
	for seq := s.next - min(s.next, windowNumbers); seq < s.next; seq++ {
		found.accept(seq, false)
	}
	for _, seq := range known {
		found.accept(seq, false)
	}
	return found
}

// take takes a number of an opened stream, delivers what no longer waits for it, and ends the stream if it is whole.
func (p *Peer) take(s *inStream, a *arrival) {
	if s.tail != nil && a.frame.FrameSeq < s.tail.seq {
		s.progress = p.now
	}
	switch seq := a.frame.FrameSeq; {
	case a.kind.aside() || a.kind == tailFrame:
		s.fill(seq)
	case seq == s.next && !s.held:
		s.highest = max(s.highest, seq)
		if a.kind == dataFrame {
			s.count(a.datagram)
			p.deliver(a.own())
		}
		s.next++
	default:
		s.highest = max(s.highest, seq)
		one := waiting{bytes: len(a.datagram)}
		if a.kind == dataFrame {
			one = a.kept()
		}
		s.waiting[seq] = one
		p.waitingBytes += one.bytes
	}
	p.proceed(s)
}

// proceed delivers what waits for nothing any more, and ends the stream if it is whole (STM-14).
func (p *Peer) proceed(s *inStream) {
	p.advanceStream(s)
	if s.tail != nil && s.next == s.tail.seq && !s.held {
		p.finish(s, *s.tail)
	}
}

// advanceStream goes on to the next number that is missing (STM-7).
func (p *Peer) advanceStream(s *inStream) {
	for ; ; s.next++ {
		if one, held := s.waiting[s.next]; held {
			if s.held {
				return
			}
			delete(s.waiting, s.next)
			p.waitingBytes -= one.bytes
			if one.datagram != nil {
				s.count(one.datagram)
				p.deliverWaiting(one)
			}
			continue
		}
		if _, filled := s.filled[s.next]; !filled {
			return
		}
		delete(s.filled, s.next)
	}
}

// deliverWaiting reports the message of a data frame that has waited, which can be decoded and keeps its datagram.
func (p *Peer) deliverWaiting(one waiting) {
	if one.frame == nil {
		one.frame = new(resonant.Frame)
		decoder := resonant.Decoder{Key: p.config.Key}
		if decoder.Decode(one.frame, one.datagram) != nil {
			return // it could be decoded before
		}
	}
	if isTransformed(one.frame) {
		one.lent.end() // its datagram was counted, and the frame does not lie there
	}
	p.deliver(one.frame, one.lent)
}

// deliver reports the message of a data frame, which keeps the memory of its frame.
func (p *Peer) deliver(frame *resonant.Frame, lent *loan) {
	p.report(Delivered{Ref{frame.StreamID, frame.FrameSeq}, frame.Type, frame.Modality, frame.Slices, lent})
}

// finish ends a stream of which nothing is missing.
func (p *Peer) finish(s *inStream, tail heldTail) {
	what := s.differs(tail)
	p.closeStream(s, tail.seq)
	if what == "" {
		if w, there := p.closed.get(s.id); there {
			w.complete = true
		}
		p.report(Complete{s.id, s.frames, s.totalLen, s.xxhash3.Sum64()}) // STM-17
		if s.managed {
			p.sendMux(s.id, "done")
		}
		return
	}
	p.fail(s.id, tail.seq, StreamCorrupt, what)
}

// fail reports that a stream is given up and tells its sender, as far as the limit of replies lets it (HSK-70).
func (p *Peer) fail(streamID uint32, tail uint64, code resonant.Code, what string) {
	p.report(Failed{streamID, code, what})
	if !p.mayReply(streamID) {
		p.report(Dropped{ReplyLimit})
		return
	}
	adds := jsonMembers{}
	if what != "" {
		adds = jsonMembers{{Name: "what", Value: what}}
	}
	owed := func() { p.sendError(Ref{streamID, tail}, code, adds) }
	if p.reserved > 0 {
		p.owed = owed // after the answer to the ping in hand (STM-39)
		return
	}
	owed()
}

func (p *Peer) closeStream(s *inStream, tail ...uint64) {
	for _, one := range s.waiting {
		p.waitingBytes -= one.bytes
	}
	delete(p.open, s.id)
	p.closed.use(s.id, s.numbers(tail...))
}

// waitsWhole says whether a held stream waits with its TAIL and lacks nothing (MUX-19).
func (s *inStream) waitsWhole() bool { return s.held && len(s.missing(s.tail.seq)) == 0 }

// tailNumber is the number of the TAIL, if there is one.
func (s *inStream) tailNumber() []uint64 {
	if s.tail == nil {
		return nil
	}
	return []uint64{s.tail.seq}
}

// timeOut gives up a stream whose missing numbers have not come.
func (p *Peer) timeOut(s *inStream) {
	p.closeStream(s, s.tail.seq)
	p.fail(s.id, s.tail.seq, StreamTimeout, "")
}

// cutOff gives up a stream whose carriage has broken off (QUI-9).
func (p *Peer) cutOff(s *inStream) {
	p.closeStream(s, s.tailNumber()...)
	p.report(Failed{s.id, TruncatedFrame, ""})
}

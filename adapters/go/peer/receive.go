package peer

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"resonant"
)

// Receive handles a datagram that came at a time.
func (p *Peer) Receive(datagram []byte, now time.Duration) { p.receive(datagram, now, memory{}) }

// receive handles what came, which lies in some memory.
func (p *Peer) receive(datagram []byte, now time.Duration, where memory) {
	p.Advance(now)
	if p.takesRepair(datagram) {
		p.receiveRepair(datagram)
		return
	}
	if p.fec != nil && (!where.keep || where.in != nil) {
		datagram, where = slices.Clone(datagram), memory{keep: true} // it may be needed to recover another
	}
	p.handle(datagram, where)
	if p.fec != nil {
		p.recoverFrames()
	}
}

// handle handles a frame, and says whether it was accepted.
func (p *Peer) handle(datagram []byte, where memory) bool {
	a := &arrival{datagram: datagram, memory: where, frame: new(resonant.Frame)}
	decoder := resonant.Decoder{Key: p.config.Key}
	if err := decoder.Decode(a.frame, datagram); err != nil { // HSK-31
		p.report(Dropped{codeOf(err)})
		return false
	}
	a.classify(p.known)
	for _, step := range steps {
		if found := step(p, a); found != nil && !found.accept {
			p.refuse(a, found)
			return false
		} else if found != nil {
			break
		}
	}
	if p.fec != nil && a.keep {
		p.fec.keep(a)
	}
	p.accept(a)
	return true
}

// refOf reads the names of a frame of at least 33 bytes.
func refOf(frame []byte) Ref {
	return Ref{binary.LittleEndian.Uint32(frame[4:]), binary.LittleEndian.Uint64(frame[8:])}
}

// bodyAt is where the slices of a frame begin, or what they were sealed or compressed to.
func bodyAt(frame *resonant.Frame) int { return 29 + 4*len(frame.Slices) }

const sliceHead = 2 // bytes of a slice before its dims

func codeOf(err error) resonant.Code {
	var code resonant.Code
	if !errors.As(err, &code) {
		return resonant.BadCompression // a library that does not work at all; nothing else is left here
	}
	return code
}

// steps are the questions of handshake.md, section 4, in order; the first, about the frame layer, was asked.
var steps = [...]func(*Peer, *arrival) *verdict{
	(*Peer).afterFailure, (*Peer).isReflected, (*Peer).wasAnswered, (*Peer).isClosed, (*Peer).isKnown, (*Peer).mayCome,
	(*Peer).fitsHead, (*Peer).isAfterTail, (*Peer).keepsLimit, (*Peer).hasRoom, (*Peer).isAnswered,
}

// refuse drops a frame, or answers it with an error (HSK-53, HSK-54).
func (p *Peer) refuse(a *arrival, why *verdict) {
	if !why.drop && !p.mayReply(a.frame.StreamID) {
		why = dropped(ReplyLimit) // HSK-42
	}
	if why.drop {
		p.report(Dropped{why.code})
		return
	}
	if why.code == FlowControl {
		p.overflow(a, why)
		return
	}
	datagram := p.sendError(a.ref(), why.code, why.adds)
	p.report(ErrorSent{why.code, a.ref()})
	if a.kind == pingFrame && p.role == Server {
		p.answers.use(a.ref(), answer{datagram, why.code}) // HSK-61
	}
}

// afterFailure asks HSK-29.
func (p *Peer) afterFailure(*arrival) *verdict {
	if p.failed {
		return dropped(Ignored)
	}
	return nil
}

// isReflected asks HSK-32.
func (p *Peer) isReflected(a *arrival) *verdict {
	if !a.sealed() {
		return nil
	}
	theirs := Salt(a.datagram[bodyAt(a.frame):])
	own := func(salt Salt) bool { return salt.on(a.frame.StreamID) == theirs }
	if own(p.salt) || slices.ContainsFunc(p.before, own) {
		return dropped(Reflected)
	}
	return nil
}

// wasAnswered asks HSK-33.
func (p *Peer) wasAnswered(a *arrival) *verdict {
	if p.role != Server || a.kind != pingFrame {
		return nil
	}
	found, there := p.answers.get(a.ref())
	if !there {
		return nil
	}
	if !p.mayReply(a.frame.StreamID) {
		return dropped(ReplyLimit)
	}
	a.again = &found
	return &verdict{accept: true} // HSK-62
}

// isClosed asks STM-19.
func (p *Peer) isClosed(a *arrival) *verdict {
	if _, there := p.closed.get(a.frame.StreamID); there && !a.kind.aside() {
		return dropped(Closed)
	}
	return nil
}

// counts says whether the number of a frame is checked and remembered (HSK-35).
func (p *Peer) counts(a *arrival) bool { return a.sealed() || !p.config.RequireCrypto }

// isKnown asks HSK-34, STM-6 and STM-9.
func (p *Peer) isKnown(a *arrival) *verdict {
	if !p.counts(a) {
		return nil
	}
	seq := a.frame.FrameSeq
	if s := p.open[a.frame.StreamID]; s != nil {
		ofTail := s.tail != nil && s.tail.seq == seq && a.kind.aside() // STM-34
		if s.knows(seq) || ofTail {
			return dropped(Duplicate)
		}
		return nil
	}
	w, there := p.windowOf(a.frame.StreamID)
	switch {
	case !there || a.kind == headFrame:
		return nil
	case w.stale(seq):
		return dropped(Stale)
	case w.duplicate(seq) && (a.kind != tailFrame || !w.tails.has(seq)): // STM-13
		return dropped(Duplicate)
	}
	return nil
}

// windowOf is what is remembered of the numbers of a stream_id that is not open.
func (p *Peer) windowOf(streamID uint32) (*window, bool) {
	if w, there := p.closed.get(streamID); there {
		return w, true
	}
	return p.windows.get(streamID)
}

// fitsHead asks STM-26.
func (p *Peer) fitsHead(a *arrival) *verdict {
	s := p.open[a.frame.StreamID]
	asked := a.kind == dataFrame || a.kind == heartFrame || a.kind == tailFrame
	if s != nil && asked && s.strong != a.strong() {
		return rejected(StreamFlagMismatch)
	}
	return nil
}

// isAfterTail asks STM-15.
func (p *Peer) isAfterTail(a *arrival) *verdict {
	s := p.open[a.frame.StreamID]
	if s == nil || s.tail == nil || a.kind.aside() || a.frame.FrameSeq < s.tail.seq {
		return nil
	}
	if a.kind == tailFrame && a.frame.FrameSeq == s.tail.seq {
		return nil
	}
	return dropped(AfterTail)
}

// hasRoom asks STM-8 and STM-10.
func (p *Peer) hasRoom(a *arrival) *verdict {
	s := p.open[a.frame.StreamID]
	if s == nil {
		if a.kind == headFrame {
			return p.hasStreams()
		}
		return nil
	}
	if a.kind.aside() || a.kind == tailFrame || a.frame.FrameSeq == s.next && !s.held {
		return nil
	}
	if a.frame.FrameSeq-s.next >= reorderNumbers || p.waitingBytes+len(a.datagram) > maxWaitingBytes {
		return dropped(BufferLimit)
	}
	return nil
}

// isAnswered asks whether a frame that is answered, though it is accepted, can be answered now (HSK-42).
func (p *Peer) isAnswered(a *arrival) *verdict {
	answered := false
	switch {
	case a.kind == pingFrame && p.role == Server:
		if why := p.judgePing(a); why != nil {
			return why
		}
		answered = true
	case a.kind == tailFrame:
		answered = p.answersTail(a)
	case a.kind == blockedFrame:
		answered = p.answersBlocked(a)
	}
	if answered && !p.mayReply(a.frame.StreamID) {
		return dropped(ReplyLimit)
	}
	return nil
}

// answersTail says whether a TAIL gets an answer: all do but a lower one than is held (STM-33) and one that ends its
// stream well.
func (p *Peer) answersTail(a *arrival) bool {
	s := p.open[a.frame.StreamID]
	seq := a.frame.FrameSeq
	switch {
	case s == nil:
		return true // STM-13
	case s.held && len(s.missing(seq)) == 0:
		return false // MUX-19
	case s.tail != nil:
		return seq == s.tail.seq
	}
	return len(s.missing(seq)) > 0 || s.differs(heldTail{seq, a.tail}) != ""
}

package peer

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"resonant"
)

// Receive handles a datagram that came at a time.
func (p *Peer) Receive(datagram []byte, now time.Duration) { p.receive(datagram, now, false) }

// receive handles what came. Its bytes are the peer's own from then on if it may keep them.
func (p *Peer) receive(datagram []byte, now time.Duration, keep bool) {
	p.Advance(now)
	if p.takesRepair(datagram) {
		p.receiveRepair(datagram)
		return
	}
	if p.fec != nil && !keep {
		datagram, keep = slices.Clone(datagram), true // it may be needed to recover another
	}
	p.handle(datagram, keep)
	if p.fec != nil {
		p.recoverFrames()
	}
}

// handle handles a frame, and says whether it was accepted.
func (p *Peer) handle(datagram []byte, keep bool) bool {
	a := &arrival{datagram: datagram, keep: keep, frame: new(resonant.Frame)}
	decoder := resonant.Decoder{Key: p.config.Key}
	if err := decoder.Decode(a.frame, datagram); err != nil { // HSK-31
		p.report(Dropped{codeOf(err)})
		return false
	}
	a.classify(p.multiplexes())
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
	theirs := Salt(a.datagram[29+4*len(a.frame.Slices):])
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

// accept lets a frame have its effect (HSK-55).
func (p *Peer) accept(a *arrival) {
	if p.session != nil {
		p.session.lastAccepted = p.now
	}
	if a.again != nil || a.kind == pingFrame && p.role == Server {
		p.reserved = 1 // what the frame's number brings about must not take its own reply (STM-39)
	}
	stream := p.open[a.frame.StreamID] // what is remembered can end it
	p.remember(a)
	p.reserved = 0
	switch {
	case a.again != nil:
		p.answerAgain(a)
	case a.kind == pingFrame && p.role == Server:
		p.answerPing(a)
	case a.kind == capabilityFrame && p.role == Client:
		p.agree(a)
	case a.kind == errorFrame:
		p.acceptError(a)
	case a.kind == headFrame:
		p.openStream(a)
	case a.kind == tailFrame:
		p.acceptTail(stream, a)
	case a.kind.ofMux():
		p.acceptMux(a)
	}
	if owed := p.owed; owed != nil {
		p.owed = nil
		owed()
	}
	p.grant(a.frame.StreamID)
}

// remember remembers the number of a frame that is accepted; on an opened stream it takes its place there.
func (p *Peer) remember(a *arrival) {
	streamID, seq := a.frame.StreamID, a.frame.FrameSeq
	s := p.open[streamID]
	switch {
	case !p.counts(a): // HSK-35
	case s == nil:
		p.rememberOutside(a)
	case a.kind == tailFrame && (s.tail == nil || seq == s.tail.seq): // acceptTail does it
	case !s.knows(seq): // it can be known if it is a ping that was answered
		p.take(s, a)
	}
}

// rememberOutside remembers a number on a stream_id that is not open, and delivers a single message (HSK-41).
func (p *Peer) rememberOutside(a *arrival) {
	streamID := a.frame.StreamID
	if a.kind == headFrame {
		return
	}
	if w, there := p.closed.get(streamID); there {
		w.accept(a.frame.FrameSeq, false)
		p.closed.use(streamID, w) // STM-36
		return
	}
	w, there := p.windows.get(streamID)
	if !there {
		w = &window{}
	}
	w.accept(a.frame.FrameSeq, a.kind == tailFrame)
	p.windows.use(streamID, w)
	if a.kind == dataFrame {
		p.deliver(a.kept()) // the message lies in it
	}
}

// acceptError tells the application of an error and lets it act (HSK-28, STM-38).
func (p *Peer) acceptError(a *arrival) {
	p.report(ErrorReceived{a.said.code, a.said.ref})
	if p.ping != nil && a.said.ref != nil && *a.said.ref == p.ping.ref {
		p.endPing()
	}
	p.heard(a.said)
}

// openStream begins a stream (STM-6).
func (p *Peer) openStream(a *arrival) {
	streamID := a.frame.StreamID
	p.windows.forget(streamID)
	stream := newInStream(streamID, a.strong(), a.sizes)
	if p.multiplexes() {
		stream.managed, stream.told = true, uint64(p.config.Mux.Frames)
	}
	p.open[streamID] = stream
	p.report(Opened{streamID, a.sizes != nil})
}

// acceptTail asks for what is missing, or ends the stream (STM-12, STM-13).
func (p *Peer) acceptTail(s *inStream, a *arrival) {
	seq := a.frame.FrameSeq
	if s == nil {
		p.askFor(a, (&inStream{}).missing(seq))
		return
	}
	if s.tail != nil && seq != s.tail.seq {
		return // STM-33
	}
	missing := s.missing(seq)
	if len(missing) == 0 && !s.held {
		p.finish(s, heldTail{seq, a.tail})
		return
	}
	if s.tail == nil {
		s.tail, s.progress = &heldTail{seq, a.tail}, p.now
	}
	if len(missing) == 0 {
		return // MUX-19
	}
	p.askFor(a, missing)
}

// askFor answers a TAIL with the numbers that are missing below it.
func (p *Peer) askFor(a *arrival, missing []uint64) {
	texts := make([]string, len(missing))
	for at, seq := range missing {
		texts[at] = decimal(seq)
	}
	p.report(Incomplete{a.frame.StreamID, missing})
	p.sendError(a.ref(), StreamIncomplete, jsonMembers{{Name: "missing", Value: texts}})
}

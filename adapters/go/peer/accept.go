package peer

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
		p.acceptMux(a, stream)
	case a.kind == qualityFrame:
		p.acceptQuality(a)
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
		p.deliver(a.own())
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

package peer

import (
	"math"
	"slices"
	"time"

	"resonant"
)

// The bounds of what a peer allows the other (MUX-2).
const (
	MaxMuxStreams = 1024
	MinMuxFrames  = 16
	MaxMuxFrames  = 1024
)

const resetCounts = time.Second // MUX-22, MUX-23

// Mux is what a peer allows the other: how many streams it may have open, and how many frames each may run ahead of its
// receiver.
type Mux struct{ Streams, Frames int }

func (m *Mux) check() error {
	if m.Streams < 1 || m.Streams > MaxMuxStreams || m.Frames < MinMuxFrames || m.Frames > MaxMuxFrames {
		return refusal(resonant.FieldRange, "MUX-2", "%d streams of %d frames", m.Streams, m.Frames)
	}
	return nil
}

// object is the member of ping and capability.
func (m *Mux) object() jsonMembers {
	return jsonMembers{{Name: "streams", Value: m.Streams}, {Name: "frames", Value: m.Frames}}
}

// mux reads the member; nil if there is none.
func (m *members) mux() *Mux {
	object, there := member[resonant.Object](m, "mux", false)
	if !there {
		return nil
	}
	inner := members{object: object}
	streams, _ := member[int64](&inner, "streams", true)
	frames, _ := member[int64](&inner, "frames", true)
	if inner.malformed || streams != int64(int32(streams)) || frames != int64(int32(frames)) {
		m.malformed = true
		return nil
	}
	found := &Mux{int(streams), int(frames)}
	m.malformed = m.malformed || found.check() != nil
	return found
}

// multiplexes says whether multiplexing is agreed (MUX-3).
func (p *Peer) multiplexes() bool { return p.session != nil && p.session.Mux != nil }

// knowsMux says whether the methods of multiplexing are known (MUX-33).
func (p *Peer) knowsMux() bool { return p.session != nil && p.session.knowsMux }

// readMux reads the members of one of the four methods (MUX-6).
func readMux(a *arrival) bool {
	m := members{object: a.object}
	switch a.kind {
	case creditFrame:
		a.limit = m.u64("limit")
	case blockedFrame:
		a.limit = m.u64("limit")
		m.malformed = m.malformed || a.frame.FrameSeq == 0
	case resetFrame:
		a.code, _ = member[string](&m, "code", true)
		m.malformed = m.malformed || !isResetCode(a.code) || a.frame.FrameSeq == 0
	}
	return !m.malformed
}

func isResetCode(code string) bool {
	for _, one := range []byte(code) {
		if (one < 'A' || one > 'Z') && (one < '0' || one > '9') && one != '_' {
			return false
		}
	}
	return len(code) >= 1 && len(code) <= 64
}

// mayMux asks MUX-6 of one of the four methods.
func (p *Peer) mayMux(a *arrival) *verdict { return p.mayMethod(a, func() bool { return readMux(a) }) }

// mayMethod asks of a frame of a method that is agreed, or is a value of this peer's own, whether it may come; read says
// whether its members are right.
func (p *Peer) mayMethod(a *arrival, read func() bool) *verdict {
	if p.config.RequireCrypto && !a.sealed() {
		return rejected(EncryptionRequired)
	}
	if why := p.hasFeatures(a); why != nil {
		return why
	}
	if !read() {
		return rejected(BadMessage, "detail", string(resonant.BadJSON))
	}
	return nil
}

// sendMux sends one of the four methods (MUX-7).
func (p *Peer) sendMux(streamID uint32, method string, adds ...jsonMembers) (seq uint64, sent bool) {
	if p.silenced() || !p.maySendOn(streamID) {
		return 0, false
	}
	object := jsonMembers{{Name: "method", Value: method}}
	var flags resonant.Flags
	if p.session.Crypto == XChaCha20Poly1305 {
		flags = resonant.XCHACHA
	}
	seq = p.numbers[streamID]
	_, err := p.emitFrame(syncFrame(streamID, flags, append(object, slices.Concat(adds...)...)), aside)
	return seq, err == nil
}

// acceptMux lets one of the four methods have its effect; stream is that on which it came, if one was open.
func (p *Peer) acceptMux(a *arrival, stream *inStream) {
	switch a.kind {
	case creditFrame:
		p.acceptCredit(a.frame.StreamID, a.limit)
	case blockedFrame:
		p.acceptBlocked(a, stream)
	case doneFrame:
		p.acceptDone(a.frame.StreamID)
	case resetFrame:
		p.acceptReset(a)
	}
}

// --- The receiver of a stream.

// passesLimit says whether a frame is beyond the limit that its sender was told. Over QUIC there is none.
func (p *Peer) passesLimit(s *inStream, a *arrival) bool {
	return s != nil && s.managed && p.carry == nil && a.kind == dataFrame && a.frame.FrameSeq >= s.told
}

// keepsLimit asks MUX-14.
func (p *Peer) keepsLimit(a *arrival) *verdict {
	if s := p.open[a.frame.StreamID]; p.passesLimit(s, a) {
		return rejected(FlowControl, "limit", decimal(s.told))
	}
	return nil
}

// limitOf is the limit D + frames (MUX-13).
func (p *Peer) limitOf(s *inStream) uint64 {
	frames := uint64(p.config.Mux.Frames)
	if s.next > math.MaxUint64-frames {
		return math.MaxUint64
	}
	return s.next + frames
}

// grant sends a credit if the stream has come far enough (MUX-13).
func (p *Peer) grant(streamID uint32) {
	s := p.open[streamID]
	if s == nil || !s.managed || s.held || s.tail != nil || p.carry != nil {
		return
	}
	if limit := p.limitOf(s); limit > s.told && limit-s.told >= uint64(p.config.Mux.Frames+1)/2 {
		p.sendCredit(s, limit)
	}
}

func (p *Peer) sendCredit(s *inStream, limit uint64) {
	s.told = limit
	p.sendMux(s.id, "credit", jsonMembers{{Name: "limit", Value: decimal(limit)}})
}

// answersBlocked says whether a blocked gets an error as its answer (MUX-16, MUX-17, MUX-34).
func (p *Peer) answersBlocked(a *arrival) bool {
	if p.carry != nil {
		return false
	}
	if s := p.open[a.frame.StreamID]; s != nil {
		return len(s.missing(a.frame.FrameSeq)) > 0
	}
	w, closed := p.closed.get(a.frame.StreamID)
	return !closed || !w.complete
}

func (p *Peer) acceptBlocked(a *arrival, stream *inStream) {
	s := p.open[a.frame.StreamID]
	w, closed := p.closed.get(a.frame.StreamID)
	switch {
	case p.carry != nil:
	case s != nil:
		if missing := s.missing(a.frame.FrameSeq); len(missing) > 0 {
			p.askFor(a, missing)
		} else if !s.managed {
			p.sendCredit(s, math.MaxUint64) // MUX-34
		} else if s.held {
			p.sendCredit(s, s.told)
		} else {
			p.sendCredit(s, max(s.told, p.limitOf(s)))
		}
	case stream != nil: // its number was the last one missing (MUX-17)
	case !closed:
		p.askFor(a, (&inStream{}).missing(a.frame.FrameSeq))
	case !w.complete:
		ref := Ref{a.frame.StreamID, 0}
		p.sendError(ref, StreamCancelled, nil)
		p.report(ErrorSent{StreamCancelled, ref}) // MUX-32
	}
}

// acceptReset gives up a stream (MUX-27).
func (p *Peer) acceptReset(a *arrival) {
	streamID := a.frame.StreamID
	if s := p.open[streamID]; s != nil {
		if s.managed {
			p.closeStream(s, s.tailNumber()...)
			p.resets = append(p.resets, p.now)
			p.report(Failed{streamID, StreamReset, a.code})
		}
		return
	}
	if _, closed := p.closed.get(streamID); closed {
		return
	}
	w, there := p.windows.get(streamID)
	if !there {
		w = &window{}
	}
	p.windows.forget(streamID)
	p.closed.use(streamID, w)
}

// overflow fails a stream whose sender went beyond the limit (MUX-14).
func (p *Peer) overflow(a *arrival, why *verdict) {
	s := p.open[a.frame.StreamID]
	p.sendError(a.ref(), why.code, why.adds)
	p.closeStream(s, s.tailNumber()...)
	p.report(Failed{Code: why.code, StreamID: s.id})
}

// hasStreams asks whether one more stream may be open (MUX-22).
func (p *Peer) hasStreams() *verdict {
	if !p.multiplexes() {
		if len(p.open) >= maxOpenStreams {
			return dropped(BufferLimit)
		}
		return nil
	}
	p.resets = slices.DeleteFunc(p.resets, func(at time.Duration) bool { return p.now-at >= resetCounts })
	if most := p.config.Mux.Streams; len(p.open)+len(p.resets) >= most {
		return rejected(StreamLimit, "max", most)
	}
	return nil
}

// managedStream is an open stream that is managed.
func (p *Peer) managedStream(streamID uint32) (*inStream, error) {
	if s := p.open[streamID]; s != nil && s.managed {
		return s, nil
	}
	return nil, refusal(StreamState, "MUX-19", "there is no open stream %d that is multiplexed", streamID)
}

// Hold lets a stream that the peer receives wait: nothing more of it is delivered, and its sender gets no credit, until it
// is resumed. Other streams go on.
func (p *Peer) Hold(streamID uint32, now time.Duration) error {
	p.Advance(now)
	s, err := p.managedStream(streamID)
	if err == nil {
		s.held = true
	}
	return err
}

// Resume lets a stream go on that was held.
func (p *Peer) Resume(streamID uint32, now time.Duration) error {
	p.Advance(now)
	s, err := p.managedStream(streamID)
	if err != nil || !s.held {
		return err
	}
	s.held = false
	p.proceed(s)
	p.grant(streamID)
	return nil
}

// Cancel gives up a stream that the peer receives, and tells its sender.
func (p *Peer) Cancel(streamID uint32, now time.Duration) error {
	p.Advance(now)
	s, err := p.managedStream(streamID)
	if err != nil {
		return err
	}
	p.closeStream(s, s.tailNumber()...)
	p.fail(streamID, 0, StreamCancelled, "") // MUX-26
	return nil
}

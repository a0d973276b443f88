package peer

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"resonant"
)

const (
	maxWaitingToGo      = 1024       // frames, MUX-12
	maxWaitingToGoBytes = 16_777_216 // MUX-12
	defaultUrgency      = 3
	maxUrgency          = 7
	blockedEvery        = 15 * time.Second
)

var blockedRepeats = [...]time.Duration{time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second} // MUX-15

// toGo is a data frame that waits for credit, or under a cork.
type toGo struct {
	kind     resonant.Type
	modality resonant.Modality
	slices   []resonant.Slice
	bytes    int // its plain size
}

// outMux is what a managed stream has at its sender.
type outMux struct {
	limit     uint64
	urgency   int
	waiting   []toGo
	tailWaits bool

	blocked     bool // the first that waits does so because of the limit
	since       time.Duration
	told        int // times, since then
	lastBlocked uint64
	anyBlocked  bool

	done    bool
	broken  bool
	wasLast time.Duration // when it was reset
	reset   bool
}

func (m *outMux) nextBlocked() time.Duration {
	if m.told < len(blockedRepeats) {
		return m.since + blockedRepeats[m.told]
	}
	return m.since + time.Duration(m.told-len(blockedRepeats)+2)*blockedEvery
}

func plainBytes(parts []resonant.Slice) int {
	bytes := resonant.MinFrameBytes
	for _, one := range parts {
		bytes += 4 + 2 + 4*len(one.Dims) + len(one.Payload)
	}
	return bytes
}

// mustWait says whether the next data frame of a stream has to wait (MUX-10, MUX-21).
func (p *Peer) mustWait(stream *outStream) bool {
	if stream == nil || stream.mux == nil {
		return false
	}
	return p.corked || len(stream.mux.waiting) > 0 || p.numbers[stream.id] >= stream.mux.limit
}

// wait lets a frame wait, which could be sent but for that (MUX-12).
func (p *Peer) wait(stream *outStream, frame *resonant.Frame) error {
	trial := *frame
	trial.FrameSeq, trial.SpaceHash32 = p.numbers[frame.StreamID], p.config.SpaceHash32
	if _, err := p.encode(&trial); err != nil {
		return err
	}
	bytes := plainBytes(frame.Slices)
	if p.toGo >= maxWaitingToGo || p.toGoBytes+bytes > maxWaitingToGoBytes {
		return refusal(BufferLimit, "MUX-12", "%d frames wait already, %d bytes", p.toGo, p.toGoBytes)
	}
	p.toGo, p.toGoBytes = p.toGo+1, p.toGoBytes+bytes
	own := make([]resonant.Slice, len(frame.Slices))
	for at, one := range frame.Slices {
		own[at] = resonant.Slice{DType: one.DType, Dims: slices.Clone(one.Dims), Payload: slices.Clone(one.Payload)}
	}
	stream.mux.waiting = append(stream.mux.waiting, toGo{frame.Type, frame.Modality, own, bytes})
	p.noteBlocked(stream)
	return nil
}

// noteBlocked notes when a stream begins to wait because of its limit, and when it no longer does (MUX-15).
func (p *Peer) noteBlocked(stream *outStream) {
	m := stream.mux
	if m == nil {
		return
	}
	blocked := len(m.waiting) > 0 && p.numbers[stream.id] >= m.limit
	if blocked && !m.blocked {
		m.since, m.told = p.now, 0
	}
	m.blocked = blocked
}

// pump sends what waits and may go, in turn (MUX-30).
func (p *Peer) pump() {
	for !p.corked && p.session != nil && !p.silenced() {
		stream := p.turn()
		if stream == nil {
			return
		}
		m := stream.mux
		next := m.waiting[0]
		m.waiting = m.waiting[1:]
		p.toGo, p.toGoBytes = p.toGo-1, p.toGoBytes-next.bytes
		frame := &resonant.Frame{
			Type: next.kind, StreamID: stream.id, Modality: next.modality, Slices: next.slices, Flags: p.flagsOn(stream.id),
		}
		if p.session.Compress == Zstd {
			frame.Flags |= resonant.ZSTD
		}
		p.served[m.urgency] = stream.id
		_, _ = p.emitFrame(frame, unasked) // it could be encoded before
		p.noteBlocked(stream)
		if len(m.waiting) == 0 && m.tailWaits {
			m.tailWaits = false
			_ = p.sendTail(stream, unasked)
		}
	}
}

// turn is the stream whose turn it is; nil if none may send.
func (p *Peer) turn() (next *outStream) {
	for _, stream := range p.sent {
		m := stream.mux
		if m == nil || len(m.waiting) == 0 || p.numbers[stream.id] >= m.limit {
			continue
		}
		if next == nil || p.goesBefore(stream, next) {
			next = stream
		}
	}
	return next
}

// goesBefore says whether it is one stream's turn before another's.
func (p *Peer) goesBefore(one, other *outStream) bool {
	if by := cmp.Compare(one.mux.urgency, other.mux.urgency); by != 0 {
		return by < 0
	}
	last, any := p.served[one.mux.urgency]
	onePast, otherPast := any && one.id > last, any && other.id > last
	if onePast != otherPast {
		return onePast
	}
	return one.id < other.id
}

// acceptCredit raises a limit (MUX-9).
func (p *Peer) acceptCredit(streamID uint32, limit uint64) {
	stream := p.sent[streamID]
	if stream == nil || stream.mux == nil || stream.ended || limit <= stream.mux.limit {
		return
	}
	stream.mux.limit, stream.mux.blocked = limit, false // it begins to wait anew, if it still has to
	p.pump()
	p.noteBlocked(stream)
}

// acceptDone tells that a stream has come as a whole (MUX-24), if this end manages it (MUX-8).
func (p *Peer) acceptDone(streamID uint32) {
	stream := p.sent[streamID]
	if stream == nil || stream.mux == nil || !stream.ended || stream.mux.broken || stream.mux.done {
		return
	}
	stream.mux.done = true
	p.report(Done{streamID})
}

// sayBlocked says that a stream waits (MUX-15).
func (p *Peer) sayBlocked(stream *outStream) {
	m := stream.mux
	m.told++
	if seq, sent := p.sendMux(stream.id, "blocked", jsonMembers{{Name: "limit", Value: decimal(m.limit)}}); sent {
		m.lastBlocked, m.anyBlocked = seq, true
	}
	p.noteBlocked(stream)
}

// breakOffSending gives up a stream at its sender (STM-21, MUX-28).
func (p *Peer) breakOffSending(stream *outStream) {
	stream.ended = true
	p.letGo(stream)
	m := stream.mux
	if m == nil {
		return
	}
	for _, one := range m.waiting {
		p.toGo, p.toGoBytes = p.toGo-1, p.toGoBytes-one.bytes
	}
	m.waiting, m.tailWaits, m.blocked, m.broken = nil, false, false, true
}

// heardMux lets an error act on a managed stream (MUX-18, MUX-28), and says whether it was about that.
func (p *Peer) heardMux(stream *outStream, said report) bool {
	m, seq := stream.mux, said.ref.FrameSeq
	if m == nil || m.broken {
		return false
	}
	switch said.code {
	case StreamIncomplete:
		if m.anyBlocked && seq == m.lastBlocked {
			p.resend(stream, said.missing, seq)
			return true
		}
	case FlowControl:
		frame := stream.keptFrame(seq)
		isData := frame != nil && frame[p.prefixBytes+1] != byte(resonant.SyncType)
		if isData && !m.done {
			p.breakOffSending(stream)
		}
		return true
	case StreamLimit, StreamCancelled:
		if seq == 0 && !m.done {
			p.breakOffSending(stream)
		}
		return true
	}
	return false
}

// mayOpenOneMore asks MUX-23.
func (p *Peer) mayOpenOneMore() error {
	if !p.multiplexes() {
		return nil
	}
	open := 0
	for _, stream := range p.sent {
		m := stream.mux
		switch {
		case m == nil || m.done:
		case m.reset:
			if p.now-m.wasLast < resetCounts {
				open++
			}
		case m.broken:
		case stream.ended && p.now-stream.tailSent >= keptAfterTail:
		default:
			open++
		}
	}
	if most := p.session.Mux.Streams; open >= most {
		return refusal(StreamLimit, "MUX-23", "%d streams are open", open)
	}
	return nil
}

// Reset ends a stream of the peer's own before its time, with a code of 1 to 64 letters A to Z, digits and underscores
// that the other peer's application is told.
func (p *Peer) Reset(streamID uint32, code string, now time.Duration) error {
	p.Advance(now)
	if !isResetCode(code) {
		return refusal(resonant.FieldRange, "MUX-6", "a code of %q", code)
	}
	stream := p.sent[streamID]
	if p.session == nil {
		return refusal(HandshakeRequired, "HSK-58", "there is no session")
	}
	if p.silenced() {
		return refusal(EncryptionRequired, "HSK-46", "crypto is required and none could be chosen")
	}
	if stream == nil || stream.mux == nil || stream.ended {
		return refusal(StreamState, "MUX-25", "stream %d is not open, or not multiplexed", streamID)
	}
	p.sendMux(streamID, "reset", jsonMembers{{Name: "code", Value: code}})
	p.breakOffSending(stream)
	stream.mux.reset, stream.mux.wasLast = true, p.now
	return nil
}

// Cork lets the data frames of multiplexed streams wait, until Uncork sends them in the order of urgency.
func (p *Peer) Cork(now time.Duration) {
	p.Advance(now)
	p.corked = p.session != nil
}

// Uncork ends a Cork.
func (p *Peer) Uncork(now time.Duration) {
	p.Advance(now)
	p.corked = false
	p.pump()
}

// considerBlocked considers the deadlines of MUX-15.
func (p *Peer) considerBlocked(consider func(time.Duration, func(*Peer))) {
	if p.toGo == 0 {
		return
	}
	for _, streamID := range slices.Sorted(maps.Keys(p.sent)) {
		if stream := p.sent[streamID]; stream.mux != nil && stream.mux.blocked {
			consider(stream.mux.nextBlocked(), func(p *Peer) { p.sayBlocked(stream) })
		}
	}
}

// newOutMux is for a stream that is opened now; nil if it is not managed (MUX-4).
func (p *Peer) newOutMux(urgency *int) *outMux {
	if !p.multiplexes() {
		return nil
	}
	found := &outMux{limit: uint64(p.session.Mux.Frames), urgency: defaultUrgency}
	if p.carry != nil {
		found.limit = math.MaxUint64 // QUIC has its own
	}
	if urgency != nil {
		found.urgency = *urgency
	}
	return found
}

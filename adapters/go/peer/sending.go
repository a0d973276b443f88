package peer

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/zeebo/xxh3"

	"resonant"
	"resonant/internal/strictjson"
)

type jsonMembers = strictjson.Members

const (
	maxSentStreams = 65_536                 // HSK-72
	maxReplies     = 8                      // HSK-42
	replySpan      = 999 * time.Millisecond // HSK-42
	maxResent      = 64                     // STM-20
	keptAfterTail  = 10 * time.Second       // STM-37
)

// outStream is an opened stream at its sender.
type outStream struct {
	id               uint32
	strong           bool
	kept             [][]byte // frames from HEAD to TAIL in order, as put takes them; nil once they are no longer needed
	firstKept        uint64   // the number of the first of them: 0, unless there were too many
	keptBytes        int      // of them
	frames, totalLen uint64
	xxhash3          *xxh3.Hasher // nil unless strong
	ended            bool
	tail             uint64
	tailSent         time.Duration
	mux              *outMux // nil unless the stream is managed (MUX-4)

	asides   map[uint64]struct{} // of kept, the answers among them, which take no part in the stream
	carriage Carriage            // over QUIC: its uni; Main before there is one
	left     bool                // that has ended
}

// on gives the stream for those of its frames that are part of it.
func (s *outStream) on(seq uint64) *outStream {
	if _, aside := s.asides[seq]; aside {
		return nil
	}
	return s
}

// mayReply says whether a reply could be sent now on a stream_id (HSK-42, HSK-72).
func (p *Peer) mayReply(streamID uint32) bool {
	recent := 0
	for _, at := range p.replies {
		if p.now-at <= replySpan {
			recent++
		}
	}
	return recent+p.reserved < maxReplies && p.maySendOn(streamID)
}

func (p *Peer) maySendOn(streamID uint32) bool {
	_, used := p.numbers[streamID]
	return used || len(p.numbers) < maxSentStreams
}

// emit sends what the application asked for.
func (p *Peer) emit(frame *resonant.Frame) error {
	_, err := p.emitFrame(frame, asked)
	return err
}

// why is on whose account a frame is sent.
type why int

const (
	asked   why = iota // by the application, which is told if there is no room
	unasked            // a HEART, or what the application asked for earlier
	aside              // an answer and the like, which takes no part in a stream
)

// emitFrame numbers a frame and sends it, sealed if that is agreed (HSK-2 to HSK-5). It gives what put takes.
func (p *Peer) emitFrame(frame *resonant.Frame, reason why) ([]byte, error) {
	seq := p.numbers[frame.StreamID]
	frame.FrameSeq, frame.SpaceHash32 = seq, p.config.SpaceHash32
	packet, err := p.encode(frame)
	if err != nil {
		return nil, err
	}
	datagram := packet[p.prefixBytes:]
	if reason == asked && p.room != nil {
		if err := p.room(packet); err != nil {
			return nil, err
		}
	}
	p.numbers[frame.StreamID] = seq + 1
	stream := p.sent[frame.StreamID]
	if stream != nil && !stream.ended {
		p.keep(stream, packet)
		if reason == aside {
			if stream.asides == nil {
				stream.asides = map[uint64]struct{}{}
			}
			stream.asides[seq] = struct{}{}
		}
		if frame.Type != resonant.SyncType {
			stream.frames++
			stream.totalLen += uint64(len(datagram))
			if stream.strong {
				_, _ = stream.xxhash3.Write(datagram)
			}
		}
	}
	if stream != nil {
		p.noteBlocked(stream)
	}
	sent := p.joinGroup(Ref{frame.StreamID, seq}, datagram, p.endsGroups)
	p.endsGroups = false
	if reason == aside {
		stream = nil
	}
	p.put(packet, stream)
	sent()
	return packet, nil
}

// encode gives the bytes of a frame, behind its length where that is sent.
func (p *Peer) encode(frame *resonant.Frame) ([]byte, error) {
	encoder := resonant.Encoder{Key: p.config.Key}
	if frame.Flags&resonant.XCHACHA != 0 {
		nonce := resonant.Nonce{}
		own := p.salt.on(frame.StreamID)
		copy(nonce[:], own[:])
		binary.LittleEndian.PutUint64(nonce[len(own):], frame.FrameSeq)
		encoder.Nonce = &nonce
	}
	packet, err := encoder.Append(make([]byte, p.prefixBytes), frame)
	if err != nil {
		return nil, err
	}
	length := len(packet) - p.prefixBytes
	if length > p.maxFrameBytes {
		return nil, refusal(resonant.FrameTooLarge, "HSK-1", "%d bytes", length)
	}
	if p.prefixBytes > 0 {
		binary.LittleEndian.PutUint32(packet, uint32(length)) // TCP-1
	}
	return packet, nil
}

// on is what the nonces of the peer's own frames on a stream_id begin with (XCH-10).
func (s Salt) on(streamID uint32) Salt {
	last := s[12:]
	binary.LittleEndian.PutUint32(last, binary.LittleEndian.Uint32(last)^streamID)
	return s
}

// put sends the bytes of a frame, behind its length where that is sent, for the first time or again; nil is the stream of
// those that are part of none. Where there is no room they are lost (TCP-20, RTC-8).
func (p *Peer) put(packet []byte, of *outStream) {
	p.lastSent = p.now
	if p.room != nil {
		if p.room(packet) != nil {
			return
		}
		p.putBytes += len(packet)
	}
	if p.carry != nil {
		p.carry(packet, of)
		return
	}
	p.datagrams = append(p.datagrams, packet)
}

// syncFrame makes a frame of an object of JSON.
func syncFrame(streamID uint32, flags resonant.Flags, object jsonMembers) *resonant.Frame {
	text := strictjson.Append(nil, object)
	slice := resonant.Slice{DType: resonant.I8, Dims: []uint32{uint32(len(text))}, Payload: text}
	return &resonant.Frame{Type: resonant.SyncType, Flags: flags, StreamID: streamID, Slices: []resonant.Slice{slice}}
}

// sendReply sends a capability or an error, which the caller has found to be within the limit, and gives what put takes.
func (p *Peer) sendReply(streamID uint32, object jsonMembers) []byte {
	datagram, err := p.emitFrame(syncFrame(streamID, 0, object), aside) // HSK-45
	if err != nil {
		return nil // no reply is too large
	}
	return p.repliedWith(datagram)
}

// repliedWith counts a reply.
func (p *Peer) repliedWith(datagram []byte) []byte {
	if p.replies = append(p.replies, p.now); len(p.replies) > maxReplies {
		p.replies = p.replies[1:]
	}
	return datagram
}

var errorTexts = map[resonant.Code]string{
	UnsupportedVersion:  "this version of the protocol is unknown here",
	SpaceMismatch:       "another embedding space",
	HandshakeRequired:   "there is no session",
	EncryptionRequired:  "frames have to be sealed",
	UnsupportedFeature:  "this feature was not agreed",
	UnsupportedModality: "this modality was not agreed",
	BadMessage:          "the message cannot be read",
	UnsupportedDType:    "this dtype was not agreed",
	StreamFlagMismatch:  "STRONG_TAIL differs from the HEAD of the stream",
	StreamIncomplete:    "frames of the stream are missing",
	StreamCorrupt:       "the stream is not what was announced",
	StreamTimeout:       "missing frames of the stream did not come",
	FlowControl:         "the frame is beyond the limit of its stream",
	StreamLimit:         "too many streams are open",
	StreamCancelled:     "the receiver wants nothing more of the stream",
}

// sendError answers a frame (HSK-43, HSK-53).
func (p *Peer) sendError(ref Ref, code resonant.Code, adds jsonMembers) []byte {
	object := jsonMembers{
		{Name: "method", Value: "error"},
		{Name: "code", Value: string(code)},
		{Name: "message", Value: errorTexts[code]},
		{Name: "ref", Value: jsonMembers{
			{Name: "stream_id", Value: ref.StreamID},
			{Name: "frame_seq", Value: decimal(ref.FrameSeq)},
		}},
	}
	return p.sendReply(ref.StreamID, append(object, adds...))
}

// repair sends again what the receiver of a stream lacks, and its TAIL (STM-20).
func (p *Peer) repair(stream *outStream, missing []uint64) {
	if p.now-stream.tailSent > keptAfterTail || !p.resend(stream, missing, stream.tail) {
		return
	}
	if tail := stream.keptFrame(stream.tail); tail != nil {
		p.put(tail, stream)
	}
	stream.tailSent = p.now
}

// resend sends again those of the frames below a number that the receiver of a stream lacks, unless that is asked for too
// often.
func (p *Peer) resend(stream *outStream, missing []uint64, below uint64) bool {
	if stream.kept == nil || !p.repairs.within(p.now) {
		return false
	}
	if p.tolerances != nil {
		p.tolerances.lost(p.now) // ADA-18
	}
	missing = slices.Clone(missing)
	slices.Sort(missing)
	missing = slices.Compact(missing)
	missing = slices.DeleteFunc(missing, func(seq uint64) bool { return seq >= below })
	for _, seq := range missing[:min(len(missing), maxResent)] {
		if frame := stream.keptFrame(seq); frame != nil {
			p.put(frame, stream.on(seq))
		}
	}
	return true
}

// heard lets an error act on the stream that it is about (STM-20, STM-21, STM-38).
func (p *Peer) heard(said report) {
	if said.ref == nil {
		return
	}
	stream := p.sent[said.ref.StreamID]
	if stream == nil || p.heardMux(stream, said) || !stream.ended || stream.tail != said.ref.FrameSeq {
		return
	}
	switch said.code {
	case StreamIncomplete:
		p.repair(stream, said.missing)
	case StreamCorrupt, StreamTimeout:
		p.breakOffSending(stream)
	}
}

// forgetKept lets go of frames that nobody can ask for any more (STM-37).
func (p *Peer) forgetKept() {
	for _, stream := range p.sent {
		if stream.ended && p.now-stream.tailSent > keptAfterTail {
			p.letGo(stream)
		}
	}
}

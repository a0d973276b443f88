package peer

import (
	"encoding/hex"
	"time"

	"github.com/zeebo/xxh3"

	"resonant"
)

// Ping asks for a session, or for another agreement, on a stream_id on which the peer has sent nothing. What comes of
// it is an [Established] or [ErrorReceived]. Only a client pings.
func (p *Peer) Ping(streamID uint32, now time.Duration) error {
	p.Advance(now)
	if p.over {
		return refusal(HandshakeRequired, "TCP-16", "the connection has ended")
	}
	_, used := p.numbers[streamID]
	if p.role == Server {
		return refusal(StreamState, "HSK-59", "a server does not ping")
	}
	if used || !p.maySendOn(streamID) {
		return refusal(StreamState, "HSK-30", "stream %d was used before, or is one too many", streamID)
	}
	return p.startPing(streamID)
}

// Send sends the slices of a message: as part of a stream if one is open on the stream_id, and by themselves if not.
// What the other peer would reject is refused with the same code, and nothing is sent.
func (p *Peer) Send(streamID uint32, kind resonant.Type, modality resonant.Modality, slices []resonant.Slice, now time.Duration) error {
	return p.sendMade(streamID, kind, modality, making{
		func() error { return nil },
		func() ([]resonant.Slice, error) { return slices, nil },
	}, now)
}

// making makes the slices of a message once it is known that it may be sent; may is asked first.
type making struct {
	may    func() error
	slices func() ([]resonant.Slice, error)
}

func (p *Peer) sendMade(streamID uint32, kind resonant.Type, modality resonant.Modality, make making, now time.Duration) error {
	p.Advance(now)
	if kind == resonant.SyncType || kind > resonant.CritiqueType {
		return refusal(resonant.BadType, "HSK-6", "type %d is not that of a message", kind)
	}
	if err := p.mayRequest(streamID, func(s *session) error {
		if other := s.otherSpaceHash; other != 0 && other != p.config.SpaceHash32 {
			return refusal(SpaceMismatch, "HSK-57", "the other peer's space_hash32 is %d", other)
		}
		return nil
	}); err != nil {
		return err
	}
	frame := &resonant.Frame{Type: kind, StreamID: streamID, Modality: modality}
	if err := make.may(); err != nil {
		return err
	}
	if why := p.mayBe(frame); why != nil {
		return asRefusal(why)
	}
	var err error
	if frame.Slices, err = make.slices(); err != nil {
		return err
	}
	var unread error
	why := p.mayMessage(frame, func(err error) *verdict {
		unread = err
		return dropped(codeOf(err))
	})
	if unread != nil {
		return unread
	}
	if why != nil {
		return asRefusal(why)
	}
	if p.session.Compress == Zstd {
		frame.Flags |= resonant.ZSTD // HSK-5
	}
	frame.Flags |= p.flagsOn(streamID)
	if stream := p.sent[streamID]; p.mustWait(stream) {
		return p.wait(stream, frame)
	}
	return p.emit(frame)
}

func asRefusal(why *verdict) error {
	return refusal(why.code, "HSK-57", "the other peer has not agreed to it")
}

// SendMessage sends a message like Send.
func (p *Peer) SendMessage(streamID uint32, modality resonant.Modality, message resonant.Message, now time.Duration) error {
	frame, err := resonant.NewFrame(message, modality)
	if err != nil {
		return err
	}
	return p.Send(streamID, frame.Type, modality, frame.Slices, now)
}

// mayRequest asks what is asked of every request but a ping (HSK-57, HSK-58). The further question comes second.
func (p *Peer) mayRequest(streamID uint32, further func(*session) error) error {
	if p.session == nil {
		return refusal(HandshakeRequired, "HSK-57", "there is no session")
	}
	if err := further(p.session); err != nil {
		return err
	}
	if p.silenced() {
		return refusal(EncryptionRequired, "HSK-46", "crypto is required and none could be chosen")
	}
	if stream := p.sent[streamID]; stream != nil && (stream.ended || stream.mux != nil && stream.mux.tailWaits) {
		return refusal(StreamState, "STM-4", "stream %d has ended", streamID)
	}
	if !p.maySendOn(streamID) {
		return refusal(StreamState, "HSK-72", "%d stream_ids were used under one salt", len(p.numbers))
	}
	return nil
}

func (p *Peer) mayRequestSync(streamID uint32) error {
	return p.mayRequest(streamID, func(*session) error { return nil })
}

// flagsOn are the flags of a frame other than ping, capability and error, but for ZSTD (HSK-4, STM-3).
func (p *Peer) flagsOn(streamID uint32) resonant.Flags {
	var flags resonant.Flags
	if p.session.Crypto == XChaCha20Poly1305 {
		flags |= resonant.XCHACHA
	}
	if stream := p.sent[streamID]; stream != nil && stream.strong {
		flags |= resonant.StrongTail
	}
	return flags
}

// Open begins a stream on a stream_id on which the peer has sent nothing. sizes are nil if they are not known yet.
func (p *Peer) Open(streamID uint32, strong bool, sizes *Sizes, now time.Duration) error {
	return p.OpenUrgent(streamID, strong, sizes, nil, now)
}

// OpenUrgent is Open with an urgency of 0 to 7, the lowest of which goes first where data frames wait; nil is 3. It is
// left out, without an error, where multiplexing is not agreed.
func (p *Peer) OpenUrgent(streamID uint32, strong bool, sizes *Sizes, urgency *int, now time.Duration) error {
	p.Advance(now)
	if err := p.mayRequestSync(streamID); err != nil {
		return err
	}
	if _, used := p.numbers[streamID]; used {
		return refusal(StreamState, "STM-4", "stream %d was used before", streamID)
	}
	if err := p.mayOpenOneMore(); err != nil {
		return err
	}
	if urgency != nil && (*urgency < 0 || *urgency > maxUrgency) {
		return refusal(resonant.FieldRange, "MUX-6", "an urgency of %d", *urgency)
	}
	object := jsonMembers{{Name: "method", Value: "head"}, {Name: "dir", Value: p.ownDirection()}}
	if sizes != nil {
		object = append(object, jsonMembers{
			{Name: "frames", Value: decimal(sizes.Frames)},
			{Name: "total_len", Value: decimal(sizes.TotalLen)},
			{Name: "md5", Value: hex.EncodeToString(sizes.MD5[:])},
			{Name: "xxhash3_64", Value: resonant.TailHashText(sizes.XXHash3)},
		}...)
	}
	if urgency != nil && p.multiplexes() { // MUX-35
		object = append(object, jsonMembers{{Name: "urgency", Value: *urgency}}...)
	}
	stream := &outStream{id: streamID, strong: strong, mux: p.newOutMux(urgency)}
	if strong {
		stream.xxhash3 = xxh3.New()
	}
	p.sent[streamID], p.endsGroups = stream, true
	err := p.emit(syncFrame(streamID, p.flagsOn(streamID), object))
	if err != nil {
		delete(p.sent, streamID)
	}
	return err
}

func (p *Peer) ownDirection() string {
	if p.role == Client {
		return "up"
	}
	return "down"
}

// Close ends a stream. The frames are kept for 10 s, or the last 256 MiB of those of all streams, and sent again if the other
// peer asks for them.
func (p *Peer) Close(streamID uint32, now time.Duration) error {
	p.Advance(now)
	if err := p.mayRequestSync(streamID); err != nil {
		return err
	}
	stream := p.sent[streamID]
	if stream == nil {
		return refusal(StreamState, "STM-4", "stream %d was not opened", streamID)
	}
	if stream.mux != nil && len(stream.mux.waiting) > 0 {
		stream.mux.tailWaits = true // MUX-11
		return nil
	}
	return p.sendTail(stream, asked)
}

// sendTail ends a stream.
func (p *Peer) sendTail(stream *outStream, reason why) error {
	object := jsonMembers{
		{Name: "method", Value: "tail"},
		{Name: "frames", Value: decimal(stream.frames)},
		{Name: "total_len", Value: decimal(stream.totalLen)},
	}
	if stream.strong {
		hash := resonant.TailHashText(stream.xxhash3.Sum64())
		object = append(object, jsonMembers{{Name: "xxhash3_64", Value: hash}}...)
	}
	stream.tail, p.endsGroups = p.numbers[stream.id], true
	if _, err := p.emitFrame(syncFrame(stream.id, p.flagsOn(stream.id), object), reason); err != nil {
		return err
	}
	stream.ended, stream.tailSent = true, p.now
	p.forgetKept()
	return nil
}

// Heart sends a HEART, which says that the peer is there. One is sent by itself after 15 s of silence.
func (p *Peer) Heart(streamID uint32, now time.Duration) error {
	p.Advance(now)
	if err := p.mayRequestSync(streamID); err != nil {
		return err
	}
	return p.emit(p.heart(streamID))
}

func (p *Peer) heart(streamID uint32) *resonant.Frame {
	return &resonant.Frame{Type: resonant.SyncType, Flags: p.flagsOn(streamID), StreamID: streamID}
}

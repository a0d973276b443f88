package peer

import (
	"slices"
	"time"

	"resonant"
)

// waitingPing is a ping that has no answer yet.
type waitingPing struct {
	ref      Ref
	datagram []byte
	sent     time.Duration
	repeated int
}

// offerMembers are what a ping and a capability have in common.
func (p *Peer) offerMembers(own offer) jsonMembers {
	return jsonMembers{
		{Name: "d_model", Value: p.config.DModel},
		{Name: "embedding_space_id", Value: p.config.EmbeddingSpaceID},
		{Name: "space_hash32", Value: p.config.SpaceHash32},
		{Name: "modality", Value: own.modality},
		{Name: "compress", Value: own.compress},
		{Name: "crypto", Value: own.crypto},
	}
}

// startPing sends a ping, in place of one that waits (HSK-20, HSK-66).
func (p *Peer) startPing(streamID uint32) error {
	config := &p.config
	own := offer{modality: config.Modality, compress: config.Compress, crypto: config.Crypto}
	if config.Key == nil {
		own.crypto = without(own.crypto, func(name string) bool { return name == XChaCha20Poly1305 })
	}
	object := jsonMembers{
		{Name: "method", Value: "ping"},
		{Name: "ts", Value: int64(p.now / time.Second)}, // HSK-51
		{Name: "v", Value: proto},
	}
	object = append(object, p.offerMembers(own)...)
	object = append(object, jsonMembers{{Name: "supports", Value: jsonMembers{
		{Name: "critique", Value: config.Critique},
		{Name: "dtype", Value: config.DType},
	}}}...)
	if config.Mux != nil {
		object = append(object, jsonMembers{{Name: "mux", Value: config.Mux.object()}}...) // MUX-1
	}
	if config.FEC != nil {
		object = append(object, jsonMembers{{Name: "fec", Value: config.FEC}}...) // FEC-4
	}
	p.failed, p.endsGroups = false, true
	ref := Ref{streamID, p.numbers[streamID]}
	datagram, err := p.emitFrame(syncFrame(streamID, 0, object), asked)
	if err != nil {
		return err
	}
	p.ping = &waitingPing{ref: ref, datagram: datagram, sent: p.now}
	return nil
}

func without(names []string, out func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(names), out)
}

// common are the names of an own list that the other peer's list has, too; all of them if it has no list.
func (p *Peer) common(own, others []string) []string {
	found := without(own, func(name string) bool {
		return !p.config.canAgree(name) || others != nil && !slices.Contains(others, name)
	})
	if found == nil {
		return []string{}
	}
	return found
}

// agreed is what an offer of the other peer and the own values have in common.
func (p *Peer) agreed(other offer) offer {
	return offer{
		version:  min(proto, other.version), // HSK-13
		compress: p.common(p.config.Compress, other.compress),
		crypto:   p.common(p.config.Crypto, other.crypto),
		dtype:    p.common(p.config.DType, other.dtype),
		modality: p.common(p.config.Modality, other.modality),
		critique: p.config.Critique && other.critique, // HSK-16
	}
}

// chosen is the first name that is agreed (HSK-26).
func chosen(names []string, passOverNone bool) string {
	for _, name := range names {
		if name != None || !passOverNone || len(names) == 1 {
			return name
		}
	}
	return None
}

// begin begins a session, or agrees anew on one that there is (HSK-17).
func (p *Peer) begin(agreed, other offer, streamID uint32) {
	if p.session == nil && p.tolerances != nil {
		p.tolerances.begin(p.now)
	}
	knewMux := p.knowsMux()
	p.session = &session{
		Agreement: Agreement{
			Proto:    agreed.version,
			Compress: chosen(agreed.compress, false),
			Crypto:   chosen(agreed.crypto, p.config.RequireCrypto || other.requireCrypto),
			DType:    agreed.dtype,
			Modality: agreed.modality,
			Critique: agreed.critique,
			Mux:      other.mux,
			FEC:      p.agreeOnRepair(other.fec),
		},
		zstd:           slices.Contains(agreed.compress, Zstd),
		xchacha:        slices.Contains(agreed.crypto, XChaCha20Poly1305),
		otherSpaceHash: other.spaceHash32,
		knowsMux:       knewMux || other.mux != nil,
		handshakeOn:    streamID,
		lastAccepted:   p.now,
	}
	p.report(Established{p.session.Agreement})
}

// judgePing says why a ping cannot be agreed to (HSK-11).
func (p *Peer) judgePing(a *arrival) *verdict {
	var ok bool
	if a.offer, ok = readPing(a.object, &p.config); !ok {
		return rejected(BadMessage, "detail", string(resonant.BadJSON))
	}
	if a.offer.version < proto {
		return &verdict{code: UnsupportedVersion, adds: jsonMembers{{Name: "min", Value: proto}, {Name: "max", Value: proto}}}
	}
	if p.config.namesAnother(a.offer.spaceID, a.offer.spaceHash32) {
		return &verdict{code: SpaceMismatch, adds: jsonMembers{
			{Name: "expected", Value: p.config.EmbeddingSpaceID},
			{Name: "got", Value: a.offer.spaceID},
			{Name: "expected_hash", Value: p.config.SpaceHash32},
			{Name: "got_hash", Value: a.offer.spaceHash32},
		}}
	}
	return nil
}

// answerPing agrees to a ping (HSK-13 to HSK-17).
func (p *Peer) answerPing(a *arrival) {
	agreed := p.agreed(a.offer)
	p.begin(agreed, offer{spaceHash32: a.offer.spaceHash32, mux: a.offer.mux, fec: a.offer.fec}, a.frame.StreamID)
	for _, list := range []*[]string{&agreed.compress, &agreed.crypto} {
		if len(*list) == 0 {
			*list = []string{None} // HSK-15
		}
	}
	object := jsonMembers{
		{Name: "method", Value: "capability"},
		{Name: "v", Value: proto}, // HSK-49
		{Name: "agreed_proto", Value: agreed.version},
	}
	object = append(object, p.offerMembers(agreed)...)
	object = append(object, jsonMembers{{Name: "supports", Value: jsonMembers{
		{Name: "critique", Value: agreed.critique},
		{Name: "dtype", Value: agreed.dtype},
		{Name: "require_crypto", Value: p.config.RequireCrypto},
	}}}...)
	if a.offer.mux != nil {
		object = append(object, jsonMembers{{Name: "mux", Value: p.config.Mux.object()}}...)
	}
	if a.offer.fec != nil {
		names := p.common(p.config.FEC, a.offer.fec)
		if len(names) == 0 {
			names = []string{None}
		}
		object = append(object, jsonMembers{{Name: "fec", Value: names}}...) // FEC-5
	}
	p.endsGroups = true
	p.answers.use(a.ref(), answer{datagram: p.sendReply(a.frame.StreamID, object)})
}

// answerAgain sends the answer to a ping once more (HSK-18).
func (p *Peer) answerAgain(a *arrival) {
	p.put(p.repliedWith(a.again.datagram), nil)
	if a.again.code != "" {
		p.report(ErrorSent{a.again.code, a.ref()})
	}
}

// agree acts on a capability (HSK-22 to HSK-27).
func (p *Peer) agree(a *arrival) {
	if p.ping == nil || p.ping.ref.StreamID != a.frame.StreamID {
		return
	}
	p.ping = nil
	switch {
	case a.offer.version != proto:
		p.giveUp(UnsupportedVersion)
		return
	case p.config.namesAnother(a.offer.spaceID, a.offer.spaceHash32):
		p.giveUp(SpaceMismatch)
		return
	}
	agreed := p.agreed(a.offer)
	required := p.config.RequireCrypto || a.offer.requireCrypto
	if required && chosen(agreed.crypto, true) == None {
		p.giveUp(CryptoRequired)
		return
	}
	p.begin(agreed, a.offer, a.frame.StreamID)
}

// giveUp fails the handshake and ends the session (HSK-29, HSK-65).
func (p *Peer) giveUp(code resonant.Code) {
	if p.session != nil {
		p.session = nil
		p.forgetReceived()
	}
	p.failed = true
	p.report(ErrorReceived{Code: code})
}

// endPing ends the wait of a ping without an agreement (HSK-28, HSK-64).
func (p *Peer) endPing() {
	p.ping = nil
	p.failed = p.session == nil
}

// silenced says whether crypto is required and none could be chosen (HSK-46).
func (p *Peer) silenced() bool {
	return p.config.RequireCrypto && p.session != nil && p.session.Crypto == None
}

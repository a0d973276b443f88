package peer

import (
	"slices"

	"resonant"
)

// mayCome asks whether a frame may come in this session, and whether it can be read.
func (p *Peer) mayCome(a *arrival) *verdict {
	switch a.kind {
	case dataFrame:
		return p.mayData(a)
	case heartFrame, headFrame, tailFrame:
		return p.maySync(a)
	case unreadable:
		if p.role == Client {
			return dropped(BadMessage) // HSK-40
		}
		return rejected(BadMessage, "detail", string(a.why)) // HSK-19
	case errorFrame:
		var ok bool
		if a.said, ok = readReport(a.object); !ok {
			return dropped(BadMessage) // HSK-63
		}
	case capabilityFrame:
		var ok bool
		if a.offer, ok = readCapability(a.object, &p.config); !ok && p.role == Client {
			return dropped(BadMessage) // HSK-23
		}
	case creditFrame, blockedFrame, doneFrame, resetFrame:
		return p.mayMux(a)
	case qualityFrame:
		return p.mayQuality(a)
	case otherSync:
		if p.config.RequireCrypto && !a.sealed() {
			return rejected(EncryptionRequired) // HSK-60
		}
	}
	return nil
}

// maySync asks HSK-37.
func (p *Peer) maySync(a *arrival) *verdict {
	switch {
	case p.session == nil && a.kind == heartFrame:
		return dropped(Ignored)
	case p.session == nil:
		return rejected(HandshakeRequired)
	case p.config.RequireCrypto && !a.sealed():
		return rejected(EncryptionRequired)
	}
	if why := p.hasFeatures(a); why != nil {
		return why
	}
	ok := true
	switch a.kind {
	case headFrame:
		a.sizes, ok = readHead(a.object, a.frame.FrameSeq, p.otherDirection(), p.multiplexes())
	case tailFrame:
		a.tail, ok = readTail(a.object, a.frame.FrameSeq, a.strong())
	}
	if !ok {
		return rejected(BadMessage, "detail", string(resonant.BadJSON))
	}
	return nil
}

// otherDirection is dir of the other peer's streams.
func (p *Peer) otherDirection() string {
	if p.role == Server {
		return "up"
	}
	return "down"
}

func (p *Peer) hasFeatures(a *arrival) *verdict {
	switch flags := a.frame.Flags; {
	case flags&resonant.ZSTD != 0 && !p.session.zstd:
		return rejected(UnsupportedFeature, "feature", Zstd)
	case flags&resonant.XCHACHA != 0 && !p.session.xchacha:
		return rejected(UnsupportedFeature, "feature", XChaCha20Poly1305)
	}
	return nil
}

// mayData asks HSK-36.
func (p *Peer) mayData(a *arrival) *verdict {
	own := p.config.SpaceHash32
	switch {
	case p.session == nil:
		return rejected(HandshakeRequired)
	case own != 0 && own != a.frame.SpaceHash32:
		return &verdict{code: SpaceMismatch, adds: jsonMembers{
			{Name: "expected_hash", Value: own}, {Name: "got_hash", Value: a.frame.SpaceHash32},
		}}
	case p.config.RequireCrypto && !a.sealed():
		return rejected(EncryptionRequired)
	}
	if why := p.hasFeatures(a); why != nil {
		return why
	}
	return p.mayMessage(a.frame, func(err error) *verdict {
		return rejected(BadMessage, "detail", string(codeOf(err)))
	})
}

// mayMessage asks what is asked of received messages and of those to be sent alike. unread judges what the message layer
// rejects.
func (p *Peer) mayMessage(frame *resonant.Frame, unread func(error) *verdict) *verdict {
	if why := p.mayBe(frame); why != nil {
		return why
	}
	message, err := resonant.ReadMessage(frame)
	if err != nil {
		return unread(err)
	}
	for _, dtype := range dtypesOf(message) {
		if name := dtype.String(); !slices.Contains(p.session.DType, name) {
			return rejected(UnsupportedDType, "dtype", name)
		}
	}
	return nil
}

// mayBe asks for what is agreed besides dtypes.
func (p *Peer) mayBe(frame *resonant.Frame) *verdict {
	if frame.Type == resonant.CritiqueType && !p.session.Critique {
		return rejected(UnsupportedFeature, "feature", "critique")
	}
	if modality := frame.Modality.String(); !slices.Contains(p.session.Modality, modality) {
		return rejected(UnsupportedModality, "modality", modality)
	}
	return nil
}

// dtypesOf are those of the tensors of a message, in the order of the slots (HSK-56).
func dtypesOf(message resonant.Message) []resonant.DType {
	switch m := message.(type) {
	case resonant.Think:
		return []resonant.DType{m.Hidden.DType}
	case resonant.Cache:
		return []resonant.DType{m.Keys.DType, m.Values.DType}
	case resonant.Ask:
		if m.Context == nil {
			return []resonant.DType{m.Query.DType}
		}
		return []resonant.DType{m.Query.DType, m.Context.DType}
	case resonant.Critique:
		return []resonant.DType{m.Divergence.DType}
	}
	return nil
}

package peer

import (
	"time"

	"resonant"
)

// Numbers are a tensor whose form the peer chooses: its elements, little-endian, of the type that Source says.
type Numbers struct {
	Source resonant.Source
	Dims   []uint32
	Data   []byte
}

// AdaptiveMessage is a message whose tensors travel in the form that is smallest and exact enough, by Config.Adaptive and
// by what the other peer said of its quality.
type AdaptiveMessage struct {
	Type     resonant.Type
	Modality resonant.Modality
	Tensors  []Numbers        // in the order of their slots
	Slices   []resonant.Slice // what comes behind the tensors of a Critique: its mask, its explanation
}

var dtypesByName = map[string]resonant.DType{
	"f16": resonant.F16, "i8": resonant.I8, "q4": resonant.Q4, "sparse": resonant.SparseCOO,
}

// SendAdaptive sends a message like Send. Where no form that is agreed is exact enough it is refused with
// [resonant.Tolerance].
func (p *Peer) SendAdaptive(streamID uint32, message AdaptiveMessage, now time.Duration) error {
	return p.sendMade(streamID, message.Type, message.Modality, making{p.choosesForms, func() ([]resonant.Slice, error) {
		var made []resonant.Slice
		for place, one := range message.Tensors {
			asked := resonant.Adaptation{
				Allow:     p.formsOf(message.Type),
				Tolerance: p.tolerances.of(streamID, message.Type, place, p.now),
			}
			tensor, err := resonant.Adapt(one.Source, one.Data, one.Dims, asked)
			if err != nil {
				return nil, err
			}
			made = append(made, tensor.Slices()...)
		}
		return append(made, message.Slices...), nil
	}}, now)
}

// choosesForms asks for the own value (ADA-13).
func (p *Peer) choosesForms() error {
	if p.tolerances == nil {
		return refusal(UnsupportedFeature, "ADA-13", "the peer has no tolerance of its own: Config.Adaptive")
	}
	return nil
}

// formsOf are those that are agreed, and that the slots of a message take (ADA-11).
func (p *Peer) formsOf(kind resonant.Type) []resonant.DType {
	var found []resonant.DType
	for _, name := range p.session.DType {
		dtype, known := dtypesByName[name]
		if known && (kind != resonant.CritiqueType || dtype == resonant.F16 || dtype == resonant.I8) {
			found = append(found, dtype)
		}
	}
	return found
}

// Quality tells the other peer how much error the tensors that it sends on a stream_id may have, as [Adaptive] counts it.
func (p *Peer) Quality(streamID uint32, tolerance int64, now time.Duration) error {
	p.Advance(now)
	if err := p.mayRequestSync(streamID); err != nil {
		return err
	}
	if p.sent[streamID] != nil {
		return refusal(StreamState, "ADA-14", "stream %d is this peer's own", streamID)
	}
	if tolerance < 0 || tolerance > resonant.MaxTolerance {
		return refusal(resonant.FieldRange, "ADA-14", "a tolerance of %d", tolerance)
	}
	object := jsonMembers{{Name: "method", Value: "quality"}, {Name: "tolerance", Value: tolerance}}
	return p.emit(syncFrame(streamID, p.flagsOn(streamID), object))
}

// mayQuality asks ADA-15.
func (p *Peer) mayQuality(a *arrival) *verdict {
	return p.mayMethod(a, func() bool {
		m := members{object: a.object}
		a.tolerance, _ = member[int64](&m, "tolerance", true)
		return !m.malformed && a.tolerance >= 0 && a.tolerance <= resonant.MaxTolerance
	})
}

// takesQuality says whether a quality is more to the peer than an unknown method.
func (p *Peer) takesQuality() bool { return p.session != nil && p.tolerances != nil }

// known says what a method is to the peer, as it is now.
func (p *Peer) known(method string) (kind, bool) {
	found, isKnown := methods[method]
	ignored := found.ofMux() && !p.knowsMux() || found == qualityFrame && !p.takesQuality()
	return found, isKnown && !ignored
}

// acceptQuality remembers a quality (ADA-16).
func (p *Peer) acceptQuality(a *arrival) {
	p.tolerances.hear(a.frame.StreamID, quality{a.frame.FrameSeq, a.tolerance})
}

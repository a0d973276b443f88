package resonant

import "resonant/internal/strictjson"

// An Object is the JSON of a message, as it was read strictly: its values are nil, bool, int64 (numbers without fraction
// and exponent), float64, string, []any and Object.
type Object = map[string]any

// A Message is what the slices of a frame mean: a [Think], [Cache], [Ask], [Sync], [Heart] or [Critique].
type Message interface {
	// Type is the type of the frames that carry the message.
	Type() Type
	slices() []Slice
}

// Think carries a hidden state.
type Think struct{ Hidden Tensor }

// Cache carries the keys and values of an attention.
type Cache struct{ Keys, Values Tensor }

// Ask carries a query, and perhaps a context.
type Ask struct {
	Query   Tensor
	Context *Tensor
}

// Sync carries one object of JSON. Text is what travels; JSON is what it says.
type Sync struct {
	JSON Object
	Text []byte
}

// Heart is a Sync frame without slices.
type Heart struct{}

// Critique carries a divergence, and perhaps a mask and an explanation.
type Critique struct {
	Divergence      Tensor // F16 or I8
	Mask            []byte // nil for none; a byte, 0 or 1, for each element of the divergence
	Explanation     Object // nil for none
	ExplanationText []byte
}

// Type is ThinkType.
func (Think) Type() Type { return ThinkType }

// Type is CacheType.
func (Cache) Type() Type { return CacheType }

// Type is AskType.
func (Ask) Type() Type { return AskType }

// Type is SyncType.
func (Sync) Type() Type { return SyncType }

// Type is SyncType.
func (Heart) Type() Type { return SyncType }

// Type is CritiqueType.
func (Critique) Type() Type { return CritiqueType }

func (m Think) slices() []Slice { return m.Hidden.Slices() }
func (m Cache) slices() []Slice { return append(m.Keys.Slices(), m.Values.Slices()...) }

func (m Ask) slices() []Slice {
	if m.Context == nil {
		return m.Query.Slices()
	}
	return append(m.Query.Slices(), m.Context.Slices()...)
}

func (m Sync) slices() []Slice { return []Slice{jsonSlice(m.Text, m.JSON)} }
func (Heart) slices() []Slice  { return nil }

func (m Critique) slices() []Slice {
	found := m.Divergence.Slices()
	if m.Mask != nil {
		found = append(found, Slice{I8, m.Divergence.Dims, m.Mask})
	}
	if m.Explanation != nil || m.ExplanationText != nil {
		found = append(found, jsonSlice(m.ExplanationText, m.Explanation))
	}
	return found
}

func jsonSlice(text []byte, object Object) Slice {
	if text == nil {
		text = strictjson.Append(nil, object)
	}
	return Slice{I8, []uint32{uint32(len(text))}, text}
}

// NewFrame makes a frame of a message: its type and its slices. What no receiver would take, or would take for another
// message, such as a tensor without scales before one of F16, is refused with the code of the message layer (MSG-22).
func NewFrame(message Message, modality Modality) (*Frame, error) {
	frame := &Frame{Type: message.Type(), Modality: modality, Slices: message.slices()}
	read, err := ReadMessage(frame)
	if err != nil {
		return nil, err
	}
	if !sameSlots(message, read) {
		return nil, refuse(BadSlots, "MSG-7", "a receiver would read another message")
	}
	return frame, nil
}

// sameSlots says whether two messages have the same tensors with the same second slices, and the same mask.
func sameSlots(message, read Message) bool {
	switch m := message.(type) {
	case Think:
		return m.Hidden.sameSlots(read.(Think).Hidden)
	case Cache:
		return m.Keys.sameSlots(read.(Cache).Keys) && m.Values.sameSlots(read.(Cache).Values)
	case Ask:
		other := read.(Ask)
		return m.Query.sameSlots(other.Query) && (m.Context == nil) == (other.Context == nil) &&
			(m.Context == nil || m.Context.sameSlots(*other.Context))
	case Critique:
		other := read.(Critique)
		explained := m.Explanation != nil || m.ExplanationText != nil
		return m.Divergence.sameSlots(other.Divergence) && (m.Mask == nil) == (other.Mask == nil) &&
			explained == (other.Explanation != nil)
	}
	return true
}

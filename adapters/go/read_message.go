package resonant

import "resonant/internal/strictjson"

// ReadMessage gives what the slices of a frame mean. The message lies where the slices lie. A frame that no receiver
// would decode is refused, too, with the code of the frame layer.
func ReadMessage(f *Frame) (Message, error) {
	for at := range f.Slices {
		if err := f.Slices[at].check(); err != nil {
			return nil, err
		}
	}
	if f.Type > CritiqueType {
		return nil, refuse(BadType, "FRM-3", "type %d", f.Type)
	}
	slots := slotReader{f.Slices}
	message, err := readers[f.Type](&slots)
	if err == nil && len(slots.left) > 0 {
		err = refuse(BadSlots, "MSG-2", "%d slices are left over", len(slots.left))
	}
	if err != nil {
		return nil, err
	}
	return message, nil
}

var readers = [...]func(*slotReader) (Message, error){
	ThinkType: readThink, CacheType: readCache, AskType: readAsk, SyncType: readSync, CritiqueType: readCritique,
}

// slotReader has the slices that fill no slot yet.
type slotReader struct{ left []Slice }

func (r *slotReader) take() (*Slice, error) {
	if len(r.left) == 0 {
		return nil, refuse(BadSlots, "MSG-1", "a required slot has no slice")
	}
	slice := &r.left[0]
	r.left = r.left[1:]
	return slice, nil
}

// tensor fills a slot with the one or two slices of a tensor.
func (r *slotReader) tensor() (Tensor, error) {
	first, err := r.take()
	if err != nil {
		return Tensor{}, err
	}
	tensor := Tensor{DType: first.DType, Dims: first.Dims, Payload: first.Payload}
	if first.DType == SparseCOO {
		return r.index(tensor)
	}
	if first.DType == F16 || len(r.left) == 0 || r.left[0].DType != F16 {
		return tensor, nil
	}
	scale, _ := r.take() // MSG-7
	tensor.Scale = present(scale.Payload)
	return tensor, checkScale(first.Dims, scale)
}

func (r *slotReader) index(tensor Tensor) (Tensor, error) {
	index, err := r.take()
	if err != nil || index.DType != I8 {
		return tensor, refuse(BadSlots, "SPR-1", "a sparse tensor has no index slice")
	}
	tensor.Index = present(index.Payload)
	return tensor, checkIndex(tensor.Dims, len(tensor.Payload), index.Dims, index.Payload)
}

// present gives bytes that are not nil, which means that there is no slice.
func present(payload []byte) []byte {
	if payload == nil {
		return []byte{}
	}
	return payload
}

func readThink(r *slotReader) (Message, error) {
	hidden, err := r.tensor()
	return Think{hidden}, err
}

func readCache(r *slotReader) (Message, error) {
	keys, err := r.tensor()
	if err != nil {
		return nil, err
	}
	values, err := r.tensor()
	return Cache{keys, values}, err
}

func readAsk(r *slotReader) (Message, error) {
	query, err := r.tensor()
	if err != nil || len(r.left) == 0 {
		return Ask{Query: query}, err
	}
	context, err := r.tensor()
	return Ask{query, &context}, err
}

func readSync(r *slotReader) (Message, error) {
	if len(r.left) == 0 {
		return Heart{}, nil // MSG-4
	}
	object, text, err := r.json()
	return Sync{object, text}, err
}

func readCritique(r *slotReader) (Message, error) {
	if len(r.left) > 0 && r.left[0].DType != F16 && r.left[0].DType != I8 {
		return nil, refuse(BadSlots, "MSG-3", "a divergence of %s", r.left[0].DType)
	}
	divergence, err := r.tensor()
	message := Critique{Divergence: divergence}
	if err != nil || len(r.left) == 0 {
		return message, err
	}
	if next := &r.left[0]; len(next.Payload) == 0 || next.Payload[0] != '{' || next.DType != I8 { // MSG-5
		if message.Mask, err = r.mask(divergence.Dims); err != nil || len(r.left) == 0 {
			return message, err
		}
	}
	if message.Explanation, message.ExplanationText, err = r.json(); err != nil {
		return nil, err
	}
	return message, checkExplanation(message.Explanation)
}

func (r *slotReader) mask(dims []uint32) ([]byte, error) {
	mask, _ := r.take()
	if mask.DType != I8 {
		return nil, refuse(BadSlots, "MSG-3", "a mask of %s", mask.DType)
	}
	if !sameDims(mask.Dims, dims) {
		return nil, refuse(BadMask, "MSG-11", "a mask of %v for a divergence of %v", mask.Dims, dims)
	}
	for at, one := range mask.Payload {
		if one > 1 {
			return nil, refuse(BadMask, "MSG-12", "byte %d is %d", at, one)
		}
	}
	return present(mask.Payload), nil
}

func sameDims(one, other []uint32) bool {
	if len(one) != len(other) {
		return false
	}
	for at := range one {
		if one[at] != other[at] {
			return false
		}
	}
	return true
}

func (r *slotReader) json() (Object, []byte, error) {
	slice, _ := r.take()
	if slice.DType != I8 {
		return nil, nil, refuse(BadSlots, "MSG-3", "JSON of %s", slice.DType)
	}
	if len(slice.Dims) != 1 {
		return nil, nil, refuse(BadJSON, "MSG-13", "a JSON slice of rank %d", len(slice.Dims))
	}
	object, err := strictjson.Read(slice.Payload)
	if err != nil {
		return nil, nil, refuse(BadJSON, "MSG-14", "%v", err)
	}
	return object, slice.Payload, nil
}

// checkExplanation looks at the members that an explanation may have (MSG-20).
func checkExplanation(object Object) error {
	for _, name := range []string{"note", "suggested_correction"} {
		if value, there := object[name]; there {
			if _, ok := value.(string); !ok {
				return refuse(BadJSON, "MSG-20", "%s is no string", name)
			}
		}
	}
	value, there := object["magnitude"]
	if !there {
		return nil
	}
	switch value := value.(type) {
	case int64:
		there = value >= 0
	case float64:
		there = value >= 0 // MSG-23: -0.0 is not less than 0
	default:
		there = false
	}
	if !there {
		return refuse(BadJSON, "MSG-20", "magnitude is no number from 0 on")
	}
	return nil
}

// The kinds of values in specs/ops/.

package testeekit

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// read takes a member as what T is in JSON; null fits nothing.
func read[T any](o *object, name, wanted string) T {
	var found *T
	if json.Unmarshal(o.members[name], &found) != nil || found == nil {
		o.complain(name, wanted)
		return *new(T)
	}
	return *found
}

func (o *object) complain(name, wanted string) {
	if o.err == nil {
		o.err = BadRequest(name + " is not " + wanted)
	}
}

func (o *object) has(name string) bool {
	_, there := o.members[name]
	return there
}

func (o *object) text(name string) string { return read[string](o, name, "a string") }
func (o *object) u8(name string) uint8    { return read[uint8](o, name, "a u8") }
func (o *object) u16(name string) uint16  { return read[uint16](o, name, "a u16") }
func (o *object) u32(name string) uint32  { return read[uint32](o, name, "a u32") }

// data is bytes in lower-case hexadecimal.
func (o *object) data(name string) []byte {
	text := read[string](o, name, "a string")
	found, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(found) != text {
		o.complain(name, "lower-case hexadecimal")
	}
	return found
}

// fixed is so many bytes of an optional member, nil where it is absent.
func (o *object) fixed(name string, size int) []byte {
	if !o.has(name) {
		return nil
	}
	found := o.data(name)
	if len(found) != size {
		o.complain(name, strconv.Itoa(size)+" bytes")
	}
	return found
}

// decimal is a u64 as a string without leading zeros.
func (o *object) decimal(name string) uint64 {
	text := read[string](o, name, "a string")
	found, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(found, 10) != text {
		o.complain(name, "a u64 as a decimal string")
	}
	return found
}

// integers is an array of least to most u32.
func (o *object) integers(name string, least, most int) []uint32 {
	given := read[[]*uint32](o, name, "an array of u32")
	if len(given) < least || len(given) > most {
		o.complain(name, "an array of so many")
	}
	found := make([]uint32, len(given))
	for at, one := range given {
		if one == nil {
			o.complain(name, "an array of u32")
			break
		}
		found[at] = *one
	}
	return found
}

// level is 1 to 22, 0 where it is absent.
func (o *object) level() int {
	if !o.has("level") {
		return 0
	}
	found := o.u8("level")
	if found < 1 || found > 22 {
		o.complain("level", "1 to 22")
	}
	return int(found)
}

// fields reads specs/ops/fields.json.
func (o *object) fields(name string) *Fields {
	given, err := members(o.members[name],
		names("type", "flags", "stream_id", "frame_seq", "space_hash32", "modality", "slices"))
	if err != nil {
		o.complain(name, "a frame's fields: "+err.Error())
		return nil
	}
	found := &Fields{
		Type: given.u8("type"), Flags: given.u16("flags"), StreamID: given.u32("stream_id"),
		FrameSeq: given.decimal("frame_seq"), SpaceHash32: given.u32("space_hash32"), Modality: given.u8("modality"),
	}
	for _, one := range read[[]json.RawMessage](given, "slices", "an array") {
		slice, err := members(one, names("dtype", "dims", "payload"))
		if err != nil {
			given.complain("slices", "an array of slices: "+err.Error())
			break
		}
		const most = 1 << 24
		found.Slices = append(found.Slices, Slice{slice.u8("dtype"), slice.integers("dims", 0, most), slice.data("payload")})
		if slice.err != nil {
			given.complain("slices", "an array of slices: "+slice.err.Error())
		}
	}
	if given.err != nil && o.err == nil {
		o.err = given.err
	}
	return found
}

// reply is the same as JSON.
func (f *Fields) reply() map[string]any {
	slices := make([]any, 0, len(f.Slices))
	for _, one := range f.Slices {
		dims := append([]uint32{}, one.Dims...) // an empty array where it is nil
		slices = append(slices, map[string]any{
			"dtype": one.Dtype, "dims": dims, "payload": hex.EncodeToString(one.Payload),
		})
	}
	return map[string]any{
		"type": f.Type, "flags": f.Flags, "stream_id": f.StreamID, "frame_seq": strconv.FormatUint(f.FrameSeq, 10),
		"space_hash32": f.SpaceHash32, "modality": f.Modality, "slices": slices,
	}
}

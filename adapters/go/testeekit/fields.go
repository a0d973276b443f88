package testeekit

import (
	"encoding/hex"
	"strconv"
)

// manyDims is more than a request has room for.
const manyDims = 1 << 24

// maxInteger is the greatest integer that JSON of a request has (MSG-18).
const maxInteger = 1<<53 - 1

func (in *Input) sealing() Sealing {
	return Sealing{in.BytesOf("key", 32), in.BytesOf("nonce", 24), in.Bytes("aad")}
}

func (in *Input) bits() int {
	bits := in.Integer("bits", 4, 8)
	in.Require(bits == 4 || bits == 8, "bits is neither 4 nor 8")
	return int(bits)
}

// level is 1 to 22, 0 where it is absent.
func (in *Input) level() int {
	if !in.Has("level") {
		return 0
	}
	return int(in.Integer("level", 1, 22))
}

// fields reads specs/ops/fields.json.
func (in *Input) fields() *Fields {
	return &Fields{
		Type:        uint8(in.Integer("type", 0, 255)),
		Flags:       uint16(in.Integer("flags", 0, 65535)),
		StreamID:    in.U32("stream_id"),
		FrameSeq:    in.U64("frame_seq"),
		SpaceHash32: in.U32("space_hash32"),
		Modality:    uint8(in.Integer("modality", 0, 255)),
		Slices:      in.Slices("slices"),
	}
}

// Slices reads the slices of a frame.
func (in *Input) Slices(name string) []Slice {
	var found []Slice
	in.Objects(name, func(one *Input) error {
		found = append(found, Slice{uint8(one.Integer("dtype", 0, 255)), one.U32s("dims", 0, manyDims), one.Bytes("payload")})
		return one.Done()
	})
	return found
}

// reply is the same as JSON.
func (f *Fields) reply() map[string]any {
	return map[string]any{
		"type": f.Type, "flags": f.Flags, "stream_id": f.StreamID, "frame_seq": strconv.FormatUint(f.FrameSeq, 10),
		"space_hash32": f.SpaceHash32, "modality": f.Modality, "slices": SlicesReply(f.Slices),
	}
}

// SlicesReply is the slices of a frame as JSON.
func SlicesReply(slices []Slice) any {
	found := make([]map[string]any, len(slices))
	for at, one := range slices {
		dims := append([]uint32{}, one.Dims...) // an empty array where it is nil
		found[at] = map[string]any{"dtype": one.Dtype, "dims": dims, "payload": hex.EncodeToString(one.Payload)}
	}
	return found
}

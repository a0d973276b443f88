package resonant

import "bytes"

// A Frame is a V-Frame: the fields of its header and its slices. What follows from these, such as the number of slices
// and the CRC, is written and checked, and not kept.
type Frame struct {
	Type        Type
	Flags       Flags
	StreamID    uint32
	FrameSeq    uint64
	SpaceHash32 uint32
	Modality    Modality
	Slices      []Slice

	dims []uint32 // of all slices, used again by the next decoding
}

// Decode reads a frame that is not sealed. The frame owns its memory.
func Decode(data []byte) (*Frame, error) {
	frame := new(Frame)
	if err := frame.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	return frame, nil
}

// UnmarshalBinary reads a frame that is not sealed, and copies what it keeps of data. A [Decoder] reads sealed frames,
// and copies nothing.
func (f *Frame) UnmarshalBinary(data []byte) error {
	var decoder Decoder
	return decoder.Decode(f, bytes.Clone(data))
}

// MarshalBinary writes the frame, compressed if its flags say so. An [Encoder] seals, and compresses at other levels.
func (f *Frame) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// AppendBinary appends what MarshalBinary writes to data. In an error it gives data as it was.
func (f *Frame) AppendBinary(data []byte) ([]byte, error) {
	var encoder Encoder
	return encoder.Append(data, f)
}

// reset empties the frame and keeps its memory for the next one.
func (f *Frame) reset() {
	*f = Frame{Slices: f.Slices[:0], dims: f.dims[:0]}
}

package resonant

import (
	"encoding/binary"
	"math"
)

// A Tensor is an array of numbers in one of the four forms that messages carry.
type Tensor struct {
	DType   DType
	Dims    []uint32 // of a sparse tensor those of the dense one
	Payload []byte   // elements, codes or the values of a sparse tensor
	Scale   []byte   // of I8 and Q4: a binary16 for each 32 elements; nil for none, which means 1.0
	Index   []byte   // of a sparse tensor: a row of coordinates for each value
}

// Dense gives the elements of the tensor in binary16, whatever form it has.
func (t *Tensor) Dense() ([]byte, error) {
	switch t.DType {
	case I8:
		return Dequantize(Int8, uint64(len(t.Payload)), t.Payload, t.Scale)
	case Q4:
		return Dequantize(Int4, elements(t.Dims), t.Payload, t.Scale)
	case SparseCOO:
		rows := uint32(len(t.Payload) / 2)
		return SparseDecode(t.Dims, t.Payload, []uint32{rows, uint32(len(t.Dims)), coordinateBytes}, t.Index)
	}
	return t.Payload, nil
}

// Slices are those of a message with the tensor: its own, and behind it the one of its scales or its index.
func (t *Tensor) Slices() []Slice {
	found := []Slice{{t.DType, t.Dims, t.Payload}}
	if t.DType == SparseCOO {
		dims := []uint32{uint32(len(t.Payload) / 2), uint32(len(t.Dims)), coordinateBytes}
		return append(found, Slice{I8, dims, t.Index})
	}
	if t.Scale != nil {
		found = append(found, Slice{F16, []uint32{uint32(len(t.Scale) / 2)}, t.Scale})
	}
	return found
}

func (t *Tensor) sameSlots(other Tensor) bool {
	return t.DType == other.DType && (t.Scale == nil) == (other.Scale == nil)
}

// checkScale looks at the scale slice of a tensor with these dims (MSG-8, MSG-9).
func checkScale(dims []uint32, scale *Slice) error {
	n := elements(dims)
	if len(scale.Dims) != 1 || uint64(scale.Dims[0]) != (n+scaleBlock-1)/scaleBlock {
		return refuse(BadScale, "MSG-8", "dims %v for the scales of %v", scale.Dims, dims)
	}
	return checkScales(scale.Payload)
}

func checkScales(scales []byte) error {
	for ; len(scales) >= 2; scales = scales[2:] {
		if bits := binary.LittleEndian.Uint16(scales); bits >= infinity16 {
			return refuse(BadScale, "MSG-9", "a scale of 0x%04x", bits)
		}
	}
	return nil
}

// checkIndex looks at the index slice of a sparse tensor with these dims (SPR-2 to SPR-5).
func checkIndex(dims []uint32, values int, indexDims []uint32, index []byte) error {
	rows, rank := values/2, len(dims)
	if len(indexDims) != 3 || uint64(indexDims[0]) != uint64(rows) || uint64(indexDims[1]) != uint64(rank) ||
		indexDims[2] != coordinateBytes {
		return refuse(BadIndex, "SPR-2", "dims %v for %d values of rank %d", indexDims, rows, rank)
	}
	if rank == 0 || rows > math.MaxInt/(coordinateBytes*rank) || len(index) != coordinateBytes*rank*rows {
		return refuse(BadIndex, "SPR-2", "an index of %d bytes", len(index))
	}
	width := coordinateBytes * rank
	for row := range rows {
		here := index[row*width:][:width]
		for axis, dim := range dims {
			if at := binary.LittleEndian.Uint32(here[coordinateBytes*axis:]); at >= dim {
				return refuse(BadIndex, "SPR-4", "coordinate %d of row %d is %d in a dim of %d", axis, row, at, dim)
			}
		}
		if row > 0 && !ascends(index[(row-1)*width:][:width], here) {
			return refuse(BadIndex, "SPR-5", "row %d does not ascend", row)
		}
	}
	return nil
}

func ascends(before, here []byte) bool {
	for ; len(here) > 0; before, here = before[coordinateBytes:], here[coordinateBytes:] {
		a, b := binary.LittleEndian.Uint32(before), binary.LittleEndian.Uint32(here)
		if a != b {
			return a < b
		}
	}
	return false
}

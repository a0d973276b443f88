// The template filled in with a codec of its own that knows no error but a short frame, and with sparse.
package main

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"testee/testeekit"
)

type yours struct{ testeekit.Unsupported }

const maxDenseElements = 4_194_304 // SPR-9

var errShort = errors.New("the frame ends early")

func (yours) Hello() testeekit.Hello {
	return testeekit.Hello{Name: "fine-thing", Version: "0.1", Profiles: []string{"frame", "sparse"}}
}

// reader takes numbers and bytes from the front; short says that there were too few.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(count int) []byte {
	if count > len(r.rest) {
		r.short = true
		return make([]byte, min(count, 8))
	}
	taken := r.rest[:count]
	r.rest = r.rest[count:]
	return taken
}

func (r *reader) u8() uint8   { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

func (yours) Decode(frame, _ []byte) (*testeekit.Fields, error) {
	at := &reader{rest: frame}
	at.u8()
	found := &testeekit.Fields{Type: at.u8(), Flags: at.u16(), StreamID: at.u32(), FrameSeq: at.u64()}
	var lengths []int
	for count := at.u64(); count > 0 && !at.short; count-- {
		lengths = append(lengths, int(at.u32()))
	}
	found.SpaceHash32, found.Modality = at.u32(), at.u8()
	for _, length := range lengths {
		slice := testeekit.Slice{Dtype: at.u8()}
		for rank := at.u8(); rank > 0; rank-- {
			slice.Dims = append(slice.Dims, at.u32())
		}
		slice.Payload = at.take(length)
		found.Slices = append(found.Slices, slice)
	}
	if at.short {
		return nil, errShort
	}
	return found, nil
}

func (yours) Encode(fields *testeekit.Fields, _ testeekit.Options) ([]byte, error) {
	le := binary.LittleEndian
	out := le.AppendUint16([]byte{1, fields.Type}, fields.Flags)
	out = le.AppendUint64(le.AppendUint32(out, fields.StreamID), fields.FrameSeq)
	out = le.AppendUint64(out, uint64(len(fields.Slices)))
	for _, slice := range fields.Slices {
		out = le.AppendUint32(out, uint32(len(slice.Payload)))
	}
	out = append(le.AppendUint32(out, fields.SpaceHash32), fields.Modality)
	for _, slice := range fields.Slices {
		out = append(out, slice.Dtype, uint8(len(slice.Dims)))
		for _, dim := range slice.Dims {
			out = le.AppendUint32(out, dim)
		}
		out = append(out, slice.Payload...)
	}
	return le.AppendUint32(out, crc32.ChecksumIEEE(out)), nil
}

func (yours) SparseEncode(dims []uint32, dense []byte) (values, index []byte, err error) {
	if len(dense)%2 != 0 || elements(dims, len(dense)) != len(dense)/2 {
		return nil, nil, testeekit.Refusal("LENGTH_MISMATCH") // SPR-10
	}
	row := make([]byte, 4*len(dims))
	for place := range len(dense) / 2 {
		bits := binary.LittleEndian.Uint16(dense[2*place:])
		if bits&0x7fff == 0 { // SPR-7
			continue
		}
		rest := place
		for axis := len(dims) - 1; axis >= 0; axis-- {
			binary.LittleEndian.PutUint32(row[4*axis:], uint32(rest%int(dims[axis])))
			rest /= int(dims[axis])
		}
		values, index = binary.LittleEndian.AppendUint16(values, bits), append(index, row...)
	}
	return values, index, nil
}

func (yours) SparseDecode(tensor testeekit.Sparse) ([]byte, error) {
	dims, values, indexDims, index := tensor.Dims, tensor.Values, tensor.IndexDims, tensor.Index
	if len(values)%2 != 0 {
		return nil, testeekit.Refusal("LENGTH_MISMATCH") // SPR-10
	}
	nnz, rank := len(values)/2, len(dims)
	fits := len(indexDims) == 3 && int(indexDims[0]) == nnz && int(indexDims[1]) == rank && indexDims[2] == 4
	if !fits || len(index) != 4*nnz*rank {
		return nil, testeekit.Refusal("BAD_INDEX") // SPR-2
	}
	cell := func(row, axis int) uint32 { return binary.LittleEndian.Uint32(index[4*(row*rank+axis):]) } // SPR-3
	for row := range nnz {
		ascends := row == 0
		for axis := range rank {
			here := cell(row, axis)
			if here >= dims[axis] {
				return nil, testeekit.Refusal("BAD_INDEX") // SPR-4
			}
			if !ascends && here < cell(row-1, axis) {
				return nil, testeekit.Refusal("BAD_INDEX") // SPR-5
			}
			ascends = ascends || here > cell(row-1, axis)
		}
		if !ascends {
			return nil, testeekit.Refusal("BAD_INDEX") // SPR-5
		}
	}
	count := elements(dims, maxDenseElements)
	if count < 0 {
		return nil, testeekit.Refusal("LENGTH_MISMATCH") // SPR-9
	}
	dense := make([]byte, 2*count)
	for row := range nnz {
		place := 0
		for axis := range rank {
			place = place*int(dims[axis]) + int(cell(row, axis))
		}
		copy(dense[2*place:], values[2*row:2*row+2])
	}
	return dense, nil
}

// elements gives the product of dims, or -1 if it is more than limit.
func elements(dims []uint32, limit int) int {
	count := 1
	for _, dim := range dims {
		if dim == 0 {
			return 0
		}
		if count >= 0 && count <= limit/int(dim) {
			count *= int(dim)
		} else {
			count = -1
		}
	}
	return count
}

package resonant

import "encoding/binary"

const (
	coordinateBytes  = 4         // SPR-2
	maxDenseElements = 4_194_304 // SPR-9
)

// SparseEncode keeps the elements of a dense binary16 tensor that are not 0 or −0: their values and an index payload.
func SparseEncode(dims []uint32, dense []byte) (values, index []byte, err error) {
	if len(dims) == 0 || len(dims) > MaxRank {
		return nil, nil, refuse(BadRank, "FRM-15", "rank %d", len(dims))
	}
	if uint64(len(dense)) != 2*elements(dims) {
		return nil, nil, refuse(LengthMismatch, "SPR-10", "%d bytes for dims %v", len(dense), dims)
	}
	values, index = []byte{}, []byte{}
	row := make([]byte, coordinateBytes*len(dims))
	for place := range len(dense) / 2 {
		bits := binary.LittleEndian.Uint16(dense[2*place:])
		if bits&magnitude16 == 0 {
			continue
		}
		rest := uint64(place)
		for axis := len(dims) - 1; axis >= 0; axis-- {
			binary.LittleEndian.PutUint32(row[coordinateBytes*axis:], uint32(rest%uint64(dims[axis])))
			rest /= uint64(dims[axis])
		}
		values, index = binary.LittleEndian.AppendUint16(values, bits), append(index, row...)
	}
	return values, index, nil
}

// SparseDecode makes a dense binary16 tensor of values and an index slice. Every other element is 0.
func SparseDecode(dims []uint32, values []byte, indexDims []uint32, index []byte) ([]byte, error) {
	if len(values)%2 != 0 {
		return nil, refuse(LengthMismatch, "SPR-10", "values of %d bytes", len(values))
	}
	if err := checkIndex(dims, len(values), indexDims, index); err != nil {
		return nil, err
	}
	n := elements(dims)
	if n > maxDenseElements {
		return nil, refuse(LengthMismatch, "SPR-9", "dims %v are more than %d elements", dims, maxDenseElements)
	}
	dense := make([]byte, 2*n)
	for ; len(values) > 0; values = values[2:] {
		place := uint64(0)
		for _, dim := range dims {
			place = place*uint64(dim) + uint64(binary.LittleEndian.Uint32(index))
			index = index[coordinateBytes:]
		}
		copy(dense[2*place:], values[:2])
	}
	return dense, nil
}

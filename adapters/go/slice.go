package resonant

import "math/bits"

// A Slice is one array of a frame: its elements' form, its shape and its bytes.
type Slice struct {
	DType   DType
	Dims    []uint32
	Payload []byte
}

// manyElements stands for every product that is larger: nothing has room for as many.
const manyElements = 1 << 60

// elements is the product of dims, exact as long as it is below manyElements (FRM-16).
func elements(dims []uint32) uint64 {
	product := uint64(1)
	for _, dim := range dims {
		high, low := bits.Mul64(product, uint64(dim))
		if product = low; high > 0 || low > manyElements {
			product = manyElements // a later 0 still makes it 0
		}
	}
	return product
}

// check finds what a receiver would refuse in a slice, in its order.
func (s *Slice) check() error {
	if !s.DType.known() {
		return refuse(BadDType, "FRM-14", "dtype 0x%02x", uint8(s.DType))
	}
	if len(s.Dims) == 0 || len(s.Dims) > MaxRank {
		return refuse(BadRank, "FRM-15", "rank %d", len(s.Dims))
	}
	return checkLength(s.DType, s.Dims, uint64(len(s.Payload)))
}

func (d DType) known() bool { return d-1 < 3 || d == SparseCOO }

// checkLength compares the length of a payload with its dtype and dims.
func checkLength(dtype DType, dims []uint32, length uint64) error {
	n := elements(dims)
	clause, fits := "FRM-18", length == n
	switch dtype {
	case F16:
		clause, fits = "FRM-17", length == 2*n
	case Q4:
		clause, fits = "FRM-19", length == n/2+n%2
	case SparseCOO:
		clause, fits = "FRM-20", length%2 == 0 && length <= 2*n
	}
	if !fits {
		return refuse(LengthMismatch, clause, "%d bytes for dims %v of %s", length, dims, dtype)
	}
	return nil
}

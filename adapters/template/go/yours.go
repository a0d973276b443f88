// What the testee says of your implementation, and how it calls it.
//
// It claims one small profile, sparse, which is written out here so that the first run has something to judge. Put
// calls of your implementation in its place, then claim more: a profile in hello and its ops in ops (specs/testee.md,
// section 4).
package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
)

var hello = map[string]any{
	"name": "@NAME@", "version": "0.1", "language": "Go", "spec": "1.0", "profiles": []string{"sparse"},
}

// ops takes the input of an op and gives its ok, or a refusal or a badRequest.
var ops = map[string]func([]byte) (any, error){
	"sparse_encode": sparseEncode,
	"sparse_decode": sparseDecode,
}

// refusal is the code with which the implementation refuses its input, from specs/README.md, or REJECTED.
type refusal string

func (r refusal) Error() string { return string(r) }

// badRequest says in what a request does not fit the schema of its op (TST-11).
type badRequest string

func (b badRequest) Error() string { return string(b) }

// unsupported names an op or a profile that is not there.
type unsupported string

func (u unsupported) Error() string { return string(u) }

const maxDenseElements = 4_194_304 // SPR-9

// data reads bytes from lower-case hexadecimal.
func data(value json.RawMessage) ([]byte, error) {
	var text *string
	if json.Unmarshal(value, &text) != nil || text == nil {
		return nil, badRequest("expected hexadecimal")
	}
	found, err := hex.DecodeString(*text)
	if err != nil || hex.EncodeToString(found) != *text {
		return nil, badRequest("expected lower-case hexadecimal")
	}
	return found, nil
}

// integers reads an array of least to most u32.
func integers(value json.RawMessage, least, most int) ([]uint32, error) {
	var given []*uint32
	if json.Unmarshal(value, &given) != nil || given == nil || len(given) < least || len(given) > most {
		return nil, badRequest("expected an array of u32")
	}
	found := make([]uint32, len(given))
	for at, one := range given {
		if one == nil {
			return nil, badRequest("expected a u32")
		}
		found[at] = *one
	}
	return found, nil
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

func sparseEncode(input []byte) (any, error) {
	given, err := members(input, "dims", "dense")
	if err != nil {
		return nil, err
	}
	dims, err := integers(given["dims"], 1, 255)
	if err != nil {
		return nil, err
	}
	dense, err := data(given["dense"])
	if err != nil {
		return nil, err
	}
	if len(dense)%2 != 0 || elements(dims, len(dense)) != len(dense)/2 {
		return nil, refusal("LENGTH_MISMATCH") // SPR-10
	}
	var values, index []byte
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
	return map[string]string{"values": hex.EncodeToString(values), "index": hex.EncodeToString(index)}, nil
}

func sparseDecode(input []byte) (any, error) {
	given, err := members(input, "dims", "values", "index_dims", "index")
	if err != nil {
		return nil, err
	}
	dims, err := integers(given["dims"], 1, 255)
	if err != nil {
		return nil, err
	}
	indexDims, err := integers(given["index_dims"], 0, 1<<24)
	if err != nil {
		return nil, err
	}
	values, err := data(given["values"])
	if err != nil {
		return nil, err
	}
	index, err := data(given["index"])
	if err != nil {
		return nil, err
	}
	dense, err := densified(dims, values, indexDims, index)
	return map[string]string{"dense": hex.EncodeToString(dense)}, err
}

func densified(dims []uint32, values []byte, indexDims []uint32, index []byte) ([]byte, error) {
	if len(values)%2 != 0 {
		return nil, refusal("LENGTH_MISMATCH") // SPR-10
	}
	nnz, rank := len(values)/2, len(dims)
	fits := len(indexDims) == 3 && int(indexDims[0]) == nnz && int(indexDims[1]) == rank && indexDims[2] == 4
	if !fits || len(index) != 4*nnz*rank {
		return nil, refusal("BAD_INDEX") // SPR-2
	}
	cell := func(row, axis int) uint32 { return binary.LittleEndian.Uint32(index[4*(row*rank+axis):]) } // SPR-3
	for row := range nnz {
		ascends := row == 0
		for axis := range rank {
			here := cell(row, axis)
			if here >= dims[axis] {
				return nil, refusal("BAD_INDEX") // SPR-4
			}
			if !ascends && here < cell(row-1, axis) {
				return nil, refusal("BAD_INDEX") // SPR-5
			}
			ascends = ascends || here > cell(row-1, axis)
		}
		if !ascends {
			return nil, refusal("BAD_INDEX") // SPR-5
		}
	}
	count := elements(dims, maxDenseElements)
	if count < 0 {
		return nil, refusal("LENGTH_MISMATCH") // SPR-9
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

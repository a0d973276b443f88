package resonant

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"sync"
)

// The bounds of what may be asked of [Adapt] (ADA-2).
const (
	MaxTolerance = 1 << 24
	MaxBudget    = math.MaxUint32
)

// An Adaptation says in which forms a tensor may travel.
type Adaptation struct {
	Allow     []DType
	Tolerance int64  // the greatest energy of the error, in 2^−24 of that of the tensor: 0 for none, 16,777 for 30 dB below it
	Budget    *int64 // the most bytes, or nil
}

// Adapt gives a tensor the form with the fewest bytes that is exact enough. Everyone who follows the specification
// chooses the same one. Where no form is, it is refused with [Tolerance], and where it has too many bytes with [Budget].
func Adapt(source Source, data []byte, dims []uint32, asked Adaptation) (Tensor, error) {
	if err := asked.check(); err != nil {
		return Tensor{}, err
	}
	if source < Float16 || source > BFloat16 {
		return Tensor{}, refuse(FieldRange, "FRM-36", "source %d", source)
	}
	if len(dims) == 0 || len(dims) > MaxRank {
		return Tensor{}, refuse(BadRank, "FRM-15", "rank %d", len(dims))
	}
	if uint64(len(data)) != elements(dims)*uint64(source.elementBytes()) {
		return Tensor{}, refuse(LengthMismatch, "ADA-3", "%d bytes for dims %v", len(data), dims)
	}
	given := measure(adaptable(source, data), len(dims))
	for _, one := range given.candidates(asked.Allow) {
		tensor, passes := given.form(one.dtype, dims, asked.Tolerance)
		switch {
		case !passes:
		case asked.Budget != nil && one.bytes > uint64(*asked.Budget):
			return Tensor{}, refuse(Budget, "ADA-8", "%d bytes, and %d are allowed", one.bytes, *asked.Budget)
		default:
			return tensor, nil
		}
	}
	return Tensor{}, refuse(Tolerance, "ADA-8", "no form of %v is exact enough", asked.Allow)
}

func (a *Adaptation) check() error {
	if a.Tolerance < 0 || a.Tolerance > MaxTolerance {
		return refuse(FieldRange, "ADA-2", "a tolerance of %d", a.Tolerance)
	}
	if a.Budget != nil && (*a.Budget < 0 || *a.Budget > MaxBudget) {
		return refuse(FieldRange, "ADA-2", "a budget of %d", *a.Budget)
	}
	for _, dtype := range a.Allow {
		if !dtype.known() {
			return refuse(FieldRange, "FRM-36", "dtype 0x%02x", uint8(dtype))
		}
	}
	return nil
}

// adaptable gives the elements in binary16 (ADA-1): data itself if that is what it has.
func adaptable(source Source, data []byte) []byte {
	if source == Float16 {
		return data
	}
	width := source.elementBytes()
	halves := make([]byte, len(data)/width*2)
	inParts(len(halves)/blockBytes, func(from, to int) bool {
		toHalves(source, data[from*scaleBlock*width:to*scaleBlock*width], halves[from*blockBytes:])
		return true
	})
	rest := len(halves) % blockBytes
	toHalves(source, data[len(data)-rest/2*width:], halves[len(halves)-rest:])
	return halves
}

func toHalves(source Source, data, halves []byte) {
	for ; len(data) > 0; halves = halves[2:] {
		var float uint32
		if source == Float32 {
			float, data = binary.LittleEndian.Uint32(data), data[4:]
		} else {
			float, data = uint32(binary.LittleEndian.Uint16(data))<<16, data[2:]
		}
		half := floatToHalf(math.Float32frombits(float))
		if half&magnitude16 > infinity16 {
			half = infinity16 | 0x200 // ADA-1
		}
		binary.LittleEndian.PutUint16(halves, half)
	}
}

// measured is a tensor in binary16, and what the choice depends on.
type measured struct {
	halves  []byte
	rank    uint64
	nonZero uint64
	finite  bool
	energy  sum // of the elements, in 2^−48
}

func measure(halves []byte, rank int) *measured {
	found := &measured{halves: halves, rank: uint64(rank)}
	var mutex sync.Mutex
	found.finite = inParts(blocksOf(len(halves)), func(from, to int) bool {
		var energy sum
		var x fixedBlock
		nonZero, finite := 0, true
		for at := from; at < to; at++ {
			lanes := blockAt(halves, at)
			greatest := lanes.greatest()
			finite = finite && greatest < infinity16
			nonZero += lanes.nonZero()
			lanes.fixed(&x)
			energy.addSquares(&x, greatest < smallHalf)
		}
		mutex.Lock()
		defer mutex.Unlock()
		found.nonZero += uint64(nonZero)
		found.energy.add(energy)
		return finite
	})
	return found
}

// blocksOf is how many blocks there are in so many bytes of binary16.
func blocksOf(bytes int) int { return (bytes + blockBytes - 1) / blockBytes }

type candidate struct {
	dtype DType
	bytes uint64
}

// preference is the order among candidates of the same size (ADA-7).
var preference = []DType{F16, SparseCOO, I8, Q4}

// candidates are the forms that are allowed and possible (ADA-4), the best one first.
func (m *measured) candidates(allow []DType) []candidate {
	var found []candidate
	for _, dtype := range preference {
		if slices.Contains(allow, dtype) && (m.finite || dtype == F16 || dtype == SparseCOO) {
			found = append(found, candidate{dtype, m.bytesOf(dtype)})
		}
	}
	slices.SortStableFunc(found, func(one, other candidate) int { return cmp.Compare(one.bytes, other.bytes) })
	return found
}

// bytesOf is what travels of a form (adaptive.md, section 2).
func (m *measured) bytesOf(dtype DType) uint64 {
	n, blocks := uint64(len(m.halves)/2), uint64(blocksOf(len(m.halves)))
	entry := func(rank uint64) uint64 { return 6 + 4*rank }
	switch dtype {
	case SparseCOO:
		return 2*m.nonZero + coordinateBytes*m.rank*m.nonZero + entry(m.rank) + entry(3)
	case I8:
		return Int8.codeBytes(n) + 2*blocks + entry(m.rank) + entry(1)
	case Q4:
		return Int4.codeBytes(n) + 2*blocks + entry(m.rank) + entry(1)
	}
	return 2*n + entry(m.rank)
}

// form gives the tensor in a form, and says whether that passes (ADA-5, ADA-6).
func (m *measured) form(dtype DType, dims []uint32, tolerance int64) (Tensor, bool) {
	tensor := Tensor{DType: dtype, Dims: slices.Clone(dims)}
	quantizer := Int8
	switch dtype {
	case F16:
		tensor.Payload = slices.Clone(m.halves)
		return tensor, true
	case SparseCOO:
		var err error
		tensor.Payload, tensor.Index, err = SparseEncode(dims, m.halves)
		return tensor, err == nil // the dims are those of the elements
	case Q4:
		quantizer = Int4
	}
	var err error
	tensor.Payload, tensor.Scale, err = Quantize(quantizer, Float16, m.halves)
	return tensor, err == nil && m.isExactEnough(quantizer, tensor.Payload, tensor.Scale, tolerance)
}

// isExactEnough compares 2^24 · Σ(X − D)² with T · ΣX² (ADA-6). It stops as soon as a part of the error is too much.
func (m *measured) isExactEnough(quantizer Quantizer, codes, scale []byte, tolerance int64) bool {
	allowed := m.energy.share(tolerance)
	var mutex sync.Mutex
	var whole sum
	return inParts(blocksOf(len(m.halves)), func(from, to int) bool {
		var part sum
		var wrong fixedBlock
		for at := from; at < to && !part.exceeds(allowed); at++ {
			blockAt(m.halves, at).fixed(&wrong)
			s := halfToFloat(binary.LittleEndian.Uint16(scale[2*at:]))
			quantizer.subtract(&wrong, codes[at*quantizer.blockBytes():], s)
			part.addSquares(&wrong, s < quantizer.smallScale())
		}
		mutex.Lock()
		defer mutex.Unlock()
		whole.add(part)
		return !whole.exceeds(allowed)
	})
}

// blockAt is a block of binary16; the last one is filled up with 0, which changes no sum.
func blockAt(halves []byte, at int) *block {
	here := halves[at*blockBytes:]
	if len(here) >= blockBytes {
		return (*block)(here)
	}
	found := new(block)
	copy(found[:], here)
	return found
}

// smallHalf is 32: elements below it are less than 2^29 units of 2^−24.
const smallHalf = 0x5000

// smallScale is the one below which elements are less than 16, as is what they are dequantized to.
func (q Quantizer) smallScale() float32 {
	if q == Int4 {
		return 2
	}
	return 0.125
}

// A fixedBlock is a block in units of 2^−24.
type fixedBlock [scaleBlock]int64

// fixed gives the elements; what is not finite is 2^40 or more.
func (b *block) fixed(found *fixedBlock) {
	for at := range scaleBlock / 4 {
		four := binary.LittleEndian.Uint64(b[8*at:])
		found[4*at] = signedFixed(uint16(four))
		found[4*at+1] = signedFixed(uint16(four >> 16))
		found[4*at+2] = signedFixed(uint16(four >> 32))
		found[4*at+3] = signedFixed(uint16(four >> 48))
	}
}

// signedFixed is halfToFixed with the sign, without a branch.
func signedFixed(half uint16) int64 {
	exponent := uint64(half >> 10 & 31)
	normal := min(exponent, 1)
	magnitude := int64((uint64(half&1023) | normal<<10) << ((exponent - normal) & 63))
	negative := int64(int16(half)) >> 15
	return magnitude ^ negative - negative
}

// nonZero counts the elements that are neither 0 nor −0.
func (b *block) nonZero() (count int) {
	for at := 0; at < blockBytes; at += 8 {
		magnitudes := binary.LittleEndian.Uint64(b[at:at+8]) &^ laneTops
		count += bits.OnesCount64((magnitudes + laneTops - laneOnes) & laneTops)
	}
	return count
}

// subtract subtracts what the codes of a block are dequantized to.
func (q Quantizer) subtract(x *fixedBlock, codes []byte, scale float32) {
	if q == Int8 {
		for at, code := range codes[:min(len(codes), scaleBlock)] {
			x[at] -= dequantizedFixed(int8(code), scale)
		}
		return
	}
	var products [16]int64
	for code := 1; code <= 7; code++ {
		products[code] = dequantizedFixed(int8(code), scale)
		products[16-code] = -products[code] // −8 is never written (QNT-11)
	}
	for at, pair := range codes[:min(len(codes), scaleBlock/2)] {
		x[2*at] -= products[pair&15]
		x[2*at+1] -= products[pair>>4]
	}
}

// dequantizedFixed is an element by QNT-12, in units of 2^−24.
func dequantizedFixed(code int8, scale float32) int64 {
	return signedFixed(floatToHalf(float32(code) * scale))
}

// A sum is one of squares, of 128 bits: a square has 82, so that it has room for 2^46 of them.
type sum struct{ high, low uint64 }

// addSquares adds those of a block. In a small one all are below 2^29, so that 64 bits have room for their sum.
func (s *sum) addSquares(x *fixedBlock, small bool) {
	if small {
		total := uint64(0)
		for _, one := range x {
			total += uint64(one * one)
		}
		s.add(sum{0, total})
		return
	}
	for _, one := range x {
		magnitude := uint64(max(one, -one))
		high, low := bits.Mul64(magnitude, magnitude)
		s.add(sum{high, low})
	}
}

func (s *sum) add(other sum) {
	var carry uint64
	s.low, carry = bits.Add64(s.low, other.low, 0)
	s.high += other.high + carry
}

func (s *sum) exceeds(other sum) bool {
	return s.high > other.high || s.high == other.high && s.low > other.low
}

// share is the sum times a tolerance, over 2^24 and rounded down: nothing that is a whole number lies in between.
func (s *sum) share(tolerance int64) sum {
	product := new(big.Int).SetUint64(s.high)
	product.Add(product.Lsh(product, 64), new(big.Int).SetUint64(s.low))
	product.Rsh(product.Mul(product, big.NewInt(tolerance)), 24)
	low := new(big.Int).And(product, new(big.Int).SetUint64(math.MaxUint64))
	return sum{product.Rsh(product, 64).Uint64(), low.Uint64()}
}

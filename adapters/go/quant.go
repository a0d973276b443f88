package resonant

import (
	"encoding/binary"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	scaleBlock = 32 // MSG-8, QNT-1
	blockBytes = 2 * scaleBlock
)

// A Quantizer is one of the two: [Int4], whose codes travel as Q4, and [Int8], whose codes travel as I8.
type Quantizer int

// The quantizers, by the bits of a code.
const (
	Int4 Quantizer = 4
	Int8 Quantizer = 8
)

// A Source is the form of the elements that are quantized, little-endian.
type Source int

// The sources.
const (
	Float16 Source = iota
	Float32
	BFloat16
)

// greatest gives Q, and the greatest scale (QNT-4).
func (q Quantizer) greatest() (code float32, scale uint16) {
	if q == Int4 {
		return 7, 0x7091
	}
	return 127, 0x6007
}

// codeBytes is the length of n codes.
func (q Quantizer) codeBytes(n uint64) uint64 {
	if q == Int4 {
		return n/2 + n%2
	}
	return n
}

// blockBytes is the length of the codes of a block.
func (q Quantizer) blockBytes() int { return int(q.codeBytes(scaleBlock)) }

func (s Source) elementBytes() int {
	if s == Float32 {
		return 4
	}
	return 2
}

// Quantize gives the codes of elements, and a binary16 scale for each 32 of them. An element that is not finite is
// refused with [NonFinite].
func Quantize(quantizer Quantizer, source Source, data []byte) (codes, scale []byte, err error) {
	if quantizer != Int4 && quantizer != Int8 {
		return nil, nil, refuse(FieldRange, "FRM-36", "a quantizer of %d bits", quantizer)
	}
	if source < Float16 || source > BFloat16 {
		return nil, nil, refuse(FieldRange, "FRM-36", "source %d", source)
	}
	width := source.elementBytes()
	if len(data)%width != 0 {
		return nil, nil, refuse(LengthMismatch, "QNT-15", "%d bytes are no whole elements", len(data))
	}
	n := uint64(len(data) / width)
	blocks := (len(data)/width + scaleBlock - 1) / scaleBlock
	codes, scale = make([]byte, blocks*quantizer.blockBytes()), make([]byte, 2*blocks) // the last block is cut below
	finite := inParts(blocks, func(from, to int) bool {
		return quantizer.quantizeBlocks(source, data, codes, scale, from, to)
	})
	if !finite {
		return nil, nil, refuse(NonFinite, "QNT-3", "an element is NaN or infinite, or too large for binary16")
	}
	return codes[:quantizer.codeBytes(n)], scale, nil
}

// partBlocks is how many blocks are worth a goroutine.
const partBlocks = 4096

// inParts does something with all blocks, on as many processors as are worth it, and says whether it went well.
func inParts(blocks int, do func(from, to int) bool) bool {
	parts := min(runtime.GOMAXPROCS(0), blocks/partBlocks)
	if parts < 2 {
		return do(0, blocks)
	}
	var group sync.WaitGroup
	var failed atomic.Bool
	for part := range parts {
		group.Go(func() {
			if !do(part*blocks/parts, (part+1)*blocks/parts) {
				failed.Store(true)
			}
		})
	}
	group.Wait()
	return !failed.Load()
}

// quantizeBlocks quantizes some of the blocks, and says whether all of their elements are finite.
func (q Quantizer) quantizeBlocks(source Source, data, codes, scale []byte, from, to int) bool {
	var rest block
	inBytes, outBytes := source.elementBytes()*scaleBlock, q.blockBytes()
	for at := from; at < to; at++ {
		lanes := &rest
		if given := data[at*inBytes:]; source == Float16 && len(given) >= blockBytes {
			lanes = (*block)(given)
		} else {
			rest.convert(source, given[:min(len(given), inBytes)])
		}
		most := lanes.greatest()
		if most >= infinity16 {
			return false
		}
		s := q.scale(most)
		binary.LittleEndian.PutUint16(scale[2*at:], s)
		switch into := codes[at*outBytes:]; {
		case s == 0: // QNT-5
		case q == Int4:
			lanes.nibbles((*[scaleBlock / 2]byte)(into), s)
		default:
			lanes.bytes((*[scaleBlock]byte)(into), s)
		}
	}
	return true
}

// scale is the scale of a block whose greatest magnitude is most (QNT-4).
func (q Quantizer) scale(most uint16) uint16 {
	code, greatest := q.greatest()
	return min(greatest, floatToHalf(halfToFloat(most)/code))
}

// A block is 32 elements of binary16, little-endian.
type block [blockBytes]byte

// convert fills the block with elements, and the rest of it with 0 (QNT-2).
func (b *block) convert(source Source, data []byte) {
	*b = block{}
	if source == Float16 {
		copy(b[:], data)
		return
	}
	for at := 0; len(data) > 0; at += 2 {
		var bits uint32
		if source == Float32 {
			bits, data = binary.LittleEndian.Uint32(data), data[4:]
		} else {
			bits, data = uint32(binary.LittleEndian.Uint16(data))<<16, data[2:]
		}
		binary.LittleEndian.PutUint16(b[at:], floatToHalf(math.Float32frombits(bits)))
	}
}

// Four binary16 lie in a uint64 as lanes of 16 bits. A magnitude has 15, so that a comparison leaves its outcome in the
// top bit of the lane and takes nothing from the next.
const (
	laneOnes = 0x0001_0001_0001_0001
	laneTops = laneOnes * sign16
)

// greatest is the greatest magnitude in the block, as bits.
func (b *block) greatest() uint16 {
	one, other := binary.LittleEndian.Uint64(b[:])&^laneTops, binary.LittleEndian.Uint64(b[8:])&^laneTops
	for at := 16; at < blockBytes; at += 16 {
		one = laneMax(one, binary.LittleEndian.Uint64(b[at:at+8])&^laneTops)
		other = laneMax(other, binary.LittleEndian.Uint64(b[at+8:at+16])&^laneTops)
	}
	one = laneMax(one, other)
	one = laneMax(one, one>>32)
	return uint16(max(one&magnitude16, one>>16&magnitude16))
}

// laneMax is the greater magnitude in each lane.
func laneMax(one, other uint64) uint64 {
	above := ((other | laneTops) - one) & laneTops
	above -= above >> 15 // 0x7fff in the lanes where the other is not below
	return one ^ (one^other)&above
}

// nibbles writes the Q4 codes. A magnitude has the code k or more from a threshold on, which only depends on the scale: a
// code is the number of thresholds that its element reaches.
func (b *block) nibbles(into *[scaleBlock / 2]byte, scale uint16) {
	t := nibbleThresholds(scale)
	for at := 0; at < blockBytes; at += 8 {
		lanes := binary.LittleEndian.Uint64(b[at : at+8])
		m := lanes | laneTops
		// The top bits say which thresholds are reached. Whoever reaches one reaches all below it, so that the lowest bit
		// of their number is whether it is odd, the next one whether that of every second is, and so on.
		fours := m - t[3]
		twos := fours ^ (m - t[1]) ^ (m - t[5])
		odd := twos ^ (m - t[0]) ^ (m - t[2]) ^ (m - t[4]) ^ (m - t[6])
		code := odd>>15&laneOnes | twos>>14&(2*laneOnes) | fours>>13&(4*laneOnes)
		negative := lanes >> 15 & laneOnes
		code = ((code ^ (negative<<4 - negative)) + negative) & (15 * laneOnes) // two's complement
		code |= code >> 12
		binary.LittleEndian.PutUint16(into[at/4:], uint16(code&0xff|code>>24&0xff00)) // QNT-9
	}
}

// nibbleThresholds gives, in every lane, the least magnitude that has the code k or more, for k from 1 to 7: the first
// above (k − 1/2) · scale, or that itself where k is even (QNT-6).
func nibbleThresholds(scale uint16) (found [7]uint64) {
	if scale < 0x0800 { // below 2^-13, where a threshold can be subnormal
		return smallThresholds(scale)
	}
	step := halfToFloat(scale)
	exact := step / 2
	for at := range found {
		// Binary16 has 13 bits less: rounded up where k is even, and beyond what it is where k is odd.
		found[at] = uint64((math.Float32bits(exact)+0x2000-uint32(at&1))>>13-112<<10) * laneOnes
		exact += step
	}
	return found
}

// smallThresholds is nibbleThresholds in integers.
func smallThresholds(scale uint16) (found [7]uint64) {
	fixed := halfToFixed(scale)
	for at := range found {
		// (2k − 1) · scale, in units of 2^-25; halved, so that an odd one is rounded down and not met exactly.
		doubled := uint64(2*at+1) * fixed
		threshold, equal := fixedToHalf(doubled / 2)
		if even := at%2 == 1; !equal || doubled%2 == 1 || !even {
			threshold++
		}
		found[at] = uint64(threshold) * laneOnes
	}
	return found
}

// bytes writes the I8 codes.
func (b *block) bytes(into *[scaleBlock]byte, scale uint16) {
	const shift = 3 << 22 // added, it leaves no bits for a fraction, and rounds to even
	s := halfToFloat(scale)
	for at := range into {
		quotient := halfToFloat(binary.LittleEndian.Uint16(b[2*at:])) / s
		code := int32(math.Float32bits(quotient+shift)) - int32(math.Float32bits(shift))
		into[at] = byte(max(-127, min(127, code)))
	}
}

// Dequantize gives count elements in binary16. Without scales, which means nil, every scale is 1.
func Dequantize(quantizer Quantizer, count uint64, codes, scale []byte) ([]byte, error) {
	if quantizer != Int4 && quantizer != Int8 {
		return nil, refuse(FieldRange, "FRM-36", "a quantizer of %d bits", quantizer)
	}
	if uint64(len(codes)) != quantizer.codeBytes(count) {
		return nil, refuse(LengthMismatch, "QNT-14", "%d bytes of codes for %d elements", len(codes), count)
	}
	if scale != nil && (len(scale)%2 != 0 || uint64(len(scale)/2) != count/scaleBlock+(count%scaleBlock+scaleBlock-1)/scaleBlock) {
		return nil, refuse(BadScale, "QNT-14", "%d bytes of scales for %d elements", len(scale), count)
	}
	if err := checkScales(scale); err != nil {
		return nil, err
	}
	data := make([]byte, 0, 2*count)
	for at := uint64(0); at < count; at += scaleBlock {
		s := uint16(one16)
		if scale != nil {
			s = binary.LittleEndian.Uint16(scale[at/scaleBlock*2:])
		}
		data = quantizer.appendBlock(data, codes[quantizer.codeBytes(at):], min(count-at, scaleBlock), halfToFloat(s))
	}
	return data, nil
}

// appendBlock appends the first n elements of codes (QNT-12).
func (q Quantizer) appendBlock(data, codes []byte, n uint64, scale float32) []byte {
	if q == Int8 {
		for _, code := range codes[:n] {
			data = binary.LittleEndian.AppendUint16(data, floatToHalf(float32(int8(code))*scale))
		}
		return data
	}
	var products [16]uint16
	for nibble := range products {
		products[nibble] = floatToHalf(float32(int8(nibble<<4)>>4) * scale)
	}
	for at := range n {
		data = binary.LittleEndian.AppendUint16(data, products[codes[at/2]>>(at%2*4)&15])
	}
	return data
}

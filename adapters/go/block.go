package resonant

import (
	"encoding/binary"
	"math"
)

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
	for at := 0; at < blockBytes; at += 16 {
		first, second := binary.LittleEndian.Uint64(b[at:at+8]), binary.LittleEndian.Uint64(b[at+8:at+16])
		one, other := first|laneTops, second|laneTops
		// The top bits say which thresholds are reached. Whoever reaches one reaches all below it, so that the lowest bit
		// of their number is whether it is odd, the next one whether that of every second is, and so on.
		fours, otherFours := one-t[3], other-t[3]
		twos, otherTwos := fours^(one-t[1])^(one-t[5]), otherFours^(other-t[1])^(other-t[5])
		odd, otherOdd := twos^(one-t[0])^(one-t[2]), otherTwos^(other-t[0])^(other-t[2])
		odd, otherOdd = odd^(one-t[4])^(one-t[6]), otherOdd^(other-t[4])^(other-t[6])
		codes := packed(first, odd, twos, fours) | packed(second, otherOdd, otherTwos, otherFours)<<16
		binary.LittleEndian.PutUint32(into[at/4:], codes) // QNT-9
	}
}

// packed gives the nibbles of four codes, whose bits are the top ones of lanes, with the signs of their elements.
func packed(elements, odd, twos, fours uint64) uint32 {
	code := odd>>15&laneOnes | twos>>14&(2*laneOnes) | fours>>13&(4*laneOnes)
	negative := elements >> 15 & laneOnes
	code = ((code ^ (negative<<4 - negative)) + negative) & (15 * laneOnes) // two's complement
	code |= code >> 12
	return uint32(code&0xff | code>>24&0xff00)
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

package resonant

import (
	"math"
	"math/bits"
)

const (
	infinity16  = 0x7c00
	magnitude16 = 0x7fff
	sign16      = 0x8000
	one16       = 0x3c00
)

// halfToFloat gives the value of a binary16.
func halfToFloat(half uint16) float32 {
	sign, exponent, fraction := uint32(half&sign16)<<16, uint32(half>>10&31), uint32(half&1023)
	switch exponent {
	case 0:
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*(1.0/(1<<24))))
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// floatToHalf rounds to the nearest binary16, ties to even.
func floatToHalf(value float32) uint16 {
	whole := math.Float32bits(value)
	sign, rest := uint16(whole>>16)&sign16, whole&0x7fffffff
	switch {
	case rest > 0x7f800000:
		return sign | infinity16 | 0x200 // NaN
	case rest >= 0x477ff000: // 65520, halfway beyond the greatest
		return sign | infinity16
	case rest >= 0x38800000: // 2^-14, the least normal
		rest += 0xfff + rest>>13&1
		return sign | uint16(rest>>13-112<<10)
	}
	// Adding 0.5 makes a unit of the last place what 2^-24 is, the unit of subnormals; the addition rounds to even.
	return sign | uint16(math.Float32bits(math.Float32frombits(rest)+0.5)-math.Float32bits(0.5))
}

// halfToFixed gives the magnitude of a finite binary16 in units of 2^-24.
func halfToFixed(half uint16) uint64 {
	exponent, fraction := half>>10&31, uint64(half&1023)
	if exponent == 0 {
		return fraction
	}
	return (fraction | 1024) << (exponent - 1)
}

// fixedToHalf gives the greatest binary16 that is not above so many units of 2^-24, and whether it is equal to them.
func fixedToHalf(fixed uint64) (half uint16, equal bool) {
	shift := max(0, bits.Len64(fixed)-11)
	kept := fixed >> shift
	if shift == 0 {
		return uint16(kept), true // subnormals, and the first normals, count in these units
	}
	return uint16(uint64(shift)<<10 + kept), kept<<shift == fixed
}

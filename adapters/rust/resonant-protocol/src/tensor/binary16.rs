//! Conversions between binary16, as bits, and binary32: to nearest, ties to even, subnormals included.
//!
//! They are whole-number arithmetic and one addition each, without a branch, so that loops over them become vector
//! code in any set of instructions and give the same bits in all.

/// The bits of the binary16 infinity; what has a magnitude that is not less is not finite.
pub(crate) const INFINITY: u16 = 0x7c00;
/// The bits of 1.0.
pub(crate) const ONE: u16 = 0x3c00;

/// The least normal binary16, as binary32: 2⁻¹⁴.
const LEAST_NORMAL: u32 = 113 << 23;
/// The difference between the exponent of a binary32 and that of the same number in binary16.
const BIAS: u32 = 112 << 23;
/// The least power of two that is beyond binary16, as binary32: 2¹⁶.
const TOO_LARGE: u32 = 143 << 23;
/// 0.5: a binary32 sum with what is less than 2⁻¹⁴ counts in steps of 2⁻²⁴, as the subnormals of binary16 do.
const HALF: u32 = 126 << 23;

/// The value of a finite binary16, which every binary32 can hold.
#[inline(always)]
pub(crate) fn widen(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff) << 13;
    let subnormal = f32::from_bits(magnitude | LEAST_NORMAL) - f32::from_bits(LEAST_NORMAL);
    let is_normal = magnitude >= 1 << 23;
    let found = if is_normal {
        magnitude.wrapping_add(BIAS)
    } else {
        subnormal.to_bits()
    };
    f32::from_bits(found | sign)
}

/// The nearest binary16. What is too large becomes infinity, and so does what is no number.
#[inline(always)]
pub(crate) fn narrow(value: f32) -> u16 {
    let sign = value.to_bits() >> 31 << 15;
    let magnitude = value.to_bits() & 0x7fff_ffff;
    let subnormal = (f32::from_bits(magnitude) + f32::from_bits(HALF)).to_bits();
    // Half a step less one, and one more where the last bit that stays is odd: what carries rounds up.
    let odd = magnitude >> 13 & 1;
    let rounded = magnitude.wrapping_sub(BIAS).wrapping_add(0x0fff + odd) >> 13;
    let found = if magnitude < LEAST_NORMAL {
        subnormal.wrapping_sub(HALF)
    } else {
        rounded
    };
    let found = if magnitude < TOO_LARGE {
        found
    } else {
        u32::from(INFINITY)
    };
    let [low, high, ..] = (found | sign).to_le_bytes();
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::f16;

    /// `half` shares no code with them, and has the processor's own instructions where there are some.
    #[test]
    fn every_binary16_is_widened_and_comes_back() {
        for bits in (0..INFINITY).flat_map(|bits| [bits, bits | 0x8000]) {
            let value = widen(bits);
            assert_eq!(value.to_bits(), f16::from_bits(bits).to_f32().to_bits());
            assert_eq!(narrow(value), bits);
        }
    }

    #[test]
    fn everything_around_a_tie_goes_to_the_nearest() {
        let agree = |value: f32| {
            for value in [value, -value] {
                let expected = f16::from_f32(value).to_bits();
                assert_eq!(narrow(value), expected, "{value:e}");
                assert_eq!(f16::from_f32_const(value).to_bits(), expected);
            }
        };
        for bits in 0..INFINITY {
            let next = if bits + 1 == INFINITY {
                65_536.0
            } else {
                widen(bits + 1)
            };
            let tie = (widen(bits) + next) / 2.0; // exact: 12 significant bits
            for value in [widen(bits), tie, next] {
                agree(value.next_down().max(0.0));
                agree(value);
                agree(value.next_up());
            }
        }
        for exponent in 0..=255 {
            for digits in [0, 1, 0x0f_ffff, 0x10_0000, 0x7f_ffff] {
                let value = f32::from_bits(exponent << 23 | digits);
                if value.is_nan() {
                    assert!(narrow(value) >= INFINITY);
                } else {
                    agree(value);
                }
            }
        }
    }
}

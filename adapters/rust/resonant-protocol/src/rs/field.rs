//! Arithmetic in GF(2^8): sums are XOR, products are modulo x^8 + x^4 + x^3 + x^2 + 1 (RSC-1).

/// The modulus without its x^8, which falls out of a byte.
const MODULUS: u8 = 0x1d;

/// The order of the multiplicative group: a^255 is 1 for every a but 0.
const ORDER: u8 = 255;

/// By its place in a byte, what a byte is to that power of x.
pub(super) const fn doubled(value: u8) -> u8 {
    let carry = if value & 0x80 == 0 { 0 } else { MODULUS };
    (value << 1) ^ carry
}

/// A product.
pub(super) const fn product(a: u8, b: u8) -> u8 {
    let (mut a, mut rest, mut sum) = (a, b, 0);
    while rest != 0 {
        if rest & 1 == 1 {
            sum ^= a;
        }
        a = doubled(a);
        rest >>= 1;
    }
    sum
}

/// The inverse of every element but 0, for which 0 stands.
const INVERSES: [u8; 256] = inverses();

#[allow(clippy::indexing_slicing, clippy::as_conversions)] // what is out of range here does not compile
const fn inverses() -> [u8; 256] {
    let mut inverses = [0; 256];
    let mut value = 1;
    loop {
        inverses[value as usize] = power(value, ORDER - 1);
        if value == u8::MAX {
            return inverses;
        }
        value += 1;
    }
}

const fn power(base: u8, exponent: u8) -> u8 {
    let (mut base, mut rest, mut result) = (base, exponent, 1);
    while rest != 0 {
        if rest & 1 == 1 {
            result = product(result, base);
        }
        base = product(base, base);
        rest >>= 1;
    }
    result
}

/// The element whose product with this one is 1. There is none for 0, which gives 0.
pub(super) fn inverse(value: u8) -> u8 {
    let [_, inverses @ ..] = &INVERSES;
    let place = usize::from(value).wrapping_sub(1);
    inverses.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RSC-1, word by word: all partial products, then x^8 is replaced from the top down.
    fn by_division(a: u8, b: u8) -> u8 {
        let mut long = 0_u16;
        for bit in 0..8 {
            if b >> bit & 1 == 1 {
                long ^= u16::from(a) << bit;
            }
        }
        for bit in (8..15).rev() {
            if long >> bit & 1 == 1 {
                long ^= 0x11d << (bit - 8);
            }
        }
        u8::try_from(long).unwrap_or_default()
    }

    #[test]
    fn products_are_remainders_of_polynomials() {
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(product(a, b), by_division(a, b), "{a:#04x} {b:#04x}");
            }
        }
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        for value in 1..=255 {
            assert_eq!(product(value, inverse(value)), 1, "{value:#04x}");
        }
        assert_eq!(inverse(0), 0);
        assert_eq!(inverse(4), 0x47); // section 4 of reed-solomon.md
    }
}

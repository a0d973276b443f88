//! A model of the quantizers in whole numbers: a binary16 is a number of units of 2⁻²⁴, and a quotient is a
//! numerator and a denominator until it is rounded, once.

pub const INFINITY: u16 = 0x7c00;

/// The magnitude of a finite binary16 in units of 2⁻²⁴.
pub fn units(bits: u16) -> u128 {
    let (exponent, fraction) = ((bits >> 10) & 0x1f, u128::from(bits & 0x3ff));
    assert!(exponent < 31, "{bits:#06x} is not finite");
    match exponent {
        0 => fraction,
        _ => (1024 + fraction) << (exponent - 1),
    }
}

/// A quotient rounded to the nearest integer, ties to even.
pub fn nearest(numerator: u128, denominator: u128) -> u128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    let up = match (2 * rest).cmp(&denominator) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole % 2 == 1,
        std::cmp::Ordering::Greater => true,
    };
    whole + u128::from(up)
}

/// RNE16 of a quotient of units: the bits of the magnitude.
pub fn rne16(numerator: u128, denominator: u128) -> u16 {
    let mut places = 0_u16;
    while (numerator / denominator) >> places >= 2048 {
        places += 1;
    }
    let significand = nearest(numerator, denominator << places);
    let bits = (u128::from(places) << 10) + significand;
    u16::try_from(bits).map_or(INFINITY, |bits| bits.min(INFINITY))
}

/// A binary32 rounded to binary16, with its sign; NaN is taken for an infinity.
pub fn rne16_of_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 23) & 0xff, u128::from(bits & 0x7f_ffff));
    let sign = if bits >> 31 == 1 { 0x8000 } else { 0 };
    let significand = fraction + if exponent == 0 { 0 } else { 1 << 23 };
    // value = significand · 2^(exponent − 150), in units that is 2^(exponent − 126).
    let magnitude = match exponent.max(1) {
        e @ 1..126 => rne16(significand, 1 << (126 - e)),
        e @ 126..=166 => rne16(significand << (e - 126), 1),
        _ => INFINITY,
    };
    sign | magnitude
}

/// QNT-4.
pub fn scale(largest: u16, most: u8, greatest: u16) -> u16 {
    rne16(units(largest), u128::from(most)).min(greatest)
}

/// QNT-5, QNT-6.
pub fn code(element: u16, scale: u16, most: u8) -> i16 {
    if units(scale) == 0 {
        return 0;
    }
    let code = nearest(units(element), units(scale)).min(u128::from(most));
    let code = i16::try_from(code).unwrap();
    if element >> 15 == 1 {
        -code
    } else {
        code
    }
}

/// QNT-12.
pub fn product(code: i16, scale: u16) -> u16 {
    let magnitude = u128::from(code.unsigned_abs()) * units(scale);
    let sign = if code < 0 { 0x8000 } else { 0 };
    sign | rne16(magnitude, 1)
}

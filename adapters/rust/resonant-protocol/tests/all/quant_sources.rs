//! Inputs of the quantizers: sources, their conversion to binary16, and rejections (QNT-2, QNT-3, QNT-15).

use crate::support::exact;
use crate::support::exact::INFINITY;
use crate::support::Random;
use half::f16;
use resonant_protocol::quant::{quantize, Quantizer, Source};
use resonant_protocol::RejectCode;

fn bytes(elements: &[u16]) -> Vec<u8> {
    elements
        .iter()
        .flat_map(|bits| bits.to_le_bytes())
        .collect()
}

#[test]
fn elements_that_are_not_finite() {
    let refused = |source, data: &[u8]| {
        let error = quantize(Quantizer::Q4, source, data).unwrap_err();
        (error.code(), error.clause())
    };
    let not_finite = (RejectCode::NonFinite, "QNT-3");
    for bits in [0x7c00_u16, 0xfc00, 0x7c01, 0x7e00, 0xffff] {
        for place in [0, 31, 32, 40] {
            let mut elements = [0x3c00; 41];
            elements[place] = bits;
            assert_eq!(refused(Source::F16, &bytes(&elements)), not_finite);
        }
    }
    for value in [f32::NAN, f32::INFINITY, 65_520.0, -65_520.0, f32::MAX] {
        assert_eq!(refused(Source::F32, &value.to_le_bytes()), not_finite);
        let upper: [u8; 2] = value.to_le_bytes()[2..].try_into().unwrap();
        let upper = if value.abs() < 1e5 {
            [0x80, 0x47]
        } else {
            upper
        }; // 65536
        assert_eq!(refused(Source::Bf16, &upper), not_finite);
    }
    let most = 65_519.996_f32.to_le_bytes();
    assert!(quantize(Quantizer::Q4, Source::F32, &most).is_ok());
    for (source, len) in [(Source::F16, 1), (Source::Bf16, 3), (Source::F32, 6)] {
        let error = (RejectCode::LengthMismatch, "QNT-15");
        assert_eq!(refused(source, &vec![0xff; len]), error);
    }
}

/// The conversions of `half`, by which those of the quantizers are judged, in hardware where there is some, and in software.
#[test]
fn conversions_round_to_nearest_even() {
    let narrow = |value: f32, expected: u16| {
        assert_eq!(exact::rne16_of_f32(value), expected, "{value:e}");
        assert_eq!(f16::from_f32(value).to_bits(), expected, "{value:e}");
        assert_eq!(f16::from_f32_const(value).to_bits(), expected, "{value:e}");
    };
    for bits in 0..INFINITY {
        let number = f16::from_bits(bits).to_f32();
        assert_eq!(
            number.to_bits(),
            f16::from_bits(bits).to_f32_const().to_bits()
        );
        let next = if bits == 0x7bff {
            65_536.0
        } else {
            f16::from_bits(bits + 1).to_f32()
        };
        let middle = (number + next) / 2.0; // exact: 12 significant bits
        narrow(number, bits);
        narrow(number.next_up(), bits);
        narrow(middle.next_down(), bits);
        narrow(middle, bits + (bits & 1));
        narrow(-middle, 0x8000 | (bits + (bits & 1)));
        narrow(middle.next_up(), bits + 1);
    }
}

#[test]
fn other_sources_are_converted_first() {
    let mut random = Random::new(12);
    for round in 0..2000 {
        let value = |random: &mut Random| {
            let bits = u32::try_from(random.next() >> 32).unwrap();
            // Exponents around binary16's, now and then from anywhere below.
            let exponent = if round % 4 == 0 {
                random.below(142)
            } else {
                95 + random.below(47)
            };
            let exponent = u32::try_from(exponent).unwrap();
            f32::from_bits((bits & 0x807f_ffff) | (exponent << 23))
        };
        let values: Vec<f32> = (0..70).map(|_| value(&mut random)).collect();
        let data: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let upper: Vec<u8> = data
            .chunks(4)
            .flat_map(|bytes| [bytes[2], bytes[3]])
            .collect();
        let cut = values
            .iter()
            .map(|value| f32::from_bits(value.to_bits() & 0xffff_0000));
        let from_f32: Vec<u16> = values
            .iter()
            .map(|&value| exact::rne16_of_f32(value))
            .collect();
        let from_bf16: Vec<u16> = cut.map(exact::rne16_of_f32).collect();
        for quantizer in [Quantizer::Q4, Quantizer::I8] {
            let direct = quantize(quantizer, Source::F32, &data);
            assert_eq!(direct, quantize(quantizer, Source::F16, &bytes(&from_f32)));
            let direct = quantize(quantizer, Source::Bf16, &upper);
            assert_eq!(direct, quantize(quantizer, Source::F16, &bytes(&from_bf16)));
        }
    }
}

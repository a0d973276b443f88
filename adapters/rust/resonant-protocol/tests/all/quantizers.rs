//! The quantizers against a model in whole numbers (QNT-1, QNT-4 to QNT-14).

use crate::support::exact;
use crate::support::exact::INFINITY;
use crate::support::Random;
use resonant_protocol::quant::{dequantize, quantize, Quantizer, Source};
use resonant_protocol::RejectCode;

const TABLE: [(Quantizer, u8, u16); 2] = [(Quantizer::Q4, 7, 0x7091), (Quantizer::I8, 127, 0x6007)];

fn bytes(elements: &[u16]) -> Vec<u8> {
    elements
        .iter()
        .flat_map(|bits| bits.to_le_bytes())
        .collect()
}

fn words(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

/// The codes as numbers.
fn unpack(quantizer: Quantizer, codes: &[u8], count: usize) -> Vec<i16> {
    let codes: Vec<i16> = match quantizer {
        Quantizer::I8 => codes
            .iter()
            .map(|&code| i16::from(code.cast_signed()))
            .collect(),
        Quantizer::Q4 => {
            let nibbles = codes.iter().flat_map(|byte| [byte & 15, byte >> 4]);
            nibbles
                .map(|n| i16::from(n) - if n > 7 { 16 } else { 0 })
                .collect()
        }
    };
    codes[..count].to_vec()
}

/// Quantizes binary16 and compares every code and scale with the model.
fn check(elements: &[u16], (quantizer, most, greatest): (Quantizer, u8, u16)) {
    let found = quantize(quantizer, Source::F16, &bytes(elements)).unwrap();
    assert_eq!(found.codes.len(), quantizer.codes_len(elements.len()));
    let codes = unpack(quantizer, &found.codes, elements.len());
    let scales = words(&found.scale);
    assert_eq!(scales.len(), elements.len().div_ceil(32));
    for ((block, codes), scale) in elements.chunks(32).zip(codes.chunks(32)).zip(scales) {
        let largest = block.iter().map(|bits| bits & 0x7fff).max().unwrap();
        assert_eq!(
            scale,
            exact::scale(largest, most, greatest),
            "A = {largest:#06x}"
        );
        for (element, code) in block.iter().zip(codes) {
            let expected = exact::code(*element, scale, most);
            assert_eq!(
                *code, expected,
                "{element:#06x} / {scale:#06x} in {quantizer:?}"
            );
        }
    }
}

/// Binary16 at the tie between `k` and `k` + 1 codes of `scale` and on both sides of it, at most `largest`.
fn around_tie(k: u8, scale: u16, largest: u16) -> [u16; 3] {
    let tie = exact::rne16((2 * u128::from(k) + 1) * exact::units(scale), 2);
    [tie.saturating_sub(1), tie, tie + 1].map(|bits| bits.min(largest))
}

/// Blocks whose largest magnitude is `largest`, with elements around all ties of the code.
fn tie_blocks(largest: u16, (_, most, greatest): (Quantizer, u8, u16)) -> Vec<u16> {
    let scale = exact::scale(largest, most, greatest);
    let ties = (0..=most).flat_map(|k| around_tie(k, scale, largest));
    let ties: Vec<u16> = ties
        .zip([0, 0x8000, 0x8000].into_iter().cycle())
        .map(|(t, s)| t | s)
        .collect();
    let mut blocks = Vec::new();
    for ties in ties.chunks(30) {
        blocks.extend([largest, largest | 0x8000]);
        blocks.extend(ties);
        blocks.resize(blocks.len().next_multiple_of(32), 0);
    }
    blocks
}

#[test]
fn every_scale_and_every_tie_of_q4() {
    for first in (0..INFINITY).step_by(64) {
        let last = (first + 64).min(INFINITY);
        let elements: Vec<u16> = (first..last)
            .flat_map(|a| tie_blocks(a, TABLE[0]))
            .collect();
        check(&elements, TABLE[0]);
    }
}

#[test]
fn every_scale_and_many_ties_of_i8() {
    let elements: Vec<u16> = (0..INFINITY).flat_map(|a| [a; 32]).collect();
    check(&elements, TABLE[1]);
    let sampled = (0..INFINITY)
        .step_by(13)
        .chain(0..600)
        .chain(INFINITY - 40..INFINITY);
    for largest in sampled {
        check(&tie_blocks(largest, TABLE[1]), TABLE[1]);
    }
}

#[test]
fn every_length_and_random_elements() {
    let mut random = Random::new(11);
    for length in (0..200).chain([1000, 4097]) {
        for spread in [4, 12, 30] {
            let mut element = || {
                let bits = words(&random.bytes(2))[0];
                let exponent = u16::try_from(random.below(spread)).unwrap();
                (bits & 0x83ff) | (exponent << 10)
            };
            let elements: Vec<u16> = (0..length).map(|_| element()).collect();
            for row in TABLE {
                check(&elements, row);
            }
        }
    }
}

#[test]
fn pad_nibble_is_written_0() {
    let one = quantize(Quantizer::Q4, Source::F16, &bytes(&[0xbc00])).unwrap();
    assert_eq!(one.codes, [0x09]); // −7 and nothing
}

#[test]
fn dequantizing_every_scale_and_every_code() {
    let codes: Vec<u8> = (0..=255).collect();
    for scale in 0..INFINITY {
        let scales = bytes(&[scale; 8]);
        let found = words(&dequantize(Quantizer::I8, 256, &codes, Some(&scales)).unwrap());
        for (code, element) in codes.iter().zip(found) {
            let code = i16::from(code.cast_signed());
            assert_eq!(
                element,
                exact::product(code, scale),
                "{code} · {scale:#06x}"
            );
        }
        let packed = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
        let found = words(&dequantize(Quantizer::Q4, 16, &packed, Some(&scales[..2])).unwrap());
        for (code, element) in (0..8).chain(-8..0).zip(found) {
            assert_eq!(
                element,
                exact::product(code, scale),
                "{code} · {scale:#06x}"
            );
        }
    }
}

#[test]
fn dequantizing_lengths_and_scales() {
    let refused = |quantizer, count, codes: &[u8], scale: Option<&[u8]>| {
        let error = dequantize(quantizer, count, codes, scale).unwrap_err();
        (error.code(), error.clause())
    };
    let length = (RejectCode::LengthMismatch, "QNT-14");
    assert_eq!(refused(Quantizer::Q4, 3, &[0], None), length);
    assert_eq!(refused(Quantizer::Q4, 3, &[0; 3], Some(&[0])), length);
    assert_eq!(refused(Quantizer::I8, usize::MAX, &[], None), length);
    assert_eq!(refused(Quantizer::Q4, usize::MAX, &[0], None), length);
    let scale = (RejectCode::BadScale, "QNT-14");
    for bad in [&[][..], &[0], &[0; 3], &[0; 4]] {
        assert_eq!(refused(Quantizer::I8, 32, &[0; 32], Some(bad)), scale);
    }
    for bits in INFINITY..=u16::MAX {
        let bad = refused(Quantizer::I8, 1, &[0], Some(&bits.to_le_bytes()));
        assert_eq!(bad, (RejectCode::BadScale, "MSG-9"));
    }
    // The high nibble behind the last code says nothing; without scales the codes are the numbers.
    let data = dequantize(Quantizer::Q4, 3, &[0xf1, 0x78], None).unwrap();
    assert_eq!(words(&data), [0x3c00, 0xbc00, 0xc800]);
}

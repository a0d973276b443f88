//! The arithmetic of the quantizers, block by block, in loops that become vector code.
//!
//! Everything here is inlined into its callers, which [`super::quant`] compiles for several sets of instructions.

use super::binary16::{self, INFINITY, ONE};
use super::quantizer::{Quantized, Quantizer, Source, BLOCK};
use crate::error::{FrameError, RejectCode};

/// 1.5 · 2²³: a binary32 sum with it has no fraction, so the addition rounds to the nearest integer, ties
/// to even, and leaves that integer in the low bits as two's complement.
const ROUNDER: f32 = 12_582_912.0;

/// Reads a block of binary16.
#[inline(always)]
pub(super) fn f16_bits(bytes: &[u8; 64]) -> [u16; BLOCK] {
    let mut block = [0; BLOCK];
    each(bytes, &mut block, u16::from_le_bytes);
    block
}

/// Reads a block of binary32 (QNT-2).
#[inline(always)]
fn f32_bits(bytes: &[u8; 128]) -> [u16; BLOCK] {
    let mut block = [0.0; BLOCK];
    each(bytes, &mut block, f32::from_le_bytes);
    narrow(&block)
}

/// Reads a block of bfloat16, each the upper half of a binary32 (QNT-2).
#[inline(always)]
fn bf16_bits(bytes: &[u8; 64]) -> [u16; BLOCK] {
    let mut block = [0.0; BLOCK];
    each(bytes, &mut block, |[low, high]| {
        f32::from_le_bytes([0, 0, low, high])
    });
    narrow(&block)
}

/// Reads the elements that `bytes` hold.
#[inline(always)]
fn each<T, const N: usize>(bytes: &[u8], elements: &mut [T; BLOCK], read: impl Fn([u8; N]) -> T) {
    for (element, bytes) in elements.iter_mut().zip(bytes.as_chunks().0) {
        *element = read(*bytes);
    }
}

#[inline(always)]
pub(super) fn narrow(block: &[f32; BLOCK]) -> [u16; BLOCK] {
    let mut bits = [0; BLOCK];
    for (bits, value) in bits.iter_mut().zip(block) {
        *bits = binary16::narrow(*value);
    }
    bits
}

#[inline(always)]
pub(super) fn widen(bits: &[u16; BLOCK]) -> [f32; BLOCK] {
    let mut block = [0.0; BLOCK];
    for (value, bits) in block.iter_mut().zip(bits) {
        *value = binary16::widen(*bits);
    }
    block
}

/// Quantizes the `count` elements of `data` (QNT-1 to QNT-11).
#[inline(always)]
pub(crate) fn quantize_source(
    quantizer: Quantizer,
    source: Source,
    count: usize,
    data: &[u8],
) -> Result<Quantized, FrameError> {
    match source {
        Source::F16 => quantize(quantizer, count, data, f16_bits),
        Source::F32 => quantize(quantizer, count, data, f32_bits),
        Source::Bf16 => quantize(quantizer, count, data, bf16_bits),
    }
}

/// As [`quantize_source`], of elements that are read by `load`.
#[inline(always)]
fn quantize<const BYTES: usize>(
    quantizer: Quantizer,
    count: usize,
    data: &[u8],
    load: impl Fn(&[u8; BYTES]) -> [u16; BLOCK],
) -> Result<Quantized, FrameError> {
    match quantizer {
        Quantizer::Q4 => quantize_blocks::<BYTES, 16>(quantizer, count, data, load, pack),
        Quantizer::I8 => quantize_blocks::<BYTES, 32>(quantizer, count, data, load, |c| *c),
    }
}

/// As [`quantize`], with `CODES` bytes of codes a block.
#[inline(always)]
fn quantize_blocks<const BYTES: usize, const CODES: usize>(
    quantizer: Quantizer,
    count: usize,
    data: &[u8],
    load: impl Fn(&[u8; BYTES]) -> [u16; BLOCK],
    pack: impl Fn(&[u8; BLOCK]) -> [u8; CODES],
) -> Result<Quantized, FrameError> {
    let blocks = count.div_ceil(BLOCK);
    let mut codes = vec![0; blocks * CODES];
    let mut scale = vec![0; blocks * 2];
    // What a shorter last block lacks is 0: that changes no scale, and leaves 0 in a nibble to spare (QNT-10).
    let (whole, rest) = data.as_chunks::<BYTES>();
    let last = padded(rest);
    let inputs = whole.iter().chain((!rest.is_empty()).then_some(&last));
    let (code_blocks, _) = codes.as_chunks_mut();
    let (scale_blocks, _) = scale.as_chunks_mut();
    let outputs = code_blocks.iter_mut().zip(scale_blocks);
    for (place, (input, (codes, scale))) in inputs.zip(outputs).enumerate() {
        let block = load(input);
        let largest = largest(&block);
        if largest >= INFINITY {
            let detail = format!("block {place} holds an element that is not finite in binary16");
            return Err(FrameError::new(RejectCode::NonFinite, "QNT-3", detail));
        }
        let rounded = scale_for(largest, quantizer);
        *scale = rounded.to_le_bytes(); // QNT-7
        *codes = pack(&codes_for(&block, rounded, quantizer.most()));
    }
    codes.truncate(quantizer.codes_len(count));
    Ok(Quantized { codes, scale })
}

/// A shorter last block, with zeros behind.
#[inline(always)]
pub(super) fn padded<const BYTES: usize>(rest: &[u8]) -> [u8; BYTES] {
    let mut last = [0; BYTES];
    for (padded, byte) in last.iter_mut().zip(rest) {
        *padded = *byte;
    }
    last
}

/// A, as bits: magnitudes of binary16 are in the order of their bits.
#[inline(always)]
fn largest(block: &[u16; BLOCK]) -> u16 {
    let magnitudes = block.iter().map(|bits| bits & 0x7fff);
    magnitudes.fold(0, u16::max)
}

/// QNT-4.
#[inline(always)]
fn scale_for(largest: u16, quantizer: Quantizer) -> u16 {
    let quotient = binary16::widen(largest) / quantizer.most();
    binary16::narrow(quotient).min(quantizer.greatest_scale())
}

/// QNT-5 and QNT-6. The limit is an integer, so it may come before the rounding.
#[inline(always)]
fn codes_for(block: &[u16; BLOCK], scale: u16, most: f32) -> [u8; BLOCK] {
    let mut codes = [0; BLOCK];
    let scale = binary16::widen(scale);
    if scale > 0.0 {
        for (code, element) in codes.iter_mut().zip(widen(block)) {
            let quotient = limit(element / scale, most);
            let [low, ..] = (quotient + ROUNDER).to_bits().to_le_bytes();
            *code = low;
        }
    }
    codes
}

/// −`most` to `most`. Unlike `clamp` it says nothing of NaN, which makes it one instruction for each side.
#[inline(always)]
fn limit(quotient: f32, most: f32) -> f32 {
    let above = if quotient > -most { quotient } else { -most };
    if above < most {
        above
    } else {
        most
    }
}

/// QNT-9.
#[inline(always)]
fn pack(codes: &[u8; BLOCK]) -> [u8; 16] {
    let mut packed = [0; 16];
    for (byte, pair) in packed.iter_mut().zip(codes.as_chunks().0) {
        let pair = u16::from_le_bytes(*pair);
        [*byte, _] = ((pair & 0x0f) | ((pair >> 4) & 0xf0)).to_le_bytes();
    }
    packed
}

/// QNT-9, QNT-11: every nibble is a code, −8 too.
#[inline(always)]
pub(super) fn unpack(packed: &[u8; 16]) -> [u8; BLOCK] {
    let mut codes = [0; BLOCK];
    let signed = |nibble: u8| (nibble ^ 8).wrapping_sub(8);
    for ([even, odd], byte) in codes.as_chunks_mut().0.iter_mut().zip(packed) {
        *even = signed(byte & 0x0f);
        *odd = signed(byte >> 4);
    }
    codes
}

/// Dequantizes codes to `data`, which has room for whole blocks (QNT-12, QNT-13).
#[inline(always)]
pub(crate) fn dequantize(
    quantizer: Quantizer,
    codes: &[u8],
    scale: Option<&[u8]>,
    data: &mut [u8],
) {
    match quantizer {
        Quantizer::Q4 => dequantize_blocks::<16>(codes, scale, data, unpack),
        Quantizer::I8 => dequantize_blocks::<32>(codes, scale, data, |codes| *codes),
    }
}

/// As [`dequantize`], with `CODES` bytes of codes a block.
#[inline(always)]
fn dequantize_blocks<const CODES: usize>(
    codes: &[u8],
    scale: Option<&[u8]>,
    data: &mut [u8],
    unpack: impl Fn(&[u8; CODES]) -> [u8; BLOCK],
) {
    const ONE_BYTES: [u8; 2] = ONE.to_le_bytes();
    let (whole, rest) = codes.as_chunks::<CODES>();
    let last = padded(rest);
    let inputs = whole.iter().chain(std::iter::once(&last));
    let scales = scale.map(|scale| scale.as_chunks().0.iter());
    let mut scales = scales.into_iter().flatten();
    for (input, output) in inputs.zip(data.as_chunks_mut::<64>().0) {
        let scale = scales.next().unwrap_or(&ONE_BYTES);
        let scale = binary16::widen(u16::from_le_bytes(*scale));
        // At most 8 + 11 significant bits: the product is exact, with the sign of the code for 0 as well.
        let products = unpack(input).map(|code| f32::from(i8::from_le_bytes([code])) * scale);
        for (bytes, element) in output.as_chunks_mut().0.iter_mut().zip(narrow(&products)) {
            *bytes = element.to_le_bytes();
        }
    }
}

//! The two bit-exact quantizers, Q4 and I8 (QNT-1 to QNT-15).
//!
//! On x86-64 they are compiled for several sets of instructions, and the best that the processor has is taken when
//! they run, so a build for any processor is as fast as one for this one. The results are the same bits in all of
//! them: the operations are the same ones in the same order, none is fused with another, and each rounds as IEEE 754
//! says.

use multiversion::multiversion;

use super::binary16::INFINITY;
use super::quant_blocks;
pub use super::quantizer::{Quantized, Quantizer, Source, BLOCK};
use crate::error::{FrameError, RejectCode};

/// Quantizes the elements that `data` holds.
///
/// ```
/// use resonant_protocol::quant::*;
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let data: Vec<u8> = [7.0_f32, -2.5].into_iter().flat_map(f32::to_le_bytes).collect();
/// let quantized = quantize(Quantizer::Q4, Source::F32, &data)?;
/// assert_eq!(quantized.codes, [0xe7]); // 7 and −2, the even neighbour of −2.5
/// assert_eq!(quantized.scale, [0x00, 0x3c]); // 1.0
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `NON_FINITE` for an element that is NaN or infinite, or becomes so in binary16 (QNT-3), and
/// `LENGTH_MISMATCH` for data that ends inside an element (QNT-15).
pub fn quantize(
    quantizer: Quantizer,
    source: Source,
    data: &[u8],
) -> Result<Quantized, FrameError> {
    let element = source.element_len();
    if !data.len().is_multiple_of(element) {
        let detail = format!("{} bytes are no whole number of elements", data.len());
        return Err(FrameError::new(
            RejectCode::LengthMismatch,
            "QNT-15",
            detail,
        ));
    }
    quantize_elements(quantizer, source, data.len() / element, data)
}

/// Quantizes `count` elements, with the best instructions that there are.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn quantize_elements(
    quantizer: Quantizer,
    source: Source,
    count: usize,
    data: &[u8],
) -> Result<Quantized, FrameError> {
    quant_blocks::quantize_source(quantizer, source, count, data)
}

/// Dequantizes codes to `data`, with the best instructions that there are.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn dequantize_codes(quantizer: Quantizer, codes: &[u8], scale: Option<&[u8]>, data: &mut [u8]) {
    quant_blocks::dequantize(quantizer, codes, scale, data);
}

/// Dequantizes `count` elements to little-endian binary16. Without `scale` every block has 1.0 (QNT-13).
///
/// ```
/// use resonant_protocol::quant::*;
/// let data = dequantize(Quantizer::I8, 2, &[1, 0xff], None).unwrap();
/// assert_eq!(data, [0x00, 0x3c, 0x00, 0xbc]); // 1.0 and −1.0
/// ```
///
/// # Errors
/// `LENGTH_MISMATCH` for codes of another length than `count` elements have; `BAD_SCALE` for scales that
/// are not one for each block, or not all finite with the sign bit 0 (QNT-14).
pub fn dequantize(
    quantizer: Quantizer,
    count: usize,
    codes: &[u8],
    scale: Option<&[u8]>,
) -> Result<Vec<u8>, FrameError> {
    let mismatch = || {
        let detail = format!(
            "{} bytes are not the codes of {count} elements",
            codes.len()
        );
        FrameError::new(RejectCode::LengthMismatch, "QNT-14", detail)
    };
    if codes.len() != quantizer.codes_len(count) {
        return Err(mismatch());
    }
    let blocks = count.div_ceil(BLOCK);
    if let Some(scale) = scale {
        if !scale.len().is_multiple_of(2) || scale.len() / 2 != blocks {
            let detail = format!("{} bytes are not {blocks} scales", scale.len());
            return Err(FrameError::new(RejectCode::BadScale, "QNT-14", detail));
        }
        check_scales(scale)?;
    }
    let len = blocks.checked_mul(2 * BLOCK).ok_or_else(mismatch)?;
    let mut data = vec![0; len];
    dequantize_codes(quantizer, codes, scale, &mut data);
    data.truncate(2 * count);
    Ok(data)
}

/// MSG-9, for the bytes of whole scales.
pub(crate) fn check_scales(scale: &[u8]) -> Result<(), FrameError> {
    // The sign bit makes bits greater than those of infinity as well.
    let (scales, _) = scale.as_chunks();
    let wrong = |bits: &[u8; 2]| u16::from_le_bytes(*bits) >= INFINITY;
    if let Some(place) = scales.iter().position(wrong) {
        let detail = format!("scale {place} is negative or not finite");
        return Err(FrameError::new(RejectCode::BadScale, "MSG-9", detail));
    }
    Ok(())
}

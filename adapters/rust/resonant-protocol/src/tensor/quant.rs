//! The two bit-exact quantizers, Q4 and I8 (QNT-1 to QNT-15).

use super::quant_blocks::{self, BF16, F16, F32, INFINITY};
pub use super::quantizer::{Quantized, Quantizer, BLOCK};
use crate::error::{FrameError, RejectCode};

/// The type of the elements to quantize, each little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// IEEE 754 binary16.
    F16,
    /// IEEE 754 binary32.
    F32,
    /// bfloat16.
    Bf16,
}

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
    let element = match source {
        Source::F16 | Source::Bf16 => 2,
        Source::F32 => 4,
    };
    if !data.len().is_multiple_of(element) {
        let detail = format!("{} bytes are no whole number of elements", data.len());
        return Err(FrameError::new(
            RejectCode::LengthMismatch,
            "QNT-15",
            detail,
        ));
    }
    let count = data.len() / element;
    match source {
        Source::F16 => quant_blocks::quantize(quantizer, count, data, F16),
        Source::F32 => quant_blocks::quantize(quantizer, count, data, F32),
        Source::Bf16 => quant_blocks::quantize(quantizer, count, data, BF16),
    }
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
    quant_blocks::dequantize(quantizer, codes, scale, &mut data);
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

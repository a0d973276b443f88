//! Adaptive quantization: the form of a tensor with the fewest bytes that is exact enough (ADA-1 to ADA-10).
//!
//! The choice is made in whole numbers, so every implementation makes the same one.

use std::borrow::Cow;

use super::binary16;
use super::energy::{census, error, Census, ERROR_BYTES};
use super::owned::{Tensor, TensorData};
use super::quant::{quantize, Quantized, Quantizer, Source, BLOCK};
use super::sparse;
use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_BUDGET_BYTES, MAX_TOLERANCE};
use crate::wire_values::{element_count, DType};

/// The conditions that a form of a tensor has to satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms<'a> {
    /// The dtypes that it may have, in any order.
    pub allow: &'a [DType],
    /// The error that may remain, in 2⁻²⁴ of the energy of the tensor: 0 to 16,777,216. 167,772 lets pass an error 20 dB
    /// below it, 16,777 one of 30 dB, and 0 none at all.
    pub tolerance: i64,
    /// Greatest number of bytes that it may take, 0 to 4,294,967,295, its entries in the frame included.
    pub budget: Option<i64>,
}

/// The form of a tensor with the fewest bytes that is exact enough, of those that are allowed (ADA-7).
///
/// ```
/// use resonant_protocol::{adapt::*, quant::Source, DType};
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let row = [1.0_f32, -0.5, 0.25, 0.0714, 0.2142, -1.0, 0.0, 0.0];
/// let data: Vec<u8> = [row; 4].into_iter().flatten().flat_map(f32::to_le_bytes).collect();
/// let allow = [DType::F16, DType::I8, DType::Q4, DType::SparseCoo];
/// let at = |tolerance| {
///     let terms = Terms { allow: &allow, tolerance, budget: None };
///     adapt(Source::F32, &[4, 8], &data, &terms)
/// };
/// assert_eq!(at(0)?.dtype(), DType::F16); // 78 bytes, exact
/// assert_eq!(at(16_777)?.dtype(), DType::I8); // 58 bytes, 30 dB
/// assert_eq!(at(167_772)?.dtype(), DType::Q4); // 42 bytes, 20 dB
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `FIELD_RANGE` for a tolerance or budget out of its range (ADA-2), `LENGTH_MISMATCH` for data whose length does not
/// follow from `dims` (ADA-3), `BAD_RANK` for no dims or more than 255, `TOLERANCE` where no allowed form is exact
/// enough, and `BUDGET` where the smallest that is takes more bytes than the budget (ADA-8).
pub fn adapt(
    source: Source,
    dims: &[u32],
    data: &[u8],
    terms: &Terms<'_>,
) -> Result<Tensor, FrameError> {
    check_range("tolerance", terms.tolerance, MAX_TOLERANCE)?;
    check_range("budget", terms.budget.unwrap_or(0), MAX_BUDGET_BYTES)?;
    check_len(source, dims, data)?;
    let data = to_binary16(source, data);
    let census = census(&data);
    let mut candidates: Vec<(u64, DType)> = PREFERRED
        .into_iter()
        .filter(|dtype| terms.allow.contains(dtype))
        .map(|dtype| (bytes(dtype, dims, data.len() / 2, census.nonzero), dtype))
        .collect();
    candidates.sort_by_key(|(bytes, _)| *bytes); // among equals the order stays
    for (bytes, dtype) in candidates {
        if let Some(chosen) = form(dtype, dims, &data, census, terms.tolerance)? {
            check_budget(bytes, terms.budget)?;
            let dims = dims.to_vec();
            return Ok(Tensor { dims, data: chosen });
        }
    }
    let detail = "no form that is allowed is exact enough";
    Err(FrameError::new(RejectCode::Tolerance, "ADA-8", detail))
}

/// The forms, in the order that decides among equals (ADA-7).
const PREFERRED: [DType; 4] = [DType::F16, DType::SparseCoo, DType::I8, DType::Q4];

/// ADA-2.
fn check_range(name: &str, value: i64, max: i64) -> Result<(), FrameError> {
    if (0..=max).contains(&value) {
        return Ok(());
    }
    let detail = format!("{name} {value} is not in 0 to {max}");
    Err(FrameError::new(RejectCode::FieldRange, "ADA-2", detail))
}

/// ADA-3.
fn check_len(source: Source, dims: &[u32], data: &[u8]) -> Result<(), FrameError> {
    sparse::check_rank(dims)?;
    let elements = element_count(dims.iter().copied());
    let elements = elements.and_then(|n| usize::try_from(n).ok());
    if elements.and_then(|n| n.checked_mul(source.element_len())) == Some(data.len()) {
        return Ok(());
    }
    let detail = format!("{} bytes are not a tensor of dims {dims:?}", data.len());
    Err(FrameError::new(RejectCode::LengthMismatch, "ADA-3", detail))
}

/// ADA-8, of a form that passes.
fn check_budget(bytes: u64, budget: Option<i64>) -> Result<(), FrameError> {
    match budget.and_then(|budget| u64::try_from(budget).ok()) {
        Some(budget) if bytes > budget => {
            let detail = format!("the smallest form has {bytes} bytes, over {budget}");
            Err(FrameError::new(RejectCode::Budget, "ADA-8", detail))
        }
        _ => Ok(()),
    }
}

/// ADA-1.
fn to_binary16(source: Source, data: &[u8]) -> Cow<'_, [u8]> {
    let narrowed = |values: &mut dyn Iterator<Item = f32>| {
        values
            .flat_map(|value| narrow(value).to_le_bytes())
            .collect()
    };
    match source {
        Source::F16 => Cow::Borrowed(data),
        Source::F32 => {
            let elements = data.as_chunks().0.iter();
            narrowed(&mut elements.map(|bytes| f32::from_le_bytes(*bytes)))
        }
        Source::Bf16 => {
            let elements = data.as_chunks().0.iter();
            narrowed(&mut elements.map(|[low, high]| f32::from_le_bytes([0, 0, *low, *high])))
        }
    }
}

/// The nearest binary16; NaN has one form.
fn narrow(value: f32) -> u16 {
    const NAN: u16 = 0x7e00;
    if value.is_nan() {
        NAN
    } else {
        binary16::narrow(value)
    }
}

/// The bytes that a form takes: its payloads, and for each slice its entry of 6 bytes and 4 for each dim.
fn bytes(dtype: DType, dims: &[u32], elements: usize, nonzero: usize) -> u64 {
    const ENTRY: usize = 6;
    const DIM: usize = 4;
    let entry = |rank: usize| ENTRY + DIM * rank;
    let rank = dims.len();
    let scales = 2 * elements.div_ceil(BLOCK) + entry(1);
    // An element has 2 bytes in memory; a row of coordinates may be larger than what there is in memory.
    let index = u64::try_from(DIM * rank).unwrap_or(u64::MAX);
    let (payloads, rows) = match dtype {
        DType::F16 => (2 * elements, 0),
        DType::SparseCoo => (2 * nonzero + entry(3), nonzero),
        DType::I8 => (Quantizer::I8.codes_len(elements) + scales, 0),
        DType::Q4 => (Quantizer::Q4.codes_len(elements) + scales, 0),
    };
    let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
    number(payloads + entry(rank)).saturating_add(number(rows).saturating_mul(index))
}

/// The payloads of a form, if it passes (ADA-4 to ADA-6).
fn form(
    dtype: DType,
    dims: &[u32],
    data: &[u8],
    census: Census,
    tolerance: i64,
) -> Result<Option<TensorData>, FrameError> {
    let quantizer = match dtype {
        DType::F16 => {
            let values = data.to_vec();
            return Ok(Some(TensorData::F16 { values }));
        }
        DType::SparseCoo => {
            let sparse::Sparse { values, index } = sparse::encode(dims, data)?;
            return Ok(Some(TensorData::Sparse { values, index }));
        }
        DType::I8 => Quantizer::I8,
        DType::Q4 => Quantizer::Q4,
    };
    if !census.is_finite {
        return Ok(None);
    }
    let Some(quantized) = quantized_within(quantizer, data, census.energy, tolerance)? else {
        return Ok(None);
    };
    let (codes, scale) = (quantized.codes, Some(quantized.scale));
    Ok(Some(match quantizer {
        Quantizer::I8 => TensorData::I8 { codes, scale },
        Quantizer::Q4 => TensorData::Q4 { codes, scale },
    }))
}

/// Codes and scales of finite elements with this energy, if their error is within the tolerance (ADA-6).
///
/// They are made part by part: the error of some can be too much for all.
fn quantized_within(
    quantizer: Quantizer,
    data: &[u8],
    energy: u128,
    tolerance: i64,
) -> Result<Option<Quantized>, FrameError> {
    let bound = times(energy, tolerance.unsigned_abs());
    let (mut whole, mut sum) = (Quantized::default(), 0);
    for part in data.chunks(ERROR_BYTES) {
        let quantized = quantize(quantizer, Source::F16, part)?;
        sum += error(quantizer, part, &quantized);
        if times(sum, 1 << 24) > bound {
            return Ok(None);
        }
        whole.codes.extend_from_slice(&quantized.codes);
        whole.scale.extend_from_slice(&quantized.scale);
    }
    Ok(Some(whole))
}

/// A product with a number of at most 25 bits, as what lies above its low 64 bits, and those. It is exact, however many
/// elements the sum is of.
fn times(sum: u128, factor: u64) -> (u128, u128) {
    let low_half = u128::from(u64::MAX);
    let low = (sum & low_half) * u128::from(factor);
    let high = (sum >> 64) * u128::from(factor) + (low >> 64);
    (high, low & low_half)
}

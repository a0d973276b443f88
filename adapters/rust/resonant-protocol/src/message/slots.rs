//! Filling slots from slices, from left to right (MSG-1 to MSG-9, MSG-11 to MSG-13).

use std::iter::Peekable;

use crate::error::{FrameError, RejectCode};
use crate::frame::SliceMeta;
use crate::json::JsonObject;
use crate::limits::SCALE_BLOCK;
use crate::tensor::quant::check_scales;
use crate::tensor::sparse::{check_index, index_dims};
use crate::tensor::{Tensor, TensorData};
use crate::wire_values::{length, DType};

/// A slice as it lies in a frame that was checked: its payload is as long as its meta says.
pub(crate) type Part<'a> = (SliceMeta, &'a [u8]);

/// The slices of a tensor where they lie.
pub(crate) struct TensorSlices<'a> {
    pub(crate) meta: SliceMeta,
    payload: &'a [u8],
    /// The payload of its scale or index slice.
    second: Option<&'a [u8]>,
}

impl From<TensorSlices<'_>> for Tensor {
    fn from(slices: TensorSlices<'_>) -> Self {
        let first = slices.payload.to_vec();
        let second = slices.second.map(<[u8]>::to_vec);
        let data = match slices.meta.dtype {
            DType::F16 => TensorData::F16 { values: first },
            DType::I8 => TensorData::I8 {
                codes: first,
                scale: second,
            },
            DType::Q4 => TensorData::Q4 {
                codes: first,
                scale: second,
            },
            DType::SparseCoo => TensorData::Sparse {
                values: first,
                index: second.unwrap_or_default(),
            },
        };
        let dims = slices.meta.shape;
        Self { dims, data }
    }
}

/// The slices of a frame that fill no slot yet.
pub(crate) struct Slots<'a, I: Iterator<Item = Part<'a>>> {
    parts: Peekable<I>,
}

impl<'a, I: Iterator<Item = Part<'a>>> Slots<'a, I> {
    pub(crate) fn new(parts: I) -> Self {
        let parts = parts.peekable();
        Self { parts }
    }

    /// Ends the filling (MSG-2).
    pub(crate) fn end(mut self) -> Result<(), FrameError> {
        match self.parts.next() {
            None => Ok(()),
            Some((meta, _)) => {
                let detail = format!("no slot is left for a slice of {:?}", meta.dtype);
                Err(FrameError::new(RejectCode::BadSlots, "MSG-2", detail))
            }
        }
    }

    /// Fills a slot that may not stay empty with a tensor (MSG-1).
    pub(crate) fn tensor(&mut self, slot: &'static str) -> Result<TensorSlices<'a>, FrameError> {
        self.optional_tensor()?.ok_or_else(|| {
            let detail = format!("no slice is there for {slot}");
            FrameError::new(RejectCode::BadSlots, "MSG-1", detail)
        })
    }

    /// Fills a slot with a tensor, if there is a slice (MSG-6).
    pub(crate) fn optional_tensor(&mut self) -> Result<Option<TensorSlices<'a>>, FrameError> {
        let Some((meta, payload)) = self.parts.next() else {
            return Ok(None);
        };
        let second = match meta.dtype {
            DType::F16 => None,
            DType::I8 | DType::Q4 => self.scale(&meta)?,
            DType::SparseCoo => Some(self.index(&meta, payload)?),
        };
        Ok(Some(TensorSlices {
            meta,
            payload,
            second,
        }))
    }

    /// Fills the divergence, which is of F16 or I8 (MSG-3).
    pub(crate) fn divergence(&mut self) -> Result<TensorSlices<'a>, FrameError> {
        let dtype = self.parts.peek().map(|(meta, _)| meta.dtype);
        if let Some(dtype @ (DType::Q4 | DType::SparseCoo)) = dtype {
            return Err(wrong_dtype("divergence", dtype));
        }
        self.tensor("divergence")
    }

    /// The scale slice of a tensor, which is any F16 slice behind it (MSG-7 to MSG-9).
    fn scale(&mut self, tensor: &SliceMeta) -> Result<Option<&'a [u8]>, FrameError> {
        let is_scale = |(meta, _): &Part<'_>| meta.dtype == DType::F16;
        let Some((meta, payload)) = self.parts.next_if(is_scale) else {
            return Ok(None);
        };
        let blocks = tensor.elements().map(|n| n.div_ceil(SCALE_BLOCK));
        let is_right = match *meta.shape {
            [scales] => blocks == Some(u64::from(scales)),
            _ => false,
        };
        if !is_right {
            let (found, dims) = (&meta.shape, &tensor.shape);
            let detail = format!("a scale slice of dims {found:?} for dims {dims:?}");
            return Err(FrameError::new(RejectCode::BadScale, "MSG-8", detail));
        }
        check_scales(payload)?;
        Ok(Some(payload))
    }

    /// The index slice of a sparse tensor (SPR-1).
    fn index(&mut self, tensor: &SliceMeta, values: &[u8]) -> Result<&'a [u8], FrameError> {
        let is_index = |(meta, _): &Part<'_>| meta.dtype == DType::I8;
        let Some((meta, payload)) = self.parts.next_if(is_index) else {
            let detail = "no index slice is behind a SparseCoo slice";
            return Err(FrameError::new(RejectCode::BadSlots, "SPR-1", detail));
        };
        check_index(&tensor.shape, values, &meta.shape, payload)?;
        Ok(payload)
    }

    /// Fills the mask, unless the next slice is there for the explanation (MSG-5, MSG-11, MSG-12).
    pub(crate) fn mask(&mut self, dims: &[u32]) -> Result<Option<&'a [u8]>, FrameError> {
        let is_mask =
            |(meta, payload): &Part<'_>| meta.dtype != DType::I8 || payload.first() != Some(&b'{');
        let Some((meta, payload)) = self.parts.next_if(is_mask) else {
            return Ok(None);
        };
        if meta.dtype != DType::I8 {
            return Err(wrong_dtype("mask or explanation", meta.dtype));
        }
        if meta.shape != dims {
            let detail = format!("a mask of dims {:?} for dims {dims:?}", meta.shape);
            return Err(FrameError::new(RejectCode::BadMask, "MSG-11", detail));
        }
        if let Some(place) = payload.iter().position(|byte| *byte > 1) {
            let detail = format!("byte {place} of the mask is neither 0 nor 1");
            return Err(FrameError::new(RejectCode::BadMask, "MSG-12", detail));
        }
        Ok(Some(payload))
    }

    /// Fills a slot with a JSON slice, if there is a slice (MSG-3, MSG-13 to MSG-18).
    pub(crate) fn json(&mut self, slot: &'static str) -> Result<Option<JsonObject>, FrameError> {
        let Some((meta, payload)) = self.parts.next() else {
            return Ok(None);
        };
        if meta.dtype != DType::I8 {
            return Err(wrong_dtype(slot, meta.dtype));
        }
        if meta.shape.len() != 1 {
            let detail = format!("a JSON slice of rank {}", meta.shape.len());
            return Err(FrameError::new(RejectCode::BadJson, "MSG-13", detail));
        }
        JsonObject::parse(payload).map(Some)
    }
}

fn wrong_dtype(slot: &str, dtype: DType) -> FrameError {
    let detail = format!("a slice of {dtype:?} stands where {slot} would");
    FrameError::new(RejectCode::BadSlots, "MSG-3", detail)
}

/// Adds the slices of a tensor to those of a frame.
pub(crate) fn write_tensor(
    tensor: &Tensor,
    slices: &mut Vec<(SliceMeta, Vec<u8>)>,
) -> Result<(), FrameError> {
    let meta = |dtype, shape: &[u32]| SliceMeta {
        dtype,
        shape: shape.to_vec(),
    };
    slices.push((
        meta(tensor.dtype(), &tensor.dims),
        tensor.payload().to_vec(),
    ));
    if let Some(scale) = tensor.scale() {
        let scales = length(scale.len() / 2)?;
        slices.push((meta(DType::F16, &[scales]), scale.to_vec()));
    }
    if let Some(index) = tensor.index() {
        let dims = index_dims(tensor.payload(), &tensor.dims)?;
        slices.push((meta(DType::I8, &dims), index.to_vec()));
    }
    Ok(())
}

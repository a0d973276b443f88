//! Tensors: one or two slices, by what they mean.

use super::quant::{dequantize, Quantizer};
use super::sparse;
use crate::error::{FrameError, RejectCode};
use crate::wire_values::{element_count, DType};

/// A tensor of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// The dims; of a sparse tensor those of the dense one.
    pub dims: Vec<u32>,
    /// The payloads of its slices.
    pub data: TensorData,
}

/// The payloads of a tensor's slices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensorData {
    /// binary16 values.
    F16 {
        /// The values, little-endian.
        values: Vec<u8>,
    },
    /// Codes of one byte.
    I8 {
        /// The codes.
        codes: Vec<u8>,
        /// The payload of the scale slice, if there is one.
        scale: Option<Vec<u8>>,
    },
    /// Codes of half a byte.
    Q4 {
        /// The codes.
        codes: Vec<u8>,
        /// The payload of the scale slice, if there is one.
        scale: Option<Vec<u8>>,
    },
    /// Values at coordinates.
    Sparse {
        /// The binary16 values, little-endian.
        values: Vec<u8>,
        /// The payload of the index slice (SPR-3).
        index: Vec<u8>,
    },
}

impl Tensor {
    /// The dtype of its first slice.
    #[must_use]
    pub const fn dtype(&self) -> DType {
        match self.data {
            TensorData::F16 { .. } => DType::F16,
            TensorData::I8 { .. } => DType::I8,
            TensorData::Q4 { .. } => DType::Q4,
            TensorData::Sparse { .. } => DType::SparseCoo,
        }
    }

    /// The payload of its first slice.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        match &self.data {
            TensorData::F16 { values } | TensorData::Sparse { values, .. } => values,
            TensorData::I8 { codes, .. } | TensorData::Q4 { codes, .. } => codes,
        }
    }

    /// The payload of its scale slice, if there is one.
    #[must_use]
    pub fn scale(&self) -> Option<&[u8]> {
        match &self.data {
            TensorData::I8 { scale, .. } | TensorData::Q4 { scale, .. } => scale.as_deref(),
            _ => None,
        }
    }

    /// The payload of its index slice, if it is sparse.
    #[must_use]
    pub fn index(&self) -> Option<&[u8]> {
        match &self.data {
            TensorData::Sparse { index, .. } => Some(index),
            _ => None,
        }
    }

    /// All its elements as little-endian binary16. Without scales, a block has the scale 1.0 (MSG-10).
    ///
    /// # Errors
    /// Those of [`dequantize`] and [`sparse::decode`]; of a tensor that was read, only `LENGTH_MISMATCH` for
    /// a sparse one that is too large to be made dense (SPR-9).
    pub fn to_dense(&self) -> Result<Vec<u8>, FrameError> {
        let count = || {
            let elements = element_count(self.dims.iter().copied());
            elements
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(|| {
                    let detail = "more elements than codes could be";
                    FrameError::new(RejectCode::LengthMismatch, "QNT-14", detail)
                })
        };
        match &self.data {
            TensorData::F16 { values } => Ok(values.clone()),
            TensorData::I8 { codes, scale } => {
                dequantize(Quantizer::I8, count()?, codes, scale.as_deref())
            }
            TensorData::Q4 { codes, scale } => {
                dequantize(Quantizer::Q4, count()?, codes, scale.as_deref())
            }
            TensorData::Sparse { values, index } => {
                let index_dims = sparse::index_dims(values, &self.dims)?;
                sparse::decode(&self.dims, values, &index_dims, index)
            }
        }
    }
}

//! One slice: its owned description, its borrowed form, and how it is read from a plain body.

use crate::error::{FrameError, RejectCode};
use crate::wire_values::{element_count, length_mismatch, DType};

/// The description of a slice: everything but its payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SliceMeta {
    /// Element type.
    pub dtype: DType,
    /// Dims, 1 to 255 of them; a single value has `[1]` (FRM-15).
    pub shape: Vec<u32>,
}

impl SliceMeta {
    /// Exact product of the dims, or `None` if it is beyond u64 (FRM-16).
    #[must_use]
    pub fn elements(&self) -> Option<u64> {
        element_count(self.shape.iter().copied())
    }
}

/// A slice whose dims and payload borrow from a plain body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceView<'a> {
    dtype: DType,
    dims: &'a [u8],
    payload: &'a [u8],
}

impl<'a> SliceView<'a> {
    /// Element type.
    #[must_use]
    pub const fn dtype(&self) -> DType {
        self.dtype
    }

    /// The dims, in order.
    #[must_use]
    pub const fn dims(&self) -> Dims<'a> {
        Dims { bytes: self.dims }
    }

    /// The payload bytes, unchanged (FRM-23).
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Exact product of the dims, or `None` if it is beyond u64 (FRM-16).
    #[must_use]
    pub fn elements(&self) -> Option<u64> {
        element_count(self.dims())
    }

    /// An owned copy of dtype and dims.
    #[must_use]
    pub fn meta(&self) -> SliceMeta {
        SliceMeta {
            dtype: self.dtype,
            shape: self.dims().collect(),
        }
    }

    /// Reads the slice at the front of `body`, whose payload is `len` bytes, and returns what follows it.
    ///
    /// The checks are those of step 12 of the checking order, each as soon as its bytes are there.
    pub(crate) fn read(body: &'a [u8], len: u32) -> Result<(Self, &'a [u8]), FrameError> {
        let (&dtype, rest) = body.split_first().ok_or_else(|| truncated("dtype"))?;
        let dtype = DType::try_from(dtype)?;
        let (&rank, rest) = rest.split_first().ok_or_else(|| truncated("rank"))?;
        if rank == 0 {
            let detail = "a slice has rank 0";
            return Err(FrameError::new(RejectCode::BadRank, "FRM-15", detail));
        }
        let (dims, rest) = rest
            .split_at_checked(usize::from(rank) * 4)
            .ok_or_else(|| truncated("dims"))?;
        let elements = element_count(Dims { bytes: dims });
        if !dtype.accepts_len(elements, u64::from(len)) {
            return Err(length_mismatch(dtype, elements, u64::from(len)));
        }
        let (payload, rest) = usize::try_from(len)
            .ok()
            .and_then(|len| rest.split_at_checked(len))
            .ok_or_else(|| truncated("payload"))?;
        let slice = Self {
            dtype,
            dims,
            payload,
        };
        Ok((slice, rest))
    }
}

fn truncated(part: &str) -> FrameError {
    let detail = format!("the plain body ends inside a slice's {part}");
    FrameError::new(RejectCode::TruncatedBody, "FRM-21", detail)
}

/// The dims of a [`SliceView`], an iterator that reads them where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dims<'a> {
    bytes: &'a [u8],
}

impl Iterator for Dims<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (dim, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u32::from_le_bytes(*dim)) // FRM-1
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.bytes.len() / 4;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Dims<'_> {}

//! Element types and the payload lengths that follow from them.

use super::kind::wire_enum;
use crate::error::{FrameError, RejectCode};

wire_enum! {
    /// Element type of a slice. `TryFrom<u8>` refuses other values with `BAD_DTYPE` (FRM-14).
    DType, BadDtype, "FRM-14", "dtype",
    {
        /// IEEE 754 binary16, little-endian: 2·n bytes.
        F16 = 0x01,
        /// One byte an element: n bytes.
        I8 = 0x02,
        /// Half a byte an element: n/2 bytes, rounded up.
        Q4 = 0x03,
        /// binary16 for nnz of the n elements: 2·nnz bytes, nnz from 0 to n.
        SparseCoo = 0x10,
    }
}

impl DType {
    /// Whether a payload of `len` bytes is right for dims whose exact product is `elements`, where
    /// `None` is a product beyond u64 (FRM-17 to FRM-20).
    ///
    /// ```
    /// use resonant_protocol::DType;
    /// assert!(DType::Q4.accepts_len(Some(5), 3));
    /// assert!(!DType::F16.accepts_len(Some(1 << 63), 0)); // 2·n is not reduced modulo 2^64
    /// ```
    #[must_use]
    pub fn accepts_len(self, elements: Option<u64>, len: u64) -> bool {
        match self {
            Self::F16 => elements.and_then(|n| n.checked_mul(2)) == Some(len),
            Self::I8 => elements == Some(len),
            // n/2 + n%2 and not (n+1)/2, which would wrap for the greatest n.
            Self::Q4 => elements.map(|n| n / 2 + n % 2) == Some(len),
            Self::SparseCoo => len.is_multiple_of(2) && elements.is_none_or(|n| len / 2 <= n),
        }
    }

    pub(crate) const fn length_clause(self) -> &'static str {
        match self {
            Self::F16 => "FRM-17",
            Self::I8 => "FRM-18",
            Self::Q4 => "FRM-19",
            Self::SparseCoo => "FRM-20",
        }
    }
}

/// Exact product of dims, or `None` if it is beyond u64. A 0 anywhere makes it 0 (FRM-16).
pub(crate) fn element_count(dims: impl IntoIterator<Item = u32>) -> Option<u64> {
    let mut product = 1_u64;
    let mut beyond = false;
    for dim in dims {
        if dim == 0 {
            return Some(0);
        }
        match product.checked_mul(u64::from(dim)) {
            Some(larger) => product = larger,
            // A later 0 still makes it 0, so the loop goes on.
            None => beyond = true,
        }
    }
    (!beyond).then_some(product)
}

/// A length as a dim (FRM-36).
pub(crate) fn length(len: usize) -> Result<u32, FrameError> {
    u32::try_from(len).map_err(|_| {
        let detail = format!("the length {len} does not fit a dim");
        FrameError::new(RejectCode::FieldRange, "FRM-36", detail)
    })
}

/// The refusal of a slice length that does not follow from dtype and dims.
pub(crate) fn length_mismatch(dtype: DType, elements: Option<u64>, len: u64) -> FrameError {
    let n = elements.map_or_else(|| "over 2^64".to_owned(), |n| n.to_string());
    let detail = format!("{len} bytes do not fit {dtype:?} with {n} elements");
    FrameError::new(RejectCode::LengthMismatch, dtype.length_clause(), detail)
}

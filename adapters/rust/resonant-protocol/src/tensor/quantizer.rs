//! The two quantizers, what they read, and what they make.

use crate::limits::SCALE_BLOCK_ELEMENTS;

/// Number of elements that share a scale (QNT-1).
pub const BLOCK: usize = SCALE_BLOCK_ELEMENTS;

/// A row of the table of quantizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantizer {
    /// Codes of 4 bits, −7 to 7.
    Q4,
    /// Codes of 8 bits, −127 to 127.
    I8,
}

impl Quantizer {
    /// Bytes that the codes of `count` elements take (QNT-8 to QNT-10).
    #[must_use]
    pub const fn codes_len(self, count: usize) -> usize {
        match self {
            Self::Q4 => count.div_ceil(2),
            Self::I8 => count,
        }
    }

    /// Q: the greatest code.
    pub(crate) const fn most(self) -> f32 {
        match self {
            Self::Q4 => 7.0,
            Self::I8 => 127.0,
        }
    }

    /// The greatest scale (QNT-4).
    pub(crate) const fn greatest_scale(self) -> u16 {
        match self {
            Self::Q4 => 0x7091,
            Self::I8 => 0x6007,
        }
    }
}

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

impl Source {
    /// Bytes of an element.
    pub(crate) const fn element_len(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
        }
    }
}

/// Codes and scales of a tensor, as they stand in the payloads of slices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quantized {
    /// The codes (QNT-8, QNT-9).
    pub codes: Vec<u8>,
    /// One binary16 a block (QNT-7).
    pub scale: Vec<u8>,
}

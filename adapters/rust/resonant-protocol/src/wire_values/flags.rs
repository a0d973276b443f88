//! The flags field: a u16 in which only the three defined bits can be set.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use crate::error::{FrameError, RejectCode};

/// Flags of a frame. A value never holds a reserved bit (FRM-39).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u16);

impl Flags {
    /// Bit 0: the plain body is compressed with Zstandard (ZST-1).
    pub const ZSTD: Self = Self(1);
    /// Bit 1: the body is sealed with XChaCha20-Poly1305 (XCH-2).
    pub const XCHACHA: Self = Self(1 << 1);
    /// Bit 2: the frame opens or closes a verified stream; without effect at this layer.
    pub const STRONG_TAIL: Self = Self(1 << 2);

    const KNOWN: u16 = 0b111;

    /// No flag.
    #[must_use]
    pub const fn empty() -> Self {
        Self(0)
    }

    /// The bits as they stand in the header.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Flags from the header's u16.
    ///
    /// # Errors
    /// `RESERVED_FLAGS` if one of bits 3 to 15 is set (FRM-39).
    pub fn from_bits(bits: u16) -> Result<Self, FrameError> {
        if bits & !Self::KNOWN != 0 {
            let detail = format!("flags {bits:#06x} have a reserved bit set");
            return Err(FrameError::new(RejectCode::ReservedFlags, "FRM-39", detail));
        }
        Ok(Self(bits))
    }

    /// Whether every flag of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Self::ZSTD, "ZSTD"),
            (Self::XCHACHA, "XCHACHA"),
            (Self::STRONG_TAIL, "STRONG_TAIL"),
        ];
        let set: Vec<&str> = names
            .into_iter()
            .filter_map(|(flag, name)| self.contains(flag).then_some(name))
            .collect();
        write!(f, "Flags({})", set.join(" | "))
    }
}

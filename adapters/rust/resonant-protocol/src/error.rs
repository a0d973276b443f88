//! The one error type: a code of the registry, the clause behind it and a text for people.

use std::borrow::Cow;
use std::fmt;

macro_rules! reject_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why an input was refused: the registry of reject codes in the specification's README.
        ///
        /// The frame layer's codes stand in the order in which a receiver checks (FRM-29); those of messages follow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RejectCode {
            $($(#[$doc])* $variant,)*
        }

        impl RejectCode {
            /// Every code, in registry order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the registry, for example `BAD_SLICE_TABLE`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

reject_codes! {
    /// The input is shorter than 33 bytes.
    FrameTooShort = "FRAME_TOO_SHORT",
    /// The input is, or would become, longer than 65,536 bytes.
    FrameTooLarge = "FRAME_TOO_LARGE",
    /// The version is not 1.
    BadVersion = "BAD_VERSION",
    /// The crc32 is not the CRC of the bytes before it.
    CrcMismatch = "CRC_MISMATCH",
    /// The type is outside 0 to 4.
    BadType = "BAD_TYPE",
    /// One of flag bits 3 to 15 is set.
    ReservedFlags = "RESERVED_FLAGS",
    /// More slices are announced than there is room for; on encode, the counts disagree.
    BadSliceTable = "BAD_SLICE_TABLE",
    /// The modality is outside 0 to 4.
    BadModality = "BAD_MODALITY",
    /// The plain size is, or is announced as, over 65,536 bytes.
    PlainTooLarge = "PLAIN_TOO_LARGE",
    /// The frame is sealed, or to be sealed, and no key (or nonce) is at hand.
    KeyRequired = "KEY_REQUIRED",
    /// The sealed bytes do not open.
    DecryptFailed = "DECRYPT_FAILED",
    /// The bytes are not the one permitted form of Zstandard frame.
    BadCompression = "BAD_COMPRESSION",
    /// A slice has an unknown dtype.
    BadDtype = "BAD_DTYPE",
    /// A slice has rank 0 or, on encode, over 255.
    BadRank = "BAD_RANK",
    /// A slice's length does not follow from its dtype and dims.
    LengthMismatch = "LENGTH_MISMATCH",
    /// The plain body ends inside a slice.
    TruncatedBody = "TRUNCATED_BODY",
    /// The plain body goes on after the last slice.
    TrailingBytes = "TRAILING_BYTES",
    /// A slot has no slice, a slice has no slot, or a slice has a dtype that its slot does not take.
    BadSlots = "BAD_SLOTS",
    /// Scales have the wrong dims or number, or one is negative or not finite.
    BadScale = "BAD_SCALE",
    /// An index has the wrong dims, or coordinates out of range or out of order.
    BadIndex = "BAD_INDEX",
    /// A mask has the wrong dims, or a byte that is neither 0 nor 1.
    BadMask = "BAD_MASK",
    /// A JSON slice is not strictly one object, or holds what it must not.
    BadJson = "BAD_JSON",
    /// A part of a space name is empty or contains `:`.
    BadSpaceId = "BAD_SPACE_ID",
    /// An element is NaN or infinite, or becomes so in binary16.
    NonFinite = "NON_FINITE",
    /// A value does not fit the field or parameter it is for.
    FieldRange = "FIELD_RANGE",
}

impl fmt::Display for RejectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refused input. Displays as `CODE (CLAUSE): detail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError {
    code: RejectCode,
    clause: &'static str,
    detail: Cow<'static, str>,
}

impl FrameError {
    pub(crate) fn new(
        code: RejectCode,
        clause: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            clause,
            detail: detail.into(),
        }
    }

    /// The reject code of the registry.
    #[must_use]
    pub const fn code(&self) -> RejectCode {
        self.code
    }

    /// The clause of the specification that demands the refusal, for example `FRM-8`.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        self.clause
    }

    /// What was wrong, for people; not stable.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.clause, self.detail)
    }
}

impl std::error::Error for FrameError {}

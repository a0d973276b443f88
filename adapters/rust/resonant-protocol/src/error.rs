//! The one error type: a code of the registry, the clause behind it and a text for people.

use std::borrow::Cow;
use std::fmt;

macro_rules! reject_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The reason for a rejection: the registry of reject codes in the specification's README.
        ///
        /// The frame layer's codes stand in the order in which a receiver checks (FRM-29); those of messages and of
        /// peers follow.
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
    /// Fewer shards are there than there were of data.
    NotRecoverable = "NOT_RECOVERABLE",
    /// A tensor has no form that is allowed and exact enough.
    Tolerance = "TOLERANCE",
    /// A tensor has no form that is exact enough within the budget.
    Budget = "BUDGET",
    /// A ping or capability is of a version that there is not.
    UnsupportedVersion = "UNSUPPORTED_VERSION",
    /// A frame is from another embedding space.
    SpaceMismatch = "SPACE_MISMATCH",
    /// A frame comes, or is to be sent, without a session.
    HandshakeRequired = "HANDSHAKE_REQUIRED",
    /// A frame is not sealed, and a peer requires crypto.
    EncryptionRequired = "ENCRYPTION_REQUIRED",
    /// A frame uses a transform, or is a Critique, without agreement.
    UnsupportedFeature = "UNSUPPORTED_FEATURE",
    /// A frame has a modality that is not agreed.
    UnsupportedModality = "UNSUPPORTED_MODALITY",
    /// A frame is refused by the message layer, or is a Sync with a member missing or wrong.
    BadMessage = "BAD_MESSAGE",
    /// A frame has a tensor of a dtype that is not agreed.
    UnsupportedDtype = "UNSUPPORTED_DTYPE",
    /// A frame differs in STRONG_TAIL from the HEAD of its stream.
    StreamFlagMismatch = "STREAM_FLAG_MISMATCH",
    /// A frame is a TAIL below which numbers are missing.
    StreamIncomplete = "STREAM_INCOMPLETE",
    /// A frame is a TAIL that does not fit the stream.
    StreamCorrupt = "STREAM_CORRUPT",
    /// A frame is a TAIL whose missing numbers did not come.
    StreamTimeout = "STREAM_TIMEOUT",
    /// A data frame has a number at or above the limit of its stream.
    FlowControl = "FLOW_CONTROL",
    /// A stream would be open beyond the number that may be.
    StreamLimit = "STREAM_LIMIT",
    /// The receiver of a stream has cancelled it.
    StreamCancelled = "STREAM_CANCELLED",
    /// There was no answer to a ping in 15 s.
    HandshakeTimeout = "HANDSHAKE_TIMEOUT",
    /// Crypto is required and none could be chosen.
    CryptoRequired = "CRYPTO_REQUIRED",
    /// The sender of a stream has ended it before its time.
    StreamReset = "STREAM_RESET",
    /// A stream_id is not in the state that a request needs.
    StreamState = "STREAM_STATE",
    /// A frame was sealed by the peer itself.
    Reflected = "REFLECTED",
    /// A frame has a number that was accepted before.
    Duplicate = "DUPLICATE",
    /// A frame has a number too far below the highest to know.
    Stale = "STALE",
    /// A frame is a HEART without a session, or came after a failed handshake.
    Ignored = "IGNORED",
    /// A frame would need a ninth reply within a second.
    ReplyLimit = "REPLY_LIMIT",
    /// A frame would have to be held beyond the limits.
    BufferLimit = "BUFFER_LIMIT",
    /// A frame has a number that is not below its stream's TAIL.
    AfterTail = "AFTER_TAIL",
    /// A frame belongs to a stream that is over.
    Closed = "CLOSED",
    /// A message on a data channel is a text.
    NotBinary = "NOT_BINARY",
    /// Repair has a wrong length, or a field out of its range.
    BadRepair = "BAD_REPAIR",
    /// Repair does not fit its group, or frames come of it that could not have been sent.
    RepairMismatch = "REPAIR_MISMATCH",
    /// A connection ends inside a frame.
    TruncatedFrame = "TRUNCATED_FRAME",
    /// A frame is not whole 10 s after its first byte.
    FrameTimeout = "FRAME_TIMEOUT",
    /// The other end resets a connection, or there is none.
    ConnectionReset = "CONNECTION_RESET",
    /// A unidirectional QUIC stream has frames of two stream_ids.
    StreamMismatch = "STREAM_MISMATCH",
    /// There is a second bidirectional QUIC stream, or one of the server.
    StreamCreation = "STREAM_CREATION",
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

    /// The fault in words, for people; not stable.
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

//! The header fields and the limits of a frame.

use crate::error::{FrameError, RejectCode};
use crate::flags::Flags;

/// The only version of the wire format (FRM-2).
pub const VERSION: u8 = 1;
/// Length in bytes of the shortest frame: no slices, empty body (FRM-25).
pub const MIN_FRAME_LEN: usize = 33;
/// Greatest length in bytes of a frame, and greatest plain size (FRM-26, FRM-27).
pub const MAX_FRAME_LEN: usize = 65_536;

/// `MAX_FRAME_LEN` for sums that are kept in u64 because they come from the wire.
pub(crate) const MAX_PLAIN_SIZE: u64 = 65_536;

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident, $code:ident, $clause:literal, $what:literal,
     { $($(#[$vdoc:meta])* $variant:ident = $value:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$vdoc])* $variant = $value,)*
        }

        impl $name {
            /// The byte that stands for it on the wire.
            #[must_use]
            pub const fn to_wire(self) -> u8 {
                match self {
                    $(Self::$variant => $value,)*
                }
            }
        }

        impl TryFrom<u8> for $name {
            type Error = FrameError;

            fn try_from(byte: u8) -> Result<Self, FrameError> {
                match byte {
                    $($value => Ok(Self::$variant),)*
                    _ => {
                        let detail = format!(concat!($what, " {} is not defined"), byte);
                        Err(FrameError::new(RejectCode::$code, $clause, detail))
                    }
                }
            }
        }
    };
}
pub(crate) use wire_enum;

wire_enum! {
    /// What a frame is for. `TryFrom<u8>` refuses other values with `BAD_TYPE` (FRM-3).
    MsgType, BadType, "FRM-3", "type",
    {
        /// A thought: hidden states to continue from.
        Think = 0,
        /// Cached states.
        Cache = 1,
        /// A request.
        Ask = 2,
        /// Synchronization.
        Sync = 3,
        /// A judgement on earlier frames.
        Critique = 4,
    }
}

wire_enum! {
    /// What the slices were made from. `TryFrom<u8>` refuses other values with `BAD_MODALITY` (FRM-11).
    Modality, BadModality, "FRM-11", "modality",
    {
        /// Text.
        Text = 0,
        /// Image.
        Image = 1,
        /// Audio.
        Audio = 2,
        /// Graph.
        Graph = 3,
        /// More than one of the others.
        Mixed = 4,
    }
}

/// The header of a frame, as fields.
///
/// `num_slices` and `slice_len` follow from the slices; [`crate::VFrame::new`] fills them in, and encode
/// refuses a header that disagrees with the slices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VFrameHeader {
    /// Version of the wire format, always [`VERSION`] (FRM-2).
    pub version: u8,
    /// The message type.
    pub mtype: MsgType,
    /// The flags.
    pub flags: Flags,
    /// The stream, any value (FRM-5).
    pub stream_id: u32,
    /// Number of the frame in its stream, any value (FRM-6).
    pub frame_seq: u64,
    /// Number of slices (FRM-7).
    pub num_slices: u64,
    /// Payload bytes of each slice in the plain body (FRM-9).
    pub slice_len: Vec<u32>,
    /// Fingerprint of the embedding space, 0 for none (FRM-10); see [`crate::space_hash32`].
    pub space_hash32: u32,
    /// The modality.
    pub modality: Modality,
}

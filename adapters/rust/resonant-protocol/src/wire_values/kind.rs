//! Type and modality of a frame, as bytes and by name.

use crate::error::{FrameError, RejectCode};

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
    /// The purpose of a frame. `TryFrom<u8>` rejects other values with `BAD_TYPE` (FRM-3).
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
    /// The origin of the slices. `TryFrom<u8>` rejects other values with `BAD_MODALITY` (FRM-11).
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

//! The values of single fields, as they stand on the wire.

mod dtype;
mod flags;
mod kind;

pub use dtype::DType;
pub(crate) use dtype::{element_count, length, length_mismatch};
pub use flags::Flags;
pub use kind::{Modality, MsgType};

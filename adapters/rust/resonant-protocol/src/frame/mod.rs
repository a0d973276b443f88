//! V-Frames: their bytes, borrowed and owned, and the hashes around them.

mod decode;
mod encode;
mod header;
mod owned;
mod received;
mod slice;
mod space_hash;
mod tail_hash;
mod view;

pub use encode::EncodeOptions;
pub use header::VFrameHeader;
pub use owned::VFrame;
pub use received::VFrameBuf;
pub use slice::{Dims, SliceMeta, SliceView};
pub use space_hash::space_hash32;
pub use tail_hash::{strong_tail_hash, strong_tail_hash_hex};
pub use view::{Slices, VFrameView};

//! Resonant Protocol 1: the V-Frame codec, its two transforms, the hashes around it, and what slices mean:
//! messages, sparse tensors and quantizers. [`peer`] puts it to use on one connection, [`endpoint`] on any number.
//!
//! A [`VFrame`] owns its slices; a [`VFrameView`] borrows them from the received bytes, and a [`VFrameBuf`] owns
//! those bytes. All come from the same checks in the same order, so they refuse the same inputs with the same
//! [`RejectCode`]. A
//! [`Message`] is read from either, and [`quant`] and [`sparse`] make the payloads of its [`Tensor`]s.
//! Clause ids such as `FRM-8` in this documentation and in errors are those of the specification.
//!
//! ```
//! use resonant_protocol::*;
//!
//! # fn main() -> std::result::Result<(), FrameError> {
//! let meta = SliceMeta { dtype: DType::F16, shape: vec![2] };
//! let mut frame = VFrame::new(MsgType::Think, Modality::Text, vec![(meta, vec![0, 0x3c, 0, 0xc0])])?;
//! frame.hdr.stream_id = 0x1234;
//! let bytes = frame.encode()?;
//!
//! let view = VFrameView::parse(&bytes)?;
//! assert_eq!(view.stream_id(), 0x1234);
//! for slice in view.slices() {
//!     assert_eq!(slice.dims().collect::<Vec<u32>>(), [2]);
//!     assert_eq!(slice.payload(), [0, 0x3c, 0, 0xc0]);
//! }
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]
// The decoder is total (FRM-30): what could panic or cut a number off does not compile under clippy.
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod endpoint;
mod error;
mod frame;
mod json;
mod limits;
mod message;
pub mod net;
pub mod peer;
pub mod repair;
pub mod rs;
mod tensor;
mod transform;
pub mod transport;
mod wire_values;

pub use error::{FrameError, RejectCode};
pub use frame::{space_hash32, strong_tail_hash, strong_tail_hash_hex};
pub use frame::{Dims, EncodeOptions, SliceMeta, SliceView, Slices};
pub use frame::{VFrame, VFrameBuf, VFrameHeader, VFrameView};
pub use json::{Json, JsonObject};
pub use limits::{MAX_FRAME_LEN, MIN_FRAME_LEN, VERSION};
pub use message::{Explanation, Message};
pub use tensor::{adapt, quant, sparse, Tensor, TensorData};
pub use transform::{xchacha as crypto, zstd as compress};
pub use wire_values::{DType, Flags, Modality, MsgType};

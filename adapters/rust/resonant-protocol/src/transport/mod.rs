//! Frames in byte streams: where each begins and ends on a connection such as TCP's, and which carriage of a QUIC
//! connection each goes on, without input and output.
//!
//! ```
//! use resonant_protocol::transport::{join, Splitter};
//!
//! let frame = [7; 40]; // what is in a frame is of no concern here
//! let mut sent = Vec::new();
//! join(&frame, &mut sent)?;
//!
//! let mut splitter = Splitter::new();
//! let mut frames = Vec::new();
//! for chunk in sent.chunks(9) {
//!     splitter.push(chunk, |frame| frames.push(frame.to_vec()))?;
//! }
//! assert_eq!(frames, [frame]);
//! assert!(splitter.end().is_ok());
//! # Ok::<(), resonant_protocol::FrameError>(())
//! ```

#![deny(clippy::arithmetic_side_effects, clippy::unreachable)]

mod carriage;
mod connection;
mod framing;
mod uni;

pub use crate::limits::MAX_UNSENT_BYTES;
pub use carriage::{code_of, may_be_datagram, number_of, Carriage};
pub(crate) use connection::Connection;
pub(crate) use framing::length_before;
pub use framing::{check_unsent, join, Splitter};
pub(crate) use uni::Unis;

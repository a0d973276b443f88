//! Streams and the numbers of their frames, received and sent.

mod recent;
mod recv_stream;
mod replay_window;
mod send_numbers;
mod send_stream;
mod sums;

pub(super) use recv_stream::{Held, KeptTail, RecvStream};
pub(super) use replay_window::{ClosedStreams, ReplayWindows};
pub(super) use send_numbers::SendNumbers;
pub(super) use send_stream::SendStreams;

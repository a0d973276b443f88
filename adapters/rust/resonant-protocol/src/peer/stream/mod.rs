//! Streams and the numbers of their frames, received and sent.

mod kept;
mod managed;
mod recent;
mod recv_stream;
mod replay_window;
mod resets;
mod send_numbers;
mod send_stream;
mod sums;

pub(super) use managed::{Managed, SentManaged, USUAL_URGENCY};
pub(super) use recent::Recent;
pub(super) use recv_stream::{Granted, Held, KeptTail, RecvStream};
pub(super) use replay_window::{ClosedStreams, FailedStreams, ReplayWindows};
pub(super) use resets::Resets;
pub(super) use send_numbers::SendNumbers;
pub(super) use send_stream::SendStreams;

//! The verdict on a received frame that does not pass its checks.

use crate::error::RejectCode;
use crate::peer::handshake::Answer;
use crate::peer::sync::Fault;

#[derive(Debug)]
pub(crate) enum Verdict {
    /// No answer and no effect.
    Drop(RejectCode),
    /// Answered with an error.
    Reject(Fault),
    /// Answered with an error, and the stream fails (MUX-14).
    Fail(Fault),
    /// Answered with an error that names these numbers as missing (STM-12).
    Incomplete(Vec<u64>),
    /// Answered with the same bytes as before (HSK-18).
    Repeat(Answer),
}

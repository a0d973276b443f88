//! What becomes of a received frame that goes no further.

use crate::error::RejectCode;
use crate::peer::sync::Fault;

/// The last step of a received frame that is not accepted.
#[derive(Debug)]
pub(crate) enum Stop {
    /// No answer and no effect.
    Drop(RejectCode),
    /// Answered with an error.
    Refuse(Box<Fault>),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Refuse(Box::new(fault))
    }
}

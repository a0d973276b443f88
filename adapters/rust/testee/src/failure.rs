//! Reasons why an op has no result (section 4 of the testee protocol).

use resonant_protocol::FrameError;

use crate::shape::Malformed;

/// The reason why an op has no result.
#[derive(Debug)]
pub enum Failure {
    /// The implementation refused the input.
    Reject(String, String),
    /// The input does not fit the op's schema.
    Malformed(Malformed),
}

impl From<FrameError> for Failure {
    fn from(error: FrameError) -> Self {
        let detail = format!("{}: {}", error.clause(), error.detail());
        Self::Reject(error.code().as_str().to_owned(), detail)
    }
}

impl From<Malformed> for Failure {
    fn from(text: Malformed) -> Self {
        Self::Malformed(text)
    }
}

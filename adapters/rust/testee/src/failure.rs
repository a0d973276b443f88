//! Why an op has no result, in the kit's words.

use resonant_protocol::FrameError;
use resonant_testee_kit as kit;
use resonant_testee_kit::BadRequest;

/// Why an op has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The crate refused the input.
    Refused(FrameError),
    /// The request cannot be performed.
    BadRequest(BadRequest),
}

impl From<FrameError> for Failure {
    fn from(error: FrameError) -> Self {
        Self::Refused(error)
    }
}

impl From<BadRequest> for Failure {
    fn from(error: BadRequest) -> Self {
        Self::BadRequest(error)
    }
}

impl From<Failure> for kit::Failure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => Self::Refused {
                code: error.code().as_str().to_owned(),
                detail: format!("{}: {}", error.clause(), error.detail()),
            },
            Failure::BadRequest(error) => Self::BadRequest(error),
        }
    }
}

//! Why a frame goes no further, received or to be sent.

use crate::error::{FrameError, RejectCode};
use crate::json::Json;

/// Members of a JSON object that is to be written.
pub(super) type Added = Vec<(&'static str, Json)>;

/// A refusal, and what its error says besides code, message and ref (HSK-43).
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: FrameError,
    pub(super) added: Added,
}

impl Fault {
    pub(super) fn new(
        code: RejectCode,
        clause: &'static str,
        detail: impl Into<std::borrow::Cow<'static, str>>,
        added: Added,
    ) -> Self {
        let error = FrameError::new(code, clause, detail);
        Self { error, added }
    }

    /// `BAD_MESSAGE` for what the message layer, or the table of a method, refuses.
    pub(super) fn bad_message(cause: &FrameError) -> Self {
        let (code, detail) = (RejectCode::BadMessage, cause.detail().to_owned());
        let added = vec![("detail", text(cause.code().as_str()))];
        Self::new(code, cause.clause(), detail, added)
    }
}

/// The last step of a received frame that is not accepted.
#[derive(Debug)]
pub(super) enum Stop {
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

pub(super) fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

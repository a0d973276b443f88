//! What an error says.

use crate::error::{FrameError, RejectCode};
use crate::json::Json;

/// Members of a JSON object that is to be written.
pub(crate) type Added = Vec<(&'static str, Json)>;

/// A refusal, and what its error says besides code, message and ref (HSK-43).
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: FrameError,
    pub(crate) added: Added,
}

impl Fault {
    pub(crate) fn new(
        code: RejectCode,
        clause: &'static str,
        detail: impl Into<std::borrow::Cow<'static, str>>,
        added: Added,
    ) -> Self {
        let error = FrameError::new(code, clause, detail);
        Self { error, added }
    }

    /// `BAD_MESSAGE` for what the message layer, or the table of a method, refuses.
    pub(crate) fn bad_message(cause: &FrameError) -> Self {
        let (code, detail) = (RejectCode::BadMessage, cause.detail().to_owned());
        let added = vec![("detail", text(cause.code().as_str()))];
        Self::new(code, cause.clause(), detail, added)
    }
}

pub(crate) fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

/// `SPACE_MISMATCH`, with what a ping's adds to it.
pub(crate) fn space_mismatch(own: u32, got: u32, names: Vec<(&'static str, String)>) -> Fault {
    let mut added = vec![
        ("expected_hash", Json::Integer(own.into())),
        ("got_hash", Json::Integer(got.into())),
    ];
    let names = names.into_iter().map(|(member, name)| (member, text(name)));
    added.extend(names);
    let detail = "the frame is from another embedding space";
    Fault::new(RejectCode::SpaceMismatch, "HSK-36", detail, added)
}

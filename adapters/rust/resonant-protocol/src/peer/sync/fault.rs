//! The content of an error.

use std::borrow::Cow;

use crate::error::RejectCode;
use crate::json::Json;

/// Members of a JSON object that is to be written.
pub(crate) type Added = Vec<(&'static str, Json)>;

/// A refusal, and what its error says besides code, message and ref (HSK-43).
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: RejectCode,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) added: Added,
}

impl Fault {
    pub(crate) fn new(
        code: RejectCode,
        detail: impl Into<Cow<'static, str>>,
        added: Added,
    ) -> Self {
        let detail = detail.into();
        Self {
            code,
            detail,
            added,
        }
    }
}

pub(crate) fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

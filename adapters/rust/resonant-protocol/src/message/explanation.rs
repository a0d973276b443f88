//! The explanation of a Critique, in words.

use crate::error::{FrameError, RejectCode};
use crate::json::{Json, JsonObject};

/// The JSON object of a Critique, whose known members have the right kinds (MSG-20).
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation(JsonObject);

impl Explanation {
    /// Takes an object for an explanation.
    ///
    /// # Errors
    /// `BAD_JSON` for a `note` or `suggested_correction` that is no string, and a `magnitude` that is no
    /// number or negative (MSG-20).
    pub fn new(object: JsonObject) -> Result<Self, FrameError> {
        let is_text = |name| matches!(object.get(name), None | Some(Json::Text(_)));
        let magnitude = match object.get("magnitude") {
            None => true,
            Some(Json::Integer(number)) => *number >= 0,
            Some(Json::Number(number)) => *number >= 0.0,
            Some(_) => false,
        };
        for (name, is_right) in [
            ("note", is_text("note")),
            ("suggested_correction", is_text("suggested_correction")),
            ("magnitude", magnitude),
        ] {
            if !is_right {
                let detail = format!("{name} is not what it must be in an explanation");
                return Err(FrameError::new(RejectCode::BadJson, "MSG-20", detail));
            }
        }
        Ok(Self(object))
    }

    /// The whole object, with the members that this specification does not know (MSG-19).
    #[must_use]
    pub const fn object(&self) -> &JsonObject {
        &self.0
    }
}

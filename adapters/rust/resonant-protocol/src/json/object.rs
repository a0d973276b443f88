//! JSON objects as they stand in JSON slices: the text, and what it says (MSG-14 to MSG-19).

use std::collections::BTreeMap;

use super::parse;
use super::value::Json;
use crate::error::{FrameError, RejectCode};

/// The JSON object of a JSON slice, with the text that it was read from.
///
/// ```
/// use resonant_protocol::{Json, JsonObject};
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let object = JsonObject::parse(br#"{"beat": 3, "rate": 0.5}"#)?;
/// assert_eq!(object.get("beat"), Some(&Json::Integer(3)));
/// assert!(JsonObject::parse(br#"{"beat": 3, "beat": 4}"#).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct JsonObject {
    text: String,
    members: BTreeMap<String, Json>,
}

impl JsonObject {
    /// Reads the payload of a JSON slice.
    ///
    /// # Errors
    /// `BAD_JSON` for anything but one object with nothing around it, in UTF-8 (MSG-14, MSG-15), without
    /// a name that stands twice (MSG-16), a nesting over 16 (MSG-17) or a number out of range (MSG-18).
    pub fn parse(payload: &[u8]) -> Result<Self, FrameError> {
        let text = std::str::from_utf8(payload).map_err(|error| {
            let detail = format!("not UTF-8 from byte {}", error.valid_up_to());
            FrameError::new(RejectCode::BadJson, "MSG-15", detail)
        })?;
        let members = parse::read(text)?;
        Ok(Self {
            text: text.to_owned(),
            members,
        })
    }

    /// The text, which is the payload of the slice.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The members, by name.
    #[must_use]
    pub const fn members(&self) -> &BTreeMap<String, Json> {
        &self.members
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members.get(name)
    }
}

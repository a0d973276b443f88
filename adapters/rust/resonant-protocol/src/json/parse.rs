//! The reader of JSON texts: serde_json's grammar, with the limits of MSG-14 to MSG-18.
//!
//! Every value is taken as the text that it is written in, which serde_json has found to be well-formed, without
//! recursion: whether a number is an integer (MSG-18) is a matter of its text, which its value does not tell. `1e20`
//! is permitted and the same number without exponent is not; `-0` is an integer and `-0.0` is not.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::Json;
use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_JSON_INTEGER, MAX_JSON_LEVELS};

type Result<T> = std::result::Result<T, FrameError>;
type Members = BTreeMap<String, Json>;

/// The members of the object that is the whole of `text`.
pub(super) fn read(text: &str) -> Result<Members> {
    // The grammar permits white space around a value.
    if !text.starts_with('{') || !text.ends_with('}') {
        return Err(bad("MSG-14", "the text is not one object alone"));
    }
    object(text, 1)
}

/// A value in a container of that level.
fn value(text: &str, level: usize) -> Result<Json> {
    match text.bytes().next() {
        Some(b'{') => object(text, level + 1).map(Json::Object),
        Some(b'[') => array(text, level + 1).map(Json::Array),
        Some(b'"') => string(text).map(Json::Text),
        Some(b'n') => Ok(Json::Null),
        Some(b't') => Ok(Json::Bool(true)),
        Some(b'f') => Ok(Json::Bool(false)),
        _ => number(text),
    }
}

fn object(text: &str, level: usize) -> Result<Members> {
    check_level(level)?;
    let Entries(entries) = parse(text)?;
    let mut members = Members::new();
    for (name, member) in entries {
        let member = value(member.get(), level)?;
        if members.insert(string(name.get())?, member).is_some() {
            return Err(bad("MSG-16", "a name stands twice"));
        }
    }
    Ok(members)
}

fn array(text: &str, level: usize) -> Result<Vec<Json>> {
    check_level(level)?;
    let items: Vec<&RawValue> = parse(text)?;
    let items = items.into_iter().map(|item| value(item.get(), level));
    items.collect()
}

fn check_level(level: usize) -> Result<()> {
    if level > MAX_JSON_LEVELS {
        return Err(bad("MSG-17", "nested too deep"));
    }
    Ok(())
}

/// A string, whose escape sequences are well-formed one by one.
fn string(text: &str) -> Result<String> {
    serde_json::from_str(text).map_err(|_| bad("MSG-15", "half a surrogate pair"))
}

fn number(text: &str) -> Result<Json> {
    let number = if text.contains(['.', 'e', 'E']) {
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Json::Number)
    } else {
        let is_safe = |number: &i64| number.unsigned_abs() <= MAX_JSON_INTEGER;
        text.parse().ok().filter(is_safe).map(Json::Integer)
    };
    number.ok_or_else(|| bad("MSG-18", "a number out of range"))
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| bad("MSG-14", error.to_string()))
}

fn bad(clause: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> FrameError {
    FrameError::new(RejectCode::BadJson, clause, detail)
}

/// The names and values of an object as they are written, a name that stands twice included.
struct Entries<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

//! Typed reading of the members of a Sync frame's JSON object (HSK-8, HSK-10).

use std::collections::BTreeMap;

use crate::error::{FrameError, RejectCode};
use crate::json::Json;
use crate::limits::MAX_RESET_CODE_CHARS;
use crate::peer::config::is_space_id;

pub(crate) type Result<T> = std::result::Result<T, FrameError>;

/// The members of one object. Those that are not asked for are ignored.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a>(pub(crate) &'a BTreeMap<String, Json>);

impl<'a> Members<'a> {
    /// A member that may be missing, by one of the functions of this file.
    pub(crate) fn optional<T>(
        self,
        name: &str,
        read: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let value = read(value).map(Some);
        value.ok_or_else(|| malformed(format!("{name} is of a wrong type or range")))
    }

    /// A member that must be there.
    pub(crate) fn required<T>(
        self,
        name: &str,
        read: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Result<T> {
        let value = self.optional(name, read)?;
        value.ok_or_else(|| malformed(format!("{name} is missing")))
    }
}

pub(crate) fn malformed(detail: String) -> FrameError {
    FrameError::new(RejectCode::BadJson, "HSK-10", detail)
}

/// An integer from `T`'s least value to its greatest.
pub(crate) fn integer<T: TryFrom<i64>>(value: &Json) -> Option<T> {
    match value {
        Json::Integer(number) => T::try_from(*number).ok(),
        _ => None,
    }
}

/// An integer of at least 1.
pub(crate) fn positive(value: &Json) -> Option<i64> {
    integer(value).filter(|number| *number >= 1)
}

pub(crate) const fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(truth) => Some(*truth),
        _ => None,
    }
}

pub(crate) fn string(value: &Json) -> Option<&str> {
    match value {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

/// The code of a reset: 1 to 64 capitals, digits and underlines.
pub(crate) fn reset_code(value: &Json) -> Option<&str> {
    string(value).filter(|code| is_reset_code(code))
}

pub(crate) fn is_reset_code(code: &str) -> bool {
    let is_named = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    (1..=MAX_RESET_CODE_CHARS).contains(&code.len()) && code.bytes().all(is_named)
}

/// An embedding_space_id: at most 1,024 characters.
pub(crate) fn space_id(value: &Json) -> Option<&str> {
    string(value).filter(|id| is_space_id(id))
}

pub(crate) const fn object(value: &Json) -> Option<Members<'_>> {
    match value {
        Json::Object(members) => Some(Members(members)),
        _ => None,
    }
}

/// An array of strings.
pub(crate) fn names(value: &Json) -> Option<Vec<String>> {
    array(value, |item| string(item).map(str::to_owned))
}

/// An array of u64, each a decimal string.
pub(crate) fn decimals(value: &Json) -> Option<Vec<u64>> {
    array(value, decimal)
}

fn array<T>(value: &Json, read: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Json::Array(items) => items.iter().map(read).collect(),
        _ => None,
    }
}

/// A u64 as a decimal string: no sign, no leading zero.
pub(crate) fn decimal(value: &Json) -> Option<u64> {
    let text = string(value)?;
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// 16 lower-case hexadecimal digits, the most significant first (FRM-38).
pub(crate) fn hash64(value: &Json) -> Option<u64> {
    let digits = string(value).filter(|digits| is_hex(digits, 16))?;
    u64::from_str_radix(digits, 16).ok()
}

/// 32 lower-case hexadecimal digits.
pub(crate) fn md5(value: &Json) -> Option<[u8; 16]> {
    let digits = string(value).filter(|digits| is_hex(digits, 32))?;
    let number = u128::from_str_radix(digits, 16).ok()?;
    Some(number.to_be_bytes())
}

fn is_hex(digits: &str, count: usize) -> bool {
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    digits.len() == count && digits.bytes().all(is_digit)
}

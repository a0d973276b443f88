//! Strict reading of JSON objects: every member is asked for by name and kind, and none may be left.

use std::fmt;
use std::ops::RangeBounds;

use serde_json::{Map, Value};

use crate::hex;

/// A request that is answered with `error`: it does not fit its schema (TST-11), or the text says what else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest(pub String);

impl From<String> for BadRequest {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for BadRequest {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// JSON in UTF-8.
///
/// # Errors
/// If it is anything else.
pub fn parse(message: &[u8]) -> Result<Value, BadRequest> {
    serde_json::from_slice(message)
        .map_err(|error| format!("the message is not JSON: {error}").into())
}

/// The members of one JSON object, each to be taken once.
#[derive(Debug)]
pub struct Members {
    members: Map<String, Value>,
    what: &'static str,
}

impl Members {
    /// The members of `value`, which `what` names in complaints.
    ///
    /// # Errors
    /// If it is not an object.
    pub fn of(value: Value, what: &'static str) -> Result<Self, BadRequest> {
        match value {
            Value::Object(members) => Ok(Self { members, what }),
            _ => Err(format!("{what} is not an object").into()),
        }
    }

    /// Takes a member of any kind.
    ///
    /// # Errors
    /// If it is missing.
    pub fn value(&mut self, name: &str) -> Result<Value, BadRequest> {
        let value = self.members.remove(name);
        value.ok_or_else(|| format!("{} has no member {name}", self.what).into())
    }

    /// Takes a string.
    ///
    /// # Errors
    /// If it is missing or not a string.
    pub fn string(&mut self, name: &str) -> Result<String, BadRequest> {
        match self.value(name)? {
            Value::String(text) => Ok(text),
            _ => Err(self.complain(name, "is not a string")),
        }
    }

    /// Whether a member is this string. Takes nothing.
    #[must_use]
    pub fn is_string(&self, name: &str, text: &str) -> bool {
        self.members.get(name).and_then(Value::as_str) == Some(text)
    }

    /// Takes an array.
    ///
    /// # Errors
    /// If it is missing or not an array.
    pub fn array(&mut self, name: &str) -> Result<Vec<Value>, BadRequest> {
        match self.value(name)? {
            Value::Array(items) => Ok(items),
            _ => Err(self.complain(name, "is not an array")),
        }
    }

    /// Takes an array of bytes in hexadecimal.
    ///
    /// # Errors
    /// If it is missing, not an array, or holds anything but lower-case hexadecimal.
    pub fn byte_strings(&mut self, name: &str) -> Result<Vec<Vec<u8>>, BadRequest> {
        let items = self.array(name)?;
        let decoded = items.iter().map(|item| hex::decode(item.as_str()?));
        let decoded = decoded.collect::<Option<_>>();
        decoded.ok_or_else(|| self.complain(name, "holds something but lower-case hexadecimal"))
    }

    /// Takes an integer that fits `T`.
    ///
    /// # Errors
    /// If it is missing, not an integer or out of range.
    pub fn integer<T: TryFrom<u64>>(&mut self, name: &str) -> Result<T, BadRequest> {
        let value = self.value(name)?;
        integer(&value).ok_or_else(|| self.complain(name, "is not an integer of its range"))
    }

    /// Takes an array of so many integers that fit `T`.
    ///
    /// # Errors
    /// If it is missing, not such an array, or has more or fewer of them.
    pub fn integers<T: TryFrom<u64>>(
        &mut self,
        name: &str,
        counts: impl RangeBounds<usize>,
    ) -> Result<Vec<T>, BadRequest> {
        let items = self.array(name)?;
        if !counts.contains(&items.len()) {
            return Err(self.complain(name, &format!("has {} items", items.len())));
        }
        let numbers = items.iter().map(integer).collect::<Option<_>>();
        numbers.ok_or_else(|| self.complain(name, "holds something but an integer of its range"))
    }

    /// Takes a u64 in decimal, which the schema's pattern describes exactly: no sign, no leading zero, no greater value.
    ///
    /// # Errors
    /// If it is missing or anything else.
    pub fn decimal(&mut self, name: &str) -> Result<u64, BadRequest> {
        let text = self.string(name)?;
        let canonical = text.parse().ok().filter(|n: &u64| n.to_string() == text);
        canonical.ok_or_else(|| self.complain(name, "is not a u64 in decimal"))
    }

    /// Takes one of these strings, and gives what it stands for.
    ///
    /// # Errors
    /// If it is missing or anything else.
    pub fn named<T: Copy>(&mut self, name: &str, values: &[(&str, T)]) -> Result<T, BadRequest> {
        let text = self.string(name)?;
        let found = values.iter().find(|(value, _)| *value == text);
        found
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| self.complain(name, "is not one of the schema's values"))
    }

    /// Takes a boolean.
    ///
    /// # Errors
    /// If it is missing or not a boolean.
    pub fn boolean(&mut self, name: &str) -> Result<bool, BadRequest> {
        let value = self.value(name)?;
        let truth = value.as_bool();
        truth.ok_or_else(|| self.complain(name, "is not a boolean"))
    }

    /// Takes bytes in hexadecimal.
    ///
    /// # Errors
    /// If they are missing or not lower-case hexadecimal.
    pub fn bytes(&mut self, name: &str) -> Result<Vec<u8>, BadRequest> {
        let text = self.string(name)?;
        hex::decode(&text).ok_or_else(|| self.complain(name, "is not lower-case hexadecimal"))
    }

    /// Takes exactly `N` bytes in hexadecimal.
    ///
    /// # Errors
    /// As [`Members::bytes`], or if there are more or fewer.
    pub fn fixed<const N: usize>(&mut self, name: &str) -> Result<[u8; N], BadRequest> {
        let bytes = self.bytes(name)?;
        <[u8; N]>::try_from(bytes)
            .map_err(|bytes| self.complain(name, &format!("has {} bytes, not {N}", bytes.len())))
    }

    /// Takes a member that may be absent, by one of the other functions.
    ///
    /// # Errors
    /// If it is there and `take` does not like it.
    pub fn optional<T>(
        &mut self,
        name: &str,
        take: impl FnOnce(&mut Self, &str) -> Result<T, BadRequest>,
    ) -> Result<Option<T>, BadRequest> {
        if self.members.contains_key(name) {
            take(self, name).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If a member was not asked for.
    pub fn end(&self) -> Result<(), BadRequest> {
        match self.members.keys().next() {
            Some(name) => Err(self.complain(name, "is not a member of the schema")),
            None => Ok(()),
        }
    }

    pub(crate) fn complain(&self, name: &str, what_is_wrong: &str) -> BadRequest {
        format!("{}.{name} {what_is_wrong}", self.what).into()
    }
}

/// An integer in the sense of JSON Schema, for which 1.0 is one too, that fits `T`.
#[must_use]
pub fn integer<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    let whole = value.as_u64().or_else(|| {
        // The decimal text of a whole f64 has no fraction and no exponent; a u64 is parsed from it exactly.
        let float = value.as_f64().filter(|f| f.fract() == 0.0)?;
        let float = if float == 0.0 { 0.0 } else { float };
        float.to_string().parse().ok()
    })?;
    T::try_from(whole).ok()
}

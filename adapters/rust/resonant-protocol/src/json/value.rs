//! JSON values.

use std::collections::BTreeMap;

/// A JSON value. Every name of an object stands once, so members have no order to keep.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent, −9007199254740991 to 9007199254740991 (MSG-18).
    Integer(i64),
    /// Another number, rounded to binary64 and finite (MSG-18).
    Number(f64),
    /// A string, its escapes undone.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, by name.
    Object(BTreeMap<String, Json>),
}

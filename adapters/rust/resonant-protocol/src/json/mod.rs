//! JSON slices: their texts and what they say.

mod object;
mod parse;
mod value;
mod write;

pub use object::JsonObject;
pub use value::Json;

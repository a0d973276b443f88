//! Further kinds of members: signed integers, names, and bytes of which some are missing.

use serde_json::Value;

use crate::hex;
use crate::schema::{BadRequest, Members};

impl Members {
    /// Takes an array of bytes in hexadecimal, in which null stands for what is missing.
    ///
    /// # Errors
    /// If it is missing, not an array, or holds anything but lower-case hexadecimal and null.
    pub fn byte_strings_or_null(&mut self, name: &str) -> Result<Vec<Option<Vec<u8>>>, BadRequest> {
        let items = self.array(name)?;
        let decoded = items.iter().map(|item| match item {
            Value::Null => Some(None),
            item => hex::decode(item.as_str()?).map(Some),
        });
        let decoded = decoded.collect::<Option<_>>();
        decoded.ok_or_else(|| {
            self.complain(name, "holds something but lower-case hexadecimal or null")
        })
    }

    /// Takes an integer of either sign.
    ///
    /// # Errors
    /// If it is missing, not an integer, or greater in magnitude than 2⁵³ − 1.
    pub fn signed(&mut self, name: &str) -> Result<i64, BadRequest> {
        const MOST: f64 = 9_007_199_254_740_991.0;
        let value = self.value(name)?;
        let float = value.as_f64();
        let whole = float.filter(|float| float.fract() == 0.0 && float.abs() <= MOST);
        // The decimal text of a whole f64 has no fraction and no exponent; −0 is 0.
        let whole = whole.and_then(|whole| (whole + 0.0).to_string().parse().ok());
        whole.ok_or_else(|| self.complain(name, "is not an integer of its range"))
    }

    /// Takes an array of names, each of which is among these.
    ///
    /// # Errors
    /// If it is missing, not an array, names anything else, or names something twice.
    pub fn names<T: Copy>(
        &mut self,
        name: &str,
        values: &[(&str, T)],
    ) -> Result<Vec<T>, BadRequest> {
        let items = self.array(name)?;
        let mut found = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let known = values.iter().find(|(text, _)| item.as_str() == Some(text));
            let Some((_, value)) = known.filter(|_| !items[..at].contains(item)) else {
                return Err(self.complain(name, "holds something that it must not, or twice"));
            };
            found.push(*value);
        }
        Ok(found)
    }
}

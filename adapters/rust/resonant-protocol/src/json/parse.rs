//! The reader of JSON texts: RFC 8259 to the letter, with the limits of MSG-14 to MSG-18.

use std::collections::BTreeMap;

use super::value::Json;
use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_JSON_INTEGER, MAX_JSON_LEVELS};

type Result<T> = std::result::Result<T, FrameError>;
type Members = BTreeMap<String, Json>;

/// The members of the object that is the whole of `text`.
pub(crate) fn read(text: &str) -> Result<Members> {
    let mut reader = Reader {
        rest: text,
        len: text.len(),
    };
    reader.expect('{')?;
    let members = reader.object(1)?;
    if !reader.rest.is_empty() {
        return Err(reader.refuse("MSG-14", "the object is not the end"));
    }
    Ok(members)
}

/// What of the text is not read yet.
struct Reader<'a> {
    rest: &'a str,
    len: usize,
}

impl<'a> Reader<'a> {
    /// A value, with the white space before it, in a container of nesting `depth`.
    fn value(&mut self, depth: usize) -> Result<Json> {
        self.skip_white_space();
        match self.rest.bytes().next() {
            Some(b'{') if self.accept("{") => self.object(depth + 1).map(Json::Object),
            Some(b'[') if self.accept("[") => self.array(depth + 1).map(Json::Array),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.accept("null") => Ok(Json::Null),
            _ if self.accept("true") => Ok(Json::Bool(true)),
            _ if self.accept("false") => Ok(Json::Bool(false)),
            _ => Err(self.refuse("MSG-14", "a value is missing")),
        }
    }

    /// The rest of an object whose brace is read.
    fn object(&mut self, depth: usize) -> Result<Members> {
        self.check_depth(depth)?;
        let mut members = Members::new();
        self.skip_white_space();
        if self.accept("}") {
            return Ok(members);
        }
        loop {
            self.skip_white_space();
            let name = self.string()?;
            self.skip_white_space();
            self.expect(':')?;
            let value = self.value(depth)?;
            if members.insert(name, value).is_some() {
                return Err(self.refuse("MSG-16", "a name stands twice"));
            }
            self.skip_white_space();
            if !self.accept(",") {
                self.expect('}')?;
                return Ok(members);
            }
        }
    }

    /// The rest of an array whose bracket is read.
    fn array(&mut self, depth: usize) -> Result<Vec<Json>> {
        self.check_depth(depth)?;
        let mut items = Vec::new();
        self.skip_white_space();
        if self.accept("]") {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_white_space();
            if !self.accept(",") {
                self.expect(']')?;
                return Ok(items);
            }
        }
    }

    fn check_depth(&self, depth: usize) -> Result<()> {
        if depth > MAX_JSON_LEVELS {
            return Err(self.refuse("MSG-17", "nested too deep"));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            let special = |c: char| c == '"' || c == '\\' || c < ' ';
            let plain = self.rest.find(special).unwrap_or(self.rest.len());
            text.push_str(self.take(plain)?);
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(_) => return Err(self.refuse("MSG-14", "a control character in a string")),
                None => return Err(self.refuse("MSG-14", "a string has no end")),
            }
        }
    }

    /// The character of an escape sequence whose backslash is read.
    fn escaped(&mut self) -> Result<char> {
        match self.next() {
            Some(c @ ('"' | '\\' | '/')) => Ok(c),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => {
                let unit = self.unit()?;
                let pair = matches!(unit, 0xd800..=0xdbff) && self.accept("\\u");
                let second = if pair { Some(self.unit()?) } else { None };
                // One character, or half a pair with nothing or something else behind it.
                let mut characters = char::decode_utf16([unit].into_iter().chain(second));
                let first = characters.next().and_then(std::result::Result::ok);
                first.ok_or_else(|| self.refuse("MSG-15", "half a surrogate pair"))
            }
            _ => Err(self.refuse("MSG-14", "an unknown escape sequence")),
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16> {
        let digits = self.take(4)?;
        let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let unit = u16::from_str_radix(digits, 16).ok().filter(|_| all); // alone it takes a sign
        unit.ok_or_else(|| self.refuse("MSG-14", "not four hexadecimal digits"))
    }

    fn number(&mut self) -> Result<Json> {
        let start = self.rest;
        self.accept("-");
        if !self.accept("0") {
            self.digits()?;
        }
        let fraction = self.accept(".");
        if fraction {
            self.digits()?;
        }
        let exponent = self.accept("e") || self.accept("E");
        if exponent {
            let _sign = self.accept("+") || self.accept("-");
            self.digits()?;
        }
        let text = start.strip_suffix(self.rest).unwrap_or_default();
        let number = if fraction || exponent {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            number.map(Json::Number)
        } else {
            let safe = |number: &i64| number.unsigned_abs() <= MAX_JSON_INTEGER;
            text.parse().ok().filter(safe).map(Json::Integer)
        };
        number.ok_or_else(|| self.refuse("MSG-18", "a number out of range"))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<()> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == self.rest.len() {
            return Err(self.refuse("MSG-14", "a digit is missing"));
        }
        self.rest = rest;
        Ok(())
    }

    fn skip_white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    /// The next `len` bytes, which must be there and end at a character's end.
    fn take(&mut self, len: usize) -> Result<&'a str> {
        let Some((taken, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.refuse("MSG-14", "the text ends too early"));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Whether the text goes on with `token`, which is then read.
    fn accept(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: char) -> Result<()> {
        let Some(rest) = self.rest.strip_prefix(token) else {
            let detail = format!("no {token} at byte {}", self.place());
            return Err(FrameError::new(RejectCode::BadJson, "MSG-14", detail));
        };
        self.rest = rest;
        Ok(())
    }

    fn place(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }

    fn refuse(&self, clause: &'static str, what: &str) -> FrameError {
        let detail = format!("{what} at byte {}", self.place());
        FrameError::new(RejectCode::BadJson, clause, detail)
    }
}

//! Writes out the dialogues of a vector file: shared members, parts and repeats (`vectors/dialogues.md`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{json, Map, Value};

use super::{close, hex, unhex};

/// Steps that cases of a file share are those of its parts: some are long, and many cases have them.
pub type Steps<'a> = Vec<Cow<'a, Value>>;

/// The parts of a file of dialogues, written out.
pub struct Parts<'a> {
    file: &'a Value,
    named: BTreeMap<&'a str, Vec<Value>>,
}

impl<'a> Parts<'a> {
    pub fn of(file: &'a Value) -> Self {
        let named = BTreeMap::new();
        let mut parts = Self { file, named };
        // In the order of names, which need not be theirs: a part waits for those that it refers to.
        let mut waiting: Vec<(&String, &Value)> = match file.get("parts") {
            Some(named) => named.as_object().expect("parts").iter().collect(),
            None => Vec::new(),
        };
        while !waiting.is_empty() {
            let known = waiting.len();
            waiting.retain(|(name, steps)| {
                let mut above = steps.as_array().into_iter().flatten();
                let ready = above.all(|step| {
                    let name = step["part"].as_str();
                    name.is_none_or(|name| parts.named.contains_key(name))
                });
                if ready {
                    let steps = parts.steps(steps).into_iter().map(Cow::into_owned);
                    let steps = steps.collect();
                    parts.named.insert(name, steps);
                }
                !ready
            });
            assert!(
                waiting.len() < known,
                "a part refers to one that is not there"
            );
        }
        parts
    }

    /// The configuration of a case: that of the file, with its own members.
    pub fn config(&self, input: &Value) -> Value {
        merged(&self.file["config"], &input["config"])
    }

    /// These steps written out.
    pub fn steps(&self, steps: &Value) -> Steps<'_> {
        let mut found = Vec::new();
        for mut step in listed(steps.as_array().expect("steps")) {
            if let Some(name) = step["part"].as_str() {
                found.extend(self.named[name].iter().map(Cow::Borrowed));
                continue;
            }
            if let Some(wanted) = step.get_mut("expect") {
                *wanted = merged(&self.file["frame"], wanted);
            }
            found.push(Cow::Owned(step));
        }
        found
    }
}

fn merged(shared: &Value, own: &Value) -> Value {
    let members = [shared, own].into_iter().filter_map(Value::as_object);
    let members = members
        .flatten()
        .map(|(name, it)| (name.clone(), it.clone()));
    Value::Object(members.collect())
}

/// The elements of a list, those of a repeat as often as it says.
fn listed(values: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    for value in values {
        let Some(times) = value.get("repeat").and_then(Value::as_i64) else {
            found.push(plain(value));
            continue;
        };
        let of = listed(value["of"].as_array().expect("of"));
        for turn in 0..times {
            let counts = value.get("counts").and_then(Value::as_object);
            let numbers: BTreeMap<&str, i64> = counts
                .into_iter()
                .flatten()
                .map(|(name, count)| {
                    let at = |member: &str| count[member].as_i64().expect(member);
                    (name.as_str(), at("from") + at("by") * turn)
                })
                .collect();
            found.extend(of.iter().map(|one| counted(one, &numbers)));
        }
    }
    found
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Array(values) => Value::Array(listed(values)),
        Value::Object(members) if members.contains_key("join") => {
            json!(joined(members["join"].as_array().expect("pieces")))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, it)| (name.clone(), plain(it)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Pieces of hex in one text, of which a piece may be a repeat: some are 16 MiB.
fn joined(pieces: &[Value]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece.get("repeat").and_then(Value::as_u64) {
            None => text.push_str(piece.as_str().expect("hex")),
            Some(times) => {
                let of = joined(piece["of"].as_array().expect("of"));
                text.push_str(&of.repeat(usize::try_from(times).expect("a number of times")));
            }
        }
    }
    text
}

/// The value with the numbers of one turn, in members of these names and in frames to send.
fn counted(value: &Value, numbers: &BTreeMap<&str, i64>) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|it| counted(it, numbers)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, it)| {
                let it = match (numbers.get(name.as_str()), it) {
                    (Some(number), Value::String(_)) => json!(number.to_string()),
                    (Some(number), Value::Number(_)) => json!(number),
                    (None, Value::String(frame)) if name == "send" && !numbers.is_empty() => {
                        json!(numbered(frame, numbers))
                    }
                    (_, it) => counted(it, numbers), // not a range of numbers
                };
                (name.clone(), it)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn numbered(frame: &str, numbers: &BTreeMap<&str, i64>) -> String {
    let mut content = unhex(frame);
    content.truncate(content.len() - 4);
    for (name, number) in numbers {
        let field = if *name == "stream_id" { 4..8 } else { 8..16 };
        let length = field.len();
        content[field].copy_from_slice(&number.to_le_bytes()[..length]);
    }
    hex(&close(content))
}

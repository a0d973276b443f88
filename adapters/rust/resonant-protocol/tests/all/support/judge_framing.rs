//! The ops on frames in byte streams, for one case of a vector file.

use resonant_protocol::transport::{join, Splitter};
use resonant_protocol::FrameError;
use serde_json::{json, Value};

use super::{hex, unhex};

pub fn tcp_split(input: &Value) -> Value {
    let (mut splitter, mut frames) = (Splitter::new(), Vec::new());
    let mut fault = None;
    for chunk in listed(input, "chunks") {
        fault = splitter.push(&chunk, |frame| frames.push(hex(frame))).err();
    }
    if input["ended"].as_bool().expect("ended") {
        let end = splitter.end().map_err(|error| error.code().as_str());
        return json!({"frames": frames, "end": end.err().unwrap_or("clean"), "held": 0});
    }
    let end = fault.map_or("open", |fault| fault.code().as_str());
    json!({"frames": frames, "end": end, "held": splitter.held()})
}

pub fn tcp_join(input: &Value) -> Result<Value, FrameError> {
    let mut bytes = Vec::new();
    for frame in listed(input, "frames") {
        join(&frame, &mut bytes)?;
    }
    Ok(json!({"bytes": hex(&bytes)}))
}

fn listed(input: &Value, name: &str) -> Vec<Vec<u8>> {
    let items = input[name].as_array().expect(name).iter();
    items
        .map(|item| unhex(item.as_str().expect("hex")))
        .collect()
}

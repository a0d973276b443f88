//! The ops on Reed-Solomon codes and on repair, for one case of a vector file.

use resonant_protocol::{repair, rs, FrameError};
use serde_json::{json, Value};

use super::judge::number;
use super::{hex, unhex};

pub fn rs_encode(input: &Value) -> Result<Value, FrameError> {
    let data: Vec<Vec<u8>> = shards(input).into_iter().flatten().collect();
    let parity = rs::encode(number(&input["k"]), number(&input["r"]), &data)?;
    Ok(json!({"parity": texts(&parity)}))
}

pub fn rs_decode(input: &Value) -> Result<Value, FrameError> {
    let found = rs::decode(number(&input["k"]), number(&input["r"]), shards(input))?;
    Ok(json!({"shards": texts(&found)}))
}

pub fn repair_encode(input: &Value) -> Result<Value, FrameError> {
    let base = input["base"].as_str().expect("base");
    let base = base.parse().expect("a u64");
    let (r, step) = (number(&input["r"]), number(&input["step"]));
    let frames = listed(input, "frames");
    let found = repair::encode(number(&input["stream_id"]), base, r, step, &frames)?;
    Ok(json!({"repair": texts(&found)}))
}

pub fn repair_decode(input: &Value) -> Result<Value, FrameError> {
    let found = repair::decode(&listed(input, "repair"), &listed(input, "frames"))?;
    Ok(json!({"frames": texts(&found)}))
}

fn listed(input: &Value, name: &str) -> Vec<Vec<u8>> {
    let items = input[name].as_array().expect(name).iter();
    items
        .map(|item| unhex(item.as_str().expect("hex")))
        .collect()
}

fn shards(input: &Value) -> Vec<Option<Vec<u8>>> {
    let items = input["shards"].as_array().expect("shards").iter();
    items.map(|item| item.as_str().map(unhex)).collect()
}

fn texts(shards: &[Vec<u8>]) -> Vec<String> {
    shards.iter().map(|shard| hex(shard)).collect()
}

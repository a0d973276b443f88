//! The ops on Reed-Solomon codes, for one case of a vector file.

use resonant_protocol::{rs, FrameError};
use serde_json::{json, Value};

use super::judge::number;
use super::support::{hex, unhex};

pub fn rs_encode(input: &Value) -> Result<Value, FrameError> {
    let data: Vec<Vec<u8>> = shards(input).into_iter().flatten().collect();
    let parity = rs::encode(number(&input["k"]), number(&input["r"]), &data)?;
    Ok(json!({"parity": texts(&parity)}))
}

pub fn rs_decode(input: &Value) -> Result<Value, FrameError> {
    let found = rs::decode(number(&input["k"]), number(&input["r"]), shards(input))?;
    Ok(json!({"shards": texts(&found)}))
}

fn shards(input: &Value) -> Vec<Option<Vec<u8>>> {
    let items = input["shards"].as_array().expect("shards").iter();
    items.map(|item| item.as_str().map(unhex)).collect()
}

fn texts(shards: &[Vec<u8>]) -> Vec<String> {
    shards.iter().map(|shard| hex(shard)).collect()
}

//! The ops on what payloads mean, for one case of a vector file.

use resonant_protocol::quant::{dequantize, quantize, Quantizer, Source};
use resonant_protocol::{
    sparse, FrameError, Json, JsonObject, Message, Modality, Tensor, VFrame, VFrameView,
};
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};

use super::judge::{bytes, number, optional, same, Verdict};
use super::{hex, unhex};
use super::{judge_adapt, judge_framing, judge_shards};

pub fn perform(op: &str, input: &Value) -> Result<Value, FrameError> {
    Ok(match op {
        "read_message" => {
            let key = optional::<32>(input, "key");
            json!({"message": message(&read(&bytes(input, "frame"), key)?)})
        }
        "sparse_encode" => {
            let found = sparse::encode(&dims(input, "dims"), &bytes(input, "dense"))?;
            json!({"values": hex(&found.values), "index": hex(&found.index)})
        }
        "sparse_decode" => {
            let (values, index) = (bytes(input, "values"), bytes(input, "index"));
            let index_dims = dims(input, "index_dims");
            let dense = sparse::decode(&dims(input, "dims"), &values, &index_dims, &index)?;
            json!({"dense": hex(&dense)})
        }
        "quantize" => {
            let found = quantize(quantizer(input), source(input), &bytes(input, "data"))?;
            json!({"codes": hex(&found.codes), "scale": hex(&found.scale)})
        }
        "dequantize" => {
            let scale = input.get("scale").map(|_| bytes(input, "scale"));
            let (count, codes) = (number(&input["count"]), bytes(input, "codes"));
            let data = dequantize(quantizer(input), count, &codes, scale.as_deref())?;
            json!({"data": hex(&data)})
        }
        "repair_encode" => judge_shards::repair_encode(input)?,
        "repair_decode" => judge_shards::repair_decode(input)?,
        "tcp_split" => judge_framing::tcp_split(input),
        "tcp_join" => judge_framing::tcp_join(input)?,
        "rs_encode" => judge_shards::rs_encode(input)?,
        "rs_decode" => judge_shards::rs_decode(input)?,
        "adapt" => judge_adapt::adapt(input)?,
        other => panic!("op {other} is not of a profile that this crate has"),
    })
}

fn quantizer(input: &Value) -> Quantizer {
    match number::<u8>(&input["bits"]) {
        4 => Quantizer::Q4,
        8 => Quantizer::I8,
        other => panic!("{other} bits"),
    }
}

pub fn source(input: &Value) -> Source {
    match input["source"].as_str().expect("source") {
        "f16" => Source::F16,
        "f32" => Source::F32,
        "bf16" => Source::Bf16,
        other => panic!("source {other} is not known"),
    }
}

pub fn dims(input: &Value, name: &str) -> Vec<u32> {
    let dims = input[name].as_array().expect(name);
    dims.iter().map(number).collect()
}

/// Reads from the view and from the owned frame, which must say the same; what was read can be sent again.
fn read(frame: &[u8], key: Option<[u8; 32]>) -> Result<Message, FrameError> {
    let view = match &key {
        Some(key) => VFrameView::parse_with_key(frame, key)?,
        None => VFrameView::parse(frame)?,
    };
    let read = Message::read(&view);
    let owned: VFrame = view.to_frame();
    assert_eq!(read, Message::from_frame(&owned));
    if let Ok(message) = &read {
        let again = message.to_frame(Modality::Text).expect("a message");
        assert_eq!(again.slices, owned.slices);
    }
    read
}

fn message(message: &Message) -> Value {
    match message {
        Message::Think { hidden } => json!({"kind": "think", "hidden": tensor(hidden)}),
        Message::Cache { keys, values } => {
            json!({"kind": "cache", "keys": tensor(keys), "values": tensor(values)})
        }
        Message::Ask { query, context } => {
            json!({"kind": "ask", "query": tensor(query), "context": context.as_ref().map(tensor)})
        }
        Message::Sync { json } => json!({"kind": "sync", "json": object(json)}),
        Message::Heart => json!({"kind": "heart"}),
        Message::Critique {
            divergence,
            mask,
            explanation,
        } => json!({
            "kind": "critique",
            "divergence": tensor(divergence),
            "mask": mask.as_deref().map(hex),
            "explanation": explanation.as_ref().map(|it| object(it.object())),
        }),
    }
}

fn tensor(tensor: &Tensor) -> Value {
    json!({
        "dtype": tensor.dtype().to_wire(),
        "dims": tensor.dims,
        "payload": hex(tensor.payload()),
        "scale": tensor.scale().map(hex),
        "index": tensor.index().map(hex),
    })
}

fn object(object: &JsonObject) -> Value {
    value(&Json::Object(object.members().clone()))
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => json!(truth),
        Json::Integer(number) => json!(number),
        Json::Number(number) => json!(number),
        Json::Text(text) => json!(text),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, it)| (name.clone(), value(it)));
            Value::Object(members.collect::<Map<String, Value>>())
        }
    }
}

/// Compares, numbers by value, and `x_sha256` with the SHA-256 of the bytes that `x` is.
pub fn compare(found: &Value, expected: &Value) -> Verdict {
    let Value::Object(members) = expected else {
        return same(found, expected);
    };
    let mut digested = found.clone();
    for name in members.keys() {
        let Some(plain) = name.strip_suffix("_sha256") else {
            continue;
        };
        let removed = digested.as_object_mut().and_then(|it| it.remove(plain));
        let bytes = removed.as_ref().and_then(Value::as_str).map(unhex);
        let bytes = bytes.ok_or_else(|| format!("{plain} is missing"))?;
        digested[name] = json!(hex(&Sha256::digest(&bytes)));
    }
    same(&by_value(&digested), &by_value(expected))
}

/// Every number as the binary64 that it is, so that 1, 1.0 and 1e0 are equal, and 0 and −0.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().expect("binary64") + 0.0),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, it)| (name.clone(), by_value(it)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

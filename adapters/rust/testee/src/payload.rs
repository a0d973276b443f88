//! The ops on what payloads mean: messages, sparse tensors, quantizers.

use resonant_protocol::quant::{self, Quantizer, Source};
use resonant_protocol::{sparse, Json, JsonObject, Message, Tensor, VFrameView};
use serde_json::{json, Map, Value};

use crate::failure::Failure;
use crate::hexa;
use crate::shape::{dims, Malformed, Members};

pub(crate) fn read_message(input: &mut Members) -> Result<Value, Failure> {
    let bytes = input.bytes("frame")?;
    let key = input.optional("key", Members::fixed)?;
    let view = match &key {
        Some(key) => VFrameView::parse_with_key(&bytes, key)?,
        None => VFrameView::parse(&bytes)?,
    };
    let message = match Message::read(&view)? {
        Message::Think { hidden } => json!({"kind": "think", "hidden": tensor(&hidden)}),
        Message::Cache { keys, values } => {
            json!({"kind": "cache", "keys": tensor(&keys), "values": tensor(&values)})
        }
        Message::Ask { query, context } => {
            let context = context.as_ref().map(tensor);
            json!({"kind": "ask", "query": tensor(&query), "context": context})
        }
        Message::Sync { json } => json!({"kind": "sync", "json": object(&json)}),
        Message::Heart => json!({"kind": "heart"}),
        Message::Critique {
            divergence,
            mask,
            explanation,
        } => json!({
            "kind": "critique",
            "divergence": tensor(&divergence),
            "mask": mask.as_deref().map(hexa::encode),
            "explanation": explanation.as_ref().map(|it| object(it.object())),
        }),
    };
    Ok(json!({ "message": message }))
}

fn tensor(tensor: &Tensor) -> Value {
    json!({
        "dtype": tensor.dtype().to_wire(),
        "dims": tensor.dims,
        "payload": hexa::encode(tensor.payload()),
        "scale": tensor.scale().map(hexa::encode),
        "index": tensor.index().map(hexa::encode),
    })
}

fn object(object: &JsonObject) -> Value {
    members(object.members())
}

fn members<'a>(members: impl IntoIterator<Item = (&'a String, &'a Json)>) -> Value {
    let members = members
        .into_iter()
        .map(|(name, it)| (name.clone(), value(it)));
    Value::Object(members.collect::<Map<String, Value>>())
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => json!(truth),
        Json::Integer(number) => json!(number),
        Json::Number(number) => json!(number),
        Json::Text(text) => json!(text),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(object) => members(object),
    }
}

pub(crate) fn sparse_encode(input: &mut Members) -> Result<Value, Failure> {
    let (dims, dense) = (shape(input)?, input.bytes("dense")?);
    let found = sparse::encode(&dims, &dense)?;
    Ok(json!({"values": hexa::encode(&found.values), "index": hexa::encode(&found.index)}))
}

pub(crate) fn sparse_decode(input: &mut Members) -> Result<Value, Failure> {
    let (shape, values) = (shape(input)?, input.bytes("values")?);
    let (index_dims, index) = (dims(input, "index_dims")?, input.bytes("index")?);
    let dense = sparse::decode(&shape, &values, &index_dims, &index)?;
    Ok(json!({"dense": hexa::encode(&dense)}))
}

/// The dims of a tensor: 1 to 255 of them.
fn shape(input: &mut Members) -> Result<Vec<u32>, Malformed> {
    let dims = dims(input, "dims")?;
    if !(1..=255).contains(&dims.len()) {
        return Err(format!("input.dims has {} items", dims.len()));
    }
    Ok(dims)
}

pub(crate) fn quantize(input: &mut Members) -> Result<Value, Failure> {
    let (quantizer, source) = (quantizer(input)?, input.string("source")?);
    let source = match source.as_str() {
        "f16" => Source::F16,
        "f32" => Source::F32,
        "bf16" => Source::Bf16,
        _ => {
            return Err(Failure::Malformed(
                "input.source is not a known one".to_owned(),
            ))
        }
    };
    let found = quant::quantize(quantizer, source, &input.bytes("data")?)?;
    Ok(json!({"codes": hexa::encode(&found.codes), "scale": hexa::encode(&found.scale)}))
}

pub(crate) fn dequantize(input: &mut Members) -> Result<Value, Failure> {
    let quantizer = quantizer(input)?;
    let count: u32 = input.integer("count")?;
    let codes = input.bytes("codes")?;
    let scale = input.optional("scale", Members::bytes)?;
    let count =
        usize::try_from(count).map_err(|_| "input.count is beyond this machine".to_owned())?;
    let data = quant::dequantize(quantizer, count, &codes, scale.as_deref())?;
    Ok(json!({"data": hexa::encode(&data)}))
}

fn quantizer(input: &mut Members) -> Result<Quantizer, Malformed> {
    match input.integer::<u8>("bits")? {
        4 => Ok(Quantizer::Q4),
        8 => Ok(Quantizer::I8),
        bits => Err(format!("input.bits {bits} is neither 4 nor 8")),
    }
}

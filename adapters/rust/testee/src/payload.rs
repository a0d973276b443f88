//! The ops on what payloads mean: messages, sparse tensors, quantizers.

use std::ops::RangeInclusive;

use resonant_protocol::quant::{self, Quantizer, Source};
use resonant_protocol::{sparse, Json, JsonObject, Message, Tensor};
use resonant_testee_kit::{hex, BadRequest, Members};
use serde_json::{json, Map, Value};

use crate::failure::Failure;
use crate::fields::Encoded;

pub(crate) fn read_message(input: Encoded) -> Result<Value, Failure> {
    let message = match Message::read(&input.view()?)? {
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
            "mask": mask.as_deref().map(hex::encode),
            "explanation": explanation.as_ref().map(|it| object(it.object())),
        }),
    };
    Ok(json!({ "message": message }))
}

fn tensor(tensor: &Tensor) -> Value {
    json!({
        "dtype": tensor.dtype().to_wire(),
        "dims": tensor.dims,
        "payload": hex::encode(tensor.payload()),
        "scale": tensor.scale().map(hex::encode),
        "index": tensor.index().map(hex::encode),
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

const DIMS: RangeInclusive<usize> = 1..=255;

/// The input of sparse_encode.
pub(crate) struct Dense {
    dims: Vec<u32>,
    dense: Vec<u8>,
}

impl Dense {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            dims: input.integers("dims", DIMS)?,
            dense: input.bytes("dense")?,
        })
    }
}

pub(crate) fn sparse_encode(input: Dense) -> Result<Value, Failure> {
    let found = sparse::encode(&input.dims, &input.dense)?;
    Ok(json!({"values": hex::encode(&found.values), "index": hex::encode(&found.index)}))
}

/// The input of sparse_decode.
pub(crate) struct Sparse {
    dims: Vec<u32>,
    values: Vec<u8>,
    index_dims: Vec<u32>,
    index: Vec<u8>,
}

impl Sparse {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            dims: input.integers("dims", DIMS)?,
            values: input.bytes("values")?,
            index_dims: input.integers("index_dims", ..)?,
            index: input.bytes("index")?,
        })
    }
}

pub(crate) fn sparse_decode(input: Sparse) -> Result<Value, Failure> {
    let dense = sparse::decode(&input.dims, &input.values, &input.index_dims, &input.index)?;
    Ok(json!({"dense": hex::encode(&dense)}))
}

/// The types in which elements can be given.
pub(crate) const SOURCES: [(&str, Source); 3] = [
    ("f16", Source::F16),
    ("f32", Source::F32),
    ("bf16", Source::Bf16),
];

/// The input of quantize.
pub(crate) struct Plain {
    quantizer: Quantizer,
    source: Source,
    data: Vec<u8>,
}

impl Plain {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            quantizer: quantizer(input)?,
            source: input.named("source", &SOURCES)?,
            data: input.bytes("data")?,
        })
    }
}

pub(crate) fn quantize(input: Plain) -> Result<Value, Failure> {
    let found = quant::quantize(input.quantizer, input.source, &input.data)?;
    Ok(json!({"codes": hex::encode(&found.codes), "scale": hex::encode(&found.scale)}))
}

/// The input of dequantize.
pub(crate) struct Codes {
    quantizer: Quantizer,
    count: usize,
    codes: Vec<u8>,
    scale: Option<Vec<u8>>,
}

impl Codes {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let count: u32 = input.integer("count")?;
        Ok(Self {
            quantizer: quantizer(input)?,
            count: usize::try_from(count).map_err(|_| "input.count is beyond this machine")?,
            codes: input.bytes("codes")?,
            scale: input.optional("scale", Members::bytes)?,
        })
    }
}

pub(crate) fn dequantize(input: Codes) -> Result<Value, Failure> {
    let scale = input.scale.as_deref();
    let data = quant::dequantize(input.quantizer, input.count, &input.codes, scale)?;
    Ok(json!({"data": hex::encode(&data)}))
}

fn quantizer(input: &mut Members) -> Result<Quantizer, BadRequest> {
    match input.integer::<u8>("bits")? {
        4 => Ok(Quantizer::Q4),
        8 => Ok(Quantizer::I8),
        bits => Err(format!("input.bits {bits} is neither 4 nor 8").into()),
    }
}

//! The op on adaptive quantization.

use resonant_protocol::adapt::{adapt as choose, Terms};
use resonant_protocol::quant::Source;
use resonant_protocol::{DType, TensorData};
use resonant_testee_kit::{hex, BadRequest, Members};
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::payload::SOURCES;

const DTYPES: [(&str, DType); 4] = [
    ("f16", DType::F16),
    ("i8", DType::I8),
    ("q4", DType::Q4),
    ("sparse", DType::SparseCoo),
];

/// The input of adapt.
pub(crate) struct Wanted {
    source: Source,
    data: Vec<u8>,
    dims: Vec<u32>,
    allow: Vec<DType>,
    tolerance: i64,
    budget: Option<i64>,
}

impl Wanted {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            source: input.named("source", &SOURCES)?,
            data: input.bytes("data")?,
            dims: input.integers("dims", 1..=255)?,
            allow: input.names("allow", &DTYPES)?,
            tolerance: input.signed("tolerance")?,
            budget: input.optional("budget", Members::signed)?,
        })
    }
}

pub(crate) fn adapt(input: Wanted) -> Result<Value, Failure> {
    let terms = Terms {
        allow: &input.allow,
        tolerance: input.tolerance,
        budget: input.budget,
    };
    let chosen = choose(input.source, &input.dims, &input.data, &terms)?;
    let scaled = |dtype: &str, codes: &[u8], scale: &Option<Vec<u8>>| {
        let scale = scale.as_deref().unwrap_or_default();
        json!({"dtype": dtype, "codes": hex::encode(codes), "scale": hex::encode(scale)})
    };
    Ok(match &chosen.data {
        TensorData::F16 { values } => json!({"dtype": "f16", "data": hex::encode(values)}),
        TensorData::I8 { codes, scale } => scaled("i8", codes, scale),
        TensorData::Q4 { codes, scale } => scaled("q4", codes, scale),
        TensorData::Sparse { values, index } => {
            json!({"dtype": "sparse", "values": hex::encode(values), "index": hex::encode(index)})
        }
    })
}

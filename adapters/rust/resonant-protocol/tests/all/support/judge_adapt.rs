//! The op on adaptive quantization, for one case of a vector file.

use resonant_protocol::adapt::{adapt as choose, Terms};
use resonant_protocol::{DType, FrameError, TensorData};
use serde_json::{json, Value};

use super::hex;
use super::judge::bytes;
use super::judge_payload::{dims, source};

pub fn adapt(input: &Value) -> Result<Value, FrameError> {
    let allow: Vec<DType> = input["allow"]
        .as_array()
        .expect("allow")
        .iter()
        .map(dtype)
        .collect();
    let terms = Terms {
        allow: &allow,
        tolerance: input["tolerance"].as_i64().expect("tolerance"),
        budget: input.get("budget").map(|it| it.as_i64().expect("budget")),
    };
    let data = bytes(input, "data");
    let chosen = choose(source(input), &dims(input, "dims"), &data, &terms)?;
    let scaled = |dtype: &str, codes: &[u8], scale: &Option<Vec<u8>>| {
        let scale = scale.as_deref().expect("adapt gives a scale");
        json!({"dtype": dtype, "codes": hex(codes), "scale": hex(scale)})
    };
    Ok(match &chosen.data {
        TensorData::F16 { values } => json!({"dtype": "f16", "data": hex(values)}),
        TensorData::I8 { codes, scale } => scaled("i8", codes, scale),
        TensorData::Q4 { codes, scale } => scaled("q4", codes, scale),
        TensorData::Sparse { values, index } => {
            json!({"dtype": "sparse", "values": hex(values), "index": hex(index)})
        }
    })
}

fn dtype(name: &Value) -> DType {
    match name.as_str().expect("a name") {
        "f16" => DType::F16,
        "i8" => DType::I8,
        "q4" => DType::Q4,
        "sparse" => DType::SparseCoo,
        other => panic!("dtype {other} is not known"),
    }
}

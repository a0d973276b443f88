//! The ops on what payloads mean, by their schemas.

use crate::support::ends::Testee;
use resonant_protocol::{JsonObject, Message, Modality, Tensor, TensorData};
use resonant_testee_kit::hex;
use serde_json::{json, Value};

/// The result of an op on payloads, the code of a refusal, or the error.
fn ask(op: &str, input: Value) -> Value {
    let mut reply = Testee::new().ask(op, input);
    match reply["reject"].take() {
        Value::Null if reply["ok"].is_null() => reply,
        Value::Null => reply["ok"].take(),
        reject => json!({"reject": reject["code"]}),
    }
}

fn read(message: &Message) -> Value {
    let frame = message.to_frame(Modality::Text).unwrap().encode().unwrap();
    ask("read_message", json!({"frame": hex::encode(&frame)}))["message"].clone()
}

#[test]
fn messages() {
    assert_eq!(read(&Message::Heart), json!({"kind": "heart"}));
    let text = r#"{"z":[1,-2.5,1e3,null,true],"a":{"\u00e9":"\ud83d\ude00"}}"#;
    let json = JsonObject::parse(text.as_bytes()).unwrap();
    let same: Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        read(&Message::Sync { json }),
        json!({"kind": "sync", "json": same})
    );
    let codes = TensorData::Q4 {
        codes: vec![0x21],
        scale: Some(vec![0, 0x3c]),
    };
    let query = Tensor {
        dims: vec![2],
        data: codes,
    };
    let tensor = json!({"dtype": 3, "dims": [2], "payload": "21", "scale": "003c", "index": null});
    let context = None;
    let expected = json!({"kind": "ask", "query": tensor, "context": null});
    assert_eq!(read(&Message::Ask { query, context }), expected);
    let short = ask("read_message", json!({"frame": "00"}));
    assert_eq!(short, json!({"reject": "FRAME_TOO_SHORT"}));
}

#[test]
fn results() {
    let sparse = ask(
        "sparse_encode",
        json!({"dims": [3], "dense": "0000003c0080"}),
    );
    assert_eq!(sparse, json!({"values": "003c", "index": "01000000"}));
    let back = json!({"dims": [3], "values": "003c", "index_dims": [1, 1, 4], "index": "01000000"});
    assert_eq!(ask("sparse_decode", back), json!({"dense": "0000003c0000"}));
    let quantized = ask(
        "quantize",
        json!({"bits": 4, "source": "bf16", "data": "e04000c0"}),
    );
    assert_eq!(quantized, json!({"codes": "e7", "scale": "003c"}));
    let data = ask(
        "dequantize",
        json!({"bits": 4.0, "count": 2, "codes": "e7"}),
    );
    assert_eq!(data, json!({"data": "004700c0"}));
    let refused = ask(
        "quantize",
        json!({"bits": 8, "source": "f16", "data": "007c"}),
    );
    assert_eq!(refused, json!({"reject": "NON_FINITE"}));
}

#[test]
fn inputs_are_read_strictly() {
    let quantize = json!({"bits": 4, "source": "f16", "data": ""});
    let dequantize = json!({"bits": 8, "count": 0, "codes": "", "scale": ""});
    let encode = json!({"dims": [0], "dense": ""});
    let decode = json!({"dims": [0], "values": "", "index_dims": [], "index": ""});
    for (op, input, name, wrong) in [
        ("quantize", &quantize, "bits", json!(5)),
        ("quantize", &quantize, "bits", json!("4")),
        ("quantize", &quantize, "source", json!("f64")),
        ("quantize", &quantize, "data", json!("0")),
        ("quantize", &quantize, "x", json!(0)),
        ("dequantize", &dequantize, "count", json!(-1)),
        ("dequantize", &dequantize, "count", json!(1_u64 << 32)),
        ("dequantize", &dequantize, "scale", json!(null)),
        ("dequantize", &dequantize, "codes", json!("AA")),
        ("sparse_encode", &encode, "dims", json!([])),
        ("sparse_encode", &encode, "dims", json!(vec![0; 256])),
        ("sparse_encode", &encode, "dims", json!([1_u64 << 32])),
        ("sparse_decode", &decode, "dims", json!([])),
        ("sparse_decode", &decode, "index_dims", json!([0.5])),
        ("sparse_decode", &decode, "index", json!(null)),
    ] {
        assert!(ask(op, input.clone())["error"].is_null(), "{op}");
        let mut input = input.clone();
        input[name] = wrong;
        assert!(ask(op, input.clone())["error"].is_string(), "{op} {input}");
    }
    // Index dims of any number fit the schema: what they must be is for the crate to say.
    assert_eq!(ask("sparse_decode", decode), json!({"reject": "BAD_INDEX"}));
}

//! The ops in a session: what hello says, and how inputs are read (TST-9 to TST-12).

use crate::support::ends::Testee;
use serde_json::{json, Value};

#[test]
fn hello_names_every_profile() {
    let mut testee = Testee::new();
    let reply = testee.ask("hello", json!({"token": "t"}));
    assert_eq!(reply["ok"]["language"], "Rust");
    assert_eq!(reply["ok"]["spec"], "1.0");
    let mut profiles = json!([
        "frame",
        "zstd",
        "xchacha",
        "message",
        "sparse",
        "quant",
        "handshake",
        "stream",
        "tcp"
    ]);
    let mut transports = json!(["udp", "tcp"]);
    if cfg!(feature = "quic") {
        profiles.as_array_mut().unwrap().push(json!("quic"));
        transports.as_array_mut().unwrap().push(json!("quic"));
    }
    profiles.as_array_mut().unwrap().push(json!("rs"));
    let further = ["fec", "mux", "adapt"].map(|name| json!(name));
    profiles.as_array_mut().unwrap().extend(further);
    assert_eq!(reply["ok"]["profiles"], profiles);
    assert_eq!(reply["ok"]["transports"], transports);
}

/// An input of adapt with this tolerance.
fn adapting(tolerance: Value) -> Value {
    json!({"source": "f16", "data": "003c", "dims": [1], "allow": ["f16"], "tolerance": tolerance})
}

#[test]
fn integers_of_either_sign_are_read_as_they_are_meant() {
    let mut testee = Testee::new();
    for (tolerance, code) in [
        (json!(0), Value::Null),
        (json!(-0.0), Value::Null),
        (json!(1e3), Value::Null),
        (json!(-1), json!("FIELD_RANGE")),
        (json!(9_007_199_254_740_991_u64), json!("FIELD_RANGE")),
        (json!(-9_007_199_254_740_991_i64), json!("FIELD_RANGE")),
    ] {
        let reply = testee.ask("adapt", adapting(tolerance));
        assert_eq!(reply["reject"]["code"], code, "{reply}");
    }
}

#[test]
fn inputs_that_fit_no_schema_are_errors() {
    let mut testee = Testee::new();
    let long_key = "00".repeat(33);
    for (op, input) in [
        ("decode", json!({})),
        ("decode", json!({"frame": "AB"})),
        ("decode", json!({"frame": "abc"})),
        ("decode", json!({"frame": "", "key": null})),
        ("decode", json!({"frame": "", "key": "00"})),
        ("decode", json!({"frame": "", "key": long_key})),
        ("decode", json!({"frame": "", "x": ""})),
        ("compress", json!({"plain": "", "level": 0})),
        ("compress", json!({"plain": "", "level": 23})),
        ("compress", json!({"plain": "", "level": 1.5})),
        ("compress", json!({"plain": "", "level": "3"})),
        ("compress", json!({"plain": "", "level": true})),
        ("rs_encode", json!({"k": 1, "r": 1, "shards": [null]})),
        ("rs_decode", json!({"k": -1, "r": 1, "shards": []})),
        ("repair_decode", json!({"repair": [""]})),
        (
            "repair_encode",
            json!({"stream_id": 1, "base": 0, "r": 1, "step": 1, "frames": []}),
        ),
        ("adapt", adapting(json!(9_007_199_254_740_992_u64))),
        ("adapt", adapting(json!(-9_007_199_254_740_992_i64))),
        ("adapt", adapting(json!(0.5))),
        ("adapt", adapting(json!("0"))),
        ("stop", json!({"x": 1})),
    ] {
        let reply = testee.ask(op, input);
        assert!(reply["error"].is_string(), "{op}: {reply}");
    }
}

#[test]
fn an_input_that_is_wrong_in_two_ways_is_an_error() {
    let mut testee = Testee::new();
    assert_eq!(
        testee.ask("decode", json!({"frame": "00"}))["reject"]["code"],
        "FRAME_TOO_SHORT"
    );
    assert!(testee.ask("decode", json!({"frame": "00", "x": 0}))["error"].is_string());
}

#[test]
fn unknown_ops_are_unsupported() {
    let mut testee = Testee::new();
    let reply = testee.ask("peer_reopen", json!({"x": 1}));
    assert_eq!(reply, json!({"unsupported": "peer_reopen"}));
}

#[test]
fn stop_leaves_no_peers_to_the_next_runner() {
    let mut testee = Testee::new();
    testee.open_server();
    testee.ok("stop", json!({}));
    assert!(testee.ask("peer_poll", json!({}))["error"].is_string());
}

#[test]
fn fields_are_read_strictly() {
    let mut testee = Testee::new();
    let fields = json!({"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0,
        "modality": 0, "slices": []});
    let mut with = |name: &str, value: Value| {
        let mut fields = fields.clone();
        fields[name] = value;
        testee.ask("encode", json!({ "fields": fields }))
    };
    assert!(with("type", json!(4))["ok"]["frame"].is_string());
    assert!(with("type", json!(4.0))["ok"]["frame"].is_string());
    assert_eq!(with("type", json!(5))["reject"]["code"], "BAD_TYPE");
    assert_eq!(with("flags", json!(8))["reject"]["code"], "RESERVED_FLAGS");
    assert_eq!(with("modality", json!(5))["reject"]["code"], "BAD_MODALITY");
    let dtype = json!([{"dtype": 4, "dims": [1], "payload": ""}]);
    assert_eq!(with("slices", dtype)["reject"]["code"], "BAD_DTYPE");
    let highest = json!("18446744073709551615");
    assert!(with("frame_seq", highest)["ok"]["frame"].is_string());
    for wrong in ["", "01", "+1", "-1", " 1", "1e3", "18446744073709551616"] {
        assert!(with("frame_seq", json!(wrong))["error"].is_string());
    }
    for (name, wrong) in [
        ("type", json!(256)),
        ("flags", json!(65_536)),
        ("stream_id", json!(-1)),
        ("stream_id", json!(4_294_967_296_u64)),
        ("x", json!(0)),
        (
            "slices",
            json!([{"dtype": 1, "dims": [4_294_967_296_u64], "payload": ""}]),
        ),
        (
            "slices",
            json!([{"dtype": 1, "dims": [1], "payload": "", "x": 0}]),
        ),
    ] {
        assert!(with(name, wrong)["error"].is_string(), "{name}");
    }
}

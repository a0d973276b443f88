//! Inputs that the ops on peers do not take (TST-11, TST-19).

use crate::support::ends::{config, message, End, Testee};
use serde_json::{json, Value};

#[test]
fn ops_out_of_their_state_and_malformed_inputs_are_errors_without_effect() {
    let mut testee = Testee::new();
    for op in ["peer_send", "peer_poll", "peer_advance"] {
        let input = match op {
            "peer_send" => message(),
            "peer_poll" => json!({}),
            _ => json!({"ms": 0}),
        };
        assert!(
            testee.ask(op, input)["error"].is_string(),
            "{op} while none are open"
        );
    }
    let with = |mut value: Value, name: &str, member: Value| {
        value[name] = member;
        value
    };
    let open = json!({"role": "server", "config": config()});
    let adapting = |own| with(open.clone(), "config", with(config(), "adaptive", own));
    for wrong in [
        with(open.clone(), "role", json!("both")),
        with(open.clone(), "remote", json!(5)),
        with(open.clone(), "config", with(config(), "d_model", json!(0))),
        with(open.clone(), "config", with(config(), "salt", json!("00"))),
        with(open.clone(), "config", with(config(), "dtype", json!([1]))),
        with(open.clone(), "config", with(config(), "critique", json!(1))),
        with(open.clone(), "config", with(config(), "x", json!(1))),
        adapting(json!({})),
        adapting(json!({"tolerance": 16_777_217})),
        adapting(json!({"tolerance": 0, "keys": -1})),
        adapting(json!({"tolerance": 0, "values": "0"})),
        adapting(json!({"tolerance": 0, "controller": 1})),
        adapting(json!({"tolerance": 0, "x": 1})),
        with(open.clone(), "role", json!("client")),
    ] {
        assert!(
            testee.ask("peer_open", wrong.clone())["error"].is_string(),
            "{wrong}"
        );
    }
    testee.open_server();
    assert!(
        testee.ask("peer_open", open)["error"].is_string(),
        "open already"
    );
    let end = End::new(&testee);
    end.ping();
    testee.poll();
    assert_eq!(end.method(), "capability");
    let head = json!({"kind": "head", "stream_id": 4, "strong_tail": true});
    let quality = json!({"kind": "quality", "stream_id": 4, "tolerance": 0});
    let tensor = json!({"source": "f16", "data": "0000", "dims": [1]});
    let adaptive = json!({
        "kind": "adaptive", "stream_id": 4, "type": 0, "modality": 0, "tensors": [tensor],
    });
    let announce =
        json!({"frames": "1", "total_len": "1", "md5": "00", "xxhash3_64": "0".repeat(16)});
    for wrong in [
        with(message(), "x", json!(1)),
        with(message(), "type", json!(3)),
        with(message(), "type", json!(5)),
        with(message(), "modality", json!(5)),
        with(message(), "link", json!("no link")),
        with(message(), "kind", json!("letter")),
        with(head.clone(), "strong_tail", json!(0)),
        with(head, "announce", announce),
        with(quality.clone(), "tolerance", json!(0.5)),
        with(quality, "x", json!(0)),
        with(adaptive.clone(), "type", json!(3)),
        with(adaptive.clone(), "modality", json!(5)),
        with(adaptive.clone(), "slices", json!([{}])),
        with(adaptive.clone(), "tensors", json!({})),
        with(
            adaptive.clone(),
            "tensors",
            json!([with(tensor.clone(), "x", json!(1))]),
        ),
        with(
            adaptive.clone(),
            "tensors",
            json!([with(tensor.clone(), "dims", json!([]))]),
        ),
        with(
            adaptive,
            "tensors",
            json!([with(tensor, "source", json!("f64"))]),
        ),
    ] {
        assert!(
            testee.ask("peer_send", wrong.clone())["error"].is_string(),
            "{wrong}"
        );
    }
    for ms in [json!(-1), json!(86_400_001), json!("1"), json!(0.5)] {
        assert!(testee.ask("peer_advance", json!({"ms": ms}))["error"].is_string());
    }
    assert!(end.is_idle());
    assert_eq!(testee.poll(), Vec::<Value>::new());
}

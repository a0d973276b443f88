//! Answers to requests that cannot be performed.

use serde_json::{json, Value};

use crate::support::*;

#[test]
fn malformed_requests_are_errors() {
    let mut session = open_session();
    let count = |input: Value| request("count", &input);
    let times = |times: Value| request("repeat", &json!({"text": "", "times": times}));
    let mut messages = vec![
        b"".to_vec(),
        b"\xff".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        br#"{"op": 1, "case": "", "profile": "", "input": {}}"#.to_vec(),
        br#"{"op": "", "case": "", "profile": "", "input": {}}"#.to_vec(),
        br#"{"op": "count", "case": "", "profile": "", "input": []}"#.to_vec(),
        br#"{"op": "count", "profile": "", "input": {"data": ""}}"#.to_vec(),
        br#"{"op": "stop", "case": "", "profile": "", "input": {}, "x": 1}"#.to_vec(),
        "[".repeat(100_000).into_bytes(),
        hello("wrong"),
        count(json!({})),
        count(json!({"data": "AB"})),
        count(json!({"data": "abc"})),
        count(json!({"data": null})),
        count(json!({"data": "", "x": ""})),
        request("fail", &json!({"code": null})),
        request("stop", &json!({"x": 1})),
    ];
    messages.extend(
        [
            json!(-1),
            json!(1_u64 << 32),
            json!(1.5),
            json!("3"),
            json!(true),
        ]
        .map(times),
    );
    for (id, message) in (1..).zip(messages) {
        let reply = ask(&mut session, id, &message);
        assert!(reply["error"].is_string(), "{reply}");
        assert_eq!(reply.as_object().unwrap().len(), 1);
    }
    let counted = ask(&mut session, 99, &count(json!({"data": ""})));
    assert_eq!(counted["ok"]["performed"], 1, "none of them was performed");
}

#[test]
fn a_failure_is_answered_as_what_it_is() {
    let mut session = open_session();
    for (id, (input, reply)) in (1..).zip([
        (
            json!({"code": "BAD_TYPE"}),
            json!({"reject": {"code": "BAD_TYPE"}}),
        ),
        (
            json!({"code": "BAD_CRC"}),
            json!({"reject": {"code": "BAD_CRC", "detail": "why"}}),
        ),
        (json!({"code": ""}), json!({"unsupported": "zstd"})),
        (json!({}), json!({"error": "not now"})),
    ]) {
        assert_eq!(ask(&mut session, id, &request("fail", &input)), reply);
    }
}

#[test]
fn unknown_ops_are_unsupported() {
    let mut session = open_session();
    let reply = ask(&mut session, 1, &request("peer_reopen", &json!({"x": 1})));
    assert_eq!(reply, json!({"unsupported": "peer_reopen"}));
}

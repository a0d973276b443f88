//! Requests in a batch.

use serde_json::{json, Value};

use crate::support::*;

fn in_a_batch(session: &mut Session, id: u32, requests: &Value) -> Value {
    ask(
        session,
        id,
        &request("batch", &json!({ "requests": requests })),
    )
}

#[test]
fn a_batch_gets_the_replies_of_its_requests_alone_in_their_order() {
    let mut session = open_session();
    let fail = |input: Value| json!({"op": "fail", "case": "", "profile": "", "input": input});
    let requests = json!([
        fail(json!({"code": "BAD_CRC"})),
        7,
        fail(json!({"code": ""})),
        {"op": "nobody", "case": "", "profile": "", "input": {}},
        {"op": "repeat", "case": "", "profile": "", "input": {"text": "x", "times": 3}},
    ]);
    let reply = in_a_batch(&mut session, 1, &requests);
    assert_eq!(
        reply["ok"]["replies"],
        json!([
            {"reject": {"code": "BAD_CRC", "detail": "why"}},
            {"error": "request is not an object"},
            {"unsupported": "zstd"},
            {"unsupported": "nobody"},
            {"ok": {"text": "xxx"}},
        ])
    );
}

#[test]
fn some_ops_may_not_stand_in_a_batch() {
    let mut session = open_session();
    for (id, op) in (1..).zip(["hello", "stop", "batch", "reset", "peer_poll", "peer_batch"]) {
        let input = json!({"token": TOKEN, "requests": []});
        let one = json!({"op": op, "case": "", "profile": "", "input": input});
        let reply = in_a_batch(&mut session, id, &json!([one]));
        let text = format!("{op} may not stand in a batch");
        assert_eq!(reply, json!({"ok": {"replies": [{"error": text}]}}));
    }
    let unknown = json!({"op": "nobody", "case": "", "profile": "", "input": {}});
    for (id, count) in (10..).zip([0, 301]) {
        let reply = in_a_batch(&mut session, id, &json!(vec![&unknown; count]));
        assert!(reply["error"].is_string(), "{count}");
    }
}

//! Ops on peers in one message, each with its datagrams (TST-34, TST-35).

use crate::support::ends::{config, End, Testee};
use serde_json::{json, Value};

fn request(op: &str, input: &Value) -> Value {
    json!({"op": op, "case": "", "profile": "", "input": input})
}

#[test]
fn each_request_takes_its_datagrams_and_says_what_it_sent() {
    let mut testee = Testee::new();
    let (a, b) = (End::new(&testee), End::new(&testee));
    let opening = [
        request("reset", &json!({})),
        request("peer_open", &json!({"role": "server", "config": config()})),
    ];
    let opened = testee.ask(
        "peer_batch",
        json!({"requests": opening, "datagrams": [0, 0]}),
    );
    let both = json!({"ok": {"replies": [{"ok": {}}, {"ok": {}}], "datagrams": [{}, {}]}});
    assert_eq!(opened, both);
    a.ping();
    b.ping();
    let poll = request("peer_poll", &json!({}));
    let heart = json!({"kind": "heart", "stream_id": 1, "link": a.link()});
    let requests = [
        poll.clone(),
        request("peer_send", &heart),
        poll.clone(),
        poll,
    ];
    let reply = testee.ask(
        "peer_batch",
        json!({"requests": requests, "datagrams": [1, 0, 0, 5]}),
    );
    let replies = &reply["ok"]["replies"];
    assert_eq!(replies[0]["ok"]["events"][0]["link"], a.link());
    assert_eq!(replies[1], json!({"ok": {}}));
    assert_eq!(replies[2], json!({"ok": {"events": []}}));
    assert_eq!(replies[3]["ok"]["events"][0]["link"], b.link());
    let sent = json!([{a.link(): 1}, {a.link(): 1}, {}, {b.link(): 1}]);
    assert_eq!(reply["ok"]["datagrams"], sent);
    assert_eq!(
        (a.method(), b.method()),
        ("capability".to_owned(), "capability".to_owned())
    );
    let others = [End::new(&testee), End::new(&testee)];
    others.iter().for_each(End::ping);
    assert_eq!(testee.poll().len(), 2, "alone, an op takes all that waits");
}

#[test]
fn other_ops_are_not_performed_there() {
    let mut testee = Testee::new();
    for op in ["hello", "stop", "batch", "peer_batch", "decode", "nobody"] {
        let given = json!({"requests": [request(op, &json!({}))], "datagrams": [0]});
        let reply = testee.ask("peer_batch", given);
        assert!(reply["ok"]["replies"][0]["error"].is_string(), "{op}");
    }
    for (requests, datagrams) in [(0, 0), (301, 301), (2, 1)] {
        let requests = vec![request("reset", &json!({})); requests];
        let given = json!({"requests": requests, "datagrams": vec![0; datagrams]});
        assert!(testee.ask("peer_batch", given)["error"].is_string());
    }
}

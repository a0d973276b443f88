//! Sessions: the runner that is obeyed, and the replies (TST-3, TST-6 to TST-13).

use std::net::{SocketAddr, UdpSocket};

use serde_json::{json, Value};
use testee::datagram::{cut, Ask, Piece};
use testee::peers::Peers;
use testee::session::{Outgoing, Session};

const TOKEN: &str = "secret";

fn from(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn request(op: &str, input: &Value) -> Vec<u8> {
    let request = json!({"op": op, "case": "", "profile": "frame", "input": input});
    request.to_string().into_bytes()
}

/// Sends a message whole and returns the last thing that comes back.
fn send(session: &mut Session, port: u16, id: u32, message: &[u8]) -> Option<Outgoing> {
    let datagrams = cut(id, message).unwrap();
    let replies = datagrams.iter().map(|d| session.receive(d, from(port)));
    replies.last().unwrap()
}

fn piece(outgoing: &Outgoing) -> Piece<'_> {
    assert_eq!(outgoing.to, from(1));
    Piece::read(&outgoing.datagram).expect("a piece")
}

/// Asks for a piece of a reply.
fn further(session: &mut Session, request_id: u32, index: u16, count: u16) -> Option<Outgoing> {
    let ask = Ask {
        request_id,
        index,
        count,
    };
    session.receive(&ask.datagram(), from(1))
}

fn ask(session: &mut Session, id: u32, message: &[u8]) -> Value {
    let first = send(session, 1, id, message).expect("a reply");
    let (count, mut text) = (piece(&first).count, piece(&first).bytes.to_vec());
    assert_eq!((piece(&first).request_id, piece(&first).index), (id, 0));
    for index in 1..count {
        let next = further(session, id, index, count).expect("a further piece");
        let found = piece(&next);
        assert_eq!(
            (found.request_id, found.index, found.count),
            (id, index, count)
        );
        text.extend_from_slice(found.bytes);
    }
    serde_json::from_slice(&text).expect("JSON")
}

fn hello(token: &str) -> Vec<u8> {
    request("hello", &json!({"token": token}))
}

fn new_session() -> Session {
    let wire = UdpSocket::bind("127.0.0.1:0").unwrap();
    Session::new(TOKEN.to_owned(), Peers::new(wire).unwrap())
}

fn open_session() -> Session {
    let mut session = new_session();
    let reply = ask(&mut session, 0, &hello(TOKEN));
    assert_eq!(reply["ok"]["spec"], "1.0");
    let profiles = json!([
        "frame",
        "zstd",
        "xchacha",
        "message",
        "sparse",
        "quant",
        "handshake",
        "stream"
    ]);
    assert_eq!(reply["ok"]["profiles"], profiles);
    session
}

#[test]
fn only_hello_with_the_token_opens() {
    let mut session = new_session();
    let nothing = json!({});
    for message in [hello("wrong"), request("stop", &nothing), b"{".to_vec()] {
        assert_eq!(send(&mut session, 1, 1, &message), None);
    }
    assert!(send(&mut session, 1, 1, &hello(TOKEN)).is_some());
}

#[test]
fn strangers_are_ignored() {
    let mut session = open_session();
    assert_eq!(send(&mut session, 2, 1, &hello(TOKEN)), None);
    // Not even a piece of theirs disturbs a message of the runner's.
    let long = request("tail_hash", &json!({"data": "00".repeat(70_000)}));
    let pieces = cut(1, &long).unwrap();
    assert_eq!(pieces.len(), 3);
    assert_eq!(asked(session.receive(&pieces[2], from(1))), (1, 0, 3));
    assert_eq!(session.receive(&pieces[0], from(2)), None);
    assert_eq!(asked(session.receive(&pieces[0], from(1))), (1, 1, 3));
    assert!(session.receive(&pieces[1], from(1)).is_some());
    let ask = Ask {
        request_id: 1,
        index: 0,
        count: 1,
    };
    assert_eq!(session.receive(&ask.datagram(), from(2)), None);
}

fn asked(outgoing: Option<Outgoing>) -> (u32, u16, u16) {
    let datagram = outgoing.expect("an ask").datagram;
    let ask = Ask::read(&datagram).expect("an ask");
    (ask.request_id, ask.index, ask.count)
}

#[test]
fn each_piece_that_leaves_a_message_incomplete_is_answered_with_an_ask() {
    let mut session = new_session();
    let long = request("tail_hash", &json!({"data": "00".repeat(100_000)}));
    let pieces = cut(7, &long).unwrap();
    assert_eq!(pieces.len(), 4);
    assert_eq!(
        session.receive(&pieces[0], from(1)),
        None,
        "nobody is asked before hello"
    );
    ask(&mut session, 0, &hello(TOKEN));
    for (given, wanted) in [(2, 0), (0, 1), (0, 1), (1, 3)] {
        let asked = asked(session.receive(&pieces[given], from(1)));
        assert_eq!(asked, (7, wanted, 4));
    }
    let last = session.receive(&pieces[3], from(1)).expect("a reply");
    assert_eq!((piece(&last).request_id, piece(&last).count), (7, 1));
}

#[test]
fn pieces_of_a_kept_reply_are_sent_when_they_are_asked_for() {
    let mut session = open_session();
    let payload = "5a".repeat(40_000);
    let fields = json!({"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0,
        "modality": 0, "slices": [{"dtype": 2, "dims": [40_000], "payload": payload}]});
    let encoded = ask(
        &mut session,
        1,
        &request("encode", &json!({ "fields": fields })),
    );
    assert!(encoded["ok"]["frame"].as_str().unwrap().contains(&payload));
    let again = further(&mut session, 1, 1, 2);
    assert!(again.is_some(), "as often as it is asked for");
    assert_eq!(further(&mut session, 1, 1, 2), again);
    for (id, index, count) in [(1, 2, 2), (1, 0, 1), (1, 0, 3), (9, 0, 2)] {
        assert_eq!(
            further(&mut session, id, index, count),
            None,
            "{id} {index} {count}"
        );
    }
    let mut long = again.unwrap().datagram;
    long.truncate(12);
    long[3] = b'A';
    assert!(session.receive(&long, from(1)).is_some());
    long.push(0);
    assert_eq!(session.receive(&long, from(1)), None, "13 bytes are no ask");
}

#[test]
fn kept_replies_are_sent_again_unperformed() {
    let mut session = open_session();
    let hash = |data: &str| request("tail_hash", &json!({ "data": data }));
    let first = ask(&mut session, 1, &hash(""));
    assert_eq!(first, json!({"ok": {"xxhash3_64": "2d06800538d394c2"}}));
    assert_eq!(ask(&mut session, 1, &hash("ff")), first);
    let long = hash(&"00".repeat(70_000));
    let kept = ask(&mut session, 2, &long);
    let again: Vec<bool> = cut(2, &long)
        .unwrap()
        .iter()
        .map(|one| session.receive(one, from(1)).is_some())
        .collect();
    assert_eq!(again, [false, false, true], "once for a whole message");
    for id in 3..=65 {
        ask(&mut session, id, &hash("00"));
    }
    assert_eq!(ask(&mut session, 2, &hash("ff")), kept); // the 64th from the end
    assert_ne!(ask(&mut session, 1, &hash("ff")), first); // no longer kept
}

#[test]
fn malformed_requests_are_errors() {
    let mut session = open_session();
    let decode = |input: Value| request("decode", &input);
    let level = |level: Value| request("compress", &json!({"plain": "", "level": level}));
    let mut messages = vec![
        b"".to_vec(),
        b"\xff".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        br#"{"op": 1, "case": "", "profile": "", "input": {}}"#.to_vec(),
        br#"{"op": "", "case": "", "profile": "", "input": {}}"#.to_vec(),
        br#"{"op": "decode", "case": "", "profile": "", "input": []}"#.to_vec(),
        br#"{"op": "decode", "profile": "", "input": {"frame": ""}}"#.to_vec(),
        br#"{"op": "stop", "case": "", "profile": "", "input": {}, "x": 1}"#.to_vec(),
        hello("wrong"),
        decode(json!({})),
        decode(json!({"frame": "AB"})),
        decode(json!({"frame": "abc"})),
        decode(json!({"frame": "", "key": null})),
        decode(json!({"frame": "", "key": "00"})),
        decode(json!({"frame": "", "x": ""})),
        request("stop", &json!({"x": 1})),
    ];
    messages.extend([json!(0), json!(23), json!(1.5), json!("3"), json!(true)].map(level));
    for (id, message) in (1..).zip(messages) {
        let reply = ask(&mut session, id, &message);
        assert!(reply["error"].is_string(), "{reply}");
        assert_eq!(reply.as_object().unwrap().len(), 1);
    }
}

#[test]
fn fields_are_read_strictly() {
    let mut session = open_session();
    let fields = json!({"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0,
        "modality": 0, "slices": []});
    let mut id = 0;
    let mut with = |name: &str, value: Value| {
        id += 1;
        let mut fields = fields.clone();
        fields[name] = value;
        let message = request("encode", &json!({ "fields": fields }));
        ask(&mut session, id, &message)
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

#[test]
fn unknown_ops_are_unsupported() {
    let mut session = open_session();
    let reply = ask(&mut session, 1, &request("peer_reopen", &json!({"x": 1})));
    assert_eq!(reply, json!({"unsupported": "peer_reopen"}));
}

#[test]
fn stop_ends_and_a_forgotten_runner_is_a_stranger() {
    let mut session = open_session();
    let stop = request("stop", &json!({}));
    let reply = send(&mut session, 1, 1, &stop).unwrap();
    assert!(reply.stop);
    assert_eq!(piece(&reply).bytes, br#"{"ok":{}}"#);
    session.forget_runner();
    assert_eq!(send(&mut session, 1, 2, &stop), None);
    assert!(send(&mut session, 2, 0, &hello(TOKEN)).is_some());
}

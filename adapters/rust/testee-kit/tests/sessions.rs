//! Sessions: the runner that is obeyed, and the replies (TST-3, TST-6 to TST-13).

use std::net::SocketAddr;

use resonant_testee_kit::pieces::{cut, Ask, Piece};
use resonant_testee_kit::session::{self, Outgoing};
use resonant_testee_kit::{greet, stop, BadRequest, Failure, Hello, Members, Op, Ops};
use serde_json::{json, Value};

/// A session whose ops count how often one was performed.
type Session = session::Session<u64>;

const TOKEN: &str = "secret";

fn ops() -> Ops<u64> {
    let hello = Hello {
        name: "made",
        version: "1",
        language: "Rust",
        profiles: &["frame"],
    };
    Ops::from([
        ("hello", greet(&hello, &[])),
        ("count", Op::on_state(|input| input.bytes("data"), count)),
        ("repeat", Op::new(times, repeat)),
        (
            "fail",
            Op::new(|input| input.optional("code", Members::string), fail),
        ),
        ("stop", stop()),
    ])
}

fn count(data: Vec<u8>, performed: &mut u64) -> Result<Value, Failure> {
    *performed += 1;
    Ok(json!({"bytes": data.len(), "performed": *performed}))
}

fn times(input: &mut Members) -> Result<(String, usize), BadRequest> {
    Ok((
        input.string("text")?,
        input.integer::<u32>("times")? as usize,
    ))
}

fn repeat((text, times): (String, usize)) -> Result<Value, Failure> {
    Ok(json!({"text": text.repeat(times)}))
}

fn fail(code: Option<String>) -> Result<Value, Failure> {
    Err(match code.as_deref() {
        None => BadRequest::from("not now").into(),
        Some("") => Failure::Unsupported("zstd".to_owned()),
        Some("BAD_CRC") => Failure::Refused {
            code: "BAD_CRC".to_owned(),
            detail: "why".to_owned(),
        },
        Some(code) => Failure::refused(code),
    })
}

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
    Session::new(TOKEN.to_owned(), ops(), 0)
}

fn open_session() -> Session {
    let mut session = new_session();
    let reply = ask(&mut session, 0, &hello(TOKEN));
    let told = json!({"name": "made", "version": "1", "language": "Rust", "spec": "1.0", "profiles": ["frame"]});
    assert_eq!(reply, json!({ "ok": told }));
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
    let long = request("count", &json!({"data": "00".repeat(70_000)}));
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
    let long = request("count", &json!({"data": "00".repeat(100_000)}));
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
    let long = request("repeat", &json!({"text": "5a", "times": 40_000}));
    let repeated = ask(&mut session, 1, &long);
    assert_eq!(repeated, json!({"ok": {"text": "5a".repeat(40_000)}}));
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
    let count = |data: &str| request("count", &json!({ "data": data }));
    let first = ask(&mut session, 1, &count(""));
    assert_eq!(first, json!({"ok": {"bytes": 0, "performed": 1}}));
    assert_eq!(ask(&mut session, 1, &count("ff")), first);
    let long = count(&"00".repeat(70_000));
    let kept = ask(&mut session, 2, &long);
    assert_eq!(kept, json!({"ok": {"bytes": 70_000, "performed": 2}}));
    let again: Vec<bool> = cut(2, &long)
        .unwrap()
        .iter()
        .map(|one| session.receive(one, from(1)).is_some())
        .collect();
    assert_eq!(again, [false, false, true], "once for a whole message");
    for id in 3..=65 {
        ask(&mut session, id, &count("00"));
    }
    assert_eq!(ask(&mut session, 2, &count("ff")), kept); // the 64th from the end
    let anew = ask(&mut session, 1, &count("ff")); // no longer kept
    assert_eq!(anew, json!({"ok": {"bytes": 1, "performed": 66}}));
}

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
fn a_reply_that_no_pieces_hold_is_an_error() {
    let mut session = open_session();
    let around = r#"{"ok":{"text":""}}"#.len();
    let longest = json!({"text": "x", "times": 300 * 60_000 - around});
    let fits = ask(&mut session, 1, &request("repeat", &longest));
    assert!(fits["ok"]["text"].is_string());
    let more = json!({"text": "xx", "times": 300 * 30_000});
    let reply = ask(&mut session, 2, &request("repeat", &more));
    assert_eq!(
        reply,
        json!({"error": "the reply takes more than 300 pieces"})
    );
}

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
    for (id, op) in (1..).zip(["hello", "stop", "batch", "reset", "peer_poll"]) {
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
    session.forget();
    assert_eq!(send(&mut session, 1, 2, &stop), None);
    assert!(send(&mut session, 2, 0, &hello(TOKEN)).is_some());
}

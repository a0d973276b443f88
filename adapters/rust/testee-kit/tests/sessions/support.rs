//! A session with a few ops, and a runner that asks it.

use std::net::SocketAddr;

use resonant_testee_kit::pieces::{cut, Ask, Piece};
use resonant_testee_kit::session::{self, Outgoing};
use resonant_testee_kit::{greet, stop, BadRequest, Failure, Hello, Members, Op, Ops};
use serde_json::{json, Value};

/// A session whose ops count how often one was performed.
pub type Session = session::Session<u64>;

pub const TOKEN: &str = "secret";

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

pub fn from(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

pub fn request(op: &str, input: &Value) -> Vec<u8> {
    let request = json!({"op": op, "case": "", "profile": "frame", "input": input});
    request.to_string().into_bytes()
}

/// Sends a message whole and returns the last thing that comes back.
pub fn send(session: &mut Session, port: u16, id: u32, message: &[u8]) -> Option<Outgoing> {
    let datagrams = cut(id, message).unwrap();
    let replies = datagrams.iter().map(|d| session.receive(d, from(port)));
    replies.last().unwrap()
}

pub fn piece(outgoing: &Outgoing) -> Piece<'_> {
    assert_eq!(outgoing.to, from(1));
    Piece::read(&outgoing.datagram).expect("a piece")
}

/// Asks for a piece of a reply.
pub fn further(session: &mut Session, request_id: u32, index: u16, count: u16) -> Option<Outgoing> {
    let ask = Ask {
        request_id,
        index,
        count,
    };
    session.receive(&ask.datagram(), from(1))
}

pub fn ask(session: &mut Session, id: u32, message: &[u8]) -> Value {
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

pub fn hello(token: &str) -> Vec<u8> {
    request("hello", &json!({"token": token}))
}

pub fn new_session() -> Session {
    Session::new(TOKEN.to_owned(), ops(), 0)
}

pub fn open_session() -> Session {
    let mut session = new_session();
    let reply = ask(&mut session, 0, &hello(TOKEN));
    let told = json!({"name": "made", "version": "1", "language": "Rust", "spec": "1.0", "profiles": ["frame"]});
    assert_eq!(reply, json!({ "ok": told }));
    session
}

pub fn asked(outgoing: Option<Outgoing>) -> (u32, u16, u16) {
    let datagram = outgoing.expect("an ask").datagram;
    let ask = Ask::read(&datagram).expect("an ask");
    (ask.request_id, ask.index, ask.count)
}

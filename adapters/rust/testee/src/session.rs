//! The session with a runner: its messages, the replies, and those kept (TST-3, TST-6 to TST-11, TST-21 to TST-23).

use std::collections::VecDeque;
use std::net::SocketAddr;

use serde_json::{json, Value};

use crate::datagram::{cut, Ask, Assembly, Piece};
use crate::failure::Failure;
use crate::ops::Op;
use crate::peers::Peers;
use crate::shape::{Malformed, Members};

/// Number of replies that are kept (TST-7).
const KEPT: usize = 64;

/// A datagram on its way. There is never more than one, and only in answer to one of the runner's, so
/// that no buffer overflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its destination.
    pub to: SocketAddr,
    /// Its bytes: a piece of a reply, or an ask.
    pub datagram: Vec<u8>,
    /// Whether the conversation is over once it is sent.
    pub stop: bool,
}

/// The state of a testee between datagrams.
#[derive(Debug)]
pub struct Session {
    token: String,
    runner: Option<SocketAddr>,
    assembly: Assembly,
    kept: VecDeque<(u32, Vec<Vec<u8>>)>,
    peers: Peers,
}

impl Session {
    /// A session that waits for a `hello` with `token`.
    #[must_use]
    pub fn new(token: String, peers: Peers) -> Self {
        Self {
            token,
            runner: None,
            assembly: Assembly::default(),
            kept: VecDeque::with_capacity(KEPT + 1),
            peers,
        }
    }

    /// Takes a datagram in and says what is to be sent, if anything.
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddr) -> Option<Outgoing> {
        if self.runner.is_some_and(|runner| runner != from) {
            return None;
        }
        let send = |datagram: Vec<u8>, stop| Outgoing {
            to: from,
            datagram,
            stop,
        };
        if let Some(ask) = Ask::read(datagram) {
            let pieces = self
                .kept(ask.request_id)
                .filter(|pieces| pieces.len() == usize::from(ask.count))?;
            let piece = pieces.get(usize::from(ask.index))?;
            return Some(send(piece.clone(), false)); // TST-22
        }
        let piece = Piece::read(datagram)?;
        let request_id = piece.request_id;
        if let Some(pieces) = self.kept(request_id) {
            // Once for a message that is sent again whole, not once for each of its pieces.
            let first = pieces.first().filter(|_| piece.is_last())?;
            return Some(send(first.clone(), false)); // TST-7
        }
        let Some(message) = self.assembly.add(from, piece) else {
            self.runner?;
            return Some(send(self.assembly.ask()?.datagram(), false)); // TST-23
        };
        let request: Result<Value, Malformed> =
            serde_json::from_slice(&message).map_err(|error| format!("not JSON: {error}"));
        if self.runner.is_none() {
            request
                .as_ref()
                .ok()
                .filter(|request| self.is_hello(request))?;
            self.runner = Some(from);
        }
        let answer = request.and_then(|request| answer(request, &self.token, &mut self.peers));
        let (reply, stop) = answer.unwrap_or_else(|text| (json!({ "error": text }), false));
        let pieces = pieces_of(&reply, request_id)?;
        let first = pieces.first()?.clone(); // TST-21
        self.kept.push_back((request_id, pieces));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        Some(send(first, stop))
    }

    fn kept(&self, request_id: u32) -> Option<&Vec<Vec<u8>>> {
        let mut kept = self.kept.iter();
        kept.find(|(id, _)| *id == request_id)
            .map(|(_, pieces)| pieces)
    }

    /// Waits for the next `hello`, from anyone (TST-3). The next runner counts its requests anew, so
    /// no reply is kept, and no peer.
    pub fn forget_runner(&mut self) {
        self.runner = None;
        self.assembly = Assembly::default();
        self.kept.clear();
        self.peers.reset();
    }

    fn is_hello(&self, request: &Value) -> bool {
        let op = request.get("op").and_then(Value::as_str);
        let token = request.pointer("/input/token").and_then(Value::as_str);
        op == Some("hello") && token == Some(&self.token)
    }
}

/// The datagrams of a reply, or of an error where no pieces hold it.
fn pieces_of(reply: &Value, request_id: u32) -> Option<Vec<Vec<u8>>> {
    cut(request_id, reply.to_string().as_bytes()).or_else(|| {
        let error = json!({ "error": "the reply takes more than 300 pieces" });
        cut(request_id, error.to_string().as_bytes())
    })
}

/// The reply to a request, and whether it ends the conversation.
fn answer(request: Value, token: &str, peers: &mut Peers) -> Result<(Value, bool), Malformed> {
    let mut envelope = Members::of(request, "request")?;
    let name = envelope.string("op")?;
    envelope.string("case")?;
    envelope.string("profile")?;
    let input = envelope.value("input")?;
    envelope.end()?;
    let mut input = Members::of(input, "input")?;
    if name.is_empty() {
        return Err("request.op is empty".to_owned());
    }
    let Some(op) = Op::find(&name) else {
        return Ok((json!({ "unsupported": name }), false)); // TST-9
    };
    if name == "hello" && !input.is_string("token", token) {
        return Err("input.token is wrong".to_owned());
    }
    let outcome = op.perform(&mut input, peers);
    if !matches!(outcome, Err(Failure::Malformed(_))) {
        input.end()?;
    }
    match outcome {
        Ok(ok) => Ok((json!({ "ok": ok }), name == "stop")),
        Err(Failure::Reject(code, detail)) => {
            Ok((json!({"reject": {"code": code, "detail": detail}}), false))
        }
        Err(Failure::Malformed(text)) => Err(text),
    }
}

//! Who is obeyed, what is answered, and what is kept (TST-3, TST-6 to TST-11).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::{json, Value};

use crate::datagram::{Assembly, Piece};
use crate::ops::{Failure, Op};
use crate::peers::Peers;
use crate::shape::{Malformed, Members};

/// Number of replies that are kept (TST-7).
const KEPT: usize = 64;

/// A reply on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub to: SocketAddr,
    /// The request it answers.
    pub request_id: u32,
    /// The JSON text.
    pub message: Rc<[u8]>,
    /// Whether the conversation is over once it is sent.
    pub stop: bool,
}

/// The state of a testee between datagrams.
#[derive(Debug)]
pub struct Session {
    token: String,
    runner: Option<SocketAddr>,
    assembly: Assembly,
    kept: VecDeque<(u32, Rc<[u8]>)>,
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
        let piece = Piece::read(datagram)?;
        let request_id = piece.request_id;
        if let Some((_, message)) = self.kept.iter().find(|(id, _)| *id == request_id) {
            let message = Rc::clone(message);
            let stop = false;
            // Once for a message that is sent again whole, not once for each of its pieces.
            return piece.is_last().then_some(Outgoing {
                to: from,
                request_id,
                message,
                stop,
            });
        }
        let message = self.assembly.add(from, piece)?;
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
        let message: Rc<[u8]> = reply.to_string().into_bytes().into();
        self.kept.push_back((request_id, Rc::clone(&message)));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        Some(Outgoing {
            to: from,
            request_id,
            message,
            stop,
        })
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
        return Err("input.token is not the right one".to_owned());
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

//! Who is obeyed, what is answered, and what is kept (TST-3, TST-6 to TST-11, TST-21 to TST-23).

use std::collections::VecDeque;
use std::net::SocketAddr;

use serde_json::{json, Value};

use crate::pieces::{cut, Ask, Assembly, Piece};
use crate::requests::{answer, shows_token, Ops};

/// Number of replies that are kept (TST-7).
const KEPT_REPLIES: usize = 64;

/// A datagram on its way. There is never more than one, and only in answer to one of the runner's, so
/// that no buffer overflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub to: SocketAddr,
    /// Its bytes: a piece of a reply, or an ask.
    pub datagram: Vec<u8>,
    /// Whether the conversation is over once it is sent.
    pub stop: bool,
}

/// The state of a testee between datagrams.
pub struct Session<S> {
    token: String,
    ops: Ops<S>,
    state: S,
    runner: Option<SocketAddr>,
    assembly: Assembly,
    kept: VecDeque<(u32, Vec<Vec<u8>>)>,
}

impl<S> Session<S> {
    /// A session that waits for a `hello` with `token`. `state`: what the ops work on.
    #[must_use]
    pub fn new(token: String, ops: Ops<S>, state: S) -> Self {
        Self {
            token,
            ops,
            state,
            runner: None,
            assembly: Assembly::default(),
            kept: VecDeque::with_capacity(KEPT_REPLIES + 1),
        }
    }

    /// Takes a datagram in and says what is to be sent, if anything.
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddr) -> Option<Outgoing> {
        if self.runner.is_some_and(|runner| runner != from) {
            return None; // TST-6
        }
        let (datagram, stop) = match Ask::read(datagram) {
            Some(ask) => (self.asked(ask)?, false),
            None => self.take(Piece::read(datagram)?, from)?,
        };
        Some(Outgoing {
            to: from,
            datagram,
            stop,
        })
    }

    /// The piece of a kept reply that is asked for (TST-22), if there is such a piece (TST-5).
    fn asked(&self, ask: Ask) -> Option<Vec<u8>> {
        let pieces = self.kept(ask.request_id)?;
        let piece = pieces.get(usize::from(ask.index));
        piece
            .filter(|_| pieces.len() == usize::from(ask.count))
            .cloned()
    }

    /// What is sent for a piece of a message, and whether the conversation is over then.
    fn take(&mut self, piece: Piece<'_>, from: SocketAddr) -> Option<(Vec<u8>, bool)> {
        let request_id = piece.request_id;
        if let Some(pieces) = self.kept(request_id) {
            // Once for a message that is sent again whole, not once for each of its pieces.
            let first = pieces.first().filter(|_| piece.is_last())?;
            return Some((first.clone(), false)); // TST-7
        }
        let Some(message) = self.assembly.add(from, piece) else {
            self.runner?;
            return Some((self.assembly.ask()?.datagram(), false)); // TST-23
        };
        if self.runner.is_none() && !shows_token(&message, &self.token) {
            return None;
        }
        self.runner = Some(from); // TST-6
        let (op, reply) = answer(&self.ops, &mut self.state, &self.token, &message);
        let pieces = pieces_of(&reply, request_id)?;
        let first = pieces.first()?.clone(); // TST-21
        self.kept.push_back((request_id, pieces));
        if self.kept.len() > KEPT_REPLIES {
            self.kept.pop_front();
        }
        Some((first, op == "stop" && reply.get("ok").is_some()))
    }

    fn kept(&self, request_id: u32) -> Option<&Vec<Vec<u8>>> {
        let mut kept = self.kept.iter();
        kept.find(|(id, _)| *id == request_id)
            .map(|(_, pieces)| pieces)
    }

    /// Waits for the next `hello`, from anyone (TST-3). The next runner counts its requests anew, so no reply is kept.
    pub fn forget(&mut self) {
        self.runner = None;
        self.assembly = Assembly::default();
        self.kept.clear();
    }
}

/// The datagrams of a reply, or of an error where no pieces hold it.
fn pieces_of(reply: &Value, request_id: u32) -> Option<Vec<Vec<u8>>> {
    cut(request_id, reply.to_string().as_bytes()).or_else(|| {
        let error = json!({ "error": "the reply takes more than 300 pieces" });
        cut(request_id, error.to_string().as_bytes())
    })
}

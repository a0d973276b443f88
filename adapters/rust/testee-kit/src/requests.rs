//! From a message to the reply to it (section 5 of the testee protocol).

use std::collections::BTreeMap;

use serde_json::{json, Map, Value};

use crate::schema::{parse, BadRequest, Members};

/// The environment variable with the secret (TST-6).
pub const VARIABLE: &str = "RESONANT_TOKEN";

const HELLO: &str = "hello";
const BATCH: &str = "batch";
/// The most requests in a batch.
pub(crate) const MAX_BATCH: usize = 300;
/// The ops that may not stand in a batch (TST-25).
#[rustfmt::skip] // a word is no line
const ALONE: [&str; 10] = [
    HELLO, BATCH, "stop", "peer_open", "peer_send", "peer_poll", "peer_advance", "peer_batch", "peer_close", "reset",
];
const TOKEN: &str = "token";

/// The ops of a testee by name. `S` is what they work on between requests, such as the peers on the wire socket.
pub type Ops<S> = BTreeMap<&'static str, Op<S>>;

type Perform<S> = dyn Fn(&mut Members, &mut S) -> Result<Value, Failure>;

/// One op: how its input is read, and the call behind it.
pub struct Op<S>(Box<Perform<S>>);

impl<S> Op<S> {
    /// An op that looks at its input alone.
    ///
    /// `read` takes the members of the input; one that it leaves makes the request a bad one. `perform` is called with
    /// what `read` gave and returns the content of `ok`.
    pub fn new<I, E: Into<Failure>>(
        read: impl Fn(&mut Members) -> Result<I, BadRequest> + 'static,
        perform: impl Fn(I) -> Result<Value, E> + 'static,
    ) -> Self {
        Self::on_state(read, move |input, _| perform(input))
    }

    /// An op that also works on the state of the testee; the rest is as in [`Op::new`].
    pub fn on_state<I, E: Into<Failure>>(
        read: impl Fn(&mut Members) -> Result<I, BadRequest> + 'static,
        perform: impl Fn(I, &mut S) -> Result<Value, E> + 'static,
    ) -> Self {
        Self(Box::new(move |members, state| {
            let input = read(members)?;
            members.end()?;
            perform(input, state).map_err(E::into)
        }))
    }
}

/// The reason why an op has no result. A panic is none of these: it ends the process (section 7 of the
/// testee protocol).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The implementation refuses the input (TST-13).
    Refused {
        /// The code from the registry, or REJECTED (TST-14).
        code: String,
        /// A text for people, or nothing.
        detail: String,
    },
    /// The input needs a profile that is not claimed, or whatever else this names (TST-10).
    Unsupported(String),
    /// The request is answered with `error` (TST-11, TST-19).
    BadRequest(BadRequest),
}

impl Failure {
    /// A refusal without a text.
    #[must_use]
    pub fn refused(code: &str) -> Self {
        Self::Refused {
            code: code.to_owned(),
            detail: String::new(),
        }
    }

    /// A refusal by an implementation that names no code (TST-14), with its words for people.
    #[must_use]
    pub fn rejected(why: impl std::fmt::Display) -> Self {
        Self::Refused {
            code: "REJECTED".to_owned(),
            detail: why.to_string(),
        }
    }

    /// The answer to an op or a profile that the implementation does not have.
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::Unsupported(what.to_owned())
    }

    pub(crate) fn reply(self) -> Value {
        match self {
            Self::Refused { code, detail } if detail.is_empty() => {
                json!({"reject": {"code": code}})
            }
            Self::Refused { code, detail } => json!({"reject": {"code": code, "detail": detail}}),
            Self::Unsupported(what) => json!({ "unsupported": what }),
            Self::BadRequest(BadRequest(text)) => json!({ "error": text }),
        }
    }
}

impl From<BadRequest> for Failure {
    fn from(error: BadRequest) -> Self {
        Self::BadRequest(error)
    }
}

/// A testee's description of its implementation (TST-12).
#[derive(Clone, Copy, Debug)]
pub struct Hello<'a> {
    /// The name of the implementation.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The language it is written in.
    pub language: &'a str,
    /// The profiles that it claims.
    pub profiles: &'a [&'a str],
}

/// The op `hello` of a testee with peers on these transports (TST-27). The token in it is compared first.
#[must_use]
pub fn greet<S>(hello: &Hello<'_>, transports: &[&str]) -> Op<S> {
    let mut reply = json!({
        "name": hello.name,
        "version": hello.version,
        "language": hello.language,
        "spec": "1.0",
        "profiles": hello.profiles,
    });
    if !transports.is_empty() {
        reply["transports"] = json!(transports);
    }
    Op::new(
        |input| input.string(TOKEN),
        move |_| Ok::<Value, Failure>(reply.clone()),
    )
}

/// The op `stop`, after which the loop ends (TST-3).
#[must_use]
pub fn stop<S>() -> Op<S> {
    Op::new(|_| Ok(()), |()| Ok::<Value, Failure>(json!({})))
}

/// The op of a message, empty if it has none, and the reply to it (TST-8). `token`: the one that `hello` has to show.
pub fn answer<S>(ops: &Ops<S>, state: &mut S, token: &str, message: &[u8]) -> (String, Value) {
    match parse(message) {
        Ok(request) => answer_request(ops, state, token, request),
        Err(error) => (String::new(), Failure::from(error).reply()),
    }
}

/// The same of a message that is read already.
fn answer_request<S>(ops: &Ops<S>, state: &mut S, token: &str, request: Value) -> (String, Value) {
    match envelope(request) {
        Ok((op, input)) if op == BATCH => (op, batch(ops, state, token, input)),
        Ok((op, input)) => {
            let reply = reply_to(ops, state, token, &op, input);
            (op, reply)
        }
        Err(error) => (String::new(), Failure::from(error).reply()),
    }
}

/// The reply to a batch: each request answered as if it had come alone (TST-24).
fn batch<S>(ops: &Ops<S>, state: &mut S, token: &str, input: Members) -> Value {
    let requests = match batched(input) {
        Ok(requests) => requests,
        Err(error) => return Failure::from(error).reply(),
    };
    let replies = requests.into_iter().map(|request| match envelope(request) {
        Ok((op, _)) if ALONE.contains(&op.as_str()) => {
            Failure::BadRequest(format!("{op} may not stand in a batch").into()).reply()
        }
        Ok((op, input)) => reply_to(ops, state, token, &op, input),
        Err(error) => Failure::from(error).reply(),
    });
    ok(object("replies", Value::Array(replies.collect())))
}

fn batched(mut input: Members) -> Result<Vec<Value>, BadRequest> {
    let requests = input.array("requests")?;
    input.end()?;
    if (1..=MAX_BATCH).contains(&requests.len()) {
        Ok(requests)
    } else {
        Err(format!("input.requests is not an array of 1 to {MAX_BATCH}").into())
    }
}

/// The op and the input of a request.
pub(crate) fn envelope(request: Value) -> Result<(String, Members), BadRequest> {
    let mut envelope = Members::of(request, "request")?;
    let op = envelope.string("op")?;
    envelope.string("case")?;
    envelope.string("profile")?;
    let input = envelope.value("input")?;
    envelope.end()?;
    if op.is_empty() {
        return Err("request.op is empty".into());
    }
    Ok((op, Members::of(input, "input")?))
}

pub(crate) fn reply_to<S>(
    ops: &Ops<S>,
    state: &mut S,
    token: &str,
    name: &str,
    input: Members,
) -> Value {
    let Some(Op(perform)) = ops.get(name) else {
        return Failure::Unsupported(name.to_owned()).reply(); // TST-9, TST-10
    };
    let mut input = input;
    if name == HELLO && !input.is_string(TOKEN, token) {
        return Failure::BadRequest("input.token is not the token".into()).reply();
    }
    match perform(&mut input, state) {
        Ok(result) => ok(result),
        Err(failure) => failure.reply(),
    }
}

fn ok(result: Value) -> Value {
    object("ok", result)
}

/// An object of one member, not by `json!`, which copies what may be long.
fn object(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

/// Whether this is a hello with the right token (TST-6).
pub(crate) fn shows_token(message: &[u8], token: &str) -> bool {
    parse(message).is_ok_and(|request| {
        let op = request.get("op").and_then(Value::as_str);
        let shown = request.pointer("/input/token").and_then(Value::as_str);
        op == Some(HELLO) && shown == Some(token)
    })
}

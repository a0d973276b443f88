//! Many requests for ops on peers in one message (section 6 of the testee protocol).

use std::collections::BTreeMap;

use serde_json::{json, Value};

use crate::requests::{envelope, reply_to, Failure, Op, Ops, MAX_BATCH};
use crate::schema::{BadRequest, Members};

/// The wire of `udp`, as far as a peer_batch is concerned with it.
pub trait Wire {
    /// The ops that follow take this many of the datagrams that wait, and leave the others; `None`: they take all.
    fn take_at_most(&mut self, datagrams: Option<u32>);

    /// How many datagrams were sent to each link since the last call.
    fn count_sent(&mut self) -> BTreeMap<String, u64>;
}

/// The op `peer_batch` over the ops on peers (TST-34, TST-35).
#[must_use]
pub fn peer_batch<S: Wire + 'static>(ops: Ops<S>) -> Op<S> {
    Op::on_state(read, move |requests, state| {
        Ok::<Value, Failure>(perform(&ops, requests, state))
    })
}

/// The requests, each with the number of datagrams that it takes.
fn read(input: &mut Members) -> Result<Vec<(Value, u32)>, BadRequest> {
    let requests = input.array("requests")?;
    let datagrams: Vec<u32> = input.integers("datagrams", ..)?;
    if !(1..=MAX_BATCH).contains(&requests.len()) {
        return Err(format!("input.requests is not an array of 1 to {MAX_BATCH}").into());
    }
    if datagrams.len() != requests.len() {
        return Err("input.datagrams has not a number for each of input.requests".into());
    }
    Ok(requests.into_iter().zip(datagrams).collect())
}

fn perform<S: Wire>(ops: &Ops<S>, requests: Vec<(Value, u32)>, state: &mut S) -> Value {
    let (mut replies, mut sent) = (Vec::new(), Vec::new());
    state.count_sent();
    for (request, datagrams) in requests {
        state.take_at_most(Some(datagrams));
        replies.push(answer(ops, request, state));
        sent.push(json!(state.count_sent()));
    }
    state.take_at_most(None);
    json!({"replies": replies, "datagrams": sent})
}

fn answer<S>(ops: &Ops<S>, request: Value, state: &mut S) -> Value {
    match envelope(request) {
        Ok((op, input)) if ops.contains_key(op.as_str()) => reply_to(ops, state, "", &op, input),
        Ok((op, _)) => {
            Failure::from(BadRequest(format!("{op} may not stand in a peer_batch"))).reply()
        }
        Err(error) => Failure::from(error).reply(),
    }
}

//! The ops on Reed-Solomon codes, repair and adaptive quantization over an implementation.

use std::rc::Rc;

use serde_json::{json, Value};

use crate::calls::{add, source};
use crate::hex;
use crate::implementation::{Adaptable, Adapted, Group, Implementation};
use crate::requests::Ops;
use crate::schema::{BadRequest, Members};

#[rustfmt::skip] // an op is what it reads, what it calls and what it gives
pub(crate) fn shard_ops<S, Y: Implementation + 'static>(ops: &mut Ops<S>, yours: &Rc<Y>) {
    add(ops, yours, "rs_encode",
        |input| Ok((input.integer("k")?, input.integer("r")?, input.byte_strings("shards")?)),
        |yours, (k, r, shards)| yours.rs_encode(k, r, &shards),
        |parity| json!({"parity": encoded(&parity)}));
    add(ops, yours, "rs_decode",
        |input| Ok((input.integer("k")?, input.integer("r")?, input.byte_strings_or_null("shards")?)),
        |yours, (k, r, shards)| yours.rs_decode(k, r, &shards),
        |shards| json!({"shards": encoded(&shards)}));
    add(ops, yours, "repair_encode",
        |input| Ok((group(input)?, input.byte_strings("frames")?)),
        |yours, (group, frames)| yours.repair_encode(&group, &frames),
        |repair| json!({"repair": encoded(&repair)}));
    add(ops, yours, "repair_decode",
        |input| Ok((repair(input)?, input.byte_strings("frames")?)),
        |yours, (repair, frames)| yours.repair_decode(&repair, &frames),
        |frames| json!({"frames": encoded(&frames)}));
    add(ops, yours, "adapt", adaptable,
        |yours, tensor| yours.adapt(&tensor),
        adapted);
}

fn encoded(all: &[Vec<u8>]) -> Vec<String> {
    all.iter().map(|bytes| hex::encode(bytes)).collect()
}

fn group(input: &mut Members) -> Result<Group, BadRequest> {
    Ok(Group {
        stream_id: input.integer("stream_id")?,
        base: input.decimal("base")?,
        r: input.integer("r")?,
        step: input.integer("step")?,
    })
}

fn repair(input: &mut Members) -> Result<Vec<Vec<u8>>, BadRequest> {
    let repair = input.byte_strings("repair")?;
    if repair.is_empty() {
        return Err("input.repair has no items".into());
    }
    Ok(repair)
}

fn adaptable(input: &mut Members) -> Result<Adaptable, BadRequest> {
    let dtypes = ["f16", "i8", "q4", "sparse"].map(|name| (name, name));
    Ok(Adaptable {
        source: source(input)?,
        data: input.bytes("data")?,
        dims: input.integers("dims", 1..=255)?,
        allow: input.names("allow", &dtypes)?,
        tolerance: input.signed("tolerance")?,
        budget: input.optional("budget", Members::signed)?,
    })
}

fn adapted(form: Adapted) -> Value {
    let two = |dtype: &str, first: &str, second: &str, payloads: (Vec<u8>, Vec<u8>)| {
        let (one, other) = (hex::encode(&payloads.0), hex::encode(&payloads.1));
        json!({"dtype": dtype, first: one, second: other})
    };
    match form {
        Adapted::F16(data) => json!({"dtype": "f16", "data": hex::encode(&data)}),
        Adapted::I8(codes, scale) => two("i8", "codes", "scale", (codes, scale)),
        Adapted::Q4(codes, scale) => two("q4", "codes", "scale", (codes, scale)),
        Adapted::Sparse(values, index) => two("sparse", "values", "index", (values, index)),
    }
}

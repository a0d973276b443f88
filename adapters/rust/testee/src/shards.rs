//! The ops on Reed-Solomon codes and on repair.

use resonant_protocol::{repair, rs};
use resonant_testee_kit::{hex, BadRequest, Members};
use serde_json::{json, Value};

use crate::failure::Failure;

/// The input of rs_encode, and with `None` for missing shards of rs_decode.
pub(crate) struct Code<S> {
    k: u32,
    r: u32,
    shards: Vec<S>,
}

impl Code<Vec<u8>> {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            k: input.integer("k")?,
            r: input.integer("r")?,
            shards: input.byte_strings("shards")?,
        })
    }
}

impl Code<Option<Vec<u8>>> {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            k: input.integer("k")?,
            r: input.integer("r")?,
            shards: input.byte_strings_or_null("shards")?,
        })
    }
}

/// A count as the crate takes it; one beyond this machine is out of range as well (RSC-4).
fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn encoded(shards: &[Vec<u8>]) -> Vec<String> {
    shards.iter().map(|shard| hex::encode(shard)).collect()
}

pub(crate) fn rs_encode(input: Code<Vec<u8>>) -> Result<Value, Failure> {
    let parity = rs::encode(count(input.k), count(input.r), &input.shards)?;
    Ok(json!({"parity": encoded(&parity)}))
}

pub(crate) fn rs_decode(input: Code<Option<Vec<u8>>>) -> Result<Value, Failure> {
    let shards = rs::decode(count(input.k), count(input.r), input.shards)?;
    Ok(json!({"shards": encoded(&shards)}))
}

/// The input of repair_encode.
pub(crate) struct Group {
    stream_id: u32,
    base: u64,
    r: u32,
    step: u32,
    frames: Vec<Vec<u8>>,
}

impl Group {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            stream_id: input.integer("stream_id")?,
            base: input.decimal("base")?,
            r: input.integer("r")?,
            step: input.integer("step")?,
            frames: input.byte_strings("frames")?,
        })
    }
}

pub(crate) fn repair_encode(input: Group) -> Result<Value, Failure> {
    let (r, step) = (count(input.r), count(input.step));
    let repair = repair::encode(input.stream_id, input.base, r, step, &input.frames)?;
    Ok(json!({"repair": encoded(&repair)}))
}

/// The input of repair_decode.
pub(crate) struct Lossy {
    repair: Vec<Vec<u8>>,
    frames: Vec<Vec<u8>>,
}

impl Lossy {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            repair: input.byte_strings("repair")?,
            frames: input.byte_strings("frames")?,
        })
    }
}

pub(crate) fn repair_decode(input: Lossy) -> Result<Value, Failure> {
    let frames = repair::decode(&input.repair, &input.frames)?;
    Ok(json!({"frames": encoded(&frames)}))
}

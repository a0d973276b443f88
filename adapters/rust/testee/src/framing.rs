//! The ops on framing (TCP-22, TCP-23).

use resonant_protocol::transport::{join, Splitter};
use resonant_protocol::RejectCode;
use resonant_testee_kit::{hex, BadRequest, Members};
use serde_json::{json, Value};

use crate::failure::Failure;

/// The input of tcp_split.
pub(crate) struct Chunks {
    chunks: Vec<Vec<u8>>,
    ended: bool,
}

impl Chunks {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            chunks: input.byte_strings("chunks")?,
            ended: input.boolean("ended")?,
        })
    }
}

/// The input of tcp_join.
pub(crate) fn frames(input: &mut Members) -> Result<Vec<Vec<u8>>, BadRequest> {
    input.byte_strings("frames")
}

pub(crate) fn tcp_split(input: Chunks) -> Result<Value, Failure> {
    let (mut splitter, mut frames) = (Splitter::new(), Vec::new());
    let pushed = input
        .chunks
        .iter()
        .try_for_each(|chunk| splitter.push(chunk, |frame| frames.push(hex::encode(frame))));
    let (end, held) = match (pushed, input.ended) {
        (Err(fault), _) => (fault.code().as_str(), 0),
        (Ok(()), false) => ("open", splitter.held()),
        (Ok(()), true) => {
            let code = splitter.end().err().map(|fault| fault.code());
            (code.map_or("clean", RejectCode::as_str), 0)
        }
    };
    Ok(json!({"frames": frames, "end": end, "held": held}))
}

pub(crate) fn tcp_join(frames: Vec<Vec<u8>>) -> Result<Value, Failure> {
    let mut bytes = Vec::new();
    for frame in frames {
        join(&frame, &mut bytes)?;
    }
    Ok(json!({"bytes": hex::encode(&bytes)}))
}

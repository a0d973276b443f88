//! Sync frames as they are sent (section 1 of the handshake specification).

use super::fault::{text, Added, Fault};
use crate::error::{FrameError, RejectCode};
use crate::frame::{SliceMeta, VFrame};
use crate::json::Json;
use crate::limits::MAX_JSON_INTEGER;
use crate::peer::config::{direction_to, Mux, Role};
use crate::peer::event::{Announce, Reference};
use crate::wire_values::{length, DType, Modality, MsgType};

/// A Sync frame of this object; HSK-3.
pub(crate) fn sync_frame(json: &Json) -> Result<VFrame, FrameError> {
    let payload = json.to_string().into_bytes();
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![length(payload.len())?],
    };
    VFrame::new(MsgType::Sync, Modality::Text, vec![(meta, payload)])
}

/// HSK-1.
pub(crate) fn check_carried(len: usize, most: usize) -> Result<(), FrameError> {
    if len > most {
        let detail = format!("the frame is {len} bytes long, {most} can be carried");
        return Err(FrameError::new(RejectCode::FrameTooLarge, "HSK-1", detail));
    }
    Ok(())
}

/// HSK-43.
pub(crate) fn error(clause: &str, fault: &Fault, reference: Reference) -> Json {
    let mut members = fault.added.clone();
    let ref_members = vec![
        ("stream_id", Json::Integer(reference.stream_id.into())),
        ("frame_seq", decimal(reference.frame_seq)),
    ];
    members.extend([
        ("method", text("error")),
        ("code", text(fault.code.as_str())),
        ("message", text(format!("{clause}: {}", fault.detail))),
        ("ref", object(ref_members)),
    ]);
    object(members)
}

/// STM-2. `sender` is the role of the peer that opens the stream.
pub(crate) fn head(sender: Role, announce: Option<&Announce>, urgency: Option<u8>) -> Json {
    let receiver = match sender {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    };
    let mut members = vec![
        ("method", text("head")),
        ("dir", text(direction_to(receiver))),
    ];
    members.extend(urgency.map(|urgency| ("urgency", Json::Integer(urgency.into()))));
    if let Some(announce) = announce {
        let md5 = u128::from_be_bytes(announce.md5);
        members.extend([
            ("frames", decimal(announce.frames)),
            ("total_len", decimal(announce.total_len)),
            ("md5", text(format!("{md5:032x}"))),
            ("xxhash3_64", text(format!("{:016x}", announce.xxhash3_64))),
        ]);
    }
    object(members)
}

/// STM-5.
pub(crate) fn tail(frames: u64, total_len: u64, xxhash3_64: Option<u64>) -> Json {
    let mut members = vec![
        ("method", text("tail")),
        ("frames", decimal(frames)),
        ("total_len", decimal(total_len)),
    ];
    members.extend(xxhash3_64.map(|hash| ("xxhash3_64", text(format!("{hash:016x}")))));
    object(members)
}

/// Credit or blocked with this limit.
pub(crate) fn limit(method: &str, limit: u64) -> Json {
    object(vec![("method", text(method)), ("limit", decimal(limit))])
}

/// MUX-24.
pub(crate) fn done() -> Json {
    object(vec![("method", text("done"))])
}

/// MUX-25.
pub(crate) fn reset(code: &str) -> Json {
    object(vec![("method", text("reset")), ("code", text(code))])
}

/// ADA-14.
pub(crate) fn quality(tolerance: i64) -> Json {
    object(vec![
        ("method", text("quality")),
        ("tolerance", Json::Integer(tolerance)),
    ])
}

/// The room that a peer grants (MUX-1).
pub(crate) fn mux(own: Mux) -> Json {
    let member = |number: u16| Json::Integer(number.into());
    let members = vec![
        ("streams", member(own.streams)),
        ("frames", member(own.frames)),
    ];
    object(members)
}

pub(crate) fn object(members: Added) -> Json {
    let members = members.into_iter();
    Json::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

pub(crate) fn list(names: &[impl AsRef<str>]) -> Json {
    Json::Array(names.iter().map(|name| text(name.as_ref())).collect())
}

/// The greatest integer of JSON slices stands for what is beyond (MSG-18).
pub(crate) fn integer(number: u64) -> Json {
    Json::Integer(i64::try_from(number.min(MAX_JSON_INTEGER)).unwrap_or(i64::MAX))
}

pub(crate) fn decimal(number: u64) -> Json {
    text(number.to_string())
}

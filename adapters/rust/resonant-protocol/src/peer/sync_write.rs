//! Sync frames as they are sent (section 1 of the handshake specification).

use super::agreement::Agreement;
use super::config::{Config, Role, NONE, XCHACHA};
use super::event::{Announce, Reference};
use super::fault::{text, Added, Fault};
use super::sync_read::direction_to;
use crate::dtype::DType;
use crate::error::FrameError;
use crate::frame::VFrame;
use crate::header::{Modality, MsgType};
use crate::json::Json;
use crate::slice::SliceMeta;
use crate::tensor::length;

/// A Sync frame of this object; HSK-3.
pub(super) fn sync_frame(json: &Json) -> Result<VFrame, FrameError> {
    let payload = json.to_string().into_bytes();
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![length(payload.len())?],
    };
    VFrame::new(MsgType::Sync, Modality::Text, vec![(meta, payload)])
}

/// HSK-20.
pub(super) fn ping(config: &Config, now: u64) -> Json {
    let mut crypto = config.crypto.clone();
    crypto.retain(|name| name != XCHACHA || config.key.is_some());
    let mut members = own_values(config);
    members.extend([
        ("method", text("ping")),
        ("ts", integer(now / 1000)),
        ("modality", list(&config.modality)),
        ("compress", list(&config.compress)),
        ("crypto", list(&crypto)),
        (
            "supports",
            object(vec![
                ("critique", Json::Bool(config.critique)),
                ("dtype", list(&config.dtype)),
            ]),
        ),
    ]);
    object(members)
}

/// HSK-13 to HSK-16.
pub(super) fn capability(config: &Config, agreement: &Agreement) -> Json {
    let or_none = |names: &[&'static str]| match names {
        [] => list(&[NONE]), // HSK-15
        names => list(names),
    };
    let mut members = own_values(config);
    members.extend([
        ("method", text("capability")),
        ("agreed_proto", Json::Integer(1)),
        ("modality", list(&agreement.modality)),
        ("compress", or_none(&agreement.compress)),
        ("crypto", or_none(&agreement.crypto)),
        (
            "supports",
            object(vec![
                ("critique", Json::Bool(agreement.critique)),
                ("dtype", list(&agreement.dtype)),
                ("require_crypto", Json::Bool(config.require_crypto)),
            ]),
        ),
    ]);
    object(members)
}

/// HSK-43.
pub(super) fn error(fault: &Fault, reference: Reference) -> Json {
    let mut members = fault.added.clone();
    let ref_members = vec![
        ("stream_id", Json::Integer(reference.stream_id.into())),
        ("frame_seq", decimal(reference.frame_seq)),
    ];
    members.extend([
        ("method", text("error")),
        ("code", text(fault.error.code().as_str())),
        ("message", text(fault.error.detail())),
        ("ref", object(ref_members)),
    ]);
    object(members)
}

/// STM-2. `sender` is the role of the peer that opens the stream.
pub(super) fn head(sender: Role, announce: Option<&Announce>) -> Json {
    let receiver = match sender {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    };
    let mut members = vec![
        ("method", text("head")),
        ("dir", text(direction_to(receiver))),
    ];
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
pub(super) fn tail(frames: u64, total_len: u64, xxhash3_64: Option<u64>) -> Json {
    let mut members = vec![
        ("method", text("tail")),
        ("frames", decimal(frames)),
        ("total_len", decimal(total_len)),
    ];
    members.extend(xxhash3_64.map(|hash| ("xxhash3_64", text(format!("{hash:016x}")))));
    object(members)
}

/// The members that ping and capability have in common.
fn own_values(config: &Config) -> Added {
    vec![
        ("v", Json::Integer(1)),
        ("d_model", integer(config.d_model)),
        ("embedding_space_id", text(&config.embedding_space_id)),
        ("space_hash32", Json::Integer(config.space_hash32.into())),
    ]
}

fn object(members: Added) -> Json {
    let members = members.into_iter();
    Json::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn list(names: &[impl AsRef<str>]) -> Json {
    Json::Array(names.iter().map(|name| text(name.as_ref())).collect())
}

/// The greatest integer of JSON slices stands for what is beyond (MSG-18).
fn integer(number: u64) -> Json {
    const MOST: i64 = 9_007_199_254_740_991;
    Json::Integer(i64::try_from(number).map_or(MOST, |number| number.min(MOST)))
}

pub(super) fn decimal(number: u64) -> Json {
    text(number.to_string())
}

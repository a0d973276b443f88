//! Configurations and acts of dialogues (`specs/ops/peer_open.json`, `specs/ops/peer_send.json`).

use resonant_protocol::peer::{
    Adaptive, AdaptiveMessage, AdaptiveTensor, Announce, Config, Mux, Output, Peer, RepairGroups,
};
use resonant_protocol::quant::Source;
use resonant_protocol::{DType, FrameError, Modality, MsgType, SliceMeta, VFrame};
use serde_json::{json, Value};

use super::{hex, unhex};

pub fn number<T: TryFrom<u64>>(value: &Value) -> T {
    let number = value.as_u64().expect("a number");
    T::try_from(number).ok().expect("a number of its range")
}

pub fn decimal(value: &Value) -> u64 {
    value.as_str().expect("a string").parse().expect("a u64")
}

pub fn config(value: &Value) -> Config {
    let text = |name: &str| value[name].as_str().expect(name).to_owned();
    let names = |name: &str| {
        let items = value[name].as_array().expect(name).iter();
        let names = items.map(|item| item.as_str().expect(name).to_owned());
        names.collect::<Vec<String>>()
    };
    let key = value.get("key").and_then(Value::as_str);
    Config {
        embedding_space_id: text("embedding_space_id"),
        space_hash32: number(&value["space_hash32"]),
        d_model: number(&value["d_model"]),
        modality: names("modality"),
        compress: names("compress"),
        crypto: names("crypto"),
        dtype: names("dtype"),
        critique: value["critique"].as_bool().expect("critique"),
        require_crypto: value["require_crypto"].as_bool().expect("require_crypto"),
        key: key.map(|key| unhex(key).try_into().expect("32 bytes")),
        salt: unhex(&text("salt")).try_into().expect("16 bytes"),
        mux: value.get("mux").map(|mux| Mux {
            streams: number(&mux["streams"]),
            frames: number(&mux["frames"]),
        }),
        fec: value.get("fec").map(|_| names("fec")),
        adaptive: value.get("adaptive").map(adaptive),
        repair: value.get("repair").map(|groups| RepairGroups {
            k: number(&groups["k"]),
            r: number(&groups["r"]),
            step: number(&groups["step"]),
        }),
    }
}

fn adaptive(value: &Value) -> Adaptive {
    Adaptive {
        tolerance: number(&value["tolerance"]),
        keys: value.get("keys").map(number),
        values: value.get("values").map(number),
        controller: value["controller"].as_bool().unwrap_or(false),
    }
}

/// An input of peer_send.
pub fn perform(peer: &mut Peer, act: &Value, clock: u64) -> Result<Output, FrameError> {
    let kind = act["kind"].as_str().expect("kind");
    match kind {
        "cork" => return Ok(peer.cork(clock)),
        "uncork" => return Ok(peer.uncork(clock)),
        _ => {}
    }
    let stream_id = number(&act["stream_id"]);
    match kind {
        "hold" => peer.hold(stream_id, clock),
        "resume" => peer.resume(stream_id, clock),
        "cancel" => peer.cancel(stream_id, clock),
        "reset" => peer.reset_stream(stream_id, act["code"].as_str().expect("code"), clock),
        "ping" => peer.ping(stream_id, clock),
        "heart" => peer.heart(stream_id, clock),
        "tail" => peer.close_stream(stream_id, clock),
        "head" => {
            let strong = act["strong_tail"].as_bool().expect("strong_tail");
            let announce = act.get("announce").map(announce);
            let announce = announce.as_ref();
            match act.get("urgency") {
                None => peer.open_stream(stream_id, strong, announce, clock),
                Some(urgency) => {
                    let urgency = number(urgency);
                    peer.open_urgent_stream(stream_id, strong, announce, urgency, clock)
                }
            }
        }
        "message" => peer.send(stream_id, message(act)?, clock),
        "adaptive" => send_adaptive(peer, stream_id, act, clock),
        "quality" => {
            let tolerance = act["tolerance"].as_i64().expect("tolerance");
            peer.send_quality(stream_id, tolerance, clock)
        }
        other => panic!("unknown kind {other}"),
    }
}

fn announce(value: &Value) -> Announce {
    let digits = value["xxhash3_64"].as_str().expect("xxhash3_64");
    Announce {
        frames: decimal(&value["frames"]),
        total_len: decimal(&value["total_len"]),
        md5: unhex(value["md5"].as_str().expect("md5"))
            .try_into()
            .expect("16 bytes"),
        xxhash3_64: u64::from_str_radix(digits, 16).expect("a hash"),
    }
}

fn message(act: &Value) -> Result<VFrame, FrameError> {
    let slices = slices(&act["slices"])?;
    let mtype = MsgType::try_from(number::<u8>(&act["type"]))?;
    let modality = Modality::try_from(number::<u8>(&act["modality"]))?;
    VFrame::new(mtype, modality, slices)
}

fn slices(listed: &Value) -> Result<Vec<(SliceMeta, Vec<u8>)>, FrameError> {
    let slices = listed.as_array().into_iter().flatten().map(|slice| {
        let meta = SliceMeta {
            dtype: DType::try_from(number::<u8>(&slice["dtype"]))?,
            shape: dims(slice),
        };
        Ok((meta, unhex(slice["payload"].as_str().expect("payload"))))
    });
    slices.collect()
}

fn dims(value: &Value) -> Vec<u32> {
    let dims = value["dims"].as_array().expect("dims").iter();
    dims.map(number).collect()
}

fn send_adaptive(
    peer: &mut Peer,
    stream_id: u32,
    act: &Value,
    clock: u64,
) -> Result<Output, FrameError> {
    let listed = act["tensors"].as_array().expect("tensors").iter();
    let owned = listed.map(|tensor| {
        let source = match tensor["source"].as_str() {
            Some("f16") => Source::F16,
            Some("f32") => Source::F32,
            _ => Source::Bf16,
        };
        let data = unhex(tensor["data"].as_str().expect("data"));
        (source, dims(tensor), data)
    });
    let owned: Vec<(Source, Vec<u32>, Vec<u8>)> = owned.collect();
    let tensors = owned.iter().map(|(source, dims, data)| AdaptiveTensor {
        source: *source,
        dims,
        data,
    });
    let tensors: Vec<AdaptiveTensor<'_>> = tensors.collect();
    let mtype = MsgType::try_from(number::<u8>(&act["type"]))?;
    let modality = Modality::try_from(number::<u8>(&act["modality"]))?;
    let message = AdaptiveMessage {
        slices: act.get("slices").map_or(Ok(Vec::new()), slices)?,
        ..AdaptiveMessage::new(mtype, modality, &tensors)
    };
    peer.send_adaptive(stream_id, message, clock)
}

/// The slices of a frame as in `specs/ops/fields.json`.
pub fn slices_json(frame: &VFrame) -> Value {
    let slices = frame.slices.iter();
    let slices = slices.map(|(meta, payload)| {
        json!({
            "dtype": meta.dtype.to_wire(),
            "dims": meta.shape,
            "payload": hex(payload),
        })
    });
    slices.collect()
}

//! Events as peer_poll gives them.

use resonant_protocol::peer::{Event, Mismatch, Mux, Reference};
use resonant_protocol::VFrame;
use resonant_testee_kit::hex;
use serde_json::{json, Value};

/// An event of the peer for the remote end `link`.
pub(crate) fn to_json(link: &str, event: &Event) -> Value {
    let mut value = match event {
        Event::Established(it) => {
            let value = json!({
                "event": "established",
                "agreed_proto": it.agreed_proto,
                "compress": it.compress,
                "crypto": it.crypto,
                "dtype": it.dtype,
                "modality": it.modality,
                "critique": it.critique,
            });
            let granted = |mux: Mux| json!({"streams": mux.streams, "frames": mux.frames});
            let value = with(value, "mux", it.mux.map(granted));
            with(value, "fec", it.fec.map(|name| json!(name)))
        }
        Event::Done { stream_id } => json!({"event": "done", "stream_id": stream_id}),
        Event::Recovered {
            stream_id,
            frame_seq,
        } => json!({
            "event": "recovered",
            "stream_id": stream_id,
            "frame_seq": frame_seq.to_string(),
        }),
        Event::ErrorReceived { code, reference } => {
            let it = json!({"event": "error_received", "code": code});
            with(it, "ref", reference.as_ref().map(reference_json))
        }
        Event::ErrorSent {
            code,
            stream_id,
            frame_seq,
        } => json!({
            "event": "error_sent",
            "code": code.as_str(),
            "stream_id": stream_id,
            "frame_seq": frame_seq.to_string(),
        }),
        Event::Message(frame) => message(frame),
        Event::Opened { stream_id, sized } => {
            json!({"event": "opened", "stream_id": stream_id, "sized": sized})
        }
        Event::Incomplete { stream_id, missing } => {
            let missing: Vec<String> = missing.iter().map(u64::to_string).collect();
            json!({"event": "incomplete", "stream_id": stream_id, "missing": missing})
        }
        Event::Complete {
            stream_id,
            frames,
            total_len,
            xxhash3_64,
        } => json!({
            "event": "complete",
            "stream_id": stream_id,
            "frames": frames.to_string(),
            "total_len": total_len.to_string(),
            "xxhash3_64": format!("{xxhash3_64:016x}"),
        }),
        Event::Failed {
            stream_id,
            code,
            what,
            reset,
        } => {
            let it = json!({"event": "failed", "stream_id": stream_id, "code": code.as_str()});
            let what = what.map(Mismatch::as_str).or(reset.as_deref());
            with(it, "what", what.map(|what| json!(what)))
        }
        Event::Lost => json!({"event": "lost"}),
        Event::Dropped { code } => json!({"event": "dropped", "code": code.as_str()}),
        Event::Closed { code } => with(
            json!({"event": "closed"}),
            "code",
            code.map(|code| json!(code.as_str())),
        ),
    };
    value["link"] = json!(link);
    value
}

fn with(mut value: Value, name: &str, member: Option<Value>) -> Value {
    if let Some(member) = member {
        value[name] = member;
    }
    value
}

fn reference_json(reference: &Reference) -> Value {
    json!({"stream_id": reference.stream_id, "frame_seq": reference.frame_seq.to_string()})
}

fn message(frame: &VFrame) -> Value {
    let slice = |(meta, payload): &(resonant_protocol::SliceMeta, Vec<u8>)| {
        json!({
            "dtype": meta.dtype.to_wire(),
            "dims": meta.shape,
            "payload": hex::encode(payload),
        })
    };
    json!({
        "event": "message",
        "stream_id": frame.hdr.stream_id,
        "frame_seq": frame.hdr.frame_seq.to_string(),
        "type": frame.hdr.mtype.to_wire(),
        "modality": frame.hdr.modality.to_wire(),
        "slices": frame.slices.iter().map(slice).collect::<Vec<Value>>(),
    })
}

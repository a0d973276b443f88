//! The expectations of dialogues: frames and events, compared with what came.

use resonant_protocol::crypto::Key;
use resonant_protocol::peer::{Event, Mismatch, Reference};
use resonant_protocol::{Flags, VFrame, VFrameView};
use serde_json::{json, Value};

use super::dialogue_acts::{decimal, number, slices_json};
use super::hex;
use super::judge::Verdict;

/// An event as in `specs/ops/peer_poll.json`.
pub fn event_json(peer: &str, event: &Event) -> Value {
    let reference =
        |it: &Reference| json!({"stream_id": it.stream_id, "frame_seq": it.frame_seq.to_string()});
    let mut value = match event {
        Event::Established(it) => {
            let mut value = json!({
                "event": "established", "agreed_proto": it.agreed_proto, "compress": it.compress,
                "crypto": it.crypto, "dtype": it.dtype, "modality": it.modality,
                "critique": it.critique,
            });
            if let Some(mux) = it.mux {
                value["mux"] = json!({"streams": mux.streams, "frames": mux.frames});
            }
            if let Some(fec) = it.fec {
                value["fec"] = json!(fec);
            }
            value
        }
        Event::Done { stream_id } => json!({"event": "done", "stream_id": stream_id}),
        Event::Recovered {
            stream_id,
            frame_seq,
        } => json!({
            "event": "recovered", "stream_id": stream_id, "frame_seq": frame_seq.to_string(),
        }),
        Event::ErrorReceived {
            code,
            reference: it,
        } => match it {
            Some(it) => json!({"event": "error_received", "code": code, "ref": reference(it)}),
            None => json!({"event": "error_received", "code": code}),
        },
        Event::ErrorSent {
            code,
            stream_id,
            frame_seq,
        } => json!({
            "event": "error_sent", "code": code.as_str(), "stream_id": stream_id,
            "frame_seq": frame_seq.to_string(),
        }),
        Event::Message(frame) => json!({
            "event": "message", "stream_id": frame.hdr.stream_id,
            "frame_seq": frame.hdr.frame_seq.to_string(), "type": frame.hdr.mtype.to_wire(),
            "modality": frame.hdr.modality.to_wire(), "slices": slices_json(frame),
        }),
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
            "event": "complete", "stream_id": stream_id, "frames": frames.to_string(),
            "total_len": total_len.to_string(), "xxhash3_64": format!("{xxhash3_64:016x}"),
        }),
        Event::Failed {
            stream_id,
            code,
            what,
            reset,
        } => match what.map(Mismatch::as_str).or(reset.as_deref()) {
            Some(what) => json!({"event": "failed", "stream_id": stream_id, "code": code.as_str(),
                "what": what}),
            None => json!({"event": "failed", "stream_id": stream_id, "code": code.as_str()}),
        },
        Event::Lost => json!({"event": "lost"}),
        Event::Closed { code: None } => json!({"event": "closed"}),
        Event::Closed { code: Some(code) } => json!({"event": "closed", "code": code.as_str()}),
        Event::Dropped { code } => json!({"event": "dropped", "code": code.as_str()}),
    };
    value["link"] = json!(peer);
    value
}

/// Whether these are the expected events, of which a message may stand for many.
pub fn compare_events(found: &[Value], expected: &[Value]) -> Verdict {
    let expected: Vec<Value> = expected.iter().flat_map(expand).collect();
    if found != expected {
        return Err(format!("events {found:?} instead of {expected:?}"));
    }
    Ok(())
}

fn expand(event: &Value) -> Vec<Value> {
    let mut event = event.clone();
    if event.get("link").is_none() {
        event["link"] = json!("a");
    }
    let Some(range) = event["frame_seq"].as_object() else {
        return vec![event];
    };
    let range = number::<u64>(&range["from"])..=number(&range["to"]);
    let with = |number: u64| {
        let mut event = event.clone();
        event["frame_seq"] = json!(number.to_string());
        event
    };
    range.map(with).collect()
}

/// Whether a datagram is the expected frame.
pub fn compare_frame(datagram: &[u8], expected: &Value, key: Option<&Key>) -> Verdict {
    let frame = match key {
        Some(key) => VFrame::decode_with_key(datagram, key),
        None => VFrame::decode(datagram),
    };
    let frame = frame.map_err(|error| error.to_string())?;
    let hdr = &frame.hdr;
    for (name, found) in [
        ("type", u64::from(hdr.mtype.to_wire())),
        ("flags", u64::from(hdr.flags.bits())),
        ("stream_id", u64::from(hdr.stream_id)),
        ("space_hash32", u64::from(hdr.space_hash32)),
        ("modality", u64::from(hdr.modality.to_wire())),
    ] {
        if expected[name] != found {
            return Err(format!("{name} {found} instead of {}", expected[name]));
        }
    }
    if decimal(&expected["frame_seq"]) != hdr.frame_seq {
        return Err(format!("frame_seq {}", hdr.frame_seq));
    }
    if hdr.flags.contains(Flags::XCHACHA) {
        let header = 29
            + 4 * VFrameView::parse_with_key(datagram, key.expect("a key"))
                .unwrap()
                .slices()
                .len();
        let nonce = hex(&datagram[header..header + 24]);
        if expected["nonce"] != nonce {
            return Err(format!("nonce {nonce}"));
        }
    }
    match expected.get("json") {
        Some(json) => compare_json(&frame, json, expected.get("absent")),
        None if expected["slices"] == slices_json(&frame) => Ok(()),
        None => Err(format!("slices {}", slices_json(&frame))),
    }
}

fn compare_json(frame: &VFrame, expected: &Value, absent: Option<&Value>) -> Verdict {
    let [(_, payload)] = frame.slices.as_slice() else {
        return Err("not one slice".to_owned());
    };
    let found: Value = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
    if !covers(&found, expected) {
        return Err(format!("{found} instead of {expected}"));
    }
    for path in absent.and_then(Value::as_array).into_iter().flatten() {
        let path = path.as_str().expect("a path").replace('.', "/");
        if found.pointer(&format!("/{path}")).is_some() {
            return Err(format!("{path} is there: {found}"));
        }
    }
    Ok(())
}

/// Whether each expected member is there, and so on inside of objects.
fn covers(found: &Value, expected: &Value) -> bool {
    match expected {
        Value::Object(members) => members
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| covers(found, value))),
        expected => found == expected,
    }
}

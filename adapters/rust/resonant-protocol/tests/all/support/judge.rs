//! Runs one case of a vector file against the crate and compares.

use resonant_protocol::compress::{zstd_compress, zstd_decompress};
use resonant_protocol::crypto::{open_xchacha_aad, seal_xchacha_aad, Key, Nonce};
use resonant_protocol::{
    space_hash32, strong_tail_hash_hex, DType, EncodeOptions, Flags, FrameError, Modality, MsgType,
    SliceMeta, VFrame, VFrameBuf, VFrameView,
};
use serde_json::{json, Value};

use super::judge_payload;
use super::{has_permitted_head, hex, ruzstd_decompress, unhex};

/// The verdict on a case: agreement, or a text that says what is wrong.
pub type Verdict = Result<(), String>;

pub fn judge(op: &str, input: &Value, expect: &Value) -> Verdict {
    let outcome = perform(op, input);
    if let Some(code) = expect.get("reject") {
        return match outcome {
            Err(error) if code == error.code().as_str() => Ok(()),
            Err(error) => Err(format!("{error} instead of {code}")),
            Ok(ok) => Err(format!("accepted instead of {code}: {ok:.200}")),
        };
    }
    let ok = outcome.map_err(|error| format!("refused: {error}"))?;
    let expected = expect.get("ok").ok_or("a case without expectation")?;
    match op {
        "encode" if expected.get("header").is_some() => judge_zstd_frame(&ok, input, expected),
        // A long content is given by its SHA-256; it is what was compressed.
        "compress" => {
            judge_payload::compare(&json!({"plain": input["plain"]}), expected)?;
            judge_zstd(&bytes(&ok, "zstd"), &bytes(input, "plain"))
        }
        "read_message" | "sparse_decode" | "quantize" | "dequantize" => {
            judge_payload::compare(&ok, expected)
        }
        "decompress" => {
            judge_payload::compare(&ok, expected)?;
            second_opinion(op, input, &ok)
        }
        _ => {
            same(&ok, expected)?;
            second_opinion(op, input, expected)
        }
    }
}

fn perform(op: &str, input: &Value) -> Result<Value, FrameError> {
    let key = optional::<32>(input, "key");
    let nonce = optional::<24>(input, "nonce");
    let text = |name: &str| input[name].as_str().expect(name);
    let level = input.get("level").map_or(3, |level| {
        i32::try_from(level.as_i64().expect("level")).expect("level")
    });
    Ok(match op {
        "decode" => json!({"fields": decode(&bytes(input, "frame"), key.as_ref())?}),
        "encode" => {
            let mut options = EncodeOptions::new().level(level);
            if let Some(key) = &key {
                options = options.key(key);
            }
            if let Some(nonce) = &nonce {
                options = options.nonce(nonce);
            }
            let frame = to_frame(&input["fields"])?;
            json!({"frame": hex(&frame.encode_with(&options)?)})
        }
        "space_hash" => {
            let hash = space_hash32(text("space_id"), text("arch"), text("data_sig"))?;
            json!({"space_hash32": hash})
        }
        "tail_hash" => json!({"xxhash3_64": strong_tail_hash_hex(&bytes(input, "data"))}),
        "compress" => json!({"zstd": hex(&zstd_compress(&bytes(input, "plain"), level)?)}),
        "decompress" => json!({"plain": hex(&zstd_decompress(&bytes(input, "zstd"))?)}),
        "seal" | "open" => {
            let (key, nonce) = (key.expect("key"), nonce.expect("nonce"));
            let aad = bytes(input, "aad");
            if op == "seal" {
                let sealed = seal_xchacha_aad(&key, &nonce, &aad, &bytes(input, "plain"))?;
                json!({"sealed": hex(&sealed)})
            } else {
                let plain = open_xchacha_aad(&key, &nonce, &aad, &bytes(input, "sealed"))?;
                json!({"plain": hex(&plain)})
            }
        }
        other => judge_payload::perform(other, input)?,
    })
}

/// Decodes in all ways: the view, the owned frame and the kept datagram must say the same.
fn decode(frame: &[u8], key: Option<&Key>) -> Result<Value, FrameError> {
    let view = match key {
        Some(key) => VFrameView::parse_with_key(frame, key),
        None => VFrameView::parse(frame),
    };
    let owned = match key {
        Some(key) => VFrame::decode_with_key(frame, key),
        None => VFrame::decode(frame),
    };
    let kept = match key {
        Some(key) => VFrameBuf::decode_with_key(frame.to_vec(), key),
        None => VFrameBuf::decode(frame.to_vec()),
    };
    assert_eq!(kept.as_ref().map(VFrameBuf::view), view.as_ref().cloned());
    assert_eq!(
        view.as_ref().map(VFrameView::to_frame),
        owned.as_ref().cloned()
    );
    let VFrame { hdr, slices, crc32 } = owned?;
    let sent = frame.last_chunk().expect("a crc");
    assert_eq!(crc32, u32::from_le_bytes(*sent));
    let slices: Vec<Value> = slices
        .iter()
        .map(|(meta, payload)| {
            json!({"dtype": meta.dtype.to_wire(), "dims": meta.shape, "payload": hex(payload)})
        })
        .collect();
    Ok(json!({
        "type": hdr.mtype.to_wire(),
        "flags": hdr.flags.bits(),
        "stream_id": hdr.stream_id,
        "frame_seq": hdr.frame_seq.to_string(),
        "space_hash32": hdr.space_hash32,
        "modality": hdr.modality.to_wire(),
        "slices": slices,
    }))
}

fn to_frame(fields: &Value) -> Result<VFrame, FrameError> {
    let slices = fields["slices"].as_array().expect("slices");
    let slices = slices
        .iter()
        .map(|slice| {
            let dims = slice["dims"].as_array().expect("dims");
            let meta = SliceMeta {
                dtype: DType::try_from(number::<u8>(&slice["dtype"]))?,
                shape: dims.iter().map(number).collect(),
            };
            Ok((meta, bytes(slice, "payload")))
        })
        .collect::<Result<_, FrameError>>()?;
    let mtype = MsgType::try_from(number::<u8>(&fields["type"]))?;
    let modality = Modality::try_from(number::<u8>(&fields["modality"]))?;
    let mut frame = VFrame::new(mtype, modality, slices)?;
    frame.hdr.flags = Flags::from_bits(number(&fields["flags"]))?;
    frame.hdr.stream_id = number(&fields["stream_id"]);
    frame.hdr.frame_seq = fields["frame_seq"]
        .as_str()
        .expect("text")
        .parse()
        .expect("u64");
    frame.hdr.space_hash32 = number(&fields["space_hash32"]);
    Ok(frame)
}

/// An encoded frame with ZSTD: the header and the CRC exactly, the body by what it decompresses to.
fn judge_zstd_frame(ok: &Value, input: &Value, expected: &Value) -> Verdict {
    let frame = bytes(ok, "frame");
    let header = bytes(expected, "header");
    let (content, crc) = frame.split_last_chunk().ok_or("no room for a CRC")?;
    if u32::from_le_bytes(*crc) != crc32fast::hash(content) {
        return Err("the CRC is wrong".to_owned());
    }
    let body = content
        .strip_prefix(header.as_slice())
        .ok_or("the header differs")?;
    let zstd = open_if_sealed(body, &header, input)?;
    judge_zstd(&zstd, &bytes(expected, "plain_body"))
}

fn judge_zstd(zstd: &[u8], plain: &[u8]) -> Verdict {
    if !has_permitted_head(zstd) {
        return Err(format!("not the permitted form: {:.20}", hex(zstd)));
    }
    if ruzstd_decompress(zstd)? != plain {
        return Err("it decompresses to something else".to_owned());
    }
    Ok(())
}

/// The Zstandard frame in a body, opened with the input's key if the header has XCHACHA.
fn open_if_sealed(body: &[u8], header: &[u8], input: &Value) -> Result<Vec<u8>, String> {
    if header[2] & 2 == 0 {
        return Ok(body.to_vec());
    }
    let key: Key = optional(input, "key").ok_or("a sealed case without key")?;
    let (nonce, sealed) = body.split_first_chunk().ok_or("no room for a nonce")?;
    if optional::<24>(input, "nonce").is_some_and(|wanted: Nonce| wanted != *nonce) {
        return Err("the nonce differs".to_owned());
    }
    open_xchacha_aad(&key, nonce, header, sealed).map_err(|error| error.to_string())
}

/// Whether ruzstd, too, finds the expected plain bytes in what was decompressed.
fn second_opinion(op: &str, input: &Value, expected: &Value) -> Verdict {
    let (zstd, plain) = match op {
        "decompress" => (bytes(input, "zstd"), bytes(expected, "plain")),
        "decode" if number::<u16>(&expected["fields"]["flags"]) & 1 == 1 => {
            let frame = bytes(input, "frame");
            let slices = expected["fields"]["slices"].as_array().expect("slices");
            let (header, rest) = frame.split_at(29 + 4 * slices.len());
            let body = &rest[..rest.len() - 4];
            (open_if_sealed(body, header, input)?, plain_body(slices))
        }
        _ => return Ok(()),
    };
    match ruzstd_decompress(&zstd) {
        Ok(found) if found == plain => Ok(()),
        Ok(_) => Err("ruzstd finds other bytes".to_owned()),
        Err(error) => Err(format!("ruzstd refuses: {error}")),
    }
}

fn plain_body(slices: &[Value]) -> Vec<u8> {
    let mut body = Vec::new();
    for slice in slices {
        let dims = slice["dims"].as_array().expect("dims");
        body.extend([
            number(&slice["dtype"]),
            u8::try_from(dims.len()).expect("rank"),
        ]);
        for dim in dims {
            body.extend(number::<u32>(dim).to_le_bytes());
        }
        body.extend(bytes(slice, "payload"));
    }
    body
}

pub fn same(found: &Value, expected: &Value) -> Verdict {
    if found == expected {
        return Ok(());
    }
    Err(format!("{found:.300} instead of {expected:.300}"))
}

pub fn bytes(object: &Value, name: &str) -> Vec<u8> {
    unhex(object[name].as_str().expect(name))
}

pub fn optional<const N: usize>(object: &Value, name: &str) -> Option<[u8; N]> {
    object
        .get(name)
        .map(|_| bytes(object, name).try_into().expect(name))
}

pub fn number<T: TryFrom<u64>>(value: &Value) -> T {
    let number = value.as_u64().expect("a number");
    T::try_from(number).ok().expect("a number in range")
}

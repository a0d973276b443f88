//! The table of ops: from a request's input to a reply (sections 3 and 4 of the testee protocol).

use resonant_protocol::compress::{zstd_compress, zstd_decompress, DEFAULT_LEVEL};
use resonant_protocol::crypto::{open_xchacha_aad, seal_xchacha_aad};
use resonant_protocol::{
    space_hash32, strong_tail_hash_hex, DType, EncodeOptions, Flags, FrameError, Modality, MsgType,
    SliceMeta, VFrame, VFrameView,
};
use serde_json::{json, Value};

use crate::hexa;
use crate::payload;
use crate::shape::{dims, Malformed, Members};

/// The profiles that the crate implements (TST-12).
pub const PROFILES: [&str; 6] = ["frame", "zstd", "xchacha", "message", "sparse", "quant"];

/// Why an op has no result.
#[derive(Debug)]
pub enum Failure {
    /// The implementation refused the input.
    Reject(String, String),
    /// The input does not fit the op's schema.
    Malformed(Malformed),
}

impl From<FrameError> for Failure {
    fn from(error: FrameError) -> Self {
        let detail = format!("{}: {}", error.clause(), error.detail());
        Self::Reject(error.code().as_str().to_owned(), detail)
    }
}

impl From<Malformed> for Failure {
    fn from(text: Malformed) -> Self {
        Self::Malformed(text)
    }
}

/// An op: the members of `input` to the content of `ok`.
pub type Op = fn(&mut Members) -> Result<Value, Failure>;

const TABLE: [(&str, Op); 15] = [
    ("hello", hello),
    ("decode", decode),
    ("encode", encode),
    ("space_hash", space_hash),
    ("tail_hash", tail_hash),
    ("compress", compress),
    ("decompress", decompress),
    ("seal", seal),
    ("open", open),
    ("read_message", payload::read_message),
    ("sparse_encode", payload::sparse_encode),
    ("sparse_decode", payload::sparse_decode),
    ("quantize", payload::quantize),
    ("dequantize", payload::dequantize),
    ("stop", |_| Ok(json!({}))),
];

/// The op of that name, if there is one.
#[must_use]
pub fn find(name: &str) -> Option<Op> {
    TABLE
        .iter()
        .find_map(|(known, op)| (*known == name).then_some(*op))
}

fn hello(input: &mut Members) -> Result<Value, Failure> {
    input.string("token")?;
    Ok(json!({
        "name": "resonant-protocol (Rust)",
        "version": env!("CARGO_PKG_VERSION"),
        "language": "Rust",
        "spec": "1.0",
        "profiles": PROFILES,
    }))
}

fn decode(input: &mut Members) -> Result<Value, Failure> {
    let bytes = input.bytes("frame")?;
    let key = input.optional("key", Members::fixed)?;
    let view = match &key {
        Some(key) => VFrameView::parse_with_key(&bytes, key)?,
        None => VFrameView::parse(&bytes)?,
    };
    let slices: Vec<Value> = view
        .slices()
        .map(|slice| {
            json!({
                "dtype": slice.dtype().to_wire(),
                "dims": slice.dims().collect::<Vec<u32>>(),
                "payload": hexa::encode(slice.payload()),
            })
        })
        .collect();
    Ok(json!({"fields": {
        "type": view.mtype().to_wire(),
        "flags": view.flags().bits(),
        "stream_id": view.stream_id(),
        "frame_seq": view.frame_seq().to_string(),
        "space_hash32": view.space_hash32(),
        "modality": view.modality().to_wire(),
        "slices": slices,
    }}))
}

fn encode(input: &mut Members) -> Result<Value, Failure> {
    let fields = Fields::read(input.value("fields")?)?;
    let key = input.optional("key", Members::fixed)?;
    let nonce = input.optional("nonce", Members::fixed)?;
    let level = level(input)?;
    let mut options = EncodeOptions::new().level(level);
    if let Some(key) = &key {
        options = options.key(key);
    }
    if let Some(nonce) = &nonce {
        options = options.nonce(nonce);
    }
    let bytes = fields.to_frame()?.encode_with(&options)?;
    Ok(json!({"frame": hexa::encode(&bytes)}))
}

fn level(input: &mut Members) -> Result<i32, Malformed> {
    let level = input.optional("level", Members::integer::<u8>)?;
    match level {
        None => Ok(DEFAULT_LEVEL),
        Some(level @ 1..=22) => Ok(i32::from(level)),
        Some(level) => Err(format!("input.level {level} is not in 1 to 22")),
    }
}

fn space_hash(input: &mut Members) -> Result<Value, Failure> {
    let space_id = input.string("space_id")?;
    let arch = input.string("arch")?;
    let data_sig = input.string("data_sig")?;
    Ok(json!({"space_hash32": space_hash32(&space_id, &arch, &data_sig)?}))
}

fn tail_hash(input: &mut Members) -> Result<Value, Failure> {
    let data = input.bytes("data")?;
    Ok(json!({"xxhash3_64": strong_tail_hash_hex(&data)}))
}

fn compress(input: &mut Members) -> Result<Value, Failure> {
    let plain = input.bytes("plain")?;
    let level = level(input)?;
    Ok(json!({"zstd": hexa::encode(&zstd_compress(&plain, level)?)}))
}

fn decompress(input: &mut Members) -> Result<Value, Failure> {
    let zstd = input.bytes("zstd")?;
    Ok(json!({"plain": hexa::encode(&zstd_decompress(&zstd)?)}))
}

fn seal(input: &mut Members) -> Result<Value, Failure> {
    let (key, nonce) = (input.fixed("key")?, input.fixed("nonce")?);
    let (aad, plain) = (input.bytes("aad")?, input.bytes("plain")?);
    let sealed = seal_xchacha_aad(&key, &nonce, &aad, &plain)?;
    Ok(json!({"sealed": hexa::encode(&sealed)}))
}

fn open(input: &mut Members) -> Result<Value, Failure> {
    let (key, nonce) = (input.fixed("key")?, input.fixed("nonce")?);
    let (aad, sealed) = (input.bytes("aad")?, input.bytes("sealed")?);
    let plain = open_xchacha_aad(&key, &nonce, &aad, &sealed)?;
    Ok(json!({"plain": hexa::encode(&plain)}))
}

/// A frame as data, within the ranges of the wire fields but not yet a valid frame.
struct Fields {
    mtype: u8,
    flags: u16,
    stream_id: u32,
    frame_seq: u64,
    space_hash32: u32,
    modality: u8,
    slices: Vec<(u8, Vec<u32>, Vec<u8>)>,
}

impl Fields {
    fn read(value: Value) -> Result<Self, Malformed> {
        let mut members = Members::of(value, "fields")?;
        let fields = Self {
            mtype: members.integer("type")?,
            flags: members.integer("flags")?,
            stream_id: members.integer("stream_id")?,
            frame_seq: frame_seq(&members.string("frame_seq")?)?,
            space_hash32: members.integer("space_hash32")?,
            modality: members.integer("modality")?,
            slices: members
                .array("slices")?
                .into_iter()
                .map(read_slice)
                .collect::<Result<_, Malformed>>()?,
        };
        members.end()?;
        Ok(fields)
    }

    /// The crate's types hold no invalid type, flag, modality or dtype: their own conversions refuse it.
    fn to_frame(&self) -> Result<VFrame, FrameError> {
        let mtype = MsgType::try_from(self.mtype)?;
        let flags = Flags::from_bits(self.flags)?;
        let modality = Modality::try_from(self.modality)?;
        let slices = self
            .slices
            .iter()
            .map(|(dtype, dims, payload)| {
                let meta = SliceMeta {
                    dtype: DType::try_from(*dtype)?,
                    shape: dims.clone(),
                };
                Ok((meta, payload.clone()))
            })
            .collect::<Result<_, FrameError>>()?;
        let mut frame = VFrame::new(mtype, modality, slices)?;
        frame.hdr.flags = flags;
        frame.hdr.stream_id = self.stream_id;
        frame.hdr.frame_seq = self.frame_seq;
        frame.hdr.space_hash32 = self.space_hash32;
        Ok(frame)
    }
}

fn read_slice(value: Value) -> Result<(u8, Vec<u32>, Vec<u8>), Malformed> {
    let mut members = Members::of(value, "slice")?;
    let dtype = members.integer("dtype")?;
    let dims = dims(&mut members, "dims")?;
    let payload = members.bytes("payload")?;
    members.end()?;
    Ok((dtype, dims, payload))
}

/// A u64 in decimal, which the schema's pattern describes exactly: no sign, no leading zero, no greater value.
fn frame_seq(text: &str) -> Result<u64, Malformed> {
    let canonical = text.parse().ok().filter(|n: &u64| n.to_string() == text);
    canonical.ok_or_else(|| "fields.frame_seq is not a u64 in decimal".to_owned())
}

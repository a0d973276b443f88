//! The table of ops: from a request's input to a reply (sections 4 and 5 of the testee protocol).

use resonant_protocol::compress::{zstd_compress, zstd_decompress, DEFAULT_LEVEL};
use resonant_protocol::crypto::{open_xchacha_aad, seal_xchacha_aad};
use resonant_protocol::{space_hash32, strong_tail_hash_hex, EncodeOptions, VFrameView};
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::fields::Fields;
use crate::hexa;
use crate::payload;
use crate::peer_ops;
use crate::peers::Peers;
use crate::shape::{Malformed, Members};

/// The profiles that the crate implements (TST-12).
pub const PROFILES: [&str; 8] = [
    "frame",
    "zstd",
    "xchacha",
    "message",
    "sparse",
    "quant",
    "handshake",
    "stream",
];

/// An op: the members of `input`, and for some the peers, to the content of `ok`.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// One that looks at its input alone.
    Pure(fn(&mut Members) -> Result<Value, Failure>),
    /// One on the peers. It looks at the whole input before it does anything.
    OnPeers(fn(&mut Members, &mut Peers) -> Result<Value, Failure>),
}

const TABLE: [(&str, Op); 21] = [
    ("hello", Op::Pure(hello)),
    ("decode", Op::Pure(decode)),
    ("encode", Op::Pure(encode)),
    ("space_hash", Op::Pure(space_hash)),
    ("tail_hash", Op::Pure(tail_hash)),
    ("compress", Op::Pure(compress)),
    ("decompress", Op::Pure(decompress)),
    ("seal", Op::Pure(seal)),
    ("open", Op::Pure(open)),
    ("read_message", Op::Pure(payload::read_message)),
    ("sparse_encode", Op::Pure(payload::sparse_encode)),
    ("sparse_decode", Op::Pure(payload::sparse_decode)),
    ("quantize", Op::Pure(payload::quantize)),
    ("dequantize", Op::Pure(payload::dequantize)),
    ("peer_open", Op::OnPeers(peer_ops::open)),
    ("peer_send", Op::OnPeers(peer_ops::send)),
    ("peer_poll", Op::OnPeers(peer_ops::poll)),
    ("peer_advance", Op::OnPeers(peer_ops::advance)),
    ("peer_close", Op::OnPeers(peer_ops::close)),
    ("reset", Op::OnPeers(peer_ops::reset)),
    ("stop", Op::Pure(|_| Ok(json!({})))),
];

impl Op {
    /// The op of that name, if there is one.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let mut rows = TABLE.iter();
        rows.find_map(|(known, op)| (*known == name).then_some(*op))
    }

    /// Performs it.
    ///
    /// # Errors
    /// If the implementation refuses the input, or the input does not fit.
    pub fn perform(self, input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
        match self {
            Self::Pure(op) => op(input),
            Self::OnPeers(op) => op(input, peers),
        }
    }
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

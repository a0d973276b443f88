//! The table of ops: how the input of each is read, and the call of the crate behind it (section 4 of the testee protocol).

use resonant_protocol::compress::{zstd_compress, zstd_decompress, DEFAULT_LEVEL};
use resonant_protocol::crypto::{open_xchacha_aad, seal_xchacha_aad};
use resonant_protocol::{space_hash32, strong_tail_hash_hex, EncodeOptions};
use resonant_testee_kit::{greet, hex, peer_batch, BadRequest, Fields, Hello, Members, Op, Ops};
use serde_json::{json, Value};

use crate::adapting;
use crate::failure::Failure;
use crate::fields::{to_frame, Encoded};
use crate::framing;
use crate::payload;
use crate::peer_ops;
use crate::peer_requests::{arrived, Sending};
use crate::peers::Peers;
use crate::shards;

/// The profiles that the crate implements (TST-12).
pub const PROFILES: &[&str] = &[
    "frame",
    "zstd",
    "xchacha",
    "message",
    "sparse",
    "quant",
    "handshake",
    "stream",
    "tcp",
    #[cfg(feature = "quic")]
    "quic",
    "rs",
    "fec",
    "mux",
    "adapt",
];

/// The transports that its peers are on (TST-27).
pub const TRANSPORTS: &[&str] = &[
    "udp",
    "tcp",
    #[cfg(feature = "quic")]
    "quic",
];

type Key = [u8; 32];
type Nonce = [u8; 24];

/// The ops of the testee.
#[must_use]
#[rustfmt::skip] // one op a line
pub fn ops() -> Ops<Peers> {
    let hello = Hello {
        name: "resonant-protocol (Rust)",
        version: env!("CARGO_PKG_VERSION"),
        language: "Rust",
        profiles: PROFILES,
    };
    let mut ops = on_peers();
    ops.extend([
        ("peer_batch", peer_batch(on_peers())),
        ("hello", greet(&hello, TRANSPORTS)),
        ("decode", Op::new(Encoded::read, decode)),
        ("encode", Op::new(Encoding::read, encode)),
        ("space_hash", Op::new(space, space_hash)),
        ("tail_hash", Op::new(|input| input.bytes("data"), tail_hash)),
        ("compress", Op::new(plain_and_level, compress)),
        ("decompress", Op::new(|input| input.bytes("zstd"), decompress)),
        ("seal", Op::new(|input| sealing(input, "plain"), seal)),
        ("open", Op::new(|input| sealing(input, "sealed"), open)),
        ("read_message", Op::new(Encoded::read, payload::read_message)),
        ("sparse_encode", Op::new(payload::Dense::read, payload::sparse_encode)),
        ("sparse_decode", Op::new(payload::Sparse::read, payload::sparse_decode)),
        ("quantize", Op::new(payload::Plain::read, payload::quantize)),
        ("dequantize", Op::new(payload::Codes::read, payload::dequantize)),
        ("tcp_split", Op::new(framing::Chunks::read, framing::tcp_split)),
        ("tcp_join", Op::new(framing::frames, framing::tcp_join)),
        ("rs_encode", Op::new(shards::Code::<Vec<u8>>::read, shards::rs_encode)),
        ("rs_decode", Op::new(shards::Code::<Option<Vec<u8>>>::read, shards::rs_decode)),
        ("repair_encode", Op::new(shards::Group::read, shards::repair_encode)),
        ("repair_decode", Op::new(shards::Lossy::read, shards::repair_decode)),
        ("adapt", Op::new(adapting::Wanted::read, adapting::adapt)),
        ("stop", Op::on_state(nothing, peer_ops::reset)), // the next runner finds no peers
    ]);
    ops
}

/// The ops on peers, those that a peer_batch may have.
#[rustfmt::skip] // as above
fn on_peers() -> Ops<Peers> {
    Ops::from([
        ("peer_open", Op::on_state(peer_ops::Opening::read, peer_ops::open)),
        ("peer_send", Op::on_state(Sending::read, peer_ops::send)),
        ("peer_poll", Op::on_state(arrived, peer_ops::poll)),
        ("peer_advance", Op::on_state(peer_ops::Advancing::read, peer_ops::advance)),
        ("peer_close", Op::on_state(nothing, peer_ops::close)),
        ("reset", Op::on_state(nothing, peer_ops::reset)),
    ])
}

fn nothing(_: &mut Members) -> Result<(), BadRequest> {
    Ok(())
}

fn decode(input: Encoded) -> Result<Value, Failure> {
    let view = input.view()?;
    let slices: Vec<Value> = view
        .slices()
        .map(|slice| {
            json!({
                "dtype": slice.dtype().to_wire(),
                "dims": slice.dims().collect::<Vec<u32>>(),
                "payload": hex::encode(slice.payload()),
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

struct Encoding {
    fields: Fields,
    key: Option<Key>,
    nonce: Option<Nonce>,
    level: i32,
}

impl Encoding {
    fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            fields: Fields::read(input.value("fields")?)?,
            key: input.optional("key", Members::fixed)?,
            nonce: input.optional("nonce", Members::fixed)?,
            level: level(input)?,
        })
    }
}

fn encode(input: Encoding) -> Result<Value, Failure> {
    let mut options = EncodeOptions::new().level(input.level);
    if let Some(key) = &input.key {
        options = options.key(key);
    }
    if let Some(nonce) = &input.nonce {
        options = options.nonce(nonce);
    }
    let bytes = to_frame(&input.fields)?.encode_with(&options)?;
    Ok(json!({"frame": hex::encode(&bytes)}))
}

fn level(input: &mut Members) -> Result<i32, BadRequest> {
    match input.optional("level", Members::integer::<u8>)? {
        None => Ok(DEFAULT_LEVEL),
        Some(level @ 1..=22) => Ok(i32::from(level)),
        Some(level) => Err(format!("input.level {level} is not in 1 to 22").into()),
    }
}

fn space(input: &mut Members) -> Result<[String; 3], BadRequest> {
    Ok([
        input.string("space_id")?,
        input.string("arch")?,
        input.string("data_sig")?,
    ])
}

fn space_hash([space_id, arch, data_sig]: [String; 3]) -> Result<Value, Failure> {
    Ok(json!({"space_hash32": space_hash32(&space_id, &arch, &data_sig)?}))
}

fn tail_hash(data: Vec<u8>) -> Result<Value, Failure> {
    Ok(json!({"xxhash3_64": strong_tail_hash_hex(&data)}))
}

fn plain_and_level(input: &mut Members) -> Result<(Vec<u8>, i32), BadRequest> {
    Ok((input.bytes("plain")?, level(input)?))
}

fn compress((plain, level): (Vec<u8>, i32)) -> Result<Value, Failure> {
    Ok(json!({"zstd": hex::encode(&zstd_compress(&plain, level)?)}))
}

fn decompress(zstd: Vec<u8>) -> Result<Value, Failure> {
    Ok(json!({"plain": hex::encode(&zstd_decompress(&zstd)?)}))
}

/// The bytes to seal or open, and what it takes.
struct Sealing {
    key: Key,
    nonce: Nonce,
    aad: Vec<u8>,
    data: Vec<u8>,
}

/// `data`: the name of the member with what is sealed or opened.
fn sealing(input: &mut Members, data: &str) -> Result<Sealing, BadRequest> {
    Ok(Sealing {
        key: input.fixed("key")?,
        nonce: input.fixed("nonce")?,
        aad: input.bytes("aad")?,
        data: input.bytes(data)?,
    })
}

fn seal(input: Sealing) -> Result<Value, Failure> {
    let sealed = seal_xchacha_aad(&input.key, &input.nonce, &input.aad, &input.data)?;
    Ok(json!({"sealed": hex::encode(&sealed)}))
}

fn open(input: Sealing) -> Result<Value, Failure> {
    let plain = open_xchacha_aad(&input.key, &input.nonce, &input.aad, &input.data)?;
    Ok(json!({"plain": hex::encode(&plain)}))
}

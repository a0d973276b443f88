//! The ops over an implementation: requests are checked, hexadecimal becomes bytes, and back.

use std::rc::Rc;

use serde_json::json;

use crate::calls::{add, source};
use crate::hex;
use crate::implementation::{Implementation, Options, Sealing, Sparse};
use crate::requests::{greet, stop, Failure, Ops};
use crate::schema::{BadRequest, Members};
use crate::shard_ops::shard_ops;
use crate::values::{Fields, Key};

/// Codes of checks that come before the transforms (FRM-29).
const EARLIER: [&str; 7] = [
    "FRAME_TOO_SHORT",
    "FRAME_TOO_LARGE",
    "BAD_VERSION",
    "CRC_MISMATCH",
    "BAD_TYPE",
    "BAD_SLICE_TABLE",
    "BAD_MODALITY",
];

/// The table of ops over an implementation. More may be added to it, such as those on peers ([`crate::Op::on_state`]).
pub fn ops_of<S>(yours: impl Implementation + 'static) -> Ops<S> {
    let yours = Rc::new(yours);
    let mut ops = Ops::from([
        ("hello", greet(&yours.hello(), yours.transports())),
        ("stop", stop()),
    ]);
    frame_ops(&mut ops, &yours);
    transform_ops(&mut ops, &yours);
    tensor_ops(&mut ops, &yours);
    framing_ops(&mut ops, &yours);
    shard_ops(&mut ops, &yours);
    ops
}

#[rustfmt::skip] // an op is what it reads, what it calls and what it gives
fn frame_ops<S, Y: Implementation + 'static>(ops: &mut Ops<S>, yours: &Rc<Y>) {
    add(ops, yours, "decode", frame_and_key, decode, |fields| json!({"fields": fields.to_json()}));
    add(ops, yours, "encode", fields_and_options, encode, |frame| json!({"frame": hex::encode(&frame)}));
    add(ops, yours, "space_hash",
        |input| Ok([input.string("space_id")?, input.string("arch")?, input.string("data_sig")?]),
        |yours, [space_id, arch, data_sig]| yours.space_hash(&space_id, &arch, &data_sig),
        |hash| json!({"space_hash32": hash}));
    add(ops, yours, "tail_hash",
        |input| input.bytes("data"),
        |yours, data| yours.tail_hash(&data),
        |hash| json!({"xxhash3_64": format!("{hash:016x}")})); // FRM-38
    add(ops, yours, "read_message", frame_and_key,
        |yours, (frame, key)| yours.read_message(&frame, key.as_ref()),
        |message| json!({"message": message}));
}

#[rustfmt::skip] // as above
fn transform_ops<S, Y: Implementation + 'static>(ops: &mut Ops<S>, yours: &Rc<Y>) {
    add(ops, yours, "compress",
        |input| Ok((input.bytes("plain")?, level(input)?)),
        |yours, (plain, level)| yours.compress(&plain, level),
        |zstd| json!({"zstd": hex::encode(&zstd)}));
    add(ops, yours, "decompress",
        |input| input.bytes("zstd"),
        |yours, zstd| yours.decompress(&zstd),
        |plain| json!({"plain": hex::encode(&plain)}));
    add(ops, yours, "seal",
        |input| Ok((sealing(input)?, input.bytes("plain")?)),
        |yours, (by, plain)| yours.seal(&by, &plain),
        |sealed| json!({"sealed": hex::encode(&sealed)}));
    add(ops, yours, "open",
        |input| Ok((sealing(input)?, input.bytes("sealed")?)),
        |yours, (by, sealed)| yours.open(&by, &sealed),
        |plain| json!({"plain": hex::encode(&plain)}));
}

#[rustfmt::skip] // as above
fn tensor_ops<S, Y: Implementation + 'static>(ops: &mut Ops<S>, yours: &Rc<Y>) {
    add(ops, yours, "sparse_encode",
        |input| Ok((input.integers("dims", 1..=255)?, input.bytes("dense")?)),
        |yours, (dims, dense): (Vec<u32>, _)| yours.sparse_encode(&dims, &dense),
        |(values, index)| json!({"values": hex::encode(&values), "index": hex::encode(&index)}));
    add(ops, yours, "sparse_decode", sparse,
        |yours, tensor| yours.sparse_decode(&tensor),
        |dense| json!({"dense": hex::encode(&dense)}));
    add(ops, yours, "quantize",
        |input| Ok((bits(input)?, source(input)?, input.bytes("data")?)),
        |yours, (bits, source, data)| yours.quantize(bits, source, &data),
        |(codes, scale)| json!({"codes": hex::encode(&codes), "scale": hex::encode(&scale)}));
    add(ops, yours, "dequantize",
        |input| Ok((bits(input)?, input.integer("count")?, input.bytes("codes")?, input.optional("scale", Members::bytes)?)),
        |yours, (bits, count, codes, scale)| yours.dequantize(bits, count, &codes, scale.as_deref()),
        |data| json!({"data": hex::encode(&data)}));
}

#[rustfmt::skip] // as above
fn framing_ops<S, Y: Implementation + 'static>(ops: &mut Ops<S>, yours: &Rc<Y>) {
    add(ops, yours, "tcp_split",
        |input| Ok((input.byte_strings("chunks")?, input.boolean("ended")?)),
        |yours, (chunks, ended)| yours.tcp_split(&chunks, ended),
        |split| {
            let frames: Vec<String> = split.frames.iter().map(|frame| hex::encode(frame)).collect();
            json!({"frames": frames, "end": split.end, "held": split.held})
        });
    add(ops, yours, "tcp_join",
        |input| input.byte_strings("frames"),
        |yours, frames| yours.tcp_join(&frames),
        |bytes| json!({"bytes": hex::encode(&bytes)}));
}

fn decode<Y: Implementation>(
    yours: &Y,
    (frame, key): (Vec<u8>, Option<Key>),
) -> Result<Fields, Failure> {
    let profiles = yours.hello().profiles;
    let fields =
        yours
            .decode(&frame, key.as_ref())
            .map_err(|failure| match header_flags(&frame) {
                Some(flags) if is_later(&failure) => {
                    need_claimed(flags, profiles).err().unwrap_or(failure)
                }
                _ => failure,
            })?;
    need_claimed(fields.flags, profiles)?;
    Ok(fields)
}

fn encode<Y: Implementation>(
    yours: &Y,
    (fields, options): (Fields, Options),
) -> Result<Vec<u8>, Failure> {
    need_claimed(fields.flags, yours.hello().profiles)?;
    yours.encode(fields, options)
}

/// Whether this is a refusal that says nothing about what comes before the transforms.
fn is_later(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { code, .. } if !EARLIER.contains(&code.as_str()))
}

/// Refuses a frame whose transforms are of profiles that are not claimed (TST-10).
fn need_claimed(flags: u16, profiles: &[&str]) -> Result<(), Failure> {
    let transforms = [(1, "zstd"), (2, "xchacha")];
    match transforms
        .iter()
        .find(|(bit, profile)| flags & bit != 0 && !profiles.contains(profile))
    {
        Some((_, profile)) => Err(Failure::unsupported(profile)),
        None => Ok(()),
    }
}

/// The flags of a frame with which nothing is wrong before its transforms, as far as its header and its CRC tell.
fn header_flags(frame: &[u8]) -> Option<u16> {
    let (covered, crc) = frame.split_last_chunk()?;
    let flags = u16::from_le_bytes([*frame.get(2)?, *frame.get(3)?]);
    let good = frame.len() >= 33 && frame.first() == Some(&1) && flags & !0b111 == 0;
    (good && crc32(covered) == u32::from_le_bytes(*crc)).then_some(flags)
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

fn frame_and_key(input: &mut Members) -> Result<(Vec<u8>, Option<Key>), BadRequest> {
    Ok((
        input.bytes("frame")?,
        input.optional("key", Members::fixed)?,
    ))
}

fn fields_and_options(input: &mut Members) -> Result<(Fields, Options), BadRequest> {
    let options = Options {
        key: input.optional("key", Members::fixed)?,
        nonce: input.optional("nonce", Members::fixed)?,
        level: level(input)?,
    };
    Ok((Fields::read(input.value("fields")?)?, options))
}

fn level(input: &mut Members) -> Result<Option<u8>, BadRequest> {
    match input.optional("level", Members::integer::<u8>)? {
        Some(level @ (0 | 23..)) => Err(format!("input.level {level} is not in 1 to 22").into()),
        level => Ok(level),
    }
}

fn sealing(input: &mut Members) -> Result<Sealing, BadRequest> {
    Ok(Sealing {
        key: input.fixed("key")?,
        nonce: input.fixed("nonce")?,
        aad: input.bytes("aad")?,
    })
}

fn sparse(input: &mut Members) -> Result<Sparse, BadRequest> {
    Ok(Sparse {
        dims: input.integers("dims", 1..=255)?,
        values: input.bytes("values")?,
        index_dims: input.integers("index_dims", ..)?,
        index: input.bytes("index")?,
    })
}

fn bits(input: &mut Members) -> Result<u8, BadRequest> {
    match input.integer("bits")? {
        bits @ (4 | 8) => Ok(bits),
        bits => Err(format!("input.bits {bits} is neither 4 nor 8").into()),
    }
}

//! The ops on peers (TST-15 to TST-19).

use resonant_protocol::peer::{Announce, Config};
use resonant_protocol::{FrameError, Modality, MsgType, VFrame};
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::fields::{read_slice, to_slices};
use crate::peers::Peers;
use crate::shape::{decimal, Malformed, Members};

const MOST_MILLISECONDS: u32 = 86_400_000;

pub(crate) fn open(input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
    let role = input.string("role")?;
    let config = config(input.value("config")?)?;
    let client = match role.as_str() {
        "server" => None,
        "client" => Some((port(input, "remote")?, input.integer("stream_id")?)),
        _ => return Err("input.role is neither server nor client".to_owned().into()),
    };
    input.ended()?;
    if peers.is_open() {
        return Err("peers are open already".to_owned().into());
    }
    match client {
        None => peers.open_server(config)?,
        Some((remote, stream_id)) => peers.open_client(config, remote, stream_id)?,
    }
    Ok(json!({}))
}

pub(crate) fn send(input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
    let kind = input.string("kind")?;
    let stream_id: u32 = input.integer("stream_id")?;
    let to = input.optional("to", port)?;
    let request = match kind.as_str() {
        "message" => Request::Message(message(input)?),
        "ping" => Request::Ping,
        "head" => {
            let strong = input.boolean("strong_tail")?;
            let announce = input.optional("announce", announce)?;
            Request::Head(strong, announce)
        }
        "tail" => Request::Tail,
        "heart" => Request::Heart,
        _ => return Err("input.kind is not a known one".to_owned().into()),
    };
    input.ended()?;
    check_open(peers)?;
    peers.ask(to, |peer, clock| match request {
        Request::Message(frame) => peer.send(stream_id, frame?, clock),
        Request::Ping => peer.ping(stream_id, clock),
        Request::Head(strong, announce) => {
            peer.open_stream(stream_id, strong, announce.as_ref(), clock)
        }
        Request::Tail => peer.close_stream(stream_id, clock),
        Request::Heart => peer.heart(stream_id, clock),
    })??;
    Ok(json!({}))
}

/// A peer's request to send.
enum Request {
    /// A frame, or what the crate's types refuse about it.
    Message(Result<VFrame, FrameError>),
    Ping,
    Head(bool, Option<Announce>),
    Tail,
    Heart,
}

pub(crate) fn poll(input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
    input.ended()?;
    check_open(peers)?;
    Ok(json!({"events": peers.poll()}))
}

pub(crate) fn advance(input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
    let milliseconds: u32 = input.integer("ms")?;
    if milliseconds > MOST_MILLISECONDS {
        let text = format!("input.ms {milliseconds} is over {MOST_MILLISECONDS}");
        return Err(text.into());
    }
    input.ended()?;
    check_open(peers)?;
    peers.advance(milliseconds.into());
    Ok(json!({}))
}

pub(crate) fn close(input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
    input.ended()?;
    peers.close();
    Ok(json!({}))
}

pub(crate) fn reset(input: &mut Members, peers: &mut Peers) -> Result<Value, Failure> {
    input.ended()?;
    peers.reset();
    Ok(json!({}))
}

/// TST-19.
fn check_open(peers: &Peers) -> Result<(), Malformed> {
    if peers.is_open() {
        return Ok(());
    }
    Err("no peers are open".to_owned())
}

fn port(input: &mut Members, name: &str) -> Result<u16, Malformed> {
    match input.integer(name)? {
        0 => Err(format!("input.{name} is not a port")),
        port => Ok(port),
    }
}

fn config(value: Value) -> Result<Config, Malformed> {
    let mut members = Members::of(value, "config")?;
    let config = Config {
        embedding_space_id: members.string("embedding_space_id")?,
        space_hash32: members.integer("space_hash32")?,
        d_model: members.integer("d_model")?,
        modality: names(&mut members, "modality")?,
        compress: names(&mut members, "compress")?,
        crypto: names(&mut members, "crypto")?,
        dtype: names(&mut members, "dtype")?,
        critique: members.boolean("critique")?,
        require_crypto: members.boolean("require_crypto")?,
        key: members.optional("key", Members::fixed)?,
        salt: members.fixed("salt")?,
    };
    members.end()?;
    if config.d_model == 0 {
        return Err("config.d_model is 0".to_owned());
    }
    Ok(config)
}

fn names(members: &mut Members, name: &str) -> Result<Vec<String>, Malformed> {
    let items = members.array(name)?.into_iter();
    let name = |item| match item {
        Value::String(text) => Ok(text),
        _ => Err(format!("config.{name} holds something but a string")),
    };
    items.map(name).collect()
}

fn announce(input: &mut Members, name: &str) -> Result<Announce, Malformed> {
    let mut members = Members::of(input.value(name)?, "announce")?;
    let announce = Announce {
        frames: decimal(&mut members, "frames")?,
        total_len: decimal(&mut members, "total_len")?,
        md5: members.fixed("md5")?,
        xxhash3_64: members.fixed("xxhash3_64").map(u64::from_be_bytes)?,
    };
    members.end()?;
    Ok(announce)
}

/// The frame of a message. The outer error is that of a malformed input.
fn message(input: &mut Members) -> Result<Result<VFrame, FrameError>, Malformed> {
    let mtype: u8 = input.integer("type")?;
    let modality: u8 = input.integer("modality")?;
    let slices = input.array("slices")?.into_iter();
    let slices = slices
        .map(read_slice)
        .collect::<Result<Vec<_>, Malformed>>()?;
    let mtype = MsgType::try_from(mtype).ok();
    let mtype = mtype.filter(|mtype| *mtype != MsgType::Sync);
    let mtype = mtype.ok_or("input.type is not that of a data frame")?;
    let modality = Modality::try_from(modality).map_err(|_| "input.modality is over 4")?;
    Ok(to_slices(&slices).and_then(|slices| VFrame::new(mtype, modality, slices)))
}

//! The ops on peers (TST-15 to TST-19).

use resonant_protocol::peer::{Announce, Config};
use resonant_protocol::{FrameError, Modality, MsgType, VFrame};
use resonant_testee_kit::{BadRequest, Members, Slice};
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::fields::to_slices;
use crate::peers::Peers;

const MOST_MILLISECONDS: u32 = 86_400_000;

/// The input of peer_open.
pub(crate) struct Opening {
    config: Config,
    /// A client's remote port, and the stream_id of its first ping. A server has none.
    client: Option<(u16, u32)>,
}

impl Opening {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let is_client = input.named("role", &[("client", true), ("server", false)])?;
        Ok(Self {
            config: config(input.value("config")?)?,
            client: if is_client {
                Some((port(input, "remote")?, input.integer("stream_id")?))
            } else {
                None
            },
        })
    }
}

pub(crate) fn open(input: Opening, peers: &mut Peers) -> Result<Value, Failure> {
    if peers.is_open() {
        return Err(BadRequest::from("peers are open already").into());
    }
    match input.client {
        None => peers.open_server(input.config)?,
        Some((remote, stream_id)) => peers.open_client(input.config, remote, stream_id)?,
    }
    Ok(json!({}))
}

/// The input of peer_send.
pub(crate) struct Sending {
    stream_id: u32,
    to: Option<u16>,
    request: Request,
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

impl Sending {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let kind = input.string("kind")?;
        Ok(Self {
            stream_id: input.integer("stream_id")?,
            to: input.optional("to", port)?,
            request: match kind.as_str() {
                "message" => Request::Message(message(input)?),
                "ping" => Request::Ping,
                "head" => {
                    let strong = input.boolean("strong_tail")?;
                    Request::Head(strong, input.optional("announce", announce)?)
                }
                "tail" => Request::Tail,
                "heart" => Request::Heart,
                _ => return Err("input.kind is not a known one".into()),
            },
        })
    }
}

pub(crate) fn send(input: Sending, peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    let stream_id = input.stream_id;
    let asked = peers.ask(input.to, |peer, clock| match input.request {
        Request::Message(frame) => peer.send(stream_id, frame?, clock),
        Request::Ping => peer.ping(stream_id, clock),
        Request::Head(strong, announce) => {
            peer.open_stream(stream_id, strong, announce.as_ref(), clock)
        }
        Request::Tail => peer.close_stream(stream_id, clock),
        Request::Heart => peer.heart(stream_id, clock),
    });
    asked.map_err(BadRequest)??;
    Ok(json!({}))
}

pub(crate) fn poll((): (), peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    Ok(json!({"events": peers.poll()}))
}

pub(crate) fn milliseconds(input: &mut Members) -> Result<u32, BadRequest> {
    match input.integer("ms")? {
        ms if ms > MOST_MILLISECONDS => {
            Err(format!("input.ms {ms} is over {MOST_MILLISECONDS}").into())
        }
        ms => Ok(ms),
    }
}

pub(crate) fn advance(milliseconds: u32, peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    peers.advance(milliseconds.into());
    Ok(json!({}))
}

pub(crate) fn close((): (), peers: &mut Peers) -> Result<Value, Failure> {
    peers.close();
    Ok(json!({}))
}

pub(crate) fn reset((): (), peers: &mut Peers) -> Result<Value, Failure> {
    peers.reset();
    Ok(json!({}))
}

/// TST-19.
fn check_open(peers: &Peers) -> Result<(), BadRequest> {
    if peers.is_open() {
        return Ok(());
    }
    Err("no peers are open".into())
}

fn port(input: &mut Members, name: &str) -> Result<u16, BadRequest> {
    match input.integer(name)? {
        0 => Err(format!("input.{name} is not a port").into()),
        port => Ok(port),
    }
}

fn config(value: Value) -> Result<Config, BadRequest> {
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
        return Err("config.d_model is 0".into());
    }
    Ok(config)
}

fn names(members: &mut Members, name: &str) -> Result<Vec<String>, BadRequest> {
    let items = members.array(name)?.into_iter();
    let name = |item| match item {
        Value::String(text) => Ok(text),
        _ => Err(format!("config.{name} holds something but a string").into()),
    };
    items.map(name).collect()
}

fn announce(input: &mut Members, name: &str) -> Result<Announce, BadRequest> {
    let mut members = Members::of(input.value(name)?, "announce")?;
    let announce = Announce {
        frames: members.decimal("frames")?,
        total_len: members.decimal("total_len")?,
        md5: members.fixed("md5")?,
        xxhash3_64: members.fixed("xxhash3_64").map(u64::from_be_bytes)?,
    };
    members.end()?;
    Ok(announce)
}

/// The frame of a message. The outer error is that of a malformed input.
fn message(input: &mut Members) -> Result<Result<VFrame, FrameError>, BadRequest> {
    let mtype: u8 = input.integer("type")?;
    let modality: u8 = input.integer("modality")?;
    let slices = input.array("slices")?.into_iter();
    let slices = slices
        .map(Slice::read)
        .collect::<Result<Vec<_>, BadRequest>>()?;
    let mtype = MsgType::try_from(mtype).ok();
    let mtype = mtype.filter(|mtype| *mtype != MsgType::Sync);
    let mtype = mtype.ok_or("input.type is not that of a data frame")?;
    let modality = Modality::try_from(modality).map_err(|_| "input.modality is over 4")?;
    Ok(to_slices(&slices).and_then(|slices| VFrame::new(mtype, modality, slices)))
}

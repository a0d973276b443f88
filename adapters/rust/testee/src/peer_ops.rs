//! The ops on peers (TST-15 to TST-19).

use resonant_protocol::peer::{Announce, Config, Mux, RepairGroups};
use resonant_protocol::{FrameError, Modality, MsgType, VFrame};
use resonant_testee_kit::{BadRequest, Members, Slice};
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::fields::to_slices;
use crate::peers::{Peers, Remote, Way};
use crate::wires::{Arrived, Tls};

const MOST_MILLISECONDS: u32 = 86_400_000;

/// The input of peer_open.
pub(crate) struct Opening {
    config: Config,
    /// The remote end of a client. A server has none.
    remote: Option<Remote>,
    /// Of a server that is to be reached over QUIC.
    tls: Option<Tls>,
}

impl Opening {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let is_client = input.named("role", &[("client", true), ("server", false)])?;
        let config = config(input.value("config")?)?;
        Ok(Self {
            config,
            remote: if is_client {
                Some(remote(input)?)
            } else {
                None
            },
            tls: if is_client {
                None
            } else {
                input.optional("tls", tls)?
            },
        })
    }
}

fn remote(input: &mut Members) -> Result<Remote, BadRequest> {
    let transports = [("udp", Way::Udp), ("tcp", Way::Tcp), ("quic", Way::Quic)];
    let way = input.named("transport", &transports)?;
    let trust = input.optional("tls", |input, name| {
        let mut members = Members::of(input.value(name)?, "tls")?;
        let trust = members.string("trust")?;
        members.end()?;
        Ok(trust)
    })?;
    if way == Way::Quic && trust.is_none() {
        return Err("input.tls is missing".into());
    }
    Ok(Remote {
        link: link(input, "link")?,
        way,
        port: port(input, "remote")?,
        stream_id: input.integer("stream_id")?,
        trust: trust.unwrap_or_default(),
    })
}

fn tls(input: &mut Members, name: &str) -> Result<Tls, BadRequest> {
    let mut members = Members::of(input.value(name)?, "tls")?;
    let tls = Tls {
        certificate: members.string("certificate")?,
        key: members.string("key")?,
    };
    members.end()?;
    Ok(tls)
}

pub(crate) fn open(input: Opening, peers: &mut Peers) -> Result<Value, Failure> {
    if peers.is_open() {
        return Err(BadRequest::from("peers are open already").into());
    }
    match input.remote {
        None => peers.open_server(input.config, input.tls)??,
        Some(remote) => peers.open_client(input.config, remote)??,
    }
    Ok(told(json!({}), peers))
}

/// The input of peer_send.
pub(crate) struct Sending {
    stream_id: u32,
    link: Option<String>,
    arrived: Option<Arrived>,
    request: Request,
}

/// A peer's request to send.
enum Request {
    /// A frame, or what the crate's types refuse about it.
    Message(Result<VFrame, FrameError>),
    Ping,
    Head(bool, Option<Announce>, Option<u8>),
    Tail,
    Heart,
    Hold,
    Resume,
    Cancel,
    Reset(String),
    Cork,
    Uncork,
}

impl Sending {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let kind = input.string("kind")?;
        Ok(Self {
            stream_id: match kind.as_str() {
                "cork" | "uncork" => 0, // they are about all streams
                _ => input.integer("stream_id")?,
            },
            link: input.optional("link", link)?,
            arrived: arrived(input)?,
            request: match kind.as_str() {
                "message" => Request::Message(message(input)?),
                "ping" => Request::Ping,
                "head" => {
                    let strong = input.boolean("strong_tail")?;
                    let announce = input.optional("announce", announce)?;
                    Request::Head(strong, announce, input.optional("urgency", urgency)?)
                }
                "tail" => Request::Tail,
                "heart" => Request::Heart,
                "hold" => Request::Hold,
                "resume" => Request::Resume,
                "cancel" => Request::Cancel,
                "reset" => Request::Reset(input.string("code")?),
                "cork" => Request::Cork,
                "uncork" => Request::Uncork,
                _ => return Err("input.kind is not a known one".into()),
            },
        })
    }
}

pub(crate) fn send(input: Sending, peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    handle(peers, input.arrived.as_ref())?;
    let stream_id = input.stream_id;
    let asked = peers.ask(input.link.as_deref(), |peer, clock| match input.request {
        Request::Message(frame) => peer.send(stream_id, frame?, clock),
        Request::Ping => peer.ping(stream_id, clock),
        Request::Head(strong, announce, None) => {
            peer.open_stream(stream_id, strong, announce.as_ref(), clock)
        }
        Request::Head(strong, announce, Some(urgency)) => {
            peer.open_urgent_stream(stream_id, strong, announce.as_ref(), urgency, clock)
        }
        Request::Tail => peer.close_stream(stream_id, clock),
        Request::Heart => peer.heart(stream_id, clock),
        Request::Hold => peer.hold(stream_id, clock),
        Request::Resume => peer.resume(stream_id, clock),
        Request::Cancel => peer.cancel(stream_id, clock),
        Request::Reset(code) => peer.reset_stream(stream_id, &code, clock),
        Request::Cork => Ok(peer.cork(clock)),
        Request::Uncork => Ok(peer.uncork(clock)),
    });
    asked.map_err(BadRequest)??;
    Ok(told(json!({}), peers))
}

pub(crate) fn poll(arrived: Option<Arrived>, peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    handle(peers, arrived.as_ref())?;
    let events = peers.take_events();
    Ok(told(json!({"events": events}), peers))
}

/// The input of peer_advance.
pub(crate) struct Advancing {
    milliseconds: u32,
    arrived: Option<Arrived>,
}

impl Advancing {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let milliseconds = input.integer("ms")?;
        if milliseconds > MOST_MILLISECONDS {
            return Err(format!("input.ms {milliseconds} is over {MOST_MILLISECONDS}").into());
        }
        Ok(Self {
            milliseconds,
            arrived: arrived(input)?,
        })
    }
}

pub(crate) fn advance(input: Advancing, peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    handle(peers, input.arrived.as_ref())?;
    peers.advance(input.milliseconds.into());
    Ok(told(json!({}), peers))
}

/// The member `arrived` of a request that has it (TST-28).
pub(crate) fn arrived(input: &mut Members) -> Result<Option<Arrived>, BadRequest> {
    input.optional("arrived", |input, name| {
        let mut members = Members::of(input.value(name)?, "arrived")?;
        let arrived = Arrived {
            link: link(&mut members, "link")?,
            on: members.optional("on", Members::integer)?,
            bytes: members.integer("bytes")?,
            ended: members
                .optional("ended", Members::boolean)?
                .unwrap_or_default(),
        };
        members.end()?;
        Ok(arrived)
    })
}

fn handle(peers: &mut Peers, arrived: Option<&Arrived>) -> Result<(), BadRequest> {
    peers.handle(arrived).map_err(BadRequest)
}

/// A result with what was sent on connections, and what was ended of them (TST-30, TST-32).
fn told(mut result: Value, peers: &mut Peers) -> Value {
    let told = [("sent", peers.tell_sent()), ("ends", peers.tell_ends())];
    for (name, counts) in told {
        if !counts.is_empty() {
            result[name] = json!(counts);
        }
    }
    result
}

/// A link: 1 to 64 letters, digits and hyphens.
fn link(input: &mut Members, name: &str) -> Result<String, BadRequest> {
    let text = input.string(name)?;
    let is_right = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(is_right) {
        return Ok(text);
    }
    Err(format!("input.{name} is no link").into())
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
        mux: members.optional("mux", mux)?,
        fec: members.optional("fec", names)?,
        repair: members.optional("repair", groups)?,
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

fn mux(input: &mut Members, name: &str) -> Result<Mux, BadRequest> {
    let mut members = Members::of(input.value(name)?, "mux")?;
    let mux = Mux {
        streams: members.integer("streams")?,
        frames: members.integer("frames")?,
    };
    members.end()?;
    Ok(mux)
}

fn groups(input: &mut Members, name: &str) -> Result<RepairGroups, BadRequest> {
    let mut members = Members::of(input.value(name)?, "repair")?;
    let groups = RepairGroups {
        k: members.integer("k")?,
        r: members.integer("r")?,
        step: members.integer("step")?,
    };
    members.end()?;
    Ok(groups)
}

fn urgency(input: &mut Members, name: &str) -> Result<u8, BadRequest> {
    match input.integer(name)? {
        urgency @ 0..=7 => Ok(urgency),
        urgency => Err(format!("input.{name} {urgency} is over 7").into()),
    }
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

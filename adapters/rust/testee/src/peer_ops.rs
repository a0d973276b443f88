//! The ops on peers (TST-15 to TST-19).

use resonant_protocol::peer::Config;
use resonant_testee_kit::{BadRequest, Members};
use serde_json::{json, Value};

use crate::failure::Failure;
use crate::peer_config::config;
use crate::peer_requests::{arrived, link, Sending};
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

pub(crate) fn send(input: Sending, peers: &mut Peers) -> Result<Value, Failure> {
    check_open(peers)?;
    handle(peers, input.arrived.as_ref())?;
    let (stream_id, request) = (input.stream_id, input.request);
    let asked = peers.ask(input.link.as_deref(), |peer, clock| {
        request.perform(peer, stream_id, clock)
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

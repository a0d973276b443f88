//! The peers on the wire socket: one for each remote address, on a clock that requests move (section 5 of the
//! testee protocol).

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use resonant_protocol::peer::{Config, Output, Peer, Role};
use resonant_protocol::{FrameError, MAX_FRAME_LEN};
use serde_json::Value;

use crate::peer_events::to_json;
use crate::wire::Wire;

/// Greatest number of remote addresses of a server. Datagrams of others are thrown away.
const MOST_PEERS: usize = 1024;

/// The wire socket, and what is open on it.
#[derive(Debug)]
pub struct Peers {
    wire: Wire,
    clock: u64,
    open: Option<Open>,
    /// Events that peer_poll has not given yet.
    events: Vec<Value>,
}

#[derive(Debug)]
struct Open {
    role: Role,
    config: Config,
    /// The remote address of a client.
    remote: Option<SocketAddr>,
    /// In the order in which their addresses appeared.
    peers: Vec<(SocketAddr, Peer)>,
}

impl Peers {
    /// No peers, on a socket that becomes one that does not block.
    ///
    /// # Errors
    /// If the socket cannot be set so.
    pub fn new(wire: UdpSocket) -> io::Result<Self> {
        Ok(Self {
            wire: Wire::new(wire)?,
            clock: 0,
            open: None,
            events: Vec::new(),
        })
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens a server.
    pub(crate) fn open_server(&mut self, config: Config) -> Result<(), FrameError> {
        Peer::new(Role::Server, config.clone(), self.clock)?; // refused now or never
        self.wire.discard();
        self.open = Some(Open {
            role: Role::Server,
            config,
            remote: None,
            peers: Vec::new(),
        });
        Ok(())
    }

    /// Opens a client, which sends its first ping.
    pub(crate) fn open_client(
        &mut self,
        config: Config,
        remote: u16,
        stream_id: u32,
    ) -> Result<(), FrameError> {
        let mut peer = Peer::new(Role::Client, config.clone(), self.clock)?;
        let output = peer.ping(stream_id, self.clock)?;
        self.wire.discard();
        let remote = local(remote);
        self.open = Some(Open {
            role: Role::Client,
            config,
            remote: Some(remote),
            peers: vec![(remote, peer)],
        });
        self.pass_on(remote, output);
        Ok(())
    }

    /// Closes the peers and throws away what waits.
    pub(crate) fn close(&mut self) {
        self.wire.discard();
        self.open = None;
        self.events.clear();
    }

    /// As closing, and the clock stands at 0 (TST-16).
    pub fn reset(&mut self) {
        self.close();
        self.clock = 0;
    }

    /// Has a peer do something. Without `to`, there must be no more than one.
    ///
    /// The outer error is a text for people, the inner one the peer's refusal.
    pub(crate) fn ask(
        &mut self,
        to: Option<u16>,
        act: impl FnOnce(&mut Peer, u64) -> Result<Output, FrameError>,
    ) -> Result<Result<(), FrameError>, String> {
        self.handle_waiting();
        let clock = self.clock;
        let open = self.open.as_mut().ok_or("no peers are open")?;
        let address = match (to, open.peers.as_slice()) {
            (Some(port), _) => Some(local(port)),
            (None, [(address, _)]) => Some(*address),
            (None, []) => None,
            (None, _) => return Err("input.to is needed for one of several peers".to_owned()),
        };
        let peers = open.peers.iter_mut();
        let known = peers.filter(|(known, _)| Some(*known) == address);
        let known = known.map(|(_, peer)| peer).next();
        let Some((peer, address)) = known.zip(address) else {
            if open.role == Role::Client {
                return Err("input.to is not the server".to_owned());
            }
            // A server has no session with an address that has sent nothing, and a peer of its says so.
            let stranger = Peer::new(open.role, open.config.clone(), clock);
            let refused = stranger.and_then(|mut peer| act(&mut peer, clock)).err();
            let refused = refused.ok_or("the address has sent nothing".to_owned())?;
            return Ok(Err(refused));
        };
        let output = act(peer, clock);
        Ok(output.map(|output| self.pass_on(address, output)))
    }

    /// The events since the last call, after everything that waits is handled (TST-15, TST-18).
    pub(crate) fn poll(&mut self) -> Vec<Value> {
        self.handle_waiting();
        std::mem::take(&mut self.events)
    }

    /// Moves the clock. Deadlines on the way are met in the order of their times (TST-16).
    pub(crate) fn advance(&mut self, milliseconds: u64) {
        self.handle_waiting();
        let end = self.clock.saturating_add(milliseconds);
        loop {
            let peers = self.open.iter().flat_map(|open| &open.peers);
            let deadlines = peers.filter_map(|(_, peer)| peer.deadline_ms());
            let next = deadlines.min().map_or(end, |time| time.min(end));
            self.clock = self.clock.max(next);
            self.meet_deadlines();
            if self.clock >= end {
                return;
            }
        }
    }

    fn meet_deadlines(&mut self) {
        let clock = self.clock;
        let peers = self.open.iter_mut().flat_map(|open| &mut open.peers);
        let outputs: Vec<(SocketAddr, Output)> = peers
            .map(|(address, peer)| (*address, peer.advance(clock)))
            .collect();
        for (address, output) in outputs {
            self.pass_on(address, output);
        }
    }

    /// Handles every datagram that waits, in the order of arrival.
    fn handle_waiting(&mut self) {
        let mut buffer = vec![0; MAX_FRAME_LEN];
        while let Some((length, from)) = self.wire.next_datagram(&mut buffer) {
            let clock = self.clock;
            let peer = self.open.as_mut().and_then(|open| open.peer(from, clock));
            let datagram = buffer.get(..length).unwrap_or_default();
            if let Some(output) = peer.map(|peer| peer.receive(datagram, clock)) {
                self.pass_on(from, output);
            }
        }
    }

    /// Sends the datagrams and keeps the events.
    fn pass_on(&mut self, to: SocketAddr, output: Output) {
        for datagram in output.datagrams {
            if let Err(error) = self.wire.send(&datagram, to) {
                eprintln!("resonant-testee: a frame was not sent: {error}");
            }
        }
        let events = output.events.iter();
        self.events
            .extend(events.map(|event| to_json(to.port(), event)));
    }
}

impl Open {
    /// The peer for an address, a new one if a server has not met it yet.
    fn peer(&mut self, from: SocketAddr, clock: u64) -> Option<&mut Peer> {
        let place = self.peers.iter().position(|(known, _)| *known == from);
        if place.is_none() {
            if self.remote.is_some() || self.peers.len() >= MOST_PEERS {
                return None;
            }
            let mut config = self.config.clone();
            if !self.peers.is_empty() {
                getrandom::fill(&mut config.salt).ok()?; // XCH-15
            }
            let peer = Peer::new(self.role, config, clock).ok()?;
            self.peers.push((from, peer));
        }
        let place = place.unwrap_or(self.peers.len().saturating_sub(1));
        self.peers.get_mut(place).map(|(_, peer)| peer)
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

//! The crate's endpoint on the wire socket, on a clock that requests move (section 5 of the testee protocol).

use std::io;
use std::iter;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use resonant_protocol::crypto::Salt;
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::{Config, Output, Peer, Role};
use resonant_protocol::{FrameError, MAX_FRAME_LEN};
use serde_json::Value;

use crate::peer_events::to_json;
use crate::wire::Wire;

/// Greatest number of remote addresses at a time.
const MAX_PEERS: usize = 1024;

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
    endpoint: Endpoint<SocketAddr>,
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
        let open = Open::new(Role::Server, config)?;
        self.wire.discard();
        self.open = Some(open);
        Ok(())
    }

    /// Opens a client, which sends its first ping.
    pub(crate) fn open_client(
        &mut self,
        config: Config,
        remote: u16,
        stream_id: u32,
    ) -> Result<(), FrameError> {
        let mut open = Open::new(Role::Client, config)?;
        let pinged = open
            .endpoint
            .connect(local(remote), stream_id, self.clock)?;
        self.wire.discard();
        self.open = Some(open);
        self.pass_on(pinged);
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
        let Some(link) = open.link(to)? else {
            if open.role == Role::Client {
                return Err("input.to is not the server".to_owned());
            }
            // A server has no session with an address that has sent nothing, and a peer of its says so.
            let stranger = Peer::new(open.role, open.config.clone(), clock);
            let refused = stranger.and_then(|mut peer| act(&mut peer, clock)).err();
            let refused = refused.ok_or("the address has sent nothing".to_owned())?;
            return Ok(Err(refused));
        };
        let outputs = open.endpoint.request(&link, |peer| act(peer, clock));
        Ok(outputs.map(|outputs| self.pass_on(outputs)))
    }

    /// The events since the last call, after everything that waits is handled (TST-15, TST-18).
    pub(crate) fn poll(&mut self) -> Vec<Value> {
        self.handle_waiting();
        std::mem::take(&mut self.events)
    }

    /// Moves the clock. Deadlines on the way are met in the order of their times (TST-16).
    pub(crate) fn advance(&mut self, milliseconds: u64) {
        self.handle_waiting();
        self.clock = self.clock.saturating_add(milliseconds);
        if let Some(open) = &mut self.open {
            let outputs = open.endpoint.advance(self.clock);
            self.pass_on(outputs);
        }
    }

    /// Handles every datagram that waits, in the order of arrival.
    fn handle_waiting(&mut self) {
        let mut buffer = vec![0; MAX_FRAME_LEN];
        while let Some((length, from)) = self.wire.next_datagram(&mut buffer) {
            let datagram = buffer.get(..length).unwrap_or_default();
            if let Some(open) = &mut self.open {
                let outputs = open.endpoint.receive(from, datagram, self.clock);
                self.pass_on(outputs);
            }
        }
    }

    /// Sends the datagrams and keeps the events.
    fn pass_on(&mut self, outputs: Outputs<SocketAddr>) {
        for (to, datagram) in outputs.datagrams {
            if let Err(error) = self.wire.send(&datagram, to) {
                eprintln!("resonant-testee: a frame was not sent: {error}");
            }
        }
        let events = outputs.events.iter();
        self.events
            .extend(events.map(|(from, event)| to_json(from.port(), event)));
    }
}

impl Open {
    /// The first remote address has the salt of the configuration, further ones have drawn ones. What a dialogue shows
    /// after a loss is the same peer (STM-25).
    fn new(role: Role, config: Config) -> Result<Self, FrameError> {
        let salts = iter::once(config.salt).chain(iter::from_fn(draw_salt));
        let endpoint = Endpoint::new(role, config.clone(), salts)?;
        Ok(Self {
            role,
            config,
            endpoint: endpoint.with_limit(MAX_PEERS).keeping_lost(),
        })
    }

    /// The address of that port, or the only one that has a connection, as far as it has one.
    fn link(&self, to: Option<u16>) -> Result<Option<SocketAddr>, String> {
        if let Some(port) = to {
            let link = local(port);
            return Ok(self.endpoint.peer(&link).map(|_| link));
        }
        let mut links = self.endpoint.links();
        match (links.next(), links.next()) {
            (only, None) => Ok(only.copied()),
            _ => Err("input.to is needed for one of several peers".to_owned()),
        }
    }
}

/// XCH-15.
fn draw_salt() -> Option<Salt> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).ok().map(|()| salt)
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

//! The crate's endpoint on the wires, on a clock that requests move (section 6 of the testee protocol).

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use resonant_protocol::endpoint::Outputs;
use resonant_protocol::peer::{Config, Event, Output, Peer, Role};
use resonant_protocol::transport::{check_unsent, number_of};
use resonant_protocol::{FrameError, MAX_FRAME_LEN};
use resonant_testee_kit::{BadRequest, Wires};
use serde_json::Value;

use crate::open::Open;
use crate::peer_events::to_json;
use crate::wires::quic::Quic;
use crate::wires::tcp::{arrival_deadline, Lines, Taken};
use crate::wires::udp::Wire;
use crate::wires::{pause, Arrived, Tls};

/// The transport of a client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    Tcp,
    Quic,
}

/// The remote end of a client.
pub(crate) struct Remote {
    pub(crate) link: String,
    pub(crate) way: Way,
    pub(crate) port: u16,
    pub(crate) stream_id: u32,
    /// Over QUIC the certificate that it has to show, PEM.
    pub(crate) trust: String,
}

/// The wires, and what is open on them.
#[derive(Debug)]
pub struct Peers {
    wire: Wire,
    /// Room for a datagram, kept from op to op.
    buffer: Vec<u8>,
    lines: Lines,
    quic: Quic,
    clock: u64,
    open: Option<Open>,
    /// Events that peer_poll has not given yet.
    events: Vec<Value>,
}

impl Peers {
    /// No peers, on sockets that become ones that do not block.
    ///
    /// # Errors
    /// If a socket is missing, or cannot be set so.
    pub fn new(wires: Wires) -> io::Result<Self> {
        let udp = wires.udp.ok_or(io::Error::other("no wire for UDP"))?;
        Ok(Self {
            wire: Wire::new(udp)?,
            buffer: vec![0; MAX_FRAME_LEN],
            lines: Lines::new(wires.tcp)?,
            quic: Quic::new(wires.quic)?,
            clock: 0,
            open: None,
            events: Vec::new(),
        })
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens a server. The outer error is a text for people.
    pub(crate) fn open_server(
        &mut self,
        config: Config,
        tls: Option<Tls>,
    ) -> Result<Result<(), FrameError>, BadRequest> {
        let open = match Open::new(Role::Server, config) {
            Ok(open) => open,
            Err(refused) => return Ok(Err(refused)),
        };
        self.discard();
        if let Some(tls) = tls {
            self.quic.listen(&tls).map_err(BadRequest)?;
        }
        self.open = Some(open);
        Ok(Ok(()))
    }

    /// Opens a client, which sends its first ping. The outer error is a text for people.
    pub(crate) fn open_client(
        &mut self,
        config: Config,
        remote: Remote,
    ) -> Result<Result<(), FrameError>, BadRequest> {
        let mut open = match Open::new(Role::Client, config) {
            Ok(open) => open,
            Err(refused) => return Ok(Err(refused)),
        };
        self.discard();
        open.own = Some(remote.link.clone());
        let endpoint = &mut open.endpoint;
        let (link, stream_id) = (remote.link.clone(), remote.stream_id);
        let pinged = match remote.way {
            Way::Udp => endpoint.connect(link, stream_id, self.clock),
            Way::Tcp => endpoint.connect_over_tcp(link, stream_id, self.clock),
            Way::Quic => endpoint.connect_over_quic(link, stream_id, self.clock),
        };
        let mut outputs = match pinged {
            Ok(outputs) => outputs,
            Err(refused) => return Ok(Err(refused)),
        };
        let is_made = match remote.way {
            Way::Udp => true,
            Way::Tcp => self.lines.connect(&remote.link, remote.port).is_ok(),
            Way::Quic => {
                let made = self.quic.connect(&remote.link, remote.port, &remote.trust);
                made.map_err(BadRequest)?
            }
        };
        if remote.way == Way::Udp {
            open.know(&remote.link, local(remote.port));
        }
        if !is_made {
            outputs = open.endpoint.reset(&remote.link, self.clock); // TCP-12, QUI-15
        }
        self.open = Some(open);
        self.pass_on(outputs);
        Ok(Ok(()))
    }

    fn discard(&mut self) {
        self.wire.discard(&mut self.buffer);
        self.lines.clear();
        self.quic.clear();
    }

    /// Closes the peers and throws away what waits.
    pub(crate) fn close(&mut self) {
        self.discard();
        self.open = None;
        self.events.clear();
    }

    /// As closing, and the clock stands at 0 (TST-16).
    pub fn reset(&mut self) {
        self.close();
        self.clock = 0;
    }

    /// Has a peer do something. Without `link`, there must be no more than one.
    ///
    /// The outer error is a text for people, the inner one the peer's refusal.
    pub(crate) fn ask(
        &mut self,
        link: Option<&str>,
        act: impl FnOnce(&mut Peer, u64) -> Result<Output, FrameError>,
    ) -> Result<Result<(), FrameError>, String> {
        let clock = self.clock;
        let open = self.open.as_mut().ok_or("no peers are open")?;
        let Some(link) = open.link(link)? else {
            // There is no session with whoever has sent nothing: a peer says so.
            let stranger = Peer::new(Role::Server, open.config.clone(), clock);
            let refused = stranger.and_then(|mut peer| act(&mut peer, clock)).err();
            let refused = refused.ok_or("the remote end has sent nothing".to_owned())?;
            return Ok(Err(refused));
        };
        if let Err(full) = check_unsent(self.lines.unsent(&link) + self.quic.unsent(&link)) {
            return Ok(Err(full));
        }
        let room = self.quic.datagram_room(&link);
        open.endpoint.set_datagram_room(&link, room);
        let outputs = open.endpoint.request(&link, |peer| act(peer, clock));
        Ok(outputs.map(|outputs| self.pass_on(outputs)))
    }

    /// The events since the last call (TST-18).
    pub(crate) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    /// The `sent` of a reply (TST-30).
    pub(crate) fn tell_sent(&mut self) -> BTreeMap<String, u64> {
        let mut sent = self.lines.tell_sent();
        sent.extend(self.quic.tell_sent());
        sent
    }

    /// The `ends` of a reply (TST-32).
    pub(crate) fn tell_ends(&mut self) -> BTreeMap<String, u64> {
        self.quic.tell_ends()
    }

    /// Moves the clock. Deadlines on the way are met in the order of their times (TST-16).
    pub(crate) fn advance(&mut self, milliseconds: u64) {
        self.clock = self.clock.saturating_add(milliseconds);
        if let Some(open) = &mut self.open {
            let outputs = open.endpoint.advance(self.clock);
            self.pass_on(outputs);
        }
    }

    /// Handles what waits and what has arrived (TST-15, TST-28). The error is a text for people (TST-29).
    pub(crate) fn handle(&mut self, arrived: Option<&Arrived>) -> Result<(), String> {
        self.handle_datagrams();
        match arrived {
            Some(arrived) if self.quic.knows(&arrived.link) => self.handle_quic(arrived),
            Some(arrived) => self.handle_arrived(arrived),
            None => Ok(()),
        }
    }

    fn handle_quic(&mut self, arrived: &Arrived) -> Result<(), String> {
        let deadline = arrival_deadline();
        while !self.quic.is_satisfied(arrived) {
            let news = self.quic.take(arrived, deadline)?;
            if let Some(open) = &mut self.open {
                let outputs = news.apply(&mut open.endpoint, &arrived.link, self.clock);
                self.pass_on(outputs);
            }
        }
        Ok(())
    }

    /// Handles every datagram that waits, in the order of arrival, in a peer_batch as many as it says (TST-34).
    fn handle_datagrams(&mut self) {
        let mut left = self.wire.at_most.unwrap_or(u32::MAX);
        let mut buffer = std::mem::take(&mut self.buffer);
        while left > 0 {
            let Some((length, from)) = self.wire.next_datagram(&mut buffer) else {
                break;
            };
            left -= 1;
            let datagram = buffer.get(..length).unwrap_or_default();
            let Some(open) = &mut self.open else {
                continue;
            };
            if let Some(link) = open.link_of(from) {
                let outputs = open.endpoint.receive(link, datagram, self.clock);
                self.pass_on(outputs);
            }
        }
        self.buffer = buffer;
    }

    fn handle_arrived(&mut self, arrived: &Arrived) -> Result<(), String> {
        let (link, deadline) = (arrived.link.as_str(), arrival_deadline());
        while !self.lines.is_satisfied(link, arrived.bytes, arrived.ended) {
            if Instant::now() > deadline {
                return Err(format!("not everything has arrived on {link} within 5 s"));
            }
            if !self.lines.has(link) {
                self.accept();
                continue;
            }
            let taken = self.lines.take(link, arrived.bytes);
            if let (Some(open), Some(taken)) = (&mut self.open, taken) {
                let link = link.to_owned();
                let outputs = match taken {
                    Taken::Bytes(bytes) => open.endpoint.receive_bytes(&link, &bytes, self.clock),
                    Taken::End => open.endpoint.end(&link, self.clock),
                    Taken::Reset => open.endpoint.reset(&link, self.clock),
                };
                self.pass_on(outputs);
            }
        }
        Ok(())
    }

    fn accept(&mut self) {
        match (self.lines.accept(), &mut self.open) {
            (Some(link), Some(open)) if open.role == Role::Server => {
                let outputs = open.endpoint.accept(link, self.clock);
                self.pass_on(outputs);
            }
            _ => pause(),
        }
    }

    /// Sends the frames and keeps the events. What ends a connection ends it on this side.
    fn pass_on(&mut self, outputs: Outputs<String>) {
        let Some(open) = &mut self.open else { return };
        for (link, frame) in outputs.datagrams {
            let Some(to) = open.addresses.get(&link) else {
                self.lines.send(&link, &frame);
                continue;
            };
            if let Err(error) = self.wire.send(&frame, &link, *to) {
                eprintln!("resonant-testee: a frame was not sent: {error}");
            }
        }
        for (link, carried) in outputs.carried {
            self.quic.carry(&link, carried);
        }
        for (link, event) in &outputs.events {
            if let Event::Closed { code } = event {
                self.lines.close(link);
                self.quic.close(link, number_of(*code));
                open.ended.insert(link.clone());
            }
            self.events.push(to_json(link, event));
        }
    }
}

impl resonant_testee_kit::Wire for Peers {
    fn take_at_most(&mut self, datagrams: Option<u32>) {
        self.wire.at_most = datagrams;
    }

    fn count_sent(&mut self) -> BTreeMap<String, u64> {
        self.wire.count_sent()
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

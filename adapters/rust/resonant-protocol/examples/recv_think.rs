//! A server: answers pings by UDP and prints a line for everything that happens.
//!
//!     cargo run --example recv_think -- [--addr HOST:PORT] [--count N]
//!
//! It ends after N messages, or never.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use resonant_protocol::peer::{Event, Output, Peer, Role};

#[path = "shared/arguments.rs"]
mod arguments;
#[path = "shared/setup.rs"]
mod setup;

/// Greatest number of remote addresses at a time.
const MOST_PEERS: usize = 1024;

fn main() -> ExitCode {
    arguments::run("recv_think", run)
}

fn run(arguments: arguments::Arguments) -> Result<(), Box<dyn Error>> {
    let unbound = |error: io::Error| {
        let text = format!("cannot listen on {}: {error}", arguments.addr);
        io::Error::new(error.kind(), text)
    };
    let mut server = Server {
        socket: UdpSocket::bind(arguments.addr).map_err(unbound)?,
        clock: setup::Clock::start(),
        peers: BTreeMap::new(),
        left: arguments.count,
    };
    setup::print_line(&format!("listening on {}", server.socket.local_addr()?))?;
    let mut buffer = vec![0; 65_536];
    while server.left != Some(0) {
        let deadline = server.peers.values().filter_map(Peer::deadline_ms).min();
        server.clock.wait_until(&server.socket, deadline)?;
        let received = setup::receive(&server.socket, &mut buffer)?;
        server.meet_deadlines()?;
        if let Some((length, from)) = received {
            server.take(&buffer[..length], from)?;
        }
    }
    Ok(())
}

struct Server {
    socket: UdpSocket,
    clock: setup::Clock,
    peers: BTreeMap<SocketAddr, Peer>,
    /// Messages that are still to come, if they are counted.
    left: Option<u64>,
}

impl Server {
    fn meet_deadlines(&mut self) -> io::Result<()> {
        let now = self.clock.now_ms();
        let is_due = |peer: &Peer| peer.deadline_ms().is_some_and(|time| time <= now);
        let due = self.peers.iter_mut().filter(|(_, peer)| is_due(peer));
        let outputs = due.map(|(remote, peer)| (*remote, peer.advance(now)));
        let outputs: Vec<(SocketAddr, Output)> = outputs.collect();
        for (remote, output) in outputs {
            self.pass_on(remote, output)?;
        }
        Ok(())
    }

    fn take(&mut self, datagram: &[u8], from: SocketAddr) -> Result<(), Box<dyn Error>> {
        let now = self.clock.now_ms();
        if !self.peers.contains_key(&from) {
            if self.peers.len() >= MOST_PEERS {
                self.peers.retain(|_, peer| peer.is_established());
            }
            if self.peers.len() >= MOST_PEERS {
                return Ok(());
            }
            let peer = Peer::new(Role::Server, setup::config()?, now)?;
            self.peers.insert(from, peer);
        }
        let output = self.peers.get_mut(&from);
        let output = output.map(|peer| peer.receive(datagram, now));
        self.pass_on(from, output.unwrap_or_default())?;
        Ok(())
    }

    /// Sends, prints and counts. A peer that is lost is forgotten: a new one draws a new salt.
    fn pass_on(&mut self, remote: SocketAddr, output: Output) -> io::Result<()> {
        for event in setup::pass_on(&self.socket, remote, output)? {
            match event {
                Event::Message(_) => self.left = self.left.map(|left| left.saturating_sub(1)),
                Event::Lost => drop(self.peers.remove(&remote)),
                _ => {}
            }
        }
        Ok(())
    }
}

//! A server: answers pings by UDP and prints a line for everything that happens.
//!
//!     cargo run --example recv_think -- [--addr HOST:PORT] [--count N]
//!
//! It ends after N messages, or never.

use std::error::Error;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use resonant_protocol::peer::{Event, Output, Peer, Role};

use remotes::Remotes;

#[path = "shared/arguments.rs"]
mod arguments;
#[path = "shared/remotes.rs"]
mod remotes;
#[path = "shared/setup.rs"]
mod setup;

/// Greatest number of remote addresses at a time.
const MOST_REMOTES: usize = 1024;

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
        remotes: Remotes::new(MOST_REMOTES),
        left: arguments.count,
    };
    setup::print_line(&format!("listening on {}", server.socket.local_addr()?))?;
    let mut buffer = vec![0; 65_536];
    while server.left != Some(0) {
        let deadline = server
            .remotes
            .peers()
            .filter_map(|(_, peer)| peer.deadline_ms())
            .min();
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
    remotes: Remotes,
    /// Messages that are still to come, if they are counted.
    left: Option<u64>,
}

impl Server {
    fn meet_deadlines(&mut self) -> io::Result<()> {
        let now = self.clock.now_ms();
        let is_due = |peer: &Peer| peer.deadline_ms().is_some_and(|time| time <= now);
        let due = self.remotes.peers().filter(|(_, peer)| is_due(peer));
        let outputs = due.map(|(remote, peer)| (remote, peer.advance(now)));
        let outputs: Vec<(SocketAddr, Output)> = outputs.collect();
        for (remote, output) in outputs {
            self.pass_on(remote, output)?;
        }
        Ok(())
    }

    fn take(&mut self, datagram: &[u8], from: SocketAddr) -> Result<(), Box<dyn Error>> {
        let now = self.clock.now_ms();
        let make = || Ok::<_, Box<dyn Error>>(Peer::new(Role::Server, setup::config()?, now)?);
        let output = self.remotes.hear(from, make)?.receive(datagram, now);
        self.pass_on(from, output)?;
        Ok(())
    }

    /// Sends, prints and counts.
    fn pass_on(&mut self, remote: SocketAddr, output: Output) -> io::Result<()> {
        for event in setup::pass_on(&self.socket, remote, output)? {
            self.remotes.note(remote, &event);
            if matches!(event, Event::Message(_)) {
                self.left = self.left.map(|left| left.saturating_sub(1));
            }
        }
        Ok(())
    }
}

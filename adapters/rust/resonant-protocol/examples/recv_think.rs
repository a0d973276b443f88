//! A server: answers pings by UDP, TCP or QUIC and prints a line for everything that happens.
//!
//!     cargo run --example recv_think -- [--addr HOST:PORT] [--count N] [--tcp | --quic FILE]
//!
//! Over QUIC, with `cargo run --features quic`, it writes a new certificate to FILE, which senders trust.
//! It ends after N messages, or never.

use std::env;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use resonant_protocol::endpoint::Endpoint;
use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{Event, Role};

#[path = "shared/arguments.rs"]
mod arguments;
#[cfg(feature = "quic")]
#[path = "shared/certificate_shown.rs"]
mod certificate;
#[cfg(feature = "quic")]
#[path = "shared/quic_server.rs"]
mod quic;
#[path = "shared/setup.rs"]
mod setup;

fn main() -> ExitCode {
    arguments::run("recv_think", env::args().skip(1), run)
}

fn run(arguments: arguments::Arguments) -> Result<(), Box<dyn Error>> {
    let unbound = |error: io::Error| {
        let text = format!("cannot listen on {}: {error}", arguments.addr);
        io::Error::new(error.kind(), text)
    };
    if arguments.tcp {
        return over_tcp(&arguments, unbound);
    }
    #[cfg(feature = "quic")]
    if let Some(file) = &arguments.quic {
        return quic::receive(&arguments, file, unbound);
    }
    let socket = UdpSocket::bind(arguments.addr).map_err(unbound)?;
    let clock = setup::Clock::start();
    let mut server: Endpoint<SocketAddr> =
        Endpoint::new(Role::Server, setup::config(), setup::salts())?;
    let mut left = arguments.count;
    setup::print_line(&format!("listening on {}", socket.local_addr()?))?;
    let mut buffer = vec![0; 65_536];
    while left != Some(0) {
        clock.wait_until(&socket, server.deadline_ms())?;
        let outputs = match setup::receive(&socket, &mut buffer)? {
            Some((length, from)) => server.receive(from, &buffer[..length], clock.now_ms()),
            None => server.advance(clock.now_ms()),
        };
        for event in setup::pass_on(&socket, &mut server, outputs)? {
            if matches!(event, Event::Message(_)) {
                left = left.map(|left| left.saturating_sub(1));
            }
        }
    }
    Ok(())
}

fn over_tcp(
    arguments: &arguments::Arguments,
    unbound: impl Fn(io::Error) -> io::Error,
) -> Result<(), Box<dyn Error>> {
    let server = TcpEndpoint::listen(arguments.addr, setup::config(), setup::salts());
    let mut server = server.map_err(unbound)?;
    setup::print_line(&format!("listening on {}", server.local_addr()))?;
    let mut left = arguments.count;
    while left != Some(0) {
        let Some((remote, event)) = server.next_event(None) else {
            continue;
        };
        setup::print_event(remote, &event)?;
        if matches!(event, Event::Message(_)) {
            left = left.map(|left| left.saturating_sub(1));
        }
    }
    Ok(())
}

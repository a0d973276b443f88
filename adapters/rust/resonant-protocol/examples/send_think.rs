//! A client: pings by UDP, TCP or QUIC, waits for the capability, and sends Think frames.
//!
//!     cargo run --example send_think -- [--addr HOST:PORT] [--count N] [--tcp | --quic FILE]
//!
//! FILE has the certificate of the server, which `recv_think` wrote; `cargo run --features quic` has QUIC.

use std::env;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{Event, Peer, Role};
use resonant_protocol::{DType, FrameError, Modality, MsgType, SliceMeta, VFrame};

#[path = "shared/arguments.rs"]
mod arguments;
#[cfg(feature = "quic")]
#[path = "shared/certificate_trusted.rs"]
mod certificate;
#[cfg(feature = "quic")]
#[path = "shared/quic_client.rs"]
mod quic;
#[path = "shared/setup.rs"]
mod setup;

/// Ping and Think go on it: the ping has the number 0, the first Think 1.
const STREAM_ID: u32 = 0x1234;
/// Milliseconds for which an error to what was sent is waited for.
const LISTEN: u64 = 200;

fn main() -> ExitCode {
    arguments::run("send_think", env::args().skip(1), run)
}

fn run(arguments: arguments::Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.tcp {
        return over_tcp(&arguments);
    }
    #[cfg(feature = "quic")]
    if let Some(file) = &arguments.quic {
        return quic::send(&arguments, file);
    }
    let own = match arguments.addr {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let mut client = Client {
        socket: UdpSocket::bind(own)?,
        clock: setup::Clock::start(),
        server: arguments.addr,
        endpoint: Endpoint::new(Role::Client, setup::config(), setup::salts())?,
    };
    client.shake_hands()?;
    for seq in 1..=arguments.count.unwrap_or(1) {
        client.send(seq)?;
    }
    let end = client.clock.now_ms().saturating_add(LISTEN);
    while client.clock.now_ms() < end {
        for event in client.wait(Some(end))? {
            if let Event::ErrorReceived { code, .. } = event {
                return Err(format!("the server refused: {}", code.escape_debug()).into());
            }
        }
    }
    Ok(())
}

struct Client {
    socket: UdpSocket,
    clock: setup::Clock,
    server: SocketAddr,
    endpoint: Endpoint<SocketAddr>,
}

impl Client {
    fn shake_hands(&mut self) -> Result<(), Box<dyn Error>> {
        let now = self.clock.now_ms();
        let pinged = self.endpoint.connect(self.server, STREAM_ID, now)?;
        self.pass_on(pinged)?;
        while !self.is_established() {
            for event in self.wait(None)? {
                if let Event::ErrorReceived { code, .. } = event {
                    return Err(format!("no session with {}: {code}", self.server).into());
                }
            }
        }
        Ok(())
    }

    fn is_established(&self) -> bool {
        let peer = self.endpoint.peer(&self.server);
        peer.is_some_and(Peer::is_established)
    }

    fn send(&mut self, seq: u64) -> Result<(), Box<dyn Error>> {
        let (frame, now) = (think()?, self.clock.now_ms());
        let send = |peer: &mut Peer| peer.send(STREAM_ID, frame, now);
        let sent = self.endpoint.request(&self.server, send)?;
        let length = sent.datagrams.first().map_or(0, |(_, bytes)| bytes.len());
        self.pass_on(sent)?;
        let server = self.server;
        print_sent(seq, server, length)?;
        Ok(())
    }

    /// Waits for a datagram or a deadline, of the peer or the given one.
    fn wait(&mut self, deadline: Option<u64>) -> io::Result<Vec<Event>> {
        let mut buffer = vec![0; 65_536];
        let due = self.endpoint.deadline_ms();
        let next = due.into_iter().chain(deadline).min();
        self.clock.wait_until(&self.socket, next)?;
        let received = setup::receive(&self.socket, &mut buffer)?;
        let now = self.clock.now_ms();
        let outputs = match received {
            Some((length, from)) => self.endpoint.receive(from, &buffer[..length], now),
            None => self.endpoint.advance(now),
        };
        self.pass_on(outputs)
    }

    fn pass_on(&mut self, outputs: Outputs<SocketAddr>) -> io::Result<Vec<Event>> {
        setup::pass_on(&self.socket, &mut self.endpoint, outputs)
    }
}

/// One F16 slice of dims [1, 2048] holding zeros.
fn think() -> Result<VFrame, FrameError> {
    let meta = SliceMeta {
        dtype: DType::F16,
        shape: vec![1, 2048],
    };
    let slices = vec![(meta, vec![0u8; 4096])];
    VFrame::new(MsgType::Think, Modality::Text, slices)
}

fn print_sent(seq: u64, server: SocketAddr, length: usize) -> io::Result<()> {
    let line = format!("sent Think stream {STREAM_ID:#x} seq {seq} to {server}: {length} bytes");
    setup::print_line(&line)
}

fn over_tcp(arguments: &arguments::Arguments) -> Result<(), Box<dyn Error>> {
    let (config, salts) = (setup::config(), setup::salts());
    let (mut client, server) = TcpEndpoint::connect(arguments.addr, config, salts, STREAM_ID)
        .map_err(|error| format!("no connection with {}: {error}", arguments.addr))?;
    loop {
        match client.next_event(None) {
            Some((_, Event::Established(_))) => break,
            Some((_, Event::ErrorReceived { code, .. })) => {
                return Err(format!("no session with {server}: {code}").into());
            }
            Some((_, Event::Closed { code })) => {
                return Err(format!("{server} ended the connection: {code:?}").into());
            }
            _ => {}
        }
    }
    for seq in 1..=arguments.count.unwrap_or(1) {
        let (frame, mut length) = (think()?, 0);
        client.request(&server, |peer, now| {
            let output = peer.send(STREAM_ID, frame, now)?;
            length = output.datagrams.first().map_or(0, Vec::len);
            Ok(output)
        })?;
        print_sent(seq, server, length)?;
    }
    let end = Instant::now() + Duration::from_millis(LISTEN);
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        match client.next_event(Some(left)) {
            Some((_, Event::ErrorReceived { code, .. })) => {
                return Err(format!("the server refused: {}", code.escape_debug()).into());
            }
            Some((_, Event::Closed { .. })) => break,
            _ => {}
        }
    }
    Ok(())
}

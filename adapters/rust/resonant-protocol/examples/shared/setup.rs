//! Common to both examples: their configuration, their clock, their lines.

use std::io::{self, Write};
use std::iter;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use resonant_protocol::crypto::Salt;
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::{Config, Event};
use resonant_protocol::VFrame;

/// The values of either end, but for the salts. The empty id names no embedding space, the hash does.
pub fn config() -> Config {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Config {
        embedding_space_id: String::new(),
        space_hash32: 2_451_163_210,
        d_model: 2048,
        modality: names(&["text", "image", "audio", "graph", "mixed"]),
        compress: names(&["zstd", "none"]),
        crypto: names(&["none"]),
        dtype: names(&["f16", "i8", "q4", "sparse"]),
        critique: true,
        require_crypto: false,
        key: None,
        salt: Salt::default(),
        mux: None,
        fec: None,
        repair: None,
        adaptive: None,
    }
}

/// Salts drawn at random, as long as the system gives any (XCH-15).
pub fn salts() -> impl Iterator<Item = Salt> + Send {
    let draw = || {
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).ok().map(|()| salt)
    };
    iter::from_fn(draw)
}

/// Milliseconds since the start.
pub struct Clock(Instant);

impl Clock {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Lets the socket wait for a datagram until a deadline, at least a moment, or for ever.
    pub fn wait_until(&self, socket: &UdpSocket, deadline_ms: Option<u64>) -> io::Result<()> {
        let left = deadline_ms.map(|deadline| deadline.saturating_sub(self.now_ms()).max(1));
        socket.set_read_timeout(left.map(Duration::from_millis))
    }
}

/// The next datagram, or none when the time is over. What systems report about earlier datagrams is passed by.
pub fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Option<(usize, SocketAddr)>> {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, Interrupted, TimedOut, WouldBlock};
    match socket.recv_from(buffer) {
        Ok(received) => Ok(Some(received)),
        Err(error) => match error.kind() {
            WouldBlock | TimedOut | Interrupted | ConnectionReset | ConnectionRefused => Ok(None),
            _ => Err(error),
        },
    }
}

/// Sends what an endpoint gives, lets it use the memory again, and prints a line for each of its events, which are
/// returned.
pub fn pass_on(
    socket: &UdpSocket,
    endpoint: &mut Endpoint<SocketAddr>,
    outputs: Outputs<SocketAddr>,
) -> io::Result<Vec<Event>> {
    for (remote, datagram) in &outputs.datagrams {
        socket.send_to(datagram, remote)?;
    }
    endpoint.reuse(outputs.datagrams);
    for (remote, event) in &outputs.events {
        print_event(*remote, event)?;
    }
    Ok(outputs.events.into_iter().map(|(_, event)| event).collect())
}

/// A line for an event.
pub fn print_event(remote: SocketAddr, event: &Event) -> io::Result<()> {
    match event {
        Event::Message(frame) => print_line(&describe(frame, remote)),
        event => print_line(&format!("{remote}: {event:?}")),
    }
}

fn describe(frame: &VFrame, from: SocketAddr) -> String {
    let slices: Vec<String> = frame
        .slices
        .iter()
        .map(|(meta, payload)| {
            let length = payload.len();
            format!("{:?} {:?}, {length} bytes", meta.dtype, meta.shape)
        })
        .collect();
    let noun = if slices.len() == 1 { "slice" } else { "slices" };
    let hdr = &frame.hdr;
    format!(
        "{:?} stream {:#x} seq {} from {from}: {} {noun}, {}, space_hash32 {}",
        hdr.mtype,
        hdr.stream_id,
        hdr.frame_seq,
        slices.len(),
        slices.join("; "),
        hdr.space_hash32,
    )
}

/// At once, also where standard output is a pipe.
pub fn print_line(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

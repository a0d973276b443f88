//! Sends a stream of large Thinks over TCP or QUIC, and gets one back. It is both ends:
//!
//!     cargo run --example stream -- --serve [--addr HOST:PORT] [--count N] [--key HEX] [--quic FILE]
//!     cargo run --example stream -- [--addr HOST:PORT] [--count N] [--key HEX] [--quic FILE]
//!
//! Over QUIC, with `cargo run --features quic`, the server writes a new certificate to FILE, which the client trusts.

use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{Config, Event, Output, Peer};
use resonant_protocol::{DType, FrameError, Modality, MsgType, SliceMeta, VFrame};

#[path = "shared/arguments.rs"]
mod arguments;
#[cfg(feature = "quic")]
#[path = "shared/certificate_shown.rs"]
mod certificate_shown;
#[cfg(feature = "quic")]
#[path = "shared/certificate_trusted.rs"]
mod certificate_trusted;
#[cfg(feature = "quic")]
#[path = "shared/quic_stream.rs"]
mod quic;
#[allow(dead_code)] // the clock and the sockets are for UDP
#[path = "shared/setup.rs"]
mod setup;

const THERE: u32 = 3;
const BACK: u32 = 4;
const HANDSHAKE: u32 = 1;
const FRAMES: u64 = 200;
const PAYLOAD_BYTES: u32 = 60 << 10;
const PATIENCE: Duration = Duration::from_secs(300);

/// A request to a peer.
type Ask = Box<dyn FnOnce(&mut Peer, u64) -> Result<Output, FrameError>>;
/// The next thing to do.
enum Next {
    Wait,
    Send(u32),
    End,
}

/// The arguments that this example has besides those of the others.
struct Part {
    serves: bool,
    key: Option<[u8; 32]>,
}

fn main() -> ExitCode {
    let mut words: Vec<String> = env::args().skip(1).collect();
    match Part::take(&mut words) {
        Ok(part) => arguments::run("stream", words.into_iter(), |given| part.run(&given)),
        Err(text) => {
            eprintln!("stream: {text}");
            ExitCode::from(2)
        }
    }
}

impl Part {
    /// Takes the own arguments out of `words`.
    fn take(words: &mut Vec<String>) -> Result<Self, String> {
        let serves = words.iter().any(|word| word == "--serve");
        words.retain(|word| word != "--serve");
        let Some(at) = words.iter().position(|word| word == "--key") else {
            return Ok(Self { serves, key: None });
        };
        words.remove(at);
        let digits = (at < words.len()).then(|| words.remove(at));
        let key = digits.and_then(|digits| key(&digits));
        let key = Some(key.ok_or("--key needs 64 hexadecimal digits")?);
        Ok(Self { serves, key })
    }

    fn run(&self, given: &arguments::Arguments) -> Result<(), Box<dyn Error>> {
        #[cfg(feature = "quic")]
        if let Some(file) = &given.quic {
            return quic::run(self, given, file);
        }
        let (mut end, link) = if self.serves {
            let server = TcpEndpoint::listen(given.addr, self.config(), setup::salts());
            (server.map_err(|error| unbound(given, &error))?, None)
        } else {
            let made = TcpEndpoint::connect(given.addr, self.config(), setup::salts(), HANDSHAKE);
            let (client, link) = made.map_err(|error| unmade(given, &error))?;
            (client, Some(link))
        };
        if self.serves {
            setup::print_line(&format!("listening on {}", end.local_addr()))?;
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let (from, event) = end
                .next_event(Some(left))
                .ok_or("nothing has come in time")?;
            match self.heed(&event)? {
                Next::Wait => {}
                Next::Send(stream_id) => send(stream_id, given.count, |ask| {
                    end.request(&link.unwrap_or(from), ask)
                })?,
                Next::End => return Ok(()),
            }
        }
    }

    /// The configuration of both ends; with a key nothing goes unsealed.
    fn config(&self) -> Config {
        let mut config = setup::config();
        if self.key.is_some() {
            config.crypto = vec!["xchacha20poly1305".to_owned()];
            config.require_crypto = true;
            config.key = self.key;
        }
        config
    }

    /// The next thing to do after an event: the client sends first, and the server once that has come whole.
    fn heed(&self, event: &Event) -> Result<Next, Box<dyn Error>> {
        match event {
            Event::Established(_) if !self.serves => Ok(Next::Send(THERE)),
            Event::Complete {
                frames, total_len, ..
            } => {
                setup::print_line(&format!("received {frames} frames of {total_len} bytes"))?;
                Ok(if self.serves {
                    Next::Send(BACK)
                } else {
                    Next::End
                })
            }
            Event::Failed { code, .. } => Err(format!("the stream failed: {code}").into()),
            Event::ErrorReceived { code, .. } => {
                Err(format!("the other end says {}", code.escape_debug()).into())
            }
            Event::Closed { .. } if self.serves => Ok(Next::End),
            Event::Closed { code } => {
                Err(format!("the server ended the connection: {code:?}").into())
            }
            _ => Ok(Next::Wait),
        }
    }
}

fn key(digits: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = digits
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let bytes: Vec<u8> = digits?
        .chunks_exact(2)
        .filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?))
        .collect();
    bytes.try_into().ok()
}

/// Sends a stream of Thinks, each of other bytes; at most 16 MiB wait to be read.
fn send(
    stream_id: u32,
    count: Option<u64>,
    mut request: impl FnMut(Ask) -> Result<(), FrameError>,
) -> Result<(), Box<dyn Error>> {
    request(Box::new(move |peer, now| {
        peer.open_stream(stream_id, true, None, now)
    }))?;
    for number in 0..count.unwrap_or(FRAMES) {
        let think = think(number)?;
        request(Box::new(move |peer, now| peer.send(stream_id, think, now)))?;
    }
    request(Box::new(move |peer, now| peer.close_stream(stream_id, now)))?;
    Ok(())
}

/// Bytes that cannot be compressed: those of a linear congruential generator.
fn think(number: u64) -> Result<VFrame, FrameError> {
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![PAYLOAD_BYTES],
    };
    let mut state = number;
    let payload = (0..PAYLOAD_BYTES)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .collect();
    VFrame::new(MsgType::Think, Modality::Text, vec![(meta, payload)])
}

fn unbound(given: &arguments::Arguments, error: &io::Error) -> io::Error {
    let text = format!("cannot listen on {}: {error}", given.addr);
    io::Error::new(error.kind(), text)
}

fn unmade(given: &arguments::Arguments, error: &io::Error) -> String {
    format!("no connection with {}: {error}", given.addr)
}

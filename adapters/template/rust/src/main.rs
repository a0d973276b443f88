//! The testee protocol (specs/testee.md). Nothing here has to change: your part is yours.rs.

mod yours;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{self, ExitCode};
use std::{env, thread};

use serde_json::{json, Map, Value};
use socket2::SockRef;

use yours::Failure;

const PIECE_BYTES: usize = 60_000;
const MAX_PIECES: usize = 300;
const KEPT_REPLIES: usize = 64;
const HEAD_BYTES: usize = 12;
const PIECE_MAGIC: &[u8] = b"RTP1";
const ASK_MAGIC: &[u8] = b"RTPA";

/// An object that has exactly these members.
pub fn members<'a, const N: usize>(value: &'a Value, names: [&str; N]) -> Result<[&'a Value; N], Failure> {
    let wrong = || Failure::Malformed(format!("expected an object with the members {names:?}"));
    let object = value.as_object().filter(|object| object.len() == N).ok_or_else(wrong)?;
    let mut found = [value; N];
    for (place, name) in found.iter_mut().zip(names) {
        *place = object.get(name).ok_or_else(wrong)?;
    }
    Ok(found)
}

fn perform(op: &str, input: &Value, token: &str) -> Result<Value, Failure> {
    if !input.is_object() {
        return Err(Failure::Malformed("input is an object".to_owned()));
    }
    match op {
        "hello" => {
            let [shown] = members(input, ["token"])?;
            if shown.as_str() == Some(token) {
                Ok(yours::hello())
            } else {
                Err(Failure::Malformed("token is wrong".to_owned()))
            }
        }
        "stop" => members(input, []).map(|_| json!({})),
        _ => yours::perform(op, input),
    }
}

/// The op of a message, empty if it is none, and the reply to it (TST-8).
fn answer(message: &[u8], token: &str) -> (String, Value) {
    match understood(message) {
        Ok((op, input)) => {
            let reply = match perform(&op, &input, token) {
                Ok(value) => json!({ "ok": value }),
                Err(Failure::Refused(code)) => json!({"reject": {"code": code}}), // TST-13
                Err(Failure::Unsupported) => json!({ "unsupported": op }),        // TST-9, TST-10
                Err(Failure::Malformed(text)) => json!({ "error": text }),        // TST-11
            };
            (op, reply)
        }
        Err(text) => (String::new(), json!({ "error": text })), // TST-11
    }
}

fn understood(message: &[u8]) -> Result<(String, Value), String> {
    let mut request: Map<String, Value> = serde_json::from_slice(message).map_err(|error| error.to_string())?;
    let mut text = |name: &str| match request.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("{name} is a string")),
    };
    let (op, _, _) = (text("op")?, text("case")?, text("profile")?);
    let input = request.remove("input").ok_or("input is missing")?;
    if op.is_empty() || !request.is_empty() {
        return Err("the members are op, case, profile and input".to_owned());
    }
    Ok((op, input))
}

/// The datagrams of a reply (TST-4).
fn cut(reply: &Value, id: u32) -> Vec<Vec<u8>> {
    let text = reply.to_string().into_bytes();
    let count = text.len().div_ceil(PIECE_BYTES);
    if count > MAX_PIECES {
        return cut(&json!({"error": "the reply would be too long"}), id);
    }
    let pieces = text.chunks(PIECE_BYTES).enumerate();
    pieces.map(|(at, piece)| [&head(PIECE_MAGIC, id, at, count), piece].concat()).collect()
}

/// The first bytes of a datagram. index and count: no more than MAX_PIECES
fn head(magic: &[u8], id: u32, index: usize, count: usize) -> Vec<u8> {
    let (index, count) = (index as u16, count as u16);
    [magic, &id.to_le_bytes(), &index.to_le_bytes(), &count.to_le_bytes()].concat()
}

/// A datagram from the runner: a piece of its message, or without one an ask for a piece of ours.
struct Datagram<'a> {
    id: u32,
    index: usize,
    count: usize,
    piece: Option<&'a [u8]>,
}

/// None for one to ignore (TST-5).
fn read_datagram(datagram: &[u8]) -> Option<Datagram<'_>> {
    let (magic, rest) = datagram.split_first_chunk::<4>()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (index, rest) = rest.split_first_chunk()?;
    let (count, bytes) = rest.split_first_chunk()?;
    let (index, count) = (usize::from(u16::from_le_bytes(*index)), usize::from(u16::from_le_bytes(*count)));
    let is_ask = magic == ASK_MAGIC && datagram.len() == HEAD_BYTES;
    let is_piece = magic == PIECE_MAGIC && bytes.len() <= PIECE_BYTES;
    let good = (is_ask || is_piece) && index < count && count <= MAX_PIECES;
    good.then_some(Datagram { id: u32::from_le_bytes(*id), index, count, piece: is_piece.then_some(bytes) })
}

/// The state kept between datagrams.
struct Testee {
    control: UdpSocket,
    token: String,
    runner: Option<SocketAddr>,
    kept: VecDeque<(u32, Vec<Vec<u8>>)>,
    current: Option<(SocketAddr, u32)>,
    pieces: Vec<Option<Vec<u8>>>,
}

impl Testee {
    /// Answers until it is told to stop.
    fn serve(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 65_536];
        loop {
            let (length, from) = match self.control.recv_from(&mut buffer) {
                Ok(received) => received,
                // Some systems report here that an earlier reply found nobody.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => continue,
                Err(error) => return Err(error),
            };
            if self.runner.is_none_or(|runner| runner == from) && self.take(&buffer[..length], from) {
                return Ok(()); // TST-3
            }
        }
    }

    /// Takes a datagram in; whether it was the last of an answered stop.
    fn take(&mut self, datagram: &[u8], from: SocketAddr) -> bool {
        let Some(Datagram { id, index, count, piece }) = read_datagram(datagram) else {
            return false;
        };
        let kept = self.kept.iter().find(|(kept, _)| *kept == id).map(|(_, reply)| reply);
        let Some(piece) = piece else {
            if let Some(reply) = kept.filter(|reply| reply.len() == count) {
                self.send(&reply[index], from); // TST-22
            }
            return false;
        };
        if let Some(reply) = kept {
            if index + 1 == count {
                self.send(&reply[0], from); // TST-7
            }
            return false;
        }
        if self.current != Some((from, id)) || self.pieces.len() != count {
            self.current = Some((from, id));
            self.pieces = vec![None; count];
        }
        self.pieces[index] = Some(piece.to_vec());
        if let Some(lacking) = self.pieces.iter().position(Option::is_none) {
            if self.runner.is_some() {
                self.send(&head(ASK_MAGIC, id, lacking, count), from); // TST-23
            }
            return false;
        }
        self.current = None;
        let message: Vec<u8> = self.pieces.drain(..).flatten().flatten().collect();
        self.reply(&message, id, from)
    }

    fn reply(&mut self, message: &[u8], id: u32, from: SocketAddr) -> bool {
        let (op, reply) = answer(message, &self.token);
        let ok = reply.get("ok").is_some();
        if self.runner.is_none() && !(op == "hello" && ok) {
            return false; // TST-6
        }
        self.runner = Some(from);
        let datagrams = cut(&reply, id);
        self.send(&datagrams[0], from); // TST-21: the others are asked for
        self.kept.push_back((id, datagrams));
        if self.kept.len() > KEPT_REPLIES {
            self.kept.pop_front();
        }
        op == "stop" && ok
    }

    fn send(&self, datagram: &[u8], to: SocketAddr) {
        if let Err(error) = self.control.send_to(datagram, to) {
            eprintln!("a datagram was not sent: {error}"); // the runner asks again
        }
    }
}

fn main() -> ExitCode {
    let Some(token) = env::var("RESONANT_TOKEN").ok().filter(|token| !token.is_empty()) else {
        eprintln!("RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand");
        return ExitCode::from(2);
    };
    match run(token) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn bound() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // Large buffers, as large as the system grants: some grant less, some refuse.
    let (buffers, wishes) = (SockRef::from(&socket), [4 << 20, 2 << 20, 1 << 20]);
    let _ = wishes.iter().any(|wish| buffers.set_recv_buffer_size(*wish).is_ok());
    let _ = wishes.iter().any(|wish| buffers.set_send_buffer_size(*wish).is_ok());
    Ok(socket)
}

fn run(token: String) -> io::Result<()> {
    let (control, wire) = (bound()?, bound()?);
    let ports = json!({"control": control.local_addr()?.port(), "wire": wire.local_addr()?.port()});
    writeln!(io::stdout(), "{ports}")?; // TST-1
    io::stdout().flush()?;
    thread::spawn(|| {
        let mut ignored = [0; 4096];
        while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
        process::exit(0); // TST-2
    });
    let (kept, pieces) = (VecDeque::new(), Vec::new());
    Testee { control, token, runner: None, kept, current: None, pieces }.serve()
}

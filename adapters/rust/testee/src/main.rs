//! `resonant-testee`: answers the conformance runner for the crate `resonant-protocol`.

use std::env;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{self, ExitCode};
use std::thread;

use serde_json::json;
use socket2::SockRef;
use testee::peers::Peers;
use testee::session::Session;

const USAGE: &str = "usage: RESONANT_TOKEN=SECRET resonant-testee [--attach] \
[--control HOST:PORT] [--wire HOST:PORT]

  --attach   started by hand: stay when standard input ends, and after stop
  --control  address of the control socket (default 127.0.0.1:0)
  --wire     address of the wire socket (default 127.0.0.1:0)";

struct Arguments {
    attach: bool,
    control: String,
    wire: String,
}

fn main() -> ExitCode {
    let arguments = match read_arguments(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(text) => {
            eprintln!("{text}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let Ok(token) = env::var("RESONANT_TOKEN") else {
        eprintln!("RESONANT_TOKEN is not set\n{USAGE}");
        return ExitCode::from(2);
    };
    match serve(&arguments, token) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("resonant-testee: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        attach: false,
        control: "127.0.0.1:0".to_owned(),
        wire: "127.0.0.1:0".to_owned(),
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs an address"));
        match word.as_str() {
            "--attach" => arguments.attach = true,
            "--control" => arguments.control = value()?,
            "--wire" => arguments.wire = value()?,
            _ => return Err(format!("{word} is not an option")),
        }
    }
    Ok(arguments)
}

fn serve(arguments: &Arguments, token: String) -> io::Result<()> {
    let control = UdpSocket::bind(&arguments.control)?;
    let wire = UdpSocket::bind(&arguments.wire)?;
    enlarge_buffers(&control);
    enlarge_buffers(&wire);
    announce(&control.local_addr()?, &wire.local_addr()?)?;
    if !arguments.attach {
        exit_with_standard_input();
    }
    let mut session = Session::new(token, Peers::new(wire)?);
    let mut buffer = vec![0; 65_536];
    loop {
        let (length, from) = match control.recv_from(&mut buffer) {
            Ok(received) => received,
            // Some systems report on a later receive that an earlier reply found nobody.
            Err(error) if is_passing(error.kind()) => continue,
            Err(error) => return Err(error),
        };
        let datagram = buffer.get(..length).unwrap_or_default();
        if let Some(outgoing) = session.receive(datagram, from) {
            if let Err(error) = control.send_to(&outgoing.datagram, outgoing.to) {
                eprintln!("resonant-testee: a datagram was not sent: {error}"); // it is asked for again
            }
            if outgoing.stop && !arguments.attach {
                return Ok(()); // TST-3
            }
            if outgoing.stop {
                session.forget_runner();
            }
        }
    }
}

/// TST-1.
fn announce(control: &SocketAddr, wire: &SocketAddr) -> io::Result<()> {
    let line = json!({"control": control.port(), "wire": wire.port()});
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// TST-2: in the background, so that the main thread can block on its socket.
fn exit_with_standard_input() {
    thread::spawn(|| {
        let mut input = io::stdin().lock();
        let mut ignored = [0; 1024];
        while matches!(input.read(&mut ignored), Ok(1..)) {}
        process::exit(0);
    });
}

/// Larger buffers than usual, as large as the system grants: some clamp a wish, some refuse it.
fn enlarge_buffers(socket: &UdpSocket) {
    let (socket, wishes) = (SockRef::from(socket), [4 << 20, 2 << 20, 1 << 20]);
    let received = wishes
        .iter()
        .any(|wish| socket.set_recv_buffer_size(*wish).is_ok());
    let sent = wishes
        .iter()
        .any(|wish| socket.set_send_buffer_size(*wish).is_ok());
    if !received || !sent {
        eprintln!("resonant-testee: the system grants no larger buffers");
    }
}

fn is_passing(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, Interrupted};
    matches!(kind, Interrupted | ConnectionReset | ConnectionRefused)
}

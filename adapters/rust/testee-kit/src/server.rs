//! The sockets of a testee, and the loop that answers on one of them (sections 2 and 3 of the testee protocol).

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::{self, ExitCode};
use std::thread;

use serde_json::{json, Map, Value};
use socket2::SockRef;

use crate::requests::{Ops, VARIABLE};
use crate::session::Session;

const USAGE: &str =
    "usage: RESONANT_TOKEN=SECRET TESTEE [--attach] [--control HOST:PORT] [--udp HOST:PORT] [--tcp HOST:PORT]
              [--quic HOST:PORT]

  --attach   started by hand: stay when standard input ends, and after stop
  --control  address of the control socket (default 127.0.0.1:0)
  --udp      address of the wire for UDP (default 127.0.0.1:0)
  --tcp      address of the wire for TCP (default 127.0.0.1:0)
  --quic     address of the wire for QUIC (default 127.0.0.1:0)";
const DATAGRAM_BYTES: usize = 65_536;

/// The arguments of a testee's command line and environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// Whether a person started it, so that it outlives its standard input and `stop`.
    pub attach: bool,
    /// The address of the control socket.
    pub control: String,
    /// The address of the wire for UDP.
    pub udp: String,
    /// The address of the wire for TCP.
    pub tcp: String,
    /// The address of the wire for QUIC.
    pub quic: String,
    /// The secret that `hello` has to show.
    pub token: String,
}

/// The wires of a testee: of each transport that it has peers on, the socket.
#[derive(Debug, Default)]
pub struct Wires {
    /// That of `udp`.
    pub udp: Option<UdpSocket>,
    /// That of `tcp`, which listens.
    pub tcp: Option<TcpListener>,
    /// That of `quic`.
    pub quic: Option<UdpSocket>,
}

/// Everything that `main` of a testee does: reads its arguments, and serves. What goes wrong is said on standard error.
///
/// `transports` are those that it has peers on, `udp`, `tcp` and `quic`. `use_wires` is given their sockets before the first
/// message and makes the state of them that the ops work on; `Ok` does where they need none.
pub fn run<S>(
    ops: Ops<S>,
    transports: &[&str],
    use_wires: impl FnOnce(Wires) -> io::Result<S>,
) -> ExitCode {
    let arguments = match read_arguments(env::args().skip(1), env::var(VARIABLE).ok()) {
        Ok(arguments) => arguments,
        Err(text) => {
            eprintln!("{text}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(&arguments, ops, transports, use_wires) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("testee: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The arguments behind the program's name, and the token from the environment.
///
/// # Errors
/// If there is no token, or a word that is no option: a line that says so.
pub fn read_arguments(
    words: impl IntoIterator<Item = String>,
    token: Option<String>,
) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        attach: false,
        control: "127.0.0.1:0".to_owned(),
        udp: "127.0.0.1:0".to_owned(),
        tcp: "127.0.0.1:0".to_owned(),
        quic: "127.0.0.1:0".to_owned(),
        token: String::new(),
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs an address"));
        match word.as_str() {
            "--attach" => arguments.attach = true,
            "--control" => arguments.control = value()?,
            "--udp" => arguments.udp = value()?,
            "--tcp" => arguments.tcp = value()?,
            "--quic" => arguments.quic = value()?,
            _ => return Err(format!("{word} is not an option")),
        }
    }
    let token = token.filter(|token| !token.is_empty());
    arguments.token = token.ok_or(format!(
        "the environment variable {VARIABLE} is not set: the runner sets it, or whoever attaches"
    ))?;
    Ok(arguments)
}

/// Binds, prints the ports, and answers until it is told to stop. `transports` and `use_wires` are as in [`run`].
///
/// # Errors
/// If a socket cannot be bound or fails, or the ports cannot be printed.
pub fn serve<S>(
    arguments: &Arguments,
    ops: Ops<S>,
    transports: &[&str],
    use_wires: impl FnOnce(Wires) -> io::Result<S>,
) -> io::Result<()> {
    let control = bind(&arguments.control)?;
    let (mut wires, mut ports) = (Wires::default(), Map::new());
    for transport in transports {
        let address = match *transport {
            "udp" => wires.udp.insert(bind(&arguments.udp)?).local_addr()?,
            "quic" => wires.quic.insert(bind(&arguments.quic)?).local_addr()?,
            "tcp" => {
                let listener = TcpListener::bind(&arguments.tcp)?;
                wires.tcp.insert(listener).local_addr()?
            }
            _ => return Err(io::Error::other(format!("no transport {transport}"))),
        };
        ports.insert((*transport).to_owned(), json!(address.port()));
    }
    let line = json!({"control": control.local_addr()?.port(), "wires": ports});
    let mut session = Session::new(arguments.token.clone(), ops, use_wires(wires)?);
    announce(&line)?;
    if !arguments.attach {
        exit_at_end_of_input();
    }
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        let (length, from) = match control.recv_from(&mut buffer) {
            Ok(received) => received,
            // Some systems report on a later receive that an earlier reply found nobody.
            Err(error) if is_passing(error.kind()) => continue,
            Err(error) => return Err(error),
        };
        let datagram = buffer.get(..length).unwrap_or_default();
        let Some(outgoing) = session.receive(datagram, from) else {
            continue;
        };
        if let Err(error) = control.send_to(&outgoing.datagram, outgoing.to) {
            eprintln!("testee: a datagram was not sent: {error}"); // it is asked for again
        }
        if outgoing.stop && !arguments.attach {
            return Ok(()); // TST-3
        }
        if outgoing.stop {
            session.forget();
        }
    }
}

fn bind(address: &str) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    enlarge_buffers(&socket);
    Ok(socket)
}

/// TST-1.
fn announce(line: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// TST-2: in the background, so that the main thread can block on its socket.
fn exit_at_end_of_input() {
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
        eprintln!("testee: the system grants no larger buffers");
    }
}

fn is_passing(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, Interrupted};
    matches!(kind, Interrupted | ConnectionReset | ConnectionRefused)
}

//! The command line of both examples, and how they end: 0, 1 where something failed, 2 where the arguments are wrong.

use std::error::Error;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;

/// `--addr HOST:PORT`, found by its name, `--count N`, and in place of UDP `--tcp`, or `--quic FILE` with the
/// certificate of the server.
pub struct Arguments {
    pub addr: SocketAddr,
    pub count: Option<u64>,
    #[allow(dead_code)] // an example that has no UDP does not ask
    pub tcp: bool,
    #[cfg_attr(not(feature = "quic"), allow(dead_code))] // refused before
    pub quic: Option<PathBuf>,
}

/// Reads the arguments from `words` and runs the example `name`; a failure is one line.
pub fn run(
    name: &str,
    words: impl Iterator<Item = String>,
    example: impl FnOnce(Arguments) -> Result<(), Box<dyn Error>>,
) -> ExitCode {
    let wrong = |text: &dyn std::fmt::Display, code: u8| {
        eprintln!("{name}: {text}");
        ExitCode::from(code)
    };
    match read(words).map(example) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => match kind(error.as_ref()) {
            Some(io::ErrorKind::BrokenPipe) => ExitCode::from(141), // whoever read the lines has seen enough
            Some(io::ErrorKind::AddrNotAvailable) => wrong(&error, 2),
            _ => wrong(&error, 1),
        },
        Err(text) => wrong(&text, 2),
    }
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut addr = "127.0.0.1:50051".to_owned();
    let (mut count, mut tcp, mut quic) = (None, false, None);
    while let Some(option) = words.next() {
        if option == "--tcp" {
            tcp = true;
            continue;
        }
        let value = words.next().ok_or(format!("{option} needs a value"))?;
        match option.as_str() {
            "--addr" => addr = value,
            "--quic" => quic = Some(PathBuf::from(value)),
            "--count" => {
                count = Some(
                    value
                        .parse()
                        .map_err(|_| format!("{value:?} is not a number"))?,
                );
            }
            _ => {
                return Err(format!(
                    "{option:?} is none of --addr, --count, --tcp and --quic"
                ))
            }
        }
    }
    if tcp && quic.is_some() {
        return Err("--tcp and --quic do not go together".to_owned());
    }
    if quic.is_some() && !cfg!(feature = "quic") {
        return Err(
            "--quic needs the feature quic: cargo run --features quic --example …".to_owned(),
        );
    }
    Ok(Arguments {
        addr: address(&addr)?,
        count,
        tcp,
        quic,
    })
}

/// The address that HOST:PORT means, of version 4 where there is one. An IPv6 address has brackets.
fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || {
        let examples = "127.0.0.1:50051, localhost:50051 or [::1]:50051";
        format!("--addr {text:?} is not HOST:PORT, such as {examples}")
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_name =
        !host.is_empty() && !host.contains(|one: char| one.is_whitespace() || ":[]/".contains(one));
    let is_ipv6 = host.starts_with('[') && text.parse::<SocketAddr>().is_ok();
    if !is_port || port.parse::<u16>().is_err() || !(is_name || is_ipv6) {
        return Err(wrong());
    }
    let found: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|error| format!("{text} has no address: {error}"))?
        .collect();
    let first = found.iter().find(|one| one.is_ipv4()).or(found.first());
    first.copied().ok_or(format!("{text} has no address"))
}

fn kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    error.downcast_ref().map(io::Error::kind)
}

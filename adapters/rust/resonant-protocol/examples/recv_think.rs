//! Receives frames by UDP and prints a line for each.
//!
//!     cargo run --example recv_think -- [--addr HOST:PORT] [--count N]

use std::error::Error;
use std::io::{self, Write};
use std::net::{SocketAddr, UdpSocket};

use resonant_protocol::VFrameView;

#[path = "shared/arguments.rs"]
mod arguments;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments::read()?;
    let socket = UdpSocket::bind(&arguments.addr)?;
    print_line(&format!("listening on {}", socket.local_addr()?))?;
    let mut buffer = vec![0; 65_536];
    let mut left = arguments.count;
    while left != Some(0) {
        let (length, from) = socket.recv_from(&mut buffer)?;
        match VFrameView::parse(&buffer[..length]) {
            Ok(frame) => print_line(&describe(&frame, from))?,
            Err(error) => print_line(&format!("rejected: {error}"))?,
        }
        left = left.map(|left| left - 1);
    }
    Ok(())
}

fn describe(frame: &VFrameView<'_>, from: SocketAddr) -> String {
    let slices: Vec<String> = frame
        .slices()
        .map(|slice| {
            let dims: Vec<u32> = slice.dims().collect();
            let length = slice.payload().len();
            format!("{:?} {dims:?}, {length} bytes", slice.dtype())
        })
        .collect();
    let noun = if slices.len() == 1 { "slice" } else { "slices" };
    let head = format!("{} {noun}", slices.len());
    let content = if slices.is_empty() {
        head
    } else {
        format!("{head}, {}", slices.join("; "))
    };
    format!(
        "{:?} stream {:#x} seq {} from {from}: {content}, space_hash32 {}",
        frame.mtype(),
        frame.stream_id(),
        frame.frame_seq(),
        frame.space_hash32(),
    )
}

/// At once, also where standard output is a pipe.
fn print_line(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

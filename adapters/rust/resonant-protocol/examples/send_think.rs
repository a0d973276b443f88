//! Sends Think frames by UDP, one frame in one datagram (FRM-28).
//!
//!     cargo run --example send_think -- [--addr HOST:PORT] [--count N]

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

use resonant_protocol::{DType, Flags, Modality, MsgType, SliceMeta, VFrame};

#[path = "shared/arguments.rs"]
mod arguments;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments::read()?;
    let mut addresses = arguments.addr.to_socket_addrs()?;
    let receiver = addresses.find(SocketAddr::is_ipv4);
    let receiver = receiver.ok_or("the receiver has no IPv4 address")?;
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    for seq in 1..=arguments.count.unwrap_or(1) {
        let bytes = think(seq)?.encode()?;
        socket.send_to(&bytes, receiver)?;
        println!(
            "sent Think stream 0x1234 seq {seq} to {receiver}: {} bytes",
            bytes.len()
        );
    }
    Ok(())
}

/// One F16 slice of dims [1, 2048] holding zeros.
fn think(seq: u64) -> Result<VFrame, Box<dyn Error>> {
    let meta = SliceMeta {
        dtype: DType::F16,
        shape: vec![1, 2048],
    };
    let slices = vec![(meta, vec![0u8; 4096])];
    let mut frame = VFrame::new(MsgType::Think, Modality::Text, slices)?;
    frame.hdr.flags = Flags::ZSTD;
    frame.hdr.stream_id = 0x1234;
    frame.hdr.frame_seq = seq;
    frame.hdr.space_hash32 = 2_451_163_210;
    Ok(frame)
}

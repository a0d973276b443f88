//! A stream of 2,000 frames of 60 KiB over TCP on the loopback, against the same bytes through a bare socket.
//!
//! Prints one line of JSON. `tcp_of_bare` is the share of the rate of a bare socket, whose sender writes one frame again
//! and again and whose reader looks at nothing. `tcp_of_summed` is the share of what a socket gives with the sums that the
//! protocol asks for and nothing else: the CRC-32 of each frame at both ends, and at the reader the XXH3 of all (`FRM-24`,
//! `STM-16`). What is between the two is the protocol's, the rest is the crate's: above all that a sender keeps every frame
//! (`STM-37`), which is 120 MB of memory in this stream, and that a receiver gives each message memory of its own. Best of
//! seven turns of each.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{Config, Event};
use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame};
use xxhash_rust::xxh3::Xxh3;

const FRAMES: usize = 2_000;
const PAYLOAD_BYTES: u32 = 61_440;
const FRAME_BYTES: usize = PAYLOAD_BYTES as usize + 43;
const TURNS: usize = 7;
/// Bytes that wait at most before the sender lets the other end read: no more than a cache of the processor holds.
const AHEAD: usize = 1 << 20;

fn main() {
    let mut best = [f64::MAX; 3];
    for _ in 0..TURNS {
        for (at, turn) in [bare, summed, framed].into_iter().enumerate() {
            best[at] = best[at].min(turn().as_secs_f64());
        }
    }
    let bytes = FRAMES as f64 * f64::from(PAYLOAD_BYTES);
    let [bare, summed, framed] = best.map(|seconds| bytes / seconds / 1e9);
    let (of_bare, of_summed) = (framed / bare, framed / summed);
    println!(
        "{{\"tcp_of_bare\": {of_bare:.3}, \"tcp_of_summed\": {of_summed:.3}, \"tcp_gb_per_s\": {framed:.2}, \
         \"bare_gb_per_s\": {bare:.2}, \"summed_gb_per_s\": {summed:.2}}}"
    );
}

fn bare() -> Duration {
    through_a_socket(
        |_| {},
        |stream| {
            let mut buffer = vec![0; 65_536];
            while stream.read(&mut buffer).unwrap() > 0 {}
        },
    )
}

/// The same with the sums.
fn summed() -> Duration {
    through_a_socket(
        |frame| {
            black_box(crc32fast::hash(frame));
        },
        |stream| {
            let (mut frame, mut hash) = (vec![0; FRAME_BYTES], Xxh3::new());
            while stream.read_exact(&mut frame).is_ok() {
                black_box(crc32fast::hash(&frame));
                hash.update(&frame);
            }
            black_box(hash.digest());
        },
    )
}

/// The time that the frames take through a socket, with what is done before each is written, and with what reads them.
fn through_a_socket(
    before: impl Fn(&[u8]),
    read: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let reading = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read(&mut stream);
        Instant::now()
    });
    let mut stream = TcpStream::connect(address).unwrap();
    let frame = vec![7; FRAME_BYTES];
    let began = Instant::now();
    for _ in 0..FRAMES {
        before(&frame);
        stream.write_all(&frame).unwrap();
    }
    drop(stream);
    reading.join().unwrap() - began
}

fn framed() -> Duration {
    let mut server = TcpEndpoint::listen("127.0.0.1:0", config(), salts(0)).unwrap();
    let address = server.local_addr();
    let sending = thread::spawn(move || send(address));
    loop {
        if let (_, Event::Complete { frames, .. }) = server.next_event(None).unwrap() {
            assert_eq!(frames, FRAMES as u64);
            break;
        }
    }
    let ended = Instant::now();
    drop(server);
    ended - sending.join().unwrap()
}

/// Sends the stream, and gives the time at which its first frame went.
fn send(address: SocketAddr) -> Instant {
    let (mut client, link) = TcpEndpoint::connect(address, config(), salts(100), 1).unwrap();
    while !matches!(client.next_event(None), Some((_, Event::Established(_)))) {}
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![PAYLOAD_BYTES],
    };
    let payload = vec![7; usize::try_from(PAYLOAD_BYTES).unwrap()];
    let began = Instant::now();
    let opened = client.request(&link, |peer, now| peer.open_stream(3, false, None, now));
    opened.unwrap();
    for _ in 0..FRAMES {
        while client.unsent(&link) > AHEAD {
            let _ = client.next_event(Some(Duration::from_micros(200)));
        }
        let slices = vec![(meta.clone(), payload.clone())];
        let frame = VFrame::new(MsgType::Think, Modality::Text, slices).unwrap();
        let sent = client.request(&link, |peer, now| peer.send(3, frame, now));
        sent.unwrap();
    }
    let ended = client.request(&link, |peer, now| peer.close_stream(3, now));
    ended.unwrap();
    while !matches!(client.next_event(None), Some((_, Event::Closed { .. }))) {}
    began
}

fn config() -> Config {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Config {
        embedding_space_id: "bench".to_owned(),
        space_hash32: 0,
        d_model: 1,
        modality: names(&["text"]),
        compress: names(&["none"]),
        crypto: names(&["none"]),
        dtype: names(&["i8"]),
        critique: false,
        require_crypto: false,
        key: None,
        salt: [0; 16],
        mux: None,
        fec: None,
        repair: None,
        adaptive: None,
    }
}

fn salts(first: u8) -> impl Iterator<Item = [u8; 16]> + Send {
    (first..).map(|number| [number; 16])
}

//! Throughput of a peer that receives a stream of 2,000 plain frames of 60 KiB and verifies it, as a ratio against
//! XXH3-64, MD5 and CRC-32 alone over the same bytes.
//!
//! Prints one line of JSON: `sums_gbps`, the three sums in 10^9 bytes a second, and `verify_ratio`, the peer's
//! speed as a part of it. Both are measured in turn within one process, and the median round counts, so that a
//! change of clock speed or a busy neighbour touches them alike.

#[path = "support/timing.rs"]
mod timing;

use std::hint::black_box;

use md5::{Digest, Md5};
use resonant_protocol::peer::{Announce, Config, Event, Peer, Role};
use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame};
use timing::{median, seconds};
use xxhash_rust::xxh3::Xxh3;

const FRAME_LEN: u16 = 60 * 1024;
const FRAMES: u32 = 2000;
const ROUNDS: usize = 9;
const STREAM_ID: u32 = 3;

fn main() {
    let ping = client_of_session().1;
    let stream = stream(&ping);
    let mut sums_times = Vec::with_capacity(ROUNDS);
    let mut ratios = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let sums = seconds(|| sums(&stream[1..stream.len() - 1]));
        let verify = seconds(|| verify(&ping, &stream));
        sums_times.push(sums);
        ratios.push(sums / verify);
    }
    let bytes = f64::from(FRAME_LEN) * f64::from(FRAMES);
    println!(
        "{{\"sums_gbps\":{:.2},\"verify_ratio\":{:.3}}}",
        bytes / median(&mut sums_times) / 1e9,
        median(&mut ratios)
    );
}

fn config() -> Config {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Config {
        embedding_space_id: String::new(),
        space_hash32: 1,
        d_model: 2048,
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

/// A client with a session, and the ping that began it.
fn client_of_session() -> (Peer, Vec<u8>) {
    let mut client = Peer::new(Role::Client, config(), 0).expect("a configuration");
    let ping = client.ping(1, 0).expect("a ping").datagrams.remove(0);
    let mut server = Peer::new(Role::Server, config(), 0).expect("a configuration");
    let capability = server.receive(&ping, 0).datagrams.remove(0);
    client.receive(&capability, 0);
    (client, ping)
}

/// The stream as a client sends it: HEAD with sizes and hashes, the frames, TAIL.
fn stream(ping: &[u8]) -> Vec<Vec<u8>> {
    // The frames are the same with any HEAD, so the sums for it are those of a first sending.
    let announce = Announce {
        frames: 0,
        total_len: 0,
        md5: [0; 16],
        xxhash3_64: 0,
    };
    let draft = send(announce);
    let frames = &draft[1..draft.len() - 1];
    let (xxhash3_64, md5, _) = sums(frames);
    let total_len = u64::from(FRAMES) * u64::from(FRAME_LEN);
    let stream = send(Announce {
        frames: FRAMES.into(),
        total_len,
        md5,
        xxhash3_64,
    });
    assert!(frames
        .iter()
        .all(|frame| frame.len() == usize::from(FRAME_LEN)));
    assert!(verify(ping, &stream), "the stream is whole");
    stream
}

fn send(announce: Announce) -> Vec<Vec<u8>> {
    let (mut client, _) = client_of_session();
    let head = client.open_stream(STREAM_ID, true, Some(&announce), 0);
    let mut stream = head.expect("a HEAD").datagrams;
    for number in 0..FRAMES {
        let sent = client.send(STREAM_ID, frame(number), 0).expect("a frame");
        stream.extend(sent.datagrams);
    }
    let tail = client.close_stream(STREAM_ID, 0).expect("a TAIL");
    stream.extend(tail.datagrams);
    stream
}

/// A Think frame that one I8 slice fills (an F16 payload could not be of this odd length).
fn frame(number: u32) -> VFrame {
    let payload_len = FRAME_LEN - 33 - 4 - 6;
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![u32::from(payload_len)],
    };
    let byte = |i: u16| (u32::from(i) ^ number.rotate_left(3)).to_le_bytes()[0];
    let payload = (0..payload_len).map(byte).collect();
    VFrame::new(MsgType::Think, Modality::Text, vec![(meta, payload)]).expect("a short payload")
}

/// The three sums, and nothing else.
fn sums(frames: &[Vec<u8>]) -> (u64, [u8; 16], u32) {
    let (mut hash, mut md5, mut crc) = (Xxh3::new(), Md5::new(), 0);
    for frame in frames {
        hash.update(frame);
        md5.update(frame);
        crc ^= crc32fast::hash(frame);
    }
    (hash.digest(), md5.finalize().into(), crc)
}

/// A server that receives everything. Says whether every frame was delivered and the stream told as complete.
fn verify(ping: &[u8], stream: &[Vec<u8>]) -> bool {
    let mut server = Peer::new(Role::Server, config(), 0).expect("a configuration");
    server.receive(ping, 0);
    let (mut messages, mut complete) = (0, false);
    for datagram in stream {
        for event in server.receive(black_box(datagram), 0).events {
            messages += u32::from(matches!(event, Event::Message(_)));
            complete |= matches!(event, Event::Complete { .. });
            black_box(event);
        }
    }
    complete && messages == FRAMES
}

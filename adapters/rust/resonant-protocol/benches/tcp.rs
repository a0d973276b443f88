//! A stream of 2,000 frames of 60 KiB over TCP on the loopback, against the same bytes through a bare socket.
//!
//! Prints one line of JSON. `tcp_of_bare` is the share of the rate of a bare socket, whose sender writes one frame again
//! and again and whose reader looks at nothing. `tcp_of_summed` is the share of what a socket gives with the sums that the
//! protocol asks for and nothing else: the CRC-32 of each frame at both ends, and at the reader the XXH3 of all (`FRM-24`,
//! `STM-16`). Both are for streams that follow one another on one connection, as the bytes of the bare sockets do.
//! `tcp_first_of_bare` is that of the first stream of a connection, whose sender asks the system for 120 MB of memory: it
//! keeps every frame (`STM-37`), and only later ones take the place of others.
//!
//! The ways take turns, and each share is the median of those of the turns: what else the machine does meanwhile changes
//! all of a turn. Each set of turns has connections of its own, as some pairs of sockets are quicker than others for as
//! long as they last.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{Config, Event};
use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame};
use xxhash_rust::xxh3::Xxh3;

const FRAMES: usize = 2_000;
const PAYLOAD_BYTES: u32 = 61_440;
const FRAME_BYTES: usize = PAYLOAD_BYTES as usize + 43;
const SETS: usize = 6;
const TURNS_OF_A_SET: usize = 3;
/// Streams that fill what a sender keeps: from then on it needs no fresh memory.
const FILLING: usize = 3;
/// Bytes that wait at most before the sender lets the other end read: no more than a cache of the processor holds.
const AHEAD: usize = 1 << 20;

fn main() {
    let turns: Vec<[f64; 4]> = (0..SETS).flat_map(|_| set()).collect();
    let share = |of: usize, at: usize| median(turns.iter().map(|turn| turn[of] / turn[at]));
    let bytes = FRAMES as f64 * f64::from(PAYLOAD_BYTES);
    let rate = |at: usize| median(turns.iter().map(|turn| bytes / turn[at] / 1e9));
    println!(
        "{{\"tcp_of_bare\": {:.3}, \"tcp_of_summed\": {:.3}, \"tcp_first_of_bare\": {:.3}, \"tcp_gb_per_s\": {:.2}, \
         \"bare_gb_per_s\": {:.2}, \"summed_gb_per_s\": {:.2}}}",
        share(0, 2), share(1, 2), share(0, 3), rate(2), rate(0), rate(1)
    );
}

/// Turns on the same connections: the seconds of a bare socket, of one with sums, of a stream and of a first stream.
fn set() -> [[f64; 4]; TURNS_OF_A_SET] {
    let ways = [
        through_a_socket(|_| {}, skim),
        through_a_socket(|frame| _ = black_box(crc32fast::hash(frame)), sum),
        framed(),
    ];
    for _ in 0..FILLING {
        ways[2].turn();
    }
    std::array::from_fn(|_| {
        let [bare, summed, later] = ways.each_ref().map(Way::turn);
        [bare, summed, later, framed().turn()]
    })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A thread that sends and one that receives, with a connection between them.
struct Way {
    go: Option<SyncSender<()>>,
    began: Receiver<Instant>,
    ended: Receiver<Instant>,
    threads: Vec<JoinHandle<()>>,
}

impl Way {
    /// Both threads. The first is told when to send all frames, and tells when it began; the second tells when it has them.
    fn new(
        send: impl FnOnce(Receiver<()>, SyncSender<Instant>) + Send + 'static,
        receive: impl FnOnce(SyncSender<Instant>) + Send + 'static,
    ) -> Self {
        let (go, orders) = sync_channel(1);
        let (tell_began, began) = sync_channel(1);
        let (tell_ended, ended) = sync_channel(1);
        let threads = vec![
            thread::spawn(move || send(orders, tell_began)),
            thread::spawn(move || receive(tell_ended)),
        ];
        Self {
            go: Some(go),
            began,
            ended,
            threads,
        }
    }

    /// The seconds that the frames take.
    fn turn(&self) -> f64 {
        self.go.as_ref().unwrap().send(()).unwrap();
        let (began, ended) = (self.began.recv().unwrap(), self.ended.recv().unwrap());
        (ended - began).as_secs_f64()
    }
}

/// Its end takes no time of the next.
impl Drop for Way {
    fn drop(&mut self) {
        self.go = None;
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

/// The frames through a socket, with what is done before each is written, and with what reads them as long as they come.
fn through_a_socket(
    before: impl Fn(&[u8]) + Send + 'static,
    read: impl Fn(&mut TcpStream) -> bool + Send + 'static,
) -> Way {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut from = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut to, _) = listener.accept().unwrap();
    let send = move |orders: Receiver<()>, tell_began: SyncSender<Instant>| {
        let frame = vec![7; FRAME_BYTES];
        for () in orders {
            let began = Instant::now();
            for _ in 0..FRAMES {
                before(&frame);
                from.write_all(&frame).unwrap();
            }
            tell_began.send(began).unwrap();
        }
    };
    Way::new(send, move |tell_ended| {
        while read(&mut to) {
            tell_ended.send(Instant::now()).unwrap();
        }
    })
}

/// Reads all frames of a turn without looking.
fn skim(stream: &mut TcpStream) -> bool {
    let (mut buffer, mut left) = (vec![0; 65_536], FRAMES * FRAME_BYTES);
    while left > 0 {
        let most = buffer.len().min(left);
        match stream.read(&mut buffer[..most]).unwrap() {
            0 => return false,
            length => left -= length,
        }
    }
    true
}

/// Reads all frames of a turn and sums them up.
fn sum(stream: &mut TcpStream) -> bool {
    let (mut frame, mut hash) = (vec![0; FRAME_BYTES], Xxh3::new());
    for _ in 0..FRAMES {
        if stream.read_exact(&mut frame).is_err() {
            return false;
        }
        black_box(crc32fast::hash(&frame));
        hash.update(&frame);
    }
    black_box(hash.digest());
    true
}

/// The frames as streams of one connection, each of which is a turn.
fn framed() -> Way {
    let mut server = TcpEndpoint::listen("127.0.0.1:0", config(), salts(0)).unwrap();
    let address = server.local_addr();
    let send = move |orders, tell_began| send(address, orders, &tell_began);
    Way::new(send, move |tell_ended| loop {
        match server.next_event(None).unwrap() {
            (_, Event::Complete { frames, .. }) => {
                assert_eq!(frames, FRAMES as u64);
                tell_ended.send(Instant::now()).unwrap();
            }
            (_, Event::Closed { .. }) => break,
            _ => {}
        }
    })
}

/// Sends a stream whenever it is told to, and tells the time at which its first frame went.
fn send(address: SocketAddr, orders: Receiver<()>, tell_began: &SyncSender<Instant>) {
    let (mut client, link) = TcpEndpoint::connect(address, config(), salts(100), 1).unwrap();
    while !matches!(client.next_event(None), Some((_, Event::Established(_)))) {}
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![PAYLOAD_BYTES],
    };
    let slices = vec![(meta, vec![7; usize::try_from(PAYLOAD_BYTES).unwrap()])];
    let mut frame = VFrame::new(MsgType::Think, Modality::Text, slices).unwrap();
    for ((), id) in orders.into_iter().zip((3..).step_by(2)) {
        let began = Instant::now();
        let opened = client.request(&link, |peer, now| peer.open_stream(id, false, None, now));
        opened.unwrap();
        for _ in 0..FRAMES {
            if client.unsent(&link) > AHEAD {
                while client.next_event_or_room(&link, AHEAD / 2, None).is_some() {}
            }
            let sent = client.request(&link, |peer, now| peer.send_by_ref(id, &mut frame, now));
            sent.unwrap();
        }
        let ended = client.request(&link, |peer, now| peer.close_stream(id, now));
        ended.unwrap();
        tell_began.send(began).unwrap();
    }
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

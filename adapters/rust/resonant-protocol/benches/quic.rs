//! A stream of 2,000 frames of 60 KiB over QUIC on the loopback, against the same bytes on a stream of quinn's.
//!
//! Prints one line of JSON: `quic_of_quinn` is the share of quinn's own rate, the best of five turns of each.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use resonant_protocol::net::{client_tls, server_tls, QuicEndpoint};
use resonant_protocol::peer::{Config, Event};
use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame};
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

const FRAMES: usize = 2_000;
const PAYLOAD_BYTES: u32 = 61_440;
const TURNS: usize = 5;
/// Bytes that wait at most before the sender lets the other end read: no more than a cache of the processor holds.
const AHEAD: usize = 1 << 20;
const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
const CERTIFICATE: &[u8] = include_bytes!("../tests/all/support/test_certificate.pem");
const KEY: &[u8] = include_bytes!("../tests/all/support/test_key.pem");

fn main() {
    let mut best = [f64::MAX; 2];
    for _ in 0..TURNS {
        for (at, turn) in [bare, framed].into_iter().enumerate() {
            best[at] = best[at].min(turn().as_secs_f64());
        }
    }
    let bytes = FRAMES as f64 * f64::from(PAYLOAD_BYTES);
    let [bare, framed] = best.map(|seconds| bytes / seconds / 1e9);
    println!(
        "{{\"quic_of_quinn\": {:.3}, \"quic_gb_per_s\": {framed:.3}, \"quinn_gb_per_s\": {bare:.3}}}",
        framed / bare
    );
}

/// Each end has a thread of its own, here as there.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn bare() -> Duration {
    let mut tls = server_tls(CERTIFICATE, KEY).unwrap();
    tls.alpn_protocols = vec![b"bench".to_vec()];
    let crypto = Arc::new(QuicServerConfig::try_from(tls).unwrap());
    let (told, address) = std::sync::mpsc::channel();
    let reading = thread::spawn(move || {
        runtime().block_on(async {
            let config = quinn::ServerConfig::with_crypto(crypto);
            let server = quinn::Endpoint::server(config, ANY.into()).unwrap();
            told.send(server.local_addr().unwrap()).unwrap();
            let connection = server.accept().await.unwrap().await.unwrap();
            let mut stream = connection.accept_uni().await.unwrap();
            let mut chunks = vec![Bytes::new(); 32];
            while stream.read_chunks(&mut chunks).await.unwrap().is_some() {}
            let ended = Instant::now();
            connection.close(0_u32.into(), b"");
            server.wait_idle().await;
            ended
        })
    });
    let address = address.recv().unwrap();
    let began = runtime().block_on(async {
        let mut tls = client_tls(CERTIFICATE).unwrap();
        tls.alpn_protocols = vec![b"bench".to_vec()];
        let crypto = Arc::new(QuicClientConfig::try_from(tls).unwrap());
        let client = quinn::Endpoint::client(ANY.into()).unwrap();
        let config = quinn::ClientConfig::new(crypto);
        let connecting = client.connect_with(config, address, "localhost").unwrap();
        let connection = connecting.await.unwrap();
        let began = Instant::now();
        let mut stream = connection.open_uni().await.unwrap();
        for _ in 0..FRAMES {
            let frame = vec![7; usize::try_from(PAYLOAD_BYTES).unwrap() + 43];
            stream.write_chunk(frame.into()).await.unwrap();
        }
        stream.finish().unwrap();
        connection.closed().await;
        began
    });
    reading.join().unwrap() - began
}

fn framed() -> Duration {
    let (told, address) = std::sync::mpsc::channel();
    let reading = thread::spawn(move || {
        runtime().block_on(async {
            let tls = server_tls(CERTIFICATE, KEY).unwrap();
            let server = QuicEndpoint::listen(ANY.into(), tls, config(), salts(0));
            let mut server = server.unwrap();
            told.send(server.local_addr().unwrap()).unwrap();
            loop {
                if let (_, Event::Complete { frames, .. }) = server.next_event().await {
                    assert_eq!(frames, FRAMES as u64);
                    break;
                }
            }
            let ended = Instant::now();
            server.close().await;
            ended
        })
    });
    let began = runtime().block_on(send(address.recv().unwrap()));
    reading.join().unwrap() - began
}

/// Sends the stream, and gives the time at which its first frame went.
async fn send(address: SocketAddr) -> Instant {
    let tls = client_tls(CERTIFICATE).unwrap();
    let made = QuicEndpoint::connect(address, "localhost", tls, config(), salts(100), 1);
    let (mut client, link) = made.await.unwrap();
    while !matches!(client.next_event().await, (_, Event::Established(_))) {}
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
            let moment = Duration::from_micros(200);
            let _ = tokio::time::timeout(moment, client.next_event()).await;
        }
        let slices = vec![(meta.clone(), payload.clone())];
        let frame = VFrame::new(MsgType::Think, Modality::Text, slices).unwrap();
        let sent = client.request(&link, |peer, now| peer.send(3, frame, now));
        sent.unwrap();
    }
    let ended = client.request(&link, |peer, now| peer.close_stream(3, now));
    ended.unwrap();
    while !matches!(client.next_event().await, (_, Event::Closed { .. })) {}
    client.close().await; // or the server waits for half a minute for what its last packet is answered with
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

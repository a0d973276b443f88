//! QUIC for programs, over real sockets of the loopback (QUI-1 to QUI-16).
#![cfg(feature = "quic")]

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::support::links::{ping, salts};
use crate::support::talk::{config, sealing};
use resonant_protocol::endpoint::Carried;
use resonant_protocol::net::{client_tls, server_tls, QuicEndpoint, QuicLines, QuicLink, QuicNews};
use resonant_protocol::peer::{Config, Event};
use resonant_protocol::transport::{Carriage, MAX_UNSENT_BYTES};
use resonant_protocol::RejectCode::{self, BufferLimit, FrameTooShort};
use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame};

/// For tests alone: everybody knows the key.
const CERTIFICATE: &[u8] = include_bytes!("support/test_certificate.pem");
const KEY: &[u8] = include_bytes!("support/test_key.pem");
/// No test here takes longer, however slow the machine is; one that meets it has failed.
const AT_MOST: Duration = Duration::from_secs(300);
const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// Runs a test, which ends in time.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bounded = async { tokio::time::timeout(AT_MOST, test).await };
    runtime.block_on(bounded).expect("it never came");
}

fn server_with(config: Config) -> QuicEndpoint {
    let tls = server_tls(CERTIFICATE, KEY).unwrap();
    QuicEndpoint::listen(ANY.into(), tls, config, salts()).expect("a server")
}

async fn client_of(server: &QuicEndpoint, config: Config) -> (QuicEndpoint, QuicLink) {
    let (tls, salts) = (client_tls(CERTIFICATE).unwrap(), salts().skip(9));
    let address = server.local_addr().unwrap();
    let made = QuicEndpoint::connect(address, "localhost", tls, config, salts, 1);
    made.await.expect("a connection")
}

/// Events of one end up to one that is wanted, while the other end goes on as well.
async fn until(
    endpoint: &mut QuicEndpoint,
    other: &mut QuicEndpoint,
    wanted: impl Fn(&Event) -> bool,
) -> Vec<Event> {
    let mut told = Vec::new();
    loop {
        tokio::select! {
            (_, event) = endpoint.next_event() => {
                let is_wanted = wanted(&event);
                told.push(event);
                if is_wanted {
                    return told;
                }
            }
            _ = other.next_event() => {}
        }
    }
}

/// A server and a client with a session.
async fn session(config: Config) -> (QuicEndpoint, QuicEndpoint, QuicLink) {
    let mut server = server_with(config.clone());
    let (mut client, link) = client_of(&server, config).await;
    let is_established = |event: &Event| matches!(event, Event::Established(_));
    until(&mut client, &mut server, is_established).await;
    (server, client, link)
}

/// A connection of a client that has no peer, and a server.
async fn raw() -> (QuicEndpoint, QuicLines, QuicLink) {
    let server = server_with(config());
    let mut lines = QuicLines::new(UdpSocket::bind(ANY).unwrap()).unwrap();
    let (address, tls) = (
        server.local_addr().unwrap(),
        client_tls(CERTIFICATE).unwrap(),
    );
    let link = lines.connect(address, "localhost", tls).await.unwrap();
    (server, lines, link)
}

async fn closed(server: &mut QuicEndpoint) -> Option<RejectCode> {
    loop {
        if let (_, Event::Closed { code }) = server.next_event().await {
            return code;
        }
    }
}

fn think(bytes: u32) -> VFrame {
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![bytes],
    };
    let payload = vec![3; usize::try_from(bytes).unwrap()];
    VFrame::new(MsgType::Think, Modality::Text, vec![(meta, payload)]).unwrap()
}

#[test]
fn a_stream_of_30_frames_of_60_kib_arrives_whole() {
    for config in [config(), sealing(0)] {
        run(async {
            let (mut server, mut client, link) = session(config).await;
            let open = client.request(&link, |peer, now| peer.open_stream(5, true, None, now));
            open.unwrap();
            for _ in 0..30 {
                let sent = client.request(&link, |peer, now| peer.send(5, think(61_000), now));
                sent.unwrap();
            }
            let ended = client.request(&link, |peer, now| peer.close_stream(5, now));
            ended.unwrap();
            let is_complete = |event: &Event| matches!(event, Event::Complete { .. });
            let told = until(&mut server, &mut client, is_complete).await;
            let messages = told.iter().filter(|it| matches!(it, Event::Message(_)));
            assert_eq!(messages.count(), 30);
            tokio::join!(client.close(), async {
                assert_eq!(closed(&mut server).await, None);
            });
        });
    }
}

#[test]
fn small_messages_go_as_datagrams_where_a_program_wants_it() {
    run(async {
        let (mut server, client, link) = session(config()).await;
        let mut client = client.with_datagrams();
        for bytes in [900, 3_000] {
            let sent = client.request(&link, |peer, now| peer.send(7, think(bytes), now));
            sent.unwrap();
        }
        assert!(client.unsent(&link) > 3_000, "the long one is on main");
        assert!(client.unsent(&link) < 3_900, "the short one is not");
        for _ in 0..2 {
            let is_message = |event: &Event| matches!(event, Event::Message(_));
            until(&mut server, &mut client, is_message).await;
        }
    });
}

#[test]
fn what_is_asked_of_one_who_does_not_read_is_refused_at_16_mib() {
    run(async {
        let (server, mut client, link) = session(config()).await;
        let mut sent = 0;
        let refused = loop {
            let asked = client.request(&link, |peer, now| peer.send(7, think(65_000), now));
            match asked {
                Ok(()) => sent += 1,
                Err(refused) => break refused.code(),
            }
        };
        assert_eq!(refused, BufferLimit);
        assert!(sent >= 250 && client.unsent(&link) <= MAX_UNSENT_BYTES);
        drop(server);
    });
}

#[test]
fn a_closed_connection_still_gives_all_that_was_sent() {
    run(async {
        let (mut server, mut client, link) = session(config()).await;
        for _ in 0..40 {
            let sent = client.request(&link, |peer, now| peer.send(7, think(60_000), now));
            sent.unwrap();
        }
        let mut messages = 0;
        tokio::join!(client.close(), async {
            loop {
                match server.next_event().await.1 {
                    Event::Message(_) => messages += 1,
                    Event::Closed { code } => return assert_eq!(code, None),
                    _ => {}
                }
            }
        });
        assert_eq!(messages, 40);
    });
}

#[test]
fn wrong_bytes_on_main_close_the_connection_with_their_code() {
    run(async {
        let (mut server, mut lines, link) = raw().await;
        // A line puts a length before whatever it is given: 32 bytes are no frame.
        lines.carry(&link, Carried::Frame(Carriage::Main, vec![0; 32]));
        assert_eq!(closed(&mut server).await, Some(FrameTooShort));
        loop {
            let (_, news) = lines.next().await;
            if let QuicNews::Closed { code } = news {
                return assert_eq!(code, Some(FrameTooShort));
            }
        }
    });
}

#[test]
fn a_uni_with_wrong_bytes_is_stopped_and_the_connection_goes_on() {
    run(async {
        let (mut server, mut lines, link) = raw().await;
        lines.carry(&link, Carried::Frame(Carriage::Main, ping(1)));
        lines.carry(&link, Carried::Frame(Carriage::Uni(9), vec![0; 32]));
        loop {
            tokio::select! {
                (_, event) = server.next_event() => {
                    assert!(!matches!(event, Event::Closed { .. }));
                }
                (_, news) = lines.next() => match news {
                    QuicNews::Stopped { stream_id, number, .. } => {
                        return assert_eq!((stream_id, number), (Some(9), 1));
                    }
                    QuicNews::Closed { code } => panic!("{code:?}"),
                    _ => {}
                }
            }
        }
    });
}

#[test]
fn nobody_who_speaks_another_protocol_or_trusts_another_one_gets_a_connection() {
    run(async {
        let server = server_with(config());
        let address: SocketAddr = server.local_addr().unwrap();
        let (tls, salts) = (client_tls(CERTIFICATE).unwrap(), salts());
        let refused = QuicEndpoint::connect(address, "example.org", tls, config(), salts, 1).await;
        assert!(refused.is_err());
        assert!(client_tls(b"no PEM").is_err() && server_tls(CERTIFICATE, CERTIFICATE).is_err());
    });
}

//! TCP for programs, over real sockets of the loopback (TCP-1 to TCP-21).

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::support::links;
use crate::support::links::{ping, salts};
use crate::support::talk::{config, sealing};
use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{Config, Event};
use resonant_protocol::transport::{join, Splitter, MAX_UNSENT_BYTES};
use resonant_protocol::RejectCode::{self, BufferLimit, FrameTooLarge, TruncatedFrame};
use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame, VFrameView};

/// No wait for one event here is longer; a test that meets it has failed. However slow the machine is, something happens
/// within it.
const AT_MOST: Duration = Duration::from_secs(60);

fn server_with(config: Config) -> TcpEndpoint {
    TcpEndpoint::listen("127.0.0.1:0", config, salts()).expect("a server")
}

fn server() -> TcpEndpoint {
    server_with(config())
}

/// Events up to one that is wanted, which is the last of them.
fn until(endpoint: &mut TcpEndpoint, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
    let mut told = Vec::new();
    while let Some((_, event)) = endpoint.next_event(Some(AT_MOST)) {
        let is_wanted = wanted(&event);
        told.push(event);
        if is_wanted {
            return told;
        }
    }
    panic!("it never came; what came is {told:?}");
}

fn closed(endpoint: &mut TcpEndpoint) -> Option<RejectCode> {
    let told = until(endpoint, |event| matches!(event, Event::Closed { .. }));
    match told.last() {
        Some(Event::Closed { code }) => *code,
        _ => unreachable!(),
    }
}

fn is_established(event: &Event) -> bool {
    matches!(event, Event::Established(_))
}

/// A frame of 60 KiB.
fn long_think() -> VFrame {
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![61_000],
    };
    VFrame::new(
        MsgType::Think,
        Modality::Text,
        vec![(meta, vec![3; 61_000])],
    )
    .unwrap()
}

#[test]
fn a_stream_of_200_frames_of_60_kib_arrives_whole() {
    const ROOM: usize = 200_000;
    for config in [config(), sealing(0)] {
        let mut server = server_with(config.clone());
        let address = server.local_addr();
        let sending = thread::spawn(move || {
            let (mut client, link) =
                TcpEndpoint::connect(address, config, salts().skip(9), 1).unwrap();
            until(&mut client, is_established);
            let open = client.request(&link, |peer, now| peer.open_stream(5, true, None, now));
            open.unwrap();
            for _ in 0..200 {
                while client.next_event_or_room(&link, ROOM, None).is_some() {}
                assert!(client.unsent(&link) <= 2 * ROOM);
                let sent = client.request(&link, |peer, now| peer.send(5, long_think(), now));
                sent.unwrap();
            }
            let ended = client.request(&link, |peer, now| peer.close_stream(5, now));
            ended.unwrap();
            client // kept until the server has it all
        });
        let told = until(&mut server, |event| matches!(event, Event::Complete { .. }));
        let messages = told.iter().filter(|it| matches!(it, Event::Message(_)));
        assert_eq!(messages.count(), 200);
        drop(sending.join().unwrap());
        assert_eq!(closed(&mut server), None);
    }
}

#[test]
fn a_client_that_says_all_at_once_and_stops_gets_its_answer() {
    let mut server = server();
    let mut raw = TcpStream::connect(server.local_addr()).unwrap();
    let mut bytes = Vec::new();
    join(&ping(1), &mut bytes).unwrap();
    raw.write_all(&bytes).unwrap();
    raw.shutdown(Shutdown::Write).unwrap();
    assert_eq!(closed(&mut server), None);
    let mut answer = Vec::new();
    raw.set_read_timeout(Some(AT_MOST)).unwrap();
    raw.read_to_end(&mut answer).unwrap(); // and the server ends its side
    let (mut splitter, mut frames) = (Splitter::new(), 0);
    let counted = splitter.push(&answer, |frame| {
        assert!(VFrameView::parse(frame).is_ok());
        frames += 1;
    });
    assert_eq!((counted.is_ok(), frames), (true, 1));
    assert!(splitter.end().is_ok());
}

#[test]
fn other_protocols_are_shown_out_and_what_was_answered_still_arrives() {
    let cases: [(&[u8], _); 3] = [
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            FrameTooLarge,
        ),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", FrameTooLarge),
        (&[33, 0, 0, 0, 1], TruncatedFrame),
    ];
    for (start, code) in cases {
        let mut server = server();
        let mut raw = TcpStream::connect(server.local_addr()).unwrap();
        let mut bytes = Vec::new();
        join(&ping(1), &mut bytes).unwrap();
        bytes.extend(start);
        bytes.extend(
            (code == FrameTooLarge)
                .then_some([0; 5000])
                .into_iter()
                .flatten(),
        );
        raw.write_all(&bytes).unwrap();
        raw.shutdown(Shutdown::Write).unwrap();
        assert_eq!(closed(&mut server), Some(code));
        let mut answer = Vec::new();
        raw.set_read_timeout(Some(AT_MOST)).unwrap();
        raw.read_to_end(&mut answer).unwrap();
        assert!(answer.len() > 33, "the capability");
    }
}

#[test]
fn sixty_four_who_say_one_byte_keep_nobody_out() {
    let mut server = server();
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..63 {
        slow.push(TcpStream::connect(server.local_addr()).unwrap());
        slow.last_mut().unwrap().write_all(&[33]).unwrap();
    }
    let address = server.local_addr();
    let client = thread::spawn(move || {
        let (mut client, _) = TcpEndpoint::connect(address, config(), salts(), 1).unwrap();
        until(&mut client, is_established);
    });
    until(&mut server, is_established);
    client.join().unwrap();
    assert_eq!(server.endpoint().links().count(), 64);
}

#[test]
fn sixty_four_sessions_are_in_use_at_once() {
    let mut server = server();
    let address = server.local_addr();
    let mut bytes = Vec::new();
    for frame in [ping(1), ping(2)] {
        join(&frame, &mut bytes).unwrap();
    }
    let others: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut raw = TcpStream::connect(address).unwrap();
            raw.write_all(&bytes).unwrap();
            raw
        })
        .collect();
    for _ in 0..64 * 2 {
        let (_, told) = server.next_event(Some(AT_MOST)).unwrap();
        assert!(is_established(&told), "{told:?}");
    }
    drop(others);
}

#[test]
fn no_more_than_16_mib_are_kept_for_one_who_never_reads() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = thread::spawn(move || {
        let (mut raw, _) = listener.accept().unwrap();
        let mut server = links::server();
        let mut head = [0; 4];
        raw.read_exact(&mut head).unwrap();
        let mut frame = vec![0; usize::try_from(u32::from_le_bytes(head)).unwrap()];
        raw.read_exact(&mut frame).unwrap();
        let mut bytes = Vec::new();
        join(&server.receive(7, &frame, 0).datagrams[0].1, &mut bytes).unwrap();
        raw.write_all(&bytes).unwrap();
        raw // and it reads no more
    });
    let (mut client, link) = TcpEndpoint::connect(address, config(), salts(), 1).unwrap();
    until(&mut client, is_established);
    let unread: TcpStream = answering.join().unwrap();
    let refused = (0..2_000).find_map(|_| {
        let sent = client.request(&link, |peer, now| peer.send(3, long_think(), now));
        assert!(client.unsent(&link) <= MAX_UNSENT_BYTES);
        sent.err()
    });
    assert_eq!(refused.map(|fault| fault.code()), Some(BufferLimit));
    let moment = Some(Duration::from_millis(1));
    assert_eq!(client.next_event_or_room(&link, 1 << 20, moment), None);
    drop(unread);
    assert!(closed(&mut client).is_some());
    assert_eq!(
        client.next_event_or_room(&link, 0, None),
        None,
        "nothing waits for a link that is gone"
    );
    let gone = client.request(&link, |peer, now| peer.heart(3, now));
    assert_eq!(gone.unwrap_err().code(), RejectCode::HandshakeRequired);
}

#[test]
fn nobody_there_is_an_error_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = free.local_addr().unwrap();
    drop(free);
    assert!(TcpEndpoint::connect(address, config(), salts(), 1).is_err());
}

//! Opened streams: order, repair and verification (STM-1, STM-5 to STM-7, STM-12 to STM-21).

use crate::support::talk;
use crate::support::talk::{
    config, delivered, dropped, error_code, opened, receive_all, sealing, session, think,
    wire_heart, wire_sync, wire_think,
};
use md5::{Digest, Md5};
use resonant_protocol::peer::{Announce, Event, Mismatch, Output, Peer};
use resonant_protocol::{strong_tail_hash, Flags, RejectCode};

fn tail(frames: u64, total_len: usize, frame_seq: u64) -> Vec<u8> {
    let tail = format!(r#"{{"method":"tail","frames":"{frames}","total_len":"{total_len}"}}"#);
    wire_sync(&tail, 3, frame_seq)
}

/// The datagrams of a whole stream with three data frames.
fn send_stream(client: &mut Peer, strong: bool, announce: Option<&Announce>) -> Vec<Vec<u8>> {
    let mut output = client
        .open_stream(3, strong, announce, 0)
        .unwrap()
        .datagrams;
    for payload in [&b"one"[..], b"two", b"three"] {
        output.extend(client.send(3, think(payload), 0).unwrap().datagrams);
    }
    output.extend(client.close_stream(3, 0).unwrap().datagrams);
    output
}

fn announce(stream: &[Vec<u8>]) -> Announce {
    let bytes = stream[1..stream.len() - 1].concat();
    Announce {
        frames: 3,
        total_len: u64::try_from(bytes.len()).unwrap(),
        md5: Md5::digest(&bytes).into(),
        xxhash3_64: strong_tail_hash(&bytes),
    }
}

fn receive_each(server: &mut Peer, datagrams: &[Vec<u8>]) -> Output {
    let (datagrams, events) = (datagrams.to_vec(), Vec::new());
    receive_all(
        server,
        &Output {
            datagrams,
            events,
            ..Output::default()
        },
        0,
    )
}

#[test]
fn a_stream_is_delivered_in_order_and_verified_in_any_order() {
    let (mut draft, _) = session(sealing(1), sealing(2));
    let announce = announce(&send_stream(&mut draft, true, None));
    for order in [[1, 2, 3, 4], [3, 2, 1, 4], [4, 2, 3, 1], [2, 2, 1, 3]] {
        let (mut client, mut server) = session(sealing(1), sealing(2));
        let stream = send_stream(&mut client, true, Some(&announce));
        let opened = server.receive(&stream[0], 0).events;
        assert_eq!(
            opened,
            [Event::Opened {
                stream_id: 3,
                sized: true
            }]
        );
        let mut events = Vec::new();
        for place in order {
            events.extend(server.receive(&stream[place], 0).events);
        }
        events.extend(server.receive(&stream[4], 0).events);
        assert_eq!(delivered(&events), [1, 2, 3], "{order:?}");
        let Announce {
            frames,
            total_len,
            xxhash3_64,
            ..
        } = announce;
        let complete = Event::Complete {
            stream_id: 3,
            frames,
            total_len,
            xxhash3_64,
        };
        assert!(events.contains(&complete), "{order:?}: {events:?}");
        // It is over: even its HEAD is dropped.
        assert_eq!(
            server.receive(&stream[0], 0).events,
            dropped(RejectCode::Closed)
        );
    }
}

#[test]
fn what_differs_first_is_named() {
    let (mut client, _) = session(config(), config());
    let stream = send_stream(&mut client, true, None);
    let good = announce(&stream);
    for (wrong, what) in [
        (
            Announce {
                frames: 4,
                total_len: 0,
                ..good
            },
            Mismatch::Frames,
        ),
        (
            Announce {
                total_len: 0,
                md5: [0; 16],
                ..good
            },
            Mismatch::TotalLen,
        ),
        (
            Announce {
                md5: [0; 16],
                xxhash3_64: 0,
                ..good
            },
            Mismatch::Md5,
        ),
        (
            Announce {
                xxhash3_64: 0,
                ..good
            },
            Mismatch::Xxhash3_64,
        ),
    ] {
        let (mut client, mut server) = session(config(), config());
        let stream = send_stream(&mut client, true, Some(&wrong));
        let failed = receive_each(&mut server, &stream);
        let code = RejectCode::StreamCorrupt;
        let event = Event::Failed {
            stream_id: 3,
            code,
            what: Some(what),
            reset: None,
        };
        assert_eq!(failed.events.last(), Some(&event));
        assert_eq!(error_code(&failed), "STREAM_CORRUPT");
        assert_eq!(talk::text(&failed.datagrams[0], "what"), what.as_str());
        // The sender sends nothing more on it.
        receive_all(&mut client, &failed, 0);
        let refused = client.heart(3, 0).unwrap_err();
        assert_eq!(refused.code(), RejectCode::StreamState);
    }
}

#[test]
fn a_tail_below_an_accepted_number_is_corrupt_by_its_number() {
    let mut server = opened("", Flags::empty());
    server.receive(&wire_think(3, 1), 0);
    server.receive(&wire_think(3, 3), 0);
    let failed = server.receive(&tail(9, 9, 2), 0);
    assert_eq!(talk::text(&failed.datagrams[0], "what"), "frame_seq");
}

#[test]
fn a_lost_head_is_repaired_like_any_frame() {
    let (mut client, mut server) = session(sealing(1), sealing(2));
    let stream = send_stream(&mut client, false, None);
    let incomplete = server.receive(&stream[4], 0);
    let (stream_id, missing) = (3, vec![0, 1, 2, 3]);
    assert_eq!(
        incomplete.events,
        [Event::Incomplete { stream_id, missing }]
    );
    let repaired = receive_all(&mut client, &incomplete, 0);
    assert_eq!(repaired.datagrams, stream, "byte for byte");
    let whole = receive_all(&mut server, &repaired, 0);
    assert_eq!(delivered(&whole.events), [1, 2, 3]);
    assert!(matches!(
        whole.events.last(),
        Some(Event::Complete { frames: 3, .. })
    ));
}

#[test]
fn missing_numbers_are_named_64_at_a_time_however_high_the_tail() {
    let mut server = opened("", Flags::empty());
    server.receive(&wire_think(3, 2), 0);
    let incomplete = server.receive(&tail(1, 1, u64::MAX), 0);
    let mut missing: Vec<u64> = (1..=65).collect();
    missing.remove(1);
    assert_eq!(
        incomplete.events,
        [Event::Incomplete {
            stream_id: 3,
            missing
        }]
    );
    // Again, whatever it says; one with a higher number would be another.
    let again = server.receive(&tail(7, 7, u64::MAX), 0);
    assert_eq!(again.events, incomplete.events);
}

#[test]
fn nothing_is_accepted_from_the_tail_on() {
    let mut server = opened("", Flags::empty());
    server.receive(&tail(1, 1, 3), 0);
    for late in [
        wire_think(3, 3),
        wire_heart(3, 3),
        wire_think(3, 4),
        tail(1, 1, 4),
    ] {
        assert_eq!(
            server.receive(&late, 0).events,
            dropped(RejectCode::AfterTail)
        );
    }
    assert_eq!(delivered(&server.receive(&wire_think(3, 1), 0).events), [1]);
}

//! Frames in byte streams, and connections that end (TCP-1 to TCP-20).

use crate::support::links::{ping as ping_frame, server};
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::Event;
use resonant_protocol::transport::{check_unsent, join, Splitter, MAX_UNSENT_BYTES};
use resonant_protocol::RejectCode::{
    self, BufferLimit, ConnectionReset, FrameTimeout, FrameTooLarge, FrameTooShort,
    HandshakeRequired, HandshakeTimeout, TruncatedFrame,
};

/// The result of a splitter for chunks: the frames, and the code at which it stops, if it does.
fn split<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, Option<RejectCode>) {
    let (mut splitter, mut frames) = (Splitter::new(), Vec::new());
    for chunk in chunks {
        if let Err(fault) = splitter.push(chunk, |frame| frames.push(frame.to_vec())) {
            assert_eq!(splitter.held(), 0);
            return (frames, Some(fault.code()));
        }
        assert!(splitter.held() <= 65_540);
    }
    let code = splitter.end().err().map(|fault| fault.code());
    (frames, code)
}

fn joined(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for frame in frames {
        join(frame, &mut bytes).unwrap();
    }
    bytes
}

#[test]
fn every_place_to_divide_gives_the_same_frames() {
    let frames = vec![vec![1; 33], vec![2; 40], vec![3; 33]];
    let bytes = joined(&frames);
    for first in 0..=bytes.len() {
        for second in first..=bytes.len() {
            let chunks = [&bytes[..first], &bytes[first..second], &bytes[second..]];
            assert_eq!(split(chunks), (frames.clone(), None), "{first} {second}");
        }
    }
    assert_eq!(split(bytes.chunks(1)), (frames, None));
}

#[test]
fn lengths_are_33_to_65536() {
    for (length, expected) in [
        (0_u32, Some(FrameTooShort)),
        (32, Some(FrameTooShort)),
        (33, None),
        (65_536, None),
        (65_537, Some(FrameTooLarge)),
        (u32::MAX, Some(FrameTooLarge)),
    ] {
        let mut bytes = length.to_le_bytes().to_vec();
        let size = usize::try_from(length).unwrap().min(65_536);
        if expected.is_none() {
            bytes.resize(4 + size, 7);
        }
        assert_eq!(split([&bytes[..]]).1, expected, "{length}");
        assert_eq!(split(bytes.chunks(1)).1, expected, "{length}, byte by byte");
        let refused = join(
            &vec![0; size + usize::from(length > 65_536)],
            &mut Vec::new(),
        );
        assert_eq!(
            refused.err().map(|fault| fault.code()),
            expected,
            "{length}"
        );
    }
}

#[test]
fn what_is_of_another_protocol_is_too_large() {
    for start in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        b"GET / HTTP/1.1\r\n",
        b"\xff\xff\xff\xff",
    ] {
        assert_eq!(split([start]), (vec![], Some(FrameTooLarge)));
    }
}

#[test]
fn an_end_inside_a_length_or_a_frame_is_told() {
    let bytes = joined(&[vec![5; 33], vec![6; 34]]);
    for end in 0..=bytes.len() {
        let expected = (![0, 37, bytes.len()].contains(&end)).then_some(TruncatedFrame);
        assert_eq!(split([&bytes[..end]]).1, expected, "{end}");
    }
}

#[test]
fn it_does_what_a_naive_one_does() {
    let mut random = Random(1);
    for _ in 0..3_000 {
        let mut bytes = Vec::new();
        for _ in 0..random.below(5) {
            let length = match random.below(10) {
                0 => random.below(40),
                1 => 65_530 + random.below(10),
                _ => 33 + random.below(50),
            };
            bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
            bytes.resize(bytes.len() + length.min(65_536), 9);
        }
        bytes.truncate(bytes.len().saturating_sub(random.below(50)));
        let (mut chunks, mut rest): (Vec<&[u8]>, _) = (Vec::new(), &bytes[..]);
        for _ in 0..random.below(12) {
            let (chunk, left) = rest.split_at(random.below(400).min(rest.len()));
            chunks.push(chunk);
            rest = left;
        }
        chunks.push(rest);
        assert_eq!(split(chunks), naive(&bytes));
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

fn naive(mut bytes: &[u8]) -> (Vec<Vec<u8>>, Option<RejectCode>) {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        if bytes.len() < 4 {
            return (frames, Some(TruncatedFrame));
        }
        match u32::from_le_bytes(bytes[..4].try_into().unwrap()) {
            ..33 => return (frames, Some(FrameTooShort)),
            65_537.. => return (frames, Some(FrameTooLarge)),
            length => {
                let end = 4 + usize::try_from(length).unwrap();
                if bytes.len() < end {
                    return (frames, Some(TruncatedFrame));
                }
                frames.push(bytes[4..end].to_vec());
                bytes = &bytes[end..];
            }
        }
    }
    (frames, None)
}

#[test]
fn no_more_than_16_mib_wait_for_a_slow_reader() {
    let most = MAX_UNSENT_BYTES - 65_540;
    assert!(check_unsent(most).is_ok());
    assert_eq!(check_unsent(most + 1).unwrap_err().code(), BufferLimit);
}

const LINK: u16 = 7;

/// A client's ping behind its length.
fn ping() -> Vec<u8> {
    joined(&[ping_frame(1)])
}

fn accepted() -> Endpoint<u16> {
    let mut server = server();
    assert_eq!(server.accept(LINK, 0), Outputs::default());
    server
}

fn in_session() -> Endpoint<u16> {
    let mut server = accepted();
    let answered = server.receive_bytes(&LINK, &ping(), 0);
    assert_eq!(answered.datagrams.len(), 1);
    server
}

fn events(outputs: Outputs<u16>) -> Vec<Event> {
    outputs.events.into_iter().map(|(_, event)| event).collect()
}

fn closed(code: RejectCode) -> Event {
    Event::Closed { code: Some(code) }
}

#[test]
fn a_connection_needs_a_session_in_15_seconds() {
    let mut server = accepted();
    assert_eq!(server.deadline_ms(), Some(15_000));
    assert_eq!(events(server.advance(14_999)), []);
    assert_eq!(events(server.advance(15_000)), [closed(HandshakeTimeout)]);
    assert_eq!(server.deadline_ms(), None);
    let mut server = in_session();
    assert_eq!(events(server.advance(15_000)), []);
}

#[test]
fn a_frame_has_to_be_whole_10_seconds_after_its_first_byte() {
    let mut server = in_session();
    let frame = ping();
    assert_eq!(events(server.receive_bytes(&LINK, &frame[..1], 2_000)), []);
    assert_eq!(
        events(server.receive_bytes(&LINK, &frame[1..9], 11_998)),
        []
    );
    assert_eq!(events(server.advance(11_999)), []);
    assert_eq!(
        events(server.advance(12_000)),
        [Event::Lost, closed(FrameTimeout)]
    );
    let mut server = in_session();
    let _ = server.receive_bytes(&LINK, &frame[..1], 2_000);
    let _ = server.receive_bytes(&LINK, &[&frame[1..], &frame[..5]].concat(), 11_000);
    assert_eq!(events(server.advance(20_999)), []);
    assert!(events(server.advance(21_000)).contains(&closed(FrameTimeout)));
}

#[test]
fn bytes_that_are_there_before_the_time_is_judged_were_not_late() {
    let mut server = in_session();
    let frame = ping();
    let _ = server.receive_bytes(&LINK, &frame[..9], 2_000);
    assert_eq!(server.deadline_ms(), Some(12_000));
    let _ = server.receive_bytes(&LINK, &frame[9..], 12_500);
    assert_eq!(events(server.advance(12_500)), []);
    let _ = server.receive_bytes(&LINK, &frame[..9], 13_000);
    let _ = server.receive_bytes(&LINK, &frame[9..10], 24_000);
    assert_eq!(
        events(server.advance(24_000)),
        [Event::Lost, closed(FrameTimeout)]
    );
    let mut late = accepted();
    let met = events(late.receive_bytes(&LINK, &frame, 16_000));
    assert!(matches!(met[..], [Event::Established(_)]));
    assert_eq!(events(late.advance(16_000)), []);
}

#[test]
fn ends_are_told_once_and_end_the_session() {
    let cases = [
        (&[][..], false, None),
        (&[1, 2][..], false, Some(TruncatedFrame)),
        (&[][..], true, Some(ConnectionReset)),
    ];
    for (bytes, is_reset, code) in cases {
        let mut server = in_session();
        let _ = server.receive_bytes(&LINK, bytes, 1);
        let ended = if is_reset {
            server.reset(&LINK, 2)
        } else {
            server.end(&LINK, 2)
        };
        assert_eq!(events(ended), [Event::Lost, Event::Closed { code }]);
        assert_eq!(events(server.end(&LINK, 3)), []);
        assert_eq!(events(server.receive_bytes(&LINK, &ping(), 3)), []);
        assert_eq!(server.deadline_ms(), None);
        let refused = server.request(&LINK, |peer| peer.ping(1, 4)).unwrap_err();
        assert_eq!(refused.code(), HandshakeRequired);
    }
}

#[test]
fn frames_before_a_bad_length_are_handled_and_those_behind_it_not() {
    let mut server = accepted();
    let bytes = [&ping()[..], &[32, 0, 0, 0], &ping()[..]].concat();
    let outputs = server.receive_bytes(&LINK, &bytes, 0);
    assert_eq!(outputs.datagrams.len(), 1);
    let told = events(outputs);
    assert!(matches!(told[0], Event::Established(_)));
    assert_eq!(told[1..], [Event::Lost, closed(FrameTooShort)]);
}

#[test]
fn a_bad_frame_leaves_the_connection() {
    let mut server = in_session();
    let bytes = joined(&[vec![0; 33]]);
    let told = events(server.receive_bytes(&LINK, &bytes, 1));
    assert!(matches!(told[..], [Event::Dropped { .. }]));
    assert!(server.peer(&LINK).unwrap().is_established());
}

#[test]
fn after_a_loss_by_silence_the_connection_takes_another_handshake() {
    let mut server = in_session();
    assert!(events(server.advance(45_000)).contains(&Event::Lost));
    let told = events(server.receive_bytes(&LINK, &ping(), 50_000));
    assert!(matches!(told[..], [Event::Established(_)]), "{told:?}");
}

#[test]
fn sixty_four_connections_are_kept() {
    let mut server = server();
    for link in 0..64 {
        let _ = server.accept(link, 0);
        assert_eq!(server.receive_bytes(&link, &[1], 0), Outputs::default());
    }
    assert_eq!(server.links().count(), 64);
}

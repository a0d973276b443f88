//! Frames that come on the carriages of QUIC connections, and how those end (QUI-3, QUI-6 to QUI-15), without QUIC.

use crate::support::carriages::{
    behind_length, failed, head, opened, places, server, stopped, LINK,
};
use crate::support::links::{endpoint, ping as ping_frame};
use crate::support::talk;
use resonant_protocol::endpoint::Outputs;
use resonant_protocol::peer::{Event, Role};
use resonant_protocol::transport::{code_of, may_be_datagram, number_of, Carriage};
use resonant_protocol::RejectCode::{
    self, ConnectionReset, FrameTimeout, FrameTooLarge, FrameTooShort, HandshakeTimeout,
    StreamCreation, StreamMismatch, TruncatedFrame,
};

#[test]
fn frames_of_a_stream_are_taken_from_any_carriage() {
    let mut server = server();
    let heads = server.receive_bytes(&LINK, &behind_length(&head(9)), 0);
    assert!(matches!(
        heads.events[..],
        [(LINK, Event::Opened { stream_id: 9, .. })]
    ));
    let datagram = server.receive_datagram(&LINK, &talk::wire_think(9, 2), 0);
    assert_eq!(datagram.events, []); // held: 1 is missing
    let uni = server.receive_uni(&LINK, 2, &behind_length(&talk::wire_think(9, 1)), 0);
    assert_eq!(uni.events.len(), 2);
}

#[test]
fn a_uni_may_be_divided_in_any_way() {
    let bytes = [head(9), talk::wire_think(9, 1)]
        .map(|frame| behind_length(&frame))
        .concat();
    for place in 0..=bytes.len() {
        let (mut server, mut events) = (server(), Vec::new());
        for part in [&bytes[..place], &bytes[place..]] {
            events.extend(server.receive_uni(&LINK, 2, part, 0).events);
        }
        assert_eq!(events.len(), 2, "{place}");
    }
}

#[test]
fn a_uni_that_does_not_go_on_holds_nothing_up() {
    let mut server = opened(&[9]);
    assert_eq!(
        server.receive_uni(&LINK, 2, &[40, 0], 0),
        Outputs::default()
    );
    let other = server.receive_uni(&LINK, 6, &behind_length(&head(11)), 0);
    let main = server.receive_bytes(&LINK, &behind_length(&talk::wire_think(7, 0)), 0);
    assert_eq!((other.events.len(), main.events.len()), (1, 1));
}

#[test]
fn a_second_stream_id_stops_a_uni() {
    let mut server = server();
    let frames = [head(9), talk::wire_think(11, 0), talk::wire_think(9, 1)];
    let bytes = frames.map(|frame| behind_length(&frame)).concat();
    let outputs = server.receive_uni(&LINK, 2, &bytes, 0);
    assert_eq!(outputs.carried, stopped(2, StreamMismatch));
    assert!(matches!(
        outputs.events[0],
        (LINK, Event::Opened { stream_id: 9, .. })
    ));
    assert_eq!(outputs.events[1..], failed(9)[..]);
}

#[test]
fn what_is_no_frame_has_a_stream_id_too() {
    let broken = |stream_id| {
        let mut frame = talk::wire_think(stream_id, 1);
        frame[20] ^= 1;
        behind_length(&frame)
    };
    let code = RejectCode::CrcMismatch;
    let mut server = opened(&[9]);
    let outputs = server.receive_uni(&LINK, 2, &broken(9), 0);
    assert_eq!(
        (outputs.carried, outputs.events),
        (vec![], vec![(LINK, Event::Dropped { code })])
    );
    let outputs = server.receive_uni(&LINK, 2, &broken(11), 0);
    assert_eq!(
        (outputs.carried, outputs.events),
        (stopped(2, StreamMismatch), failed(9))
    );
}

#[test]
fn a_wrong_length_stops_a_uni_and_not_the_connection() {
    for (length, code) in [(32_u32, FrameTooShort), (65_537, FrameTooLarge)] {
        let mut server = opened(&[9]);
        let outputs = server.receive_uni(&LINK, 2, &length.to_le_bytes(), 0);
        assert_eq!(
            (outputs.carried, outputs.events),
            (stopped(2, code), failed(9))
        );
        assert!(server.peer(&LINK).unwrap().is_established());
    }
}

#[test]
fn a_frame_that_is_late_stops_its_uni() {
    let mut server = opened(&[9]);
    let _ = server.receive_uni(&LINK, 2, &[40], 0);
    assert_eq!(server.deadline_ms(), Some(10_000));
    assert_eq!(server.advance(9_999), Outputs::default());
    let outputs = server.advance(10_000);
    assert_eq!(
        (outputs.carried, outputs.events),
        (stopped(2, FrameTimeout), failed(9))
    );
    assert_eq!(server.deadline_ms(), Some(15_000)); // HEART
}

#[test]
fn a_stream_fails_when_its_uni_breaks_off() {
    let mut server = opened(&[9, 11, 13]);
    let _ = server.receive_uni(&LINK, 2, &[40, 0, 0], 0);
    let (truncated, reset) = (server.end_uni(&LINK, 2, 0), server.reset_uni(&LINK, 6, 0));
    assert_eq!((truncated.events, reset.events), (failed(9), failed(11)));
    assert!(truncated.carried.is_empty() && reset.carried.is_empty());
    assert_eq!(server.end_uni(&LINK, 10, 0), Outputs::default()); // between two frames
    let late = server.receive_bytes(&LINK, &behind_length(&talk::wire_think(9, 1)), 0);
    let code = RejectCode::Closed;
    assert_eq!(late.events, [(LINK, Event::Dropped { code })]);
    let on = server.receive_bytes(&LINK, &behind_length(&talk::wire_think(13, 1)), 0);
    assert!(matches!(on.events[..], [(LINK, Event::Message(_))]));
}

#[test]
fn a_stream_whose_head_came_elsewhere_does_not_fail() {
    let mut server = server();
    let _ = server.receive_bytes(&LINK, &behind_length(&head(9)), 0);
    let _ = server.receive_uni(&LINK, 2, &behind_length(&talk::wire_think(9, 1)), 0);
    assert_eq!(server.reset_uni(&LINK, 2, 0), Outputs::default());
    assert_eq!(server.reset_uni(&LINK, 6, 0), Outputs::default()); // one that never spoke
}

#[test]
fn a_session_that_begins_in_a_datagram_or_on_a_uni_is_one() {
    for is_datagram in [true, false] {
        let mut server = endpoint(Role::Server, talk::config());
        let _ = server.accept_quic(LINK, 0);
        let ping = ping_frame(1);
        let answered = if is_datagram {
            server.receive_datagram(&LINK, &ping, 0)
        } else {
            server.receive_uni(&LINK, 2, &behind_length(&ping), 0)
        };
        assert_eq!(places(&answered).0, [Carriage::Main]);
        assert!(server.advance(15_000).events.is_empty());
    }
}

#[test]
fn connections_end_with_their_codes() {
    let mut server = endpoint(Role::Server, talk::config());
    let _ = server.accept_quic(LINK, 0);
    let late = server.advance(15_000).events;
    let code = Some(HandshakeTimeout);
    assert_eq!(late, [(LINK, Event::Closed { code })]);

    for code in [None, Some(ConnectionReset), Some(StreamCreation)] {
        let mut server = opened(&[9]);
        let events = server.end_quic(&LINK, code, 0).events;
        assert_eq!(
            events,
            [(LINK, Event::Lost), (LINK, Event::Closed { code })]
        );
        for after in [
            server.end_quic(&LINK, None, 0),
            server.receive_uni(&LINK, 2, &behind_length(&talk::wire_think(9, 1)), 0),
            server.receive_datagram(&LINK, &ping_frame(3), 0),
            server.receive_bytes(&LINK, &behind_length(&ping_frame(3)), 0),
            server.stop_own(&LINK, 9, 5, 0),
            server.end_uni(&LINK, 2, 0),
            server.reset_uni(&LINK, 2, 0),
        ] {
            assert_eq!(after, Outputs::default());
        }
    }
}

#[test]
fn every_number_has_its_code() {
    assert_eq!((code_of(0), number_of(None)), (None, 0));
    for (number, code) in (1..=7).zip([
        FrameTooShort,
        FrameTooLarge,
        TruncatedFrame,
        FrameTimeout,
        StreamMismatch,
        StreamCreation,
        HandshakeTimeout,
    ]) {
        assert_eq!(
            (code_of(number), number_of(Some(code))),
            (Some(code), number)
        );
    }
    for number in [8, 9, u64::MAX] {
        assert_eq!(code_of(number), Some(ConnectionReset));
    }
    assert_eq!(number_of(Some(ConnectionReset)), 0);
}

#[test]
fn only_a_small_frame_may_be_a_datagram() {
    for (length, most, expected) in [
        (1_100, Some(1_200), true),
        (1_101, Some(1_200), false),
        (1_100, Some(1_099), false),
        (33, Some(33), true),
        (33, None, false),
    ] {
        assert_eq!(
            may_be_datagram(&vec![0; length], most),
            expected,
            "{length} {most:?}"
        );
    }
}

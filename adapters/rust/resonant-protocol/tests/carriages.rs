//! Frames on the carriages of QUIC connections, and how carriages end (QUI-3 to QUI-15), without QUIC.

#[path = "support/links.rs"]
mod links;
#[path = "support/talk.rs"]
mod talk;

use links::{client, endpoint, ping as ping_frame};
use resonant_protocol::endpoint::{Carried, Endpoint, Outputs};
use resonant_protocol::peer::{Event, Role};
use resonant_protocol::transport::{code_of, join, may_be_datagram, number_of, Carriage};
use resonant_protocol::RejectCode::{
    self, ConnectionReset, FrameTimeout, FrameTooLarge, FrameTooShort, HandshakeTimeout,
    StreamCreation, StreamMismatch, TruncatedFrame,
};

const LINK: u16 = 1;

fn behind_length(frame: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    join(frame, &mut bytes).unwrap();
    bytes
}

fn head(stream_id: u32) -> Vec<u8> {
    talk::wire_sync(r#"{"method":"head","dir":"up"}"#, stream_id, 0)
}

/// A server with a session, in which nothing has come.
fn server() -> Endpoint<u16> {
    let mut server = endpoint(Role::Server, talk::config());
    let accepted = server.accept_quic(LINK, 0);
    assert_eq!(accepted, Outputs::default());
    let answered = server.receive_bytes(&LINK, &behind_length(&ping_frame(1)), 0);
    assert!(matches!(
        answered.carried[..],
        [(LINK, Carried::Frame(Carriage::Main, _))]
    ));
    assert!(answered.datagrams.is_empty());
    server
}

/// A server for which the streams were opened by a HEAD each, on the unis 2, 6, 10 and so on.
fn opened(stream_ids: &[u32]) -> Endpoint<u16> {
    let mut server = server();
    for (uni, stream_id) in (2..).step_by(4).zip(stream_ids) {
        let events = server
            .receive_uni(&LINK, uni, &behind_length(&head(*stream_id)), 0)
            .events;
        assert!(matches!(events[..], [(LINK, Event::Opened { .. })]));
    }
    server
}

/// A client with a session.
fn greeted() -> Endpoint<u16> {
    let (mut server, mut client) = (endpoint(Role::Server, talk::config()), client());
    let _ = server.accept_quic(LINK, 0);
    let pinged = client.connect_over_quic(LINK, 1, 0).unwrap();
    let [(LINK, Carried::Frame(Carriage::Main, ping))] = &pinged.carried[..] else {
        panic!("{pinged:?}");
    };
    let answered = server.receive_bytes(&LINK, &behind_length(ping), 0);
    let [(LINK, Carried::Frame(Carriage::Main, capability))] = &answered.carried[..] else {
        panic!("{answered:?}");
    };
    let agreed = client.receive_bytes(&LINK, &behind_length(capability), 0);
    assert!(matches!(agreed.events[..], [(LINK, Event::Established(_))]));
    client
}

/// The carriages of the frames in an output, and what else happens to carriages.
fn places(outputs: &Outputs<u16>) -> (Vec<Carriage>, Vec<Carried>) {
    let (mut frames, mut ends) = (Vec::new(), Vec::new());
    for (_, carried) in &outputs.carried {
        match carried {
            Carried::Frame(carriage, _) => frames.push(*carriage),
            end => ends.push(end.clone()),
        }
    }
    (frames, ends)
}

fn failed(stream_id: u32) -> Vec<(u16, Event)> {
    let (code, what) = (TruncatedFrame, None);
    vec![(
        LINK,
        Event::Failed {
            stream_id,
            code,
            what,
            reset: None,
        },
    )]
}

fn stopped(uni: u64, code: RejectCode) -> Vec<(u16, Carried)> {
    let number = number_of(Some(code));
    vec![(LINK, Carried::Stop { uni, number })]
}

#[test]
fn a_stream_has_its_uni_and_everything_else_is_on_main() {
    let mut client = greeted();
    let mut asked = Vec::new();
    let mut ask = |outputs: Outputs<u16>| asked.extend(places(&outputs).0);
    ask(client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap());
    ask(client
        .request(&LINK, |peer| peer.send(7, talk::think(b"a"), 0))
        .unwrap());
    ask(client
        .request(&LINK, |peer| peer.send(9, talk::think(b"b"), 0))
        .unwrap());
    ask(client.request(&LINK, |peer| peer.heart(9, 0)).unwrap());
    ask(client.request(&LINK, |peer| peer.heart(7, 0)).unwrap());
    ask(client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap());
    ask(client.request(&LINK, |peer| peer.ping(11, 0)).unwrap());
    let uni = Carriage::Uni(9);
    assert_eq!(
        asked,
        [
            uni,
            Carriage::Any,
            uni,
            uni,
            Carriage::Main,
            uni,
            Carriage::Main
        ]
    );
}

#[test]
fn frames_that_are_sent_again_are_on_the_uni_of_their_stream() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let _ = client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap();
    let incomplete = r#"{"method":"error","code":"STREAM_INCOMPLETE","message":"m","missing":["0"],"ref":{"stream_id":9,"frame_seq":"1"}}"#;
    let asked = talk::wire_sync(incomplete, 9, 0);
    let repaired = client.receive_bytes(&LINK, &behind_length(&asked), 0);
    assert_eq!(places(&repaired), (vec![Carriage::Uni(9); 2], vec![]));
}

#[test]
fn an_answer_on_the_stream_id_of_a_stream_stays_on_main_when_it_is_sent_again() {
    let mut client = greeted();
    let ask = |outputs: Result<Outputs<u16>, _>| drop(outputs.unwrap());
    ask(client.request(&LINK, |peer| peer.open_stream(9, false, None, 0)));
    let refused = talk::wire_sync(r#"{"method":"tail","frames":"0","total_len":"0"}"#, 9, 1);
    let answered = client.receive_bytes(&LINK, &behind_length(&refused), 0);
    assert_eq!(places(&answered).0, [Carriage::Main]);
    ask(client.request(&LINK, |peer| peer.close_stream(9, 0)));
    let incomplete = r#"{"method":"error","code":"STREAM_INCOMPLETE","message":"m","missing":["0","1"],"ref":{"stream_id":9,"frame_seq":"2"}}"#;
    let asked = talk::wire_sync(incomplete, 9, 2);
    let repaired = client.receive_bytes(&LINK, &behind_length(&asked), 0);
    let uni = Carriage::Uni(9);
    assert_eq!(places(&repaired).0, [uni, Carriage::Main, uni]);
}

#[test]
fn a_uni_ends_once_its_stream_need_not_be_kept() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let closed = client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap();
    assert_eq!(places(&closed).1, []);
    assert_eq!(places(&client.advance(10_000)).1, []);
    assert_eq!(places(&client.advance(10_001)).1, [Carried::Finish(9)]);
    assert_eq!(places(&client.advance(20_002)).1, []);
}

#[test]
fn a_uni_ends_when_the_other_end_says_that_its_stream_is_corrupt() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let _ = client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap();
    let corrupt = r#"{"method":"error","code":"STREAM_CORRUPT","message":"m","what":"frames","ref":{"stream_id":9,"frame_seq":"1"}}"#;
    let told = client.receive_bytes(&LINK, &behind_length(&talk::wire_sync(corrupt, 9, 0)), 0);
    assert_eq!(places(&told).1, [Carried::Finish(9)]);
}

#[test]
fn unis_end_with_their_session() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let lost = client.advance(45_000);
    assert_eq!(lost.events, [(LINK, Event::Lost)]);
    assert_eq!(places(&lost).1, [Carried::Finish(9)]);
}

#[test]
fn a_stream_whose_uni_was_stopped_is_over() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let outputs = client.stop_own(&LINK, 9, 5, 0);
    let reset = Carried::Reset {
        stream_id: 9,
        number: 5,
    };
    assert_eq!(
        (outputs.carried, outputs.events),
        (vec![(LINK, reset)], vec![])
    );
    for refused in [
        client.request(&LINK, |peer| peer.send(9, talk::think(b"a"), 0)),
        client.request(&LINK, |peer| peer.heart(9, 0)),
        client.request(&LINK, |peer| peer.close_stream(9, 0)),
    ] {
        assert_eq!(refused.unwrap_err().code(), RejectCode::StreamState);
    }
    assert_eq!(places(&client.advance(44_000)).1, []); // no FIN behind a reset
}

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

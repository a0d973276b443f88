//! Deadlines on a clock that the test moves (HSK-20, HSK-21, STM-18, STM-37, STM-22, STM-24, STM-25).

use crate::support::talk;
use crate::support::talk::{
    client, config, delivered, error_code, opened, receive_all, session, think, wire_heart,
    wire_sync, wire_think,
};
use resonant_protocol::peer::{Event, Peer, Role};
use resonant_protocol::{Flags, RejectCode, VFrame};

#[test]
fn a_ping_is_sent_again_three_times_and_given_up() {
    let mut client = client(config());
    let first = client.ping(1, 500).unwrap().datagrams;
    for due in [1500, 3500, 7500] {
        assert_eq!(client.deadline_ms(), Some(due));
        assert_eq!(client.advance(due - 1).datagrams.len(), 0);
        assert_eq!(client.advance(due).datagrams, first);
    }
    assert_eq!(client.advance(15_499).events, []);
    let given_up = client.advance(15_500);
    let (code, reference) = (RejectCode::HandshakeTimeout.as_str().into(), None);
    assert_eq!(given_up.events, [Event::ErrorReceived { code, reference }]);
    assert_eq!((given_up.datagrams.len(), client.deadline_ms()), (0, None));
}

#[test]
fn one_long_step_meets_every_deadline() {
    let mut client = client(config());
    client.ping(1, 0).unwrap();
    let all = client.advance(u64::MAX);
    assert_eq!((all.datagrams.len(), all.events.len()), (3, 1));
}

#[test]
fn a_quiet_peer_sends_hearts_until_the_other_end_is_lost() {
    let (mut client, _) = session(config(), config());
    let mut hearts = Vec::new();
    for time in [15_000, 30_000] {
        assert_eq!(client.advance(time - 1).datagrams.len(), 0);
        hearts.extend(client.advance(time).datagrams);
    }
    let numbers = hearts.iter().map(|heart| {
        let frame = VFrame::decode(heart).unwrap();
        assert_eq!((frame.hdr.stream_id, frame.slices.len()), (1, 0));
        frame.hdr.frame_seq
    });
    assert_eq!(numbers.collect::<Vec<u64>>(), [1, 2]);
    // At 45 s the loss comes before the HEART of the same instant.
    let lost = client.advance(45_000);
    assert_eq!((lost.datagrams.len(), lost.events), (0, vec![Event::Lost]));
    assert!(!client.is_established());
    assert_eq!(client.deadline_ms(), None);
}

#[test]
fn only_accepted_frames_put_the_loss_off() {
    let (_, mut server) = session(config(), config());
    server.receive(&wire_heart(9, 0), 10_000);
    server.receive(&wire_heart(9, 0), 20_000); // a duplicate
    server.receive(&wire_sync("{}", 9, 1), 20_000); // refused
    assert_eq!(server.advance(54_999).events, []);
    assert_eq!(server.advance(55_000).events, [Event::Lost]);
    let refused = server.receive(&wire_think(9, 7), 55_000);
    assert_eq!(error_code(&refused), "HANDSHAKE_REQUIRED");
}

#[test]
fn numbers_go_on_after_a_loss_and_streams_do_not() {
    let (mut client, mut server) = session(config(), config());
    client.send(5, think(b"before"), 0).unwrap();
    client.open_stream(3, true, None, 0).unwrap();
    client.advance(45_000);
    let ping = client.ping(7, 45_000).unwrap();
    let capability = receive_all(&mut server, &ping, 45_000);
    assert_eq!(capability.events[0], Event::Lost);
    receive_all(&mut client, &capability, 45_000);
    let refused = client.close_stream(3, 45_000).unwrap_err();
    assert_eq!(refused.code(), RejectCode::StreamState);
    for (stream_id, expected) in [(5, 1), (3, 1)] {
        let sent = client.send(stream_id, think(b"after"), 45_000).unwrap();
        let frame = VFrame::decode(&sent.datagrams[0]).unwrap();
        assert_eq!(frame.hdr.frame_seq, expected);
        assert_eq!(frame.hdr.flags, Flags::empty());
    }
}

#[test]
fn a_stream_fails_10_s_after_its_last_missing_number() {
    let mut server = opened("", Flags::empty());
    let tail = wire_sync(r#"{"method":"tail","frames":"3","total_len":"3"}"#, 3, 4);
    server.receive(&tail, 1000);
    assert_eq!(server.deadline_ms(), Some(11_000));
    server.receive(&tail, 4000);
    assert_eq!(
        server.deadline_ms(),
        Some(11_000),
        "a TAIL again is no missing number"
    );
    server.receive(&wire_think(3, 2), 5000);
    assert_eq!(server.advance(14_999).events, []);
    let failed = server.advance(15_000);
    let (code, what) = (RejectCode::StreamTimeout, None);
    let event = Event::Failed {
        stream_id: 3,
        code,
        what,
        reset: None,
    };
    assert_eq!(failed.events, [event]);
    // The error is also the frame that puts the HEART off.
    assert_eq!(error_code(&failed), "STREAM_TIMEOUT");
    assert_eq!(server.deadline_ms(), Some(30_000));
    let late = server.receive(&wire_think(3, 1), 15_000);
    assert_eq!(late.events, talk::dropped(RejectCode::Closed));
}

#[test]
fn streams_that_end_together_end_in_the_order_of_their_stream_ids() {
    let mut server = session(config(), config()).1;
    for stream_id in [9, 4, 6] {
        server.receive(
            &wire_sync(r#"{"method":"head","dir":"up"}"#, stream_id, 0),
            0,
        );
        let tail = r#"{"method":"tail","frames":"1","total_len":"1"}"#;
        server.receive(&wire_sync(tail, stream_id, 2), 0);
    }
    let failed = server.advance(10_000).events;
    let ids = failed.iter().map(|event| match event {
        Event::Failed { stream_id, .. } => *stream_id,
        other => panic!("{other:?}"),
    });
    assert_eq!(ids.collect::<Vec<u32>>(), [4, 6, 9]);
}

#[test]
fn errors_of_timers_count_for_the_limit() {
    let mut server = session(config(), config()).1;
    for stream_id in 0..9 {
        let now = u64::from(stream_id) * 500;
        server.receive(
            &wire_sync(r#"{"method":"head","dir":"up"}"#, stream_id, 0),
            0,
        );
        let tail = r#"{"method":"tail","frames":"1","total_len":"1"}"#;
        server.receive(&wire_sync(tail, stream_id, 3), now);
        // One missing number each, at the same time.
    }
    for stream_id in 0..9 {
        server.receive(&wire_think(stream_id, 2), 5000);
    }
    let failed = server.advance(15_000);
    assert_eq!(failed.datagrams.len(), 8);
    let last = failed.events.last();
    assert_eq!(
        last,
        Some(&Event::Dropped {
            code: RejectCode::ReplyLimit
        })
    );
    assert_eq!(failed.events.len(), 10);
}

#[test]
fn deadlines_that_passed_are_met_before_a_datagram() {
    let (_, mut server) = session(config(), config());
    let late = server.receive(&wire_think(3, 0), 50_000);
    assert_eq!(late.events[0], Event::Lost);
    assert_eq!(delivered(&late.events), Vec::<u64>::new());
}

#[test]
fn the_end_of_time_is_no_deadline() {
    let mut client = Peer::new(Role::Client, config(), u64::MAX - 1).unwrap();
    client.ping(1, u64::MAX).unwrap();
    assert_eq!(client.deadline_ms(), None);
    assert_eq!(client.advance(u64::MAX).datagrams.len(), 0);
    assert_eq!(
        client.advance(0).datagrams.len(),
        0,
        "time does not go back"
    );
}

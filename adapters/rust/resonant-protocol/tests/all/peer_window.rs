//! Numbers that are accepted once, what is remembered of them, and what takes them at once (HSK-34, HSK-35, HSK-42,
//! HSK-69 to HSK-72, STM-6, STM-9, STM-13, STM-29, STM-31).

use crate::support::talk::{
    config, delivered, dropped, error_code, opened, receive_all, sealing, session, text, think,
    wire, wire_heart, wire_sync, wire_think,
};
use resonant_protocol::peer::{Event, Peer};
use resonant_protocol::{Flags, RejectCode, VFrame};

fn open_server() -> Peer {
    session(config(), config()).1
}

#[test]
fn every_number_is_accepted_once_within_the_span() {
    let mut server = open_server();
    for (frame_seq, code) in [
        (5000, None),
        (5000, Some(RejectCode::Duplicate)),
        (3977, None),
        (3976, Some(RejectCode::Stale)),
        (0, Some(RejectCode::Stale)),
        (3977, Some(RejectCode::Duplicate)),
        (4999, None),
        (5001, None),
        (3977, Some(RejectCode::Stale)),
        (3978, None),
        (u64::MAX, None),
        (u64::MAX, Some(RejectCode::Duplicate)),
        (u64::MAX - 1023, None),
        (u64::MAX - 1024, Some(RejectCode::Stale)),
    ] {
        let events = server.receive(&wire_think(3, frame_seq), 0).events;
        match code {
            None => assert_eq!(delivered(&events), [frame_seq]),
            Some(code) => assert_eq!(events, dropped(code), "{frame_seq}"),
        }
    }
}

#[test]
fn a_jump_beyond_the_span_forgets_what_lies_below() {
    let mut server = open_server();
    for frame_seq in [0, 1, 1023] {
        server.receive(&wire_think(3, frame_seq), 0);
    }
    server.receive(&wire_think(3, 2046), 0);
    // 1023 is known, and the numbers between were never accepted.
    let known = server.receive(&wire_think(3, 1023), 0).events;
    assert_eq!(known, dropped(RejectCode::Duplicate));
    for frame_seq in [1024, 1025, 2045] {
        let events = server.receive(&wire_think(3, frame_seq), 0).events;
        assert_eq!(delivered(&events), [frame_seq]);
    }
}

#[test]
fn sync_frames_and_data_frames_share_their_numbers() {
    let mut server = open_server();
    server.receive(&wire_heart(3, 0), 0);
    let events = server.receive(&wire_think(3, 0), 0).events;
    assert_eq!(events, dropped(RejectCode::Duplicate));
    server.receive(&wire_think(3, 1), 0);
    let ping = wire_sync(r#"{"method":"ping","ts":0}"#, 3, 1);
    let events = server.receive(&ping, 0).events;
    assert_eq!(events, dropped(RejectCode::Duplicate));
}

#[test]
fn unsealed_frames_leave_no_trace_where_crypto_is_required() {
    let (_, mut server) = session(sealing(1), sealing(2));
    let error = wire_sync(r#"{"method":"error","code":"X","message":""}"#, 3, 5000);
    for _ in 0..2 {
        let events = server.receive(&error, 0).events;
        assert!(
            matches!(events[..], [Event::ErrorReceived { .. }]),
            "{events:?}"
        );
    }
    let sealed = wire(think(b"a"), 3, 0, Flags::XCHACHA);
    assert_eq!(delivered(&server.receive(&sealed, 0).events), [0]);
    let events = server.receive(&sealed, 0).events;
    assert_eq!(events, dropped(RejectCode::Duplicate));
}

#[test]
fn the_1024_stream_ids_used_last_are_remembered() {
    let mut server = open_server();
    for stream_id in 10..10 + 1023 {
        server.receive(&wire_think(stream_id, 0), 0);
    }
    // With that of the ping these are 1,024. The first one is used once more, and another comes.
    server.receive(&wire_think(10, 1), 0);
    server.receive(&wire_think(5000, 0), 0);
    let mut is_known = |stream_id| {
        let events = server.receive(&wire_think(stream_id, 0), 0).events;
        events == dropped(RejectCode::Duplicate)
    };
    assert!(is_known(10) && is_known(11) && is_known(5000));
}

#[test]
fn a_flood_of_stream_ids_does_not_make_an_open_stream_forget() {
    let (mut client, mut server) = session(config(), config());
    let head = client.open_stream(3, false, None, 0).unwrap();
    receive_all(&mut server, &head, 0);
    for stream_id in 10..10 + 1500 {
        server.receive(&wire_think(stream_id, 0), 0);
    }
    let events = receive_all(&mut server, &head, 0).events;
    assert_eq!(events, dropped(RejectCode::Duplicate));
    // The stream_id of the first ones is forgotten.
    let events = server.receive(&wire_think(10, 0), 0).events;
    assert_eq!(delivered(&events), [0]);
}

#[test]
fn what_came_before_its_head_comes_again() {
    let (mut client, mut server) = session(config(), config());
    let head = client.open_stream(3, false, None, 0).unwrap();
    let first = client.send(3, think(b"1"), 0).unwrap();
    let heart = client.heart(3, 0).unwrap();
    let third = client.send(3, think(b"3"), 0).unwrap();
    let tail = client.close_stream(3, 0).unwrap();
    let early = receive_all(&mut server, &first, 0);
    assert_eq!(delivered(&early.events), [1]);
    receive_all(&mut server, &heart, 0);
    receive_all(&mut server, &head, 0);
    let incomplete = receive_all(&mut server, &tail, 0);
    let (stream_id, missing) = (3, vec![1, 2, 3]);
    assert_eq!(
        incomplete.events,
        [Event::Incomplete { stream_id, missing }]
    );
    let repaired = receive_all(&mut client, &incomplete, 0);
    assert_eq!(
        repaired.datagrams[..3],
        [first.datagrams, heart.datagrams, third.datagrams].concat()
    );
    let whole = receive_all(&mut server, &repaired, 0);
    assert_eq!(delivered(&whole.events), [1, 3]);
    assert!(matches!(whole.events[2], Event::Complete { frames: 2, .. }));
}

#[test]
fn numbers_of_replies_go_on_and_those_asked_for_are_never_forgotten() {
    let mut server = open_server();
    server.send(7, think(b"asked"), 0).unwrap();
    let mut now = 0;
    for stream_id in 100..100 + 1500 {
        now += 200;
        let bad = wire_sync("{}", stream_id, 0);
        let refused = server.receive(&bad, now);
        let frame = refused.datagrams.last().expect("an error");
        let frame = resonant_protocol::VFrame::decode(frame).unwrap();
        assert_eq!((frame.hdr.stream_id, frame.hdr.frame_seq), (stream_id, 0));
        server.receive(&wire_heart(9, now), now);
    }
    let sent = server.send(7, think(b"again"), now).unwrap();
    let frame = resonant_protocol::VFrame::decode(&sent.datagrams[0]).unwrap();
    assert_eq!(frame.hdr.frame_seq, 1);
}

#[test]
fn an_answered_tail_without_head_is_no_duplicate_of_itself_alone() {
    // STM-13, STM-34.
    let mut server = open_server();
    let tail = r#"{"method":"tail","frames":"1","total_len":"0"}"#;
    for _ in 0..2 {
        let output = server.receive(&wire_sync(tail, 3, 2), 0);
        assert_eq!(error_code(&output), "STREAM_INCOMPLETE");
    }
    let same_number = server.receive(&wire_think(3, 2), 0).events;
    assert_eq!(same_number, dropped(RejectCode::Duplicate));
    server.receive(&wire_think(3, 5), 0);
    let of_data = server.receive(&wire_sync(tail, 3, 5), 0).events;
    assert_eq!(of_data, dropped(RejectCode::Duplicate));
}

#[test]
fn the_last_1024_far_numbers_of_what_never_waits_are_remembered() {
    // STM-31: nobody fills number 1, so all of them lie beyond the reorder window.
    let mut server = opened("", Flags::empty());
    let error = r#"{"method":"error","code":"odd","message":""}"#;
    let came = |server: &mut Peer, number| {
        let events = server.receive(&wire_sync(error, 3, number), 0).events;
        events != dropped(RejectCode::Duplicate)
    };
    for number in 2000..3025 {
        assert!(came(&mut server, number), "{number}");
    }
    assert!(!came(&mut server, 2001));
    assert!(!came(&mut server, 3024));
    assert!(came(&mut server, 2000), "the first of 1,025 is forgotten");
}

#[test]
fn numbers_go_on_however_many_stream_ids_come_after() {
    // HSK-71, HSK-72.
    let mut server = open_server();
    for stream_id in 2..=65_536 {
        server.heart(stream_id, 0).unwrap();
    }
    let refused = server.heart(65_537, 0).unwrap_err();
    assert_eq!(
        (refused.code(), refused.clause()),
        (RejectCode::StreamState, "HSK-72")
    );
    let unreadable = r#"{"method":1}"#;
    let answered = server.receive(&wire_sync(unreadable, 65_537, 0), 0).events;
    assert_eq!(answered, dropped(RejectCode::ReplyLimit));
    let used = server.receive(&wire_sync(unreadable, 2, 0), 0);
    let frame = VFrame::decode(&used.datagrams[0]).unwrap();
    assert_eq!((frame.hdr.stream_id, frame.hdr.frame_seq), (2, 1));
}

#[test]
fn a_pings_answer_is_not_the_ninth_when_its_number_brings_an_error_about() {
    // HSK-42, HSK-70, STM-14, STM-29: after the session's own and six more replies, the ping fills the last missing number of a stream that is corrupt.
    let mut server = opened("", Flags::empty());
    let tail = r#"{"method":"tail","frames":"9","total_len":"0"}"#;
    server.receive(&wire_sync(tail, 3, 2), 0);
    for number in 0..5 {
        server.receive(&wire_sync(r#"{"method":1}"#, 9, number), 0);
    }
    let output = server.receive(&wire_sync(r#"{"method":"ping","ts":1}"#, 3, 1), 999);
    assert_eq!(output.datagrams.len(), 1);
    assert_eq!(text(&output.datagrams[0], "method"), "capability");
    let [Event::Failed { .. }, Event::Dropped { code }, Event::Established(_)] =
        output.events.as_slice()
    else {
        panic!("{:?}", output.events);
    };
    assert_eq!(*code, RejectCode::ReplyLimit);
}

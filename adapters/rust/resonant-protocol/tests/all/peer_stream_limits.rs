//! Constraints on streams: forms, numbers and limits (STM-2 to STM-4, STM-8, STM-10, STM-20).

use crate::support::talk;
use crate::support::talk::{
    config, delivered, dropped, error_code, opened, session, think, wire, wire_heart, wire_sync,
    wire_think,
};
use resonant_protocol::peer::{Event, Output};
use resonant_protocol::{Flags, RejectCode, VFrame};

#[test]
fn frames_are_held_up_to_a_span_and_16_mebibytes() {
    let mut server = opened("", Flags::empty());
    let far = server.receive(&wire_think(3, 1025), 0).events;
    assert_eq!(far, dropped(RejectCode::BufferLimit));
    assert_eq!(server.receive(&wire_think(3, 1024), 0).events, []);
    let waiting = wire_think(3, 1024).len();
    let frame = |number, len: usize| wire(think(&vec![0; len - 43]), 3, number, Flags::empty());
    for number in 2..=257 {
        assert_eq!(server.receive(&frame(number, 65_507), 0).events, []);
    }
    // 16,777,216 bytes are held with the next one, and not with one byte more.
    let room = 16_777_216 - waiting - 256 * 65_507;
    let large = server.receive(&frame(258, room + 1), 0).events;
    assert_eq!(large, dropped(RejectCode::BufferLimit));
    assert_eq!(server.receive(&frame(258, room), 0).events, []);
    for small in [wire_heart(3, 259), wire_think(3, 260)] {
        let events = server.receive(&small, 0).events;
        assert_eq!(events, dropped(RejectCode::BufferLimit));
    }
    // The lowest missing number does not wait, and what follows on it leaves the buffer.
    let released = server.receive(&wire_think(3, 1), 0).events;
    assert_eq!(delivered(&released), (1..=258).collect::<Vec<u64>>());
    assert_eq!(server.receive(&wire_think(3, 262), 0).events, []);
}

#[test]
fn the_65th_open_stream_is_dropped() {
    let mut server = session(config(), config()).1;
    let head = |stream_id| wire_sync(r#"{"method":"head","dir":"up"}"#, stream_id, 0);
    for stream_id in 0..64 {
        let events = server.receive(&head(stream_id), 0).events;
        assert_eq!(
            events,
            [Event::Opened {
                stream_id,
                sized: false
            }]
        );
    }
    assert_eq!(
        server.receive(&head(64), 0).events,
        dropped(RejectCode::BufferLimit)
    );
    let tail = r#"{"method":"tail","frames":"0","total_len":"0"}"#;
    server.receive(&wire_sync(tail, 5, 1), 0);
    assert_eq!(server.receive(&head(64), 0).events.len(), 1);
}

#[test]
fn malformed_heads_and_tails_are_refused() {
    const HEAD: &str = r#"{"method":"head","dir":"up","frames":"1","total_len":"2",
"md5":"00000000000000000000000000000000","xxhash3_64":"0000000000000000"}"#;
    const TAIL: &str = r#"{"method":"tail","frames":"0","total_len":"0"}"#;
    let answer = |json: &str, stream_id, frame_seq| {
        let mut server = opened("", Flags::empty());
        server.receive(&wire_sync(json, stream_id, frame_seq), 0)
    };
    assert_eq!(answer(HEAD, 4, 0).datagrams.len(), 0);
    for (from, to) in [
        ("\"up\"", "\"down\""),
        ("\"dir\"", "\"direction\""),
        ("\"md5\"", "\"md4\""),
        ("\"1\"", "1"),
        ("\"2\"", "\"18446744073709551616\""),
        ("\"000000000000000000", "\"A00000000000000000"),
        ("\"0000000000000000\"", "\"000000000000000\""),
    ] {
        let refused = answer(&HEAD.replacen(from, to, 1), 4, 0);
        assert_eq!(error_code(&refused), "BAD_MESSAGE", "{from} {to}");
    }
    assert_eq!(error_code(&answer(HEAD, 4, 1)), "BAD_MESSAGE");
    assert_eq!(answer(TAIL, 3, 1).datagrams.len(), 0);
    let strong = TAIL.replace('}', r#","xxhash3_64":"0000000000000000"}"#);
    let without = TAIL.replace("total_len", "length");
    for (tail, frame_seq) in [(TAIL, 0), (&strong, 1), (&without, 1)] {
        assert_eq!(error_code(&answer(tail, 4, frame_seq)), "BAD_MESSAGE");
    }
}

#[test]
fn strong_tail_is_on_every_frame_or_on_none() {
    for flags in [Flags::empty(), Flags::STRONG_TAIL] {
        let mut server = opened("", flags);
        let other = if flags == Flags::STRONG_TAIL {
            Flags::empty()
        } else {
            Flags::STRONG_TAIL
        };
        for frame in [think(b"a"), talk::heart()] {
            let refused = server.receive(&wire(frame.clone(), 3, 1, other), 0);
            assert_eq!(error_code(&refused), "STREAM_FLAG_MISMATCH");
            assert_eq!(
                server.receive(&wire(frame, 3, 1, flags), 0).datagrams.len(),
                0
            );
            server = opened("", flags);
        }
    }
}

#[test]
fn streams_take_what_belongs_to_them_and_nothing_else() {
    let (mut client, _) = session(config(), config());
    let code = |outcome: Result<Output, resonant_protocol::FrameError>| outcome.unwrap_err().code();
    client.send(5, think(b"single"), 0).unwrap();
    assert_eq!(
        code(client.open_stream(5, false, None, 0)),
        RejectCode::StreamState
    );
    assert_eq!(code(client.close_stream(5, 0)), RejectCode::StreamState);
    client.open_stream(3, true, None, 0).unwrap();
    assert_eq!(
        code(client.open_stream(3, true, None, 0)),
        RejectCode::StreamState
    );
    assert_eq!(code(client.ping(3, 0)), RejectCode::StreamState);
    let heart = client.heart(3, 0).unwrap();
    let heart = VFrame::decode(&heart.datagrams[0]).unwrap();
    assert_eq!(
        (heart.hdr.flags, heart.hdr.frame_seq),
        (Flags::STRONG_TAIL, 1)
    );
    client.close_stream(3, 0).unwrap();
    for outcome in [
        client.close_stream(3, 0),
        client.send(3, think(b"late"), 0),
        client.heart(3, 0),
        client.open_stream(3, true, None, 0),
    ] {
        assert_eq!(code(outcome), RejectCode::StreamState);
    }
}

#[test]
fn repairs_go_in_order_64_at_most_and_8_a_second() {
    let (mut client, _) = session(config(), config());
    client.open_stream(3, false, None, 0).unwrap();
    for _ in 0..100 {
        client.send(3, think(b"a"), 0).unwrap();
    }
    client.close_stream(3, 0).unwrap();
    let named: Vec<String> = (0..101)
        .rev()
        .chain([101, 500, 7])
        .map(|n| format!("\"{n}\""))
        .collect();
    let ask = |number| {
        let missing = named.join(",");
        let error = format!(
            r#"{{"method":"error","code":"STREAM_INCOMPLETE","message":"","missing":[{missing}],"ref":{{"stream_id":3,"frame_seq":"101"}}}}"#
        );
        wire_sync(&error, 3, number)
    };
    let repaired = client.receive(&ask(0), 0);
    let numbers = repaired
        .datagrams
        .iter()
        .map(|it| VFrame::decode(it).unwrap().hdr.frame_seq);
    assert_eq!(
        numbers.collect::<Vec<u64>>(),
        (0..64).chain([101]).collect::<Vec<u64>>()
    );
    for number in 1..8 {
        assert_eq!(client.receive(&ask(number), 999).datagrams.len(), 65);
    }
    assert_eq!(client.receive(&ask(8), 999).datagrams.len(), 0);
    assert_eq!(client.receive(&ask(9), 1000).datagrams.len(), 65);
    // 10 s after the last TAIL nothing is kept any more.
    assert_eq!(client.receive(&ask(10), 11_000).datagrams.len(), 65);
    assert_eq!(client.receive(&ask(11), 21_001).datagrams.len(), 0);
}

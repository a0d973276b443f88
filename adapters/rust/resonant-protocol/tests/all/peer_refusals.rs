//! Frames that are rejected, in either direction, and those dropped without an answer (HSK-6, HSK-31 to HSK-42, STM-26).

use crate::support::slice;
use crate::support::talk;
use crate::support::talk::{
    config, dropped, error_code, json, names, sealing, server, session, sync, think, wire,
    wire_heart, wire_sync, wire_think, HASH,
};
use resonant_protocol::peer::{Config, Event, Peer, Reference};
use resonant_protocol::{DType, Flags, Modality, MsgType, RejectCode, VFrame};

/// A server in a session in which little is agreed.
fn modest() -> Peer {
    let little = Config {
        modality: names(&["text"]),
        dtype: names(&["f16", "i8"]),
        critique: false,
        ..config()
    };
    session(config(), little).1
}

fn frame(mtype: MsgType, modality: Modality, dtypes: &[DType]) -> VFrame {
    let slices = dtypes.iter().map(|dtype| slice(*dtype, &[0], &[]));
    VFrame::new(mtype, modality, slices.collect()).unwrap()
}

/// Frames to be rejected and their codes, in the order of HSK-36.
fn refused_frames() -> Vec<(RejectCode, VFrame)> {
    use DType::{F16, I8, Q4};
    use MsgType::{Ask, Cache, Critique, Think};
    vec![
        (
            RejectCode::UnsupportedFeature,
            frame(Critique, Modality::Audio, &[Q4]),
        ),
        (
            RejectCode::UnsupportedModality,
            frame(Think, Modality::Audio, &[]),
        ),
        (
            RejectCode::UnsupportedDtype,
            frame(Think, Modality::Text, &[Q4]),
        ),
        (
            RejectCode::UnsupportedDtype,
            frame(Cache, Modality::Text, &[I8, Q4]),
        ),
        (
            RejectCode::UnsupportedDtype,
            frame(Ask, Modality::Text, &[F16, Q4]),
        ),
    ]
}

#[test]
fn what_is_not_agreed_is_refused_when_it_comes() {
    for (code, frame) in refused_frames() {
        let refused = modest().receive(&wire(frame, 3, 4, Flags::empty()), 0);
        assert_eq!(error_code(&refused), code.as_str());
        let (stream_id, frame_seq) = (3, 4);
        let event = Event::ErrorSent {
            code,
            stream_id,
            frame_seq,
        };
        assert_eq!(refused.events, [event]);
        assert_eq!(
            VFrame::decode(&refused.datagrams[0]).unwrap().hdr.stream_id,
            3
        );
    }
}

#[test]
fn what_is_not_agreed_is_refused_when_it_is_to_be_sent() {
    let mut server = modest();
    for (code, frame) in refused_frames() {
        assert_eq!(server.send(3, frame, 0).unwrap_err().code(), code);
    }
    let empty = frame(MsgType::Think, Modality::Text, &[]);
    assert_eq!(
        server.send(3, empty, 0).unwrap_err().code(),
        RejectCode::BadSlots
    );
    let heart = server.send(3, talk::heart(), 0).unwrap_err();
    assert_eq!(heart.code(), RejectCode::FieldRange);
    let large = server.send(3, think(&vec![0; 65_465]), 0).unwrap_err();
    assert_eq!(
        (large.code(), large.clause()),
        (RejectCode::FrameTooLarge, "HSK-1")
    );
    // None of them took a number.
    let sent = server.send(3, think(&vec![0; 65_464]), 0).unwrap();
    assert_eq!(sent.datagrams[0].len(), 65_507);
    assert_eq!(VFrame::decode(&sent.datagrams[0]).unwrap().hdr.frame_seq, 0);
}

#[test]
fn transforms_and_messages_are_refused_in_their_order() {
    let refuse = |flags, frame| error_code(&modest().receive(&wire(frame, 3, 4, flags), 0));
    assert_eq!(refuse(Flags::ZSTD, think(b"")), "UNSUPPORTED_FEATURE");
    let empty = || frame(MsgType::Think, Modality::Text, &[]);
    let bad = modest().receive(&wire(empty(), 3, 4, Flags::empty()), 0);
    assert_eq!(error_code(&bad), "BAD_MESSAGE");
    assert_eq!(talk::text(&bad.datagrams[0], "detail"), "BAD_SLOTS");
    let mut other_space = think(b"");
    other_space.hdr.space_hash32 = HASH + 1;
    let refused = modest().receive(&other_space.encode().unwrap(), 0);
    assert_eq!(error_code(&refused), "SPACE_MISMATCH");
    let sealed = modest().receive(&wire(think(b""), 3, 4, Flags::XCHACHA), 0);
    assert_eq!(sealed.events, dropped(RejectCode::KeyRequired));
}

#[test]
fn without_a_session_nothing_but_handshakes_has_an_effect() {
    let mut server = server(config());
    let data = server.receive(&wire_think(3, 0), 0);
    assert_eq!(error_code(&data), "HANDSHAKE_REQUIRED");
    let head = server.receive(&wire_sync(r#"{"method":"head"}"#, 3, 0), 0);
    assert_eq!(error_code(&head), "HANDSHAKE_REQUIRED");
    let heart = server.receive(&wire_heart(3, 0), 0);
    assert_eq!(heart.events, dropped(RejectCode::Ignored));
    let unknown = server.receive(&wire_sync(r#"{"method":"dance"}"#, 3, 0), 0);
    assert_eq!((unknown.datagrams.len(), unknown.events.len()), (0, 0));
    for request in [
        server.send(3, think(b""), 0),
        server.heart(3, 0),
        server.open_stream(3, false, None, 0),
        server.close_stream(3, 0),
    ] {
        assert_eq!(request.unwrap_err().code(), RejectCode::HandshakeRequired);
    }
}

#[test]
fn who_requires_crypto_refuses_what_is_not_sealed() {
    let (_, mut server) = session(sealing(1), sealing(2));
    let data = server.receive(&wire_think(3, 0), 0);
    assert_eq!(error_code(&data), "ENCRYPTION_REQUIRED");
    let heart = server.receive(&wire_heart(3, 0), 0);
    assert_eq!(error_code(&heart), "ENCRYPTION_REQUIRED");
    let ping = server.receive(&wire_sync(r#"{"method":"ping","ts":0}"#, 4, 0), 0);
    assert!(matches!(ping.events[..], [Event::Established(_)]));
    let sealed = server.receive(&wire(think(b"a"), 3, 0, Flags::XCHACHA), 0);
    assert!(matches!(sealed.events[..], [Event::Message(_)]));
}

#[test]
fn own_frames_that_come_back_are_dropped() {
    let (mut client, _) = session(sealing(1), sealing(2));
    let sent = client.send(3, think(b"mine"), 0).unwrap();
    let reflected = client.receive(&sent.datagrams[0], 0);
    assert_eq!(reflected.events, dropped(RejectCode::Reflected));
}

#[test]
fn unreadable_sync_frames_are_answered_by_servers_alone() {
    let (mut client, mut server) = session(config(), config());
    let no_json = || {
        VFrame::new(
            MsgType::Sync,
            Modality::Text,
            vec![slice(DType::I8, &[2], b"[]")],
        )
    };
    for frame in [no_json().unwrap(), sync("{}"), sync(r#"{"method":1}"#)] {
        let bytes = wire(frame, 3, 0, Flags::empty());
        let answered = server.receive(&bytes, 0);
        assert_eq!(error_code(&answered), "BAD_MESSAGE");
        assert_eq!(talk::text(&answered.datagrams[0], "detail"), "BAD_JSON");
        let ignored = client.receive(&bytes, 0);
        assert_eq!(ignored.events, dropped(RejectCode::BadMessage));
        assert_eq!(ignored.datagrams.len(), 0);
    }
}

#[test]
fn errors_are_told_and_never_answered() {
    let mut server = server(config());
    let good = r#"{"method":"error","code":"X","message":"","ref":{"stream_id":9,"frame_seq":"18446744073709551615"}}"#;
    let told = server.receive(&wire_sync(good, 3, 0), 0);
    let reference = Some(Reference {
        stream_id: 9,
        frame_seq: u64::MAX,
    });
    let code = "X".into();
    assert_eq!(told.events, [Event::ErrorReceived { code, reference }]);
    for (number, malformed) in [
        r#"{"method":"error","code":"X"}"#,
        r#"{"method":"error","message":""}"#,
        r#"{"method":"error","code":1,"message":""}"#,
        r#"{"method":"error","code":"X","message":"","ref":{"stream_id":9,"frame_seq":1}}"#,
        r#"{"method":"error","code":"X","message":"","ref":{"stream_id":9,"frame_seq":"01"}}"#,
        r#"{"method":"error","code":"X","message":"","ref":{"stream_id":4294967296,"frame_seq":"1"}}"#,
        r#"{"method":"error","code":"STREAM_INCOMPLETE","message":"","missing":[1]}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let number = 1 + u64::try_from(number).unwrap();
        let dropped = server.receive(&wire_sync(malformed, 3, number), 0);
        assert_eq!(dropped.events, talk::dropped(RejectCode::BadMessage), "{malformed}");
        assert_eq!(dropped.datagrams.len(), 0);
    }
}

#[test]
fn the_ninth_reply_within_a_second_is_not_sent() {
    let mut server = server(config());
    for time in 0..8 {
        let refused = server.receive(&wire_think(3, 0), time * 100);
        assert_eq!(error_code(&refused), "HANDSHAKE_REQUIRED");
    }
    let ping = wire_sync(r#"{"method":"ping","ts":0}"#, 4, 0);
    for time in [700, 999] {
        let ninth = server.receive(&ping, time);
        assert_eq!(ninth.events, dropped(RejectCode::ReplyLimit));
        assert_eq!(ninth.datagrams.len(), 0);
    }
    assert!(!server.is_established(), "as if it had not come");
    let answered = server.receive(&ping, 1000);
    assert!(matches!(answered.events[..], [Event::Established(_)]));
    let repeated = server.receive(&ping, 1000);
    assert_eq!(repeated.events, dropped(RejectCode::ReplyLimit));
}

#[test]
fn refusals_leave_no_number_behind() {
    let mut server = server(config());
    for seq in ["0", "1"] {
        let refused = server.receive(&wire_think(3, 0), 0);
        assert_eq!(
            VFrame::decode(&refused.datagrams[0])
                .unwrap()
                .hdr
                .frame_seq
                .to_string(),
            seq
        );
        let members = json(&refused.datagrams[0]);
        let reference = members.get("ref").unwrap().to_string();
        assert_eq!(reference, r#"{"frame_seq":"0","stream_id":3}"#);
    }
}

//! Handshakes: what is agreed, chosen, repeated and given up (HSK-7 to HSK-30, HSK-57, HSK-59).

use crate::support::talk;
use crate::support::talk::{
    client, config, error_code, json, names, receive_all, sealing, server, session, text, think,
    wire_sync, HASH, KEY, SEALED,
};
use resonant_protocol::peer::{Config, Established, Event, Peer, Reference, Role};
use resonant_protocol::{Json, RejectCode, VFrame};

fn established(event: &Event) -> &Established {
    match event {
        Event::Established(agreed) => agreed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_ends_agree_on_what_both_can_each_in_its_own_order() {
    let mut client = client(Config {
        compress: names(&["lz4", "zstd", "none"]),
        dtype: names(&["q4", "f16"]),
        critique: false,
        ..config()
    });
    let mut server = server(Config {
        compress: names(&["none", "zstd", "lz4"]),
        dtype: names(&["f16", "i8", "q4"]),
        modality: names(&["audio", "text", "smell"]),
        ..config()
    });
    let ping = client.ping(1, 0).unwrap();
    assert_eq!(text(&ping.datagrams[0], "method"), "ping");
    let answered = receive_all(&mut server, &ping, 0);
    let theirs = established(&answered.events[0]);
    assert_eq!((theirs.compress, theirs.crypto), ("none", "none"));
    assert_eq!(theirs.dtype, ["f16", "q4"]);
    assert_eq!(theirs.modality, ["audio", "text"]);
    let accepted = receive_all(&mut client, &answered, 0);
    let ours = established(&accepted.events[0]);
    assert_eq!((ours.compress, ours.crypto), ("zstd", "none"));
    assert_eq!(ours.dtype, ["q4", "f16"]);
    assert_eq!(ours.modality, ["text", "audio"]);
    assert!(!ours.critique && !theirs.critique);
}

#[test]
fn nothing_in_common_is_written_as_none() {
    let mut server = server(sealing(2));
    let ping = wire_sync(
        r#"{"method":"ping","ts":0,"compress":[],"crypto":[],"modality":[]}"#,
        5,
        0,
    );
    let capability = json(&server.receive(&ping, 0).datagrams[0]);
    let none = Json::Array(vec![Json::Text("none".to_owned())]);
    assert_eq!(capability.get("compress"), Some(&none));
    assert_eq!(capability.get("crypto"), Some(&none));
    assert_eq!(capability.get("modality"), Some(&Json::Array(vec![])));
}

#[test]
fn a_server_that_insists_and_can_seal_nothing_sends_nothing() {
    let mut server = server(sealing(2));
    let ping = wire_sync(r#"{"method":"ping","ts":0,"crypto":["none"]}"#, 5, 0);
    server.receive(&ping, 0);
    let refused = server.send(5, think(b"a"), 0).unwrap_err();
    assert_eq!(refused.code(), RejectCode::EncryptionRequired);
    let refused = server.heart(5, 0).unwrap_err();
    assert_eq!(
        (refused.code(), refused.clause()),
        (RejectCode::EncryptionRequired, "HSK-46")
    );
    // Not even the HEART that is due after 15 s: the next deadline is the loss.
    assert_eq!(server.deadline_ms(), Some(45_000));
    assert_eq!(server.advance(44_999).datagrams, Vec::<Vec<u8>>::new());
}

#[test]
fn frames_are_compressed_and_sealed_as_chosen() {
    let both = |salt| Config {
        compress: names(&["zstd", "none"]),
        crypto: names(&["none", SEALED]),
        ..sealing(salt)
    };
    let (mut client, mut server) = session(both(0x40), both(2));
    let sent = client.send(0x5678, think(&[0; 500]), 0).unwrap();
    let frame = &sent.datagrams[0];
    assert_eq!(frame[2], 0b011, "ZSTD and XCHACHA");
    // XCH-10: the salt, stream_id in its last four bytes, and the number.
    let nonce = [[0x40; 12].as_slice(), &[0x38, 0x16, 0x40, 0x40], &[0; 8]].concat();
    assert_eq!(frame[33..57], nonce);
    let received = receive_all(&mut server, &sent, 0);
    assert!(
        matches!(&received.events[..], [Event::Message(frame)] if frame.slices[0].1 == [0; 500])
    );
    let heart = client.heart(0x5678, 0).unwrap();
    let heart = VFrame::decode_with_key(&heart.datagrams[0], &KEY).unwrap();
    assert_eq!((heart.hdr.flags.bits(), heart.hdr.frame_seq), (0b010, 1));
}

#[test]
fn a_repeated_ping_gets_the_same_bytes_and_changes_nothing() {
    let mut server = server(config());
    let ping = wire_sync(r#"{"method":"ping","ts":0}"#, 5, 0);
    let first = server.receive(&ping, 0);
    // The same numbers with another content are the same ping (HSK-18).
    let other = wire_sync(r#"{"method":"ping","ts":9,"v":0}"#, 5, 0);
    let again = server.receive(&other, 20_000);
    // The HEART of 15 s came before it.
    assert_eq!(again.datagrams.len(), 2);
    assert_eq!(again.datagrams[1], first.datagrams[0]);
    assert_eq!(again.events, []);
    assert_eq!(
        server.deadline_ms(),
        Some(35_000),
        "a repetition is an answer sent"
    );
}

#[test]
fn the_65th_answer_drives_out_the_first() {
    let mut server = server(config());
    let ping = |stream_id| wire_sync(r#"{"method":"ping","ts":0,"v":0}"#, stream_id, 0);
    let times = |stream_id: u32| u64::from(stream_id) * 1000;
    let first = server.receive(&ping(0), 0).datagrams;
    for stream_id in 1..=63 {
        server.receive(&ping(stream_id), times(stream_id));
    }
    assert_eq!(server.receive(&ping(0), times(64)).datagrams, first);
    server.receive(&ping(64), times(65));
    let anew = server.receive(&ping(0), times(66)).datagrams;
    assert_ne!(anew, first, "a new answer has a new number");
}

#[test]
fn a_capability_that_cannot_be_used_silences_the_client() {
    let capability = |member: &str| {
        let json = format!(
            r#"{{"method":"capability","v":1,"d_model":1,"compress":[],"crypto":[],"embedding_space_id":"",
            "space_hash32":0,"supports":{{"critique":true,"dtype":["f16"]}},{member}}}"#
        );
        json.replace('\n', "")
    };
    let mut other_space = capability(r#""agreed_proto":1"#);
    other_space = other_space.replace(r#""space_hash32":0"#, r#""space_hash32":1"#);
    let insists = r#""supports":{"require_crypto":true,"critique":true"#;
    let insists =
        capability(r#""agreed_proto":1"#).replace(r#""supports":{"critique":true"#, insists);
    for (json, code) in [
        (
            capability(r#""agreed_proto":2"#),
            RejectCode::UnsupportedVersion,
        ),
        (other_space, RejectCode::SpaceMismatch),
        (insists, RejectCode::CryptoRequired),
    ] {
        let mut client = client(config());
        client.ping(1, 0).unwrap();
        let failed = client.receive(&wire_sync(&json, 1, 0), 0);
        let (code, reference) = (code.as_str().into(), None);
        assert_eq!(failed.events, [Event::ErrorReceived { code, reference }]);
        assert_eq!(failed.datagrams, Vec::<Vec<u8>>::new());
        assert_eq!(client.deadline_ms(), None);
        let late = client.receive(&talk::wire_think(1, 1), 0);
        assert_eq!(late.events, talk::dropped(RejectCode::Ignored));
        assert!(client.ping(2, 0).is_ok());
        let refused = client.receive(&talk::wire_think(1, 1), 0);
        assert_eq!(error_code(&refused), "HANDSHAKE_REQUIRED");
    }
}

#[test]
fn an_error_for_the_ping_ends_the_handshake_and_an_earlier_agreement_holds() {
    let (mut client, _) = session(config(), config());
    client.ping(2, 0).unwrap();
    let error =
        r#"{"method":"error","code":"odd","message":"","ref":{"stream_id":2,"frame_seq":"0"}}"#;
    let rejected = client.receive(&wire_sync(error, 2, 0), 0);
    let reference = Some(Reference {
        stream_id: 2,
        frame_seq: 0,
    });
    let code = "odd".into();
    assert_eq!(rejected.events, [Event::ErrorReceived { code, reference }]);
    assert!(client.send(3, think(b"still"), 0).is_ok());
    let mut fresh = talk::client(config());
    fresh.ping(2, 0).unwrap();
    fresh.receive(&wire_sync(error, 2, 0), 0);
    let refused = fresh.send(3, think(b"a"), 0).unwrap_err();
    assert_eq!(refused.code(), RejectCode::HandshakeRequired);
}

#[test]
fn only_an_unused_stream_id_takes_a_ping() {
    let (mut client, mut server) = session(config(), config());
    for (peer, clause) in [(&mut client, "HSK-30"), (&mut server, "HSK-59")] {
        let refused = peer.ping(1, 0).unwrap_err();
        assert_eq!(
            (refused.code(), refused.clause()),
            (RejectCode::StreamState, clause)
        );
    }
    assert!(client.ping(2, 0).is_ok());
}

#[test]
fn values_that_no_frame_could_carry_are_refused_at_once() {
    let code = |config| Peer::new(Role::Server, config, 0).unwrap_err().code();
    for d_model in [0, 9_007_199_254_740_992] {
        let config = Config {
            d_model,
            ..config()
        };
        assert_eq!(code(config), RejectCode::FieldRange);
    }
    let config = Config {
        embedding_space_id: "i".repeat(1025),
        ..config()
    };
    assert_eq!(code(config), RejectCode::FieldRange);
}

#[test]
fn an_embedding_space_id_has_at_most_1024_characters() {
    let embedding_space_id = "\u{1}".repeat(1024);
    let mut server = server(Config {
        embedding_space_id,
        ..config()
    });
    for (length, code) in [(1024, "SPACE_MISMATCH"), (1025, "BAD_MESSAGE")] {
        let id = "\u{e9}".repeat(length);
        let ping = format!(
            r#"{{"method":"ping","ts":0,"embedding_space_id":"{id}","space_hash32":{HASH}}}"#
        );
        let refused = server.receive(&wire_sync(&ping, 5, length as u64), 0);
        assert_eq!(error_code(&refused), code);
    }
}

#[test]
fn own_lists_name_nothing_twice() {
    let twice = || names(&["none", "zstd", "none"]);
    let configs = [
        Config {
            modality: twice(),
            ..config()
        },
        Config {
            compress: twice(),
            ..config()
        },
        Config {
            crypto: twice(),
            ..config()
        },
        Config {
            dtype: twice(),
            ..config()
        },
    ];
    for config in configs {
        let refused = Peer::new(Role::Client, config, 0).unwrap_err();
        assert_eq!(refused.code(), RejectCode::FieldRange);
    }
}

#[test]
fn data_is_not_sent_to_another_space_than_ones_own() {
    // HSK-57: the server told its hash, and the client has none of its own.
    let spaced = Config {
        space_hash32: 7,
        ..config()
    };
    let unspaced = Config {
        space_hash32: 0,
        ..config()
    };
    let (mut client, mut server) = session(unspaced, spaced);
    let refused = client.send(3, think(b"a"), 0).unwrap_err();
    assert_eq!(
        (refused.code(), refused.clause()),
        (RejectCode::SpaceMismatch, "HSK-57")
    );
    assert!(client.heart(3, 0).is_ok());
    assert!(server.send(4, think(b"a"), 0).is_ok());
}

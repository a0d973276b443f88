//! The table of checks: which of its rows answers a frame, as the error says (HSK-43).

use crate::support::talk::{
    config, opened, sealing, server, session, sync, text, think, wire, wire_sync, wire_think,
};
use resonant_protocol::peer::{Config, Event, Output, Peer};
use resonant_protocol::{Flags, RejectCode};

/// Code and clause of the only datagram, an error.
fn answer(output: &Output) -> (String, String) {
    let [datagram] = output.datagrams.as_slice() else {
        panic!("{} datagrams", output.datagrams.len());
    };
    let message = text(datagram, "message");
    let (clause, detail) = message.split_once(": ").expect("a clause and a detail");
    assert!(!detail.is_empty());
    (text(datagram, "code"), clause.to_owned())
}

fn in_session(config: Config) -> Peer {
    session(self::config(), config).1
}

#[test]
fn an_error_names_the_clause_of_the_first_row_that_holds_a_frame_back() {
    let spaced = |hash| Config {
        space_hash32: hash,
        embedding_space_id: String::new(),
        ..config()
    };
    let ping = r#"{"method":"ping","ts":1,"v":0}"#;
    let cases = [
        (
            server(config()),
            wire_think(3, 0),
            "HANDSHAKE_REQUIRED",
            "HSK-36",
        ),
        (
            in_session(config()),
            wire(think(b"x"), 3, 0, Flags::ZSTD),
            "UNSUPPORTED_FEATURE",
            "HSK-36",
        ),
        (
            opened("", Flags::empty()),
            wire(think(b"x"), 3, 1, Flags::STRONG_TAIL),
            "STREAM_FLAG_MISMATCH",
            "STM-26",
        ),
        (
            in_session(config()),
            wire(
                sync(r#"{"method":"tail","frames":"0","total_len":"0"}"#),
                3,
                2,
                Flags::empty(),
            ),
            "STREAM_INCOMPLETE",
            "STM-13",
        ),
        (
            server(config()),
            wire_sync(r#"{"method":1}"#, 3, 0),
            "BAD_MESSAGE",
            "HSK-19",
        ),
        (
            server(config()),
            wire_sync(r#"{"method":"ping"}"#, 3, 0),
            "BAD_MESSAGE",
            "HSK-11",
        ),
        (
            server(config()),
            wire_sync(ping, 3, 0),
            "UNSUPPORTED_VERSION",
            "HSK-11",
        ),
        (
            server(spaced(1)),
            wire_sync(r#"{"method":"ping","ts":1,"space_hash32":2}"#, 3, 0),
            "SPACE_MISMATCH",
            "HSK-12",
        ),
    ];
    for (mut peer, datagram, code, clause) in cases {
        let found = answer(&peer.receive(&datagram, 0));
        assert_eq!(found, (code.to_owned(), clause.to_owned()));
    }
}

#[test]
fn a_frame_that_several_rows_hold_back_is_answered_by_the_first() {
    // Without a session and a seal, where both are required.
    let mut lonely = server(sealing(2));
    let output = lonely.receive(&wire_think(3, 0), 0);
    assert_eq!(answer(&output).0, "HANDSHAKE_REQUIRED");

    // A number that came before, and now compressed without agreement.
    let mut busy = in_session(config());
    busy.receive(&wire_think(3, 0), 0);
    let again = busy.receive(&wire(think(b"x"), 3, 0, Flags::ZSTD), 0);
    let code = RejectCode::Duplicate;
    assert_eq!(again.events, [Event::Dropped { code }]);
}

#[test]
fn a_request_names_the_clause_for_requests() {
    let refused = server(config()).send(3, think(b"x"), 0).unwrap_err();
    let found = (refused.code(), refused.clause());
    assert_eq!(found, (RejectCode::HandshakeRequired, "HSK-57"));
}

//! Helpers for the tests of carriages: endpoints over QUIC with a session, and what happens to carriages.

use resonant_protocol::endpoint::{Carried, Endpoint, Outputs};
use resonant_protocol::peer::{Event, Role};
use resonant_protocol::transport::{join, number_of, Carriage};
use resonant_protocol::RejectCode::{self, TruncatedFrame};

use super::links::{client, endpoint, ping as ping_frame};
use super::talk;

pub const LINK: u16 = 1;

pub fn behind_length(frame: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    join(frame, &mut bytes).unwrap();
    bytes
}

pub fn head(stream_id: u32) -> Vec<u8> {
    talk::wire_sync(r#"{"method":"head","dir":"up"}"#, stream_id, 0)
}

/// A server with a session, in which nothing has come.
pub fn server() -> Endpoint<u16> {
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
pub fn opened(stream_ids: &[u32]) -> Endpoint<u16> {
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
pub fn greeted() -> Endpoint<u16> {
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
pub fn places(outputs: &Outputs<u16>) -> (Vec<Carriage>, Vec<Carried>) {
    let (mut frames, mut ends) = (Vec::new(), Vec::new());
    for (_, carried) in &outputs.carried {
        match carried {
            Carried::Frame(carriage, _) => frames.push(*carriage),
            end => ends.push(end.clone()),
        }
    }
    (frames, ends)
}

pub fn failed(stream_id: u32) -> Vec<(u16, Event)> {
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

pub fn stopped(uni: u64, code: RejectCode) -> Vec<(u16, Carried)> {
    let number = number_of(Some(code));
    vec![(LINK, Carried::Stop { uni, number })]
}

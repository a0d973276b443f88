//! Endpoints: connections by link, what comes in on them and what is asked of them (HSK-6, STM-25, XCH-15).

use std::iter;
use std::net::SocketAddr;

use crate::support::links::{carry, client, datagrams, endpoint, known, lost, ping, salts, server};
use crate::support::talk;
use crate::support::talk::{config, sealing, think, wire_heart, wire_think};
use resonant_protocol::crypto::Salt;
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::{Event, Peer, Role};
use resonant_protocol::{RejectCode, VFrame};

#[test]
fn the_first_datagram_of_a_link_begins_a_connection_whatever_it_is() {
    let mut server = server();
    let code = RejectCode::FrameTooShort;
    let outputs = server.receive(7, b"", 0);
    assert_eq!(outputs.events, [(7, Event::Dropped { code })]);
    assert_eq!((outputs.datagrams.len(), known(&server)), (0, vec![7]));
    assert!(!server.peer(&7).unwrap().is_established());
    let outputs = server.receive(5, &ping(1), 0);
    assert!(matches!(outputs.events[..], [(5, Event::Established(_))]));
    assert!(matches!(outputs.datagrams[..], [(5, _)]));
    assert_eq!(known(&server), [5, 7]);
    assert!(server.peer(&5).unwrap().is_established());
    assert!(server.peer(&6).is_none());
}

#[test]
fn each_link_has_a_session_of_its_own() {
    let mut server = server();
    let _ = server.receive(1, &ping(1), 0);
    let refused = server.receive(2, &wire_think(1, 1), 0);
    assert!(matches!(
        refused.events[..],
        [(2, Event::ErrorSent { code, .. })] if code == RejectCode::HandshakeRequired
    ));
    let delivered = server.receive(1, &wire_think(1, 1), 0);
    assert!(matches!(delivered.events[..], [(1, Event::Message(_))]));
    let _ = server.receive(2, &ping(2), 0);
    let sent = server.request(&2, |peer| peer.send(2, think(b"hi"), 0));
    assert!(matches!(sent.unwrap().datagrams[..], [(2, _)]));
}

#[test]
fn a_link_is_whatever_has_an_order() {
    let mut server: Endpoint<SocketAddr> = endpoint(Role::Server, config());
    let remotes: Vec<SocketAddr> = ["127.0.0.1:5", "127.0.0.1:6", "[::1]:5"]
        .map(|text| text.parse().unwrap())
        .to_vec();
    for remote in &remotes {
        let _ = server.receive(*remote, b"", 0);
    }
    assert_eq!(known(&server), remotes);
    let mut client: Endpoint<String> = client();
    let pinged = client.connect("there".to_owned(), 1, 0).unwrap();
    assert_eq!(pinged.datagrams[0].0, "there");
}

#[test]
fn a_client_hears_only_links_that_it_connected() {
    let (mut client, mut server) = (client(), server());
    let pinged = client.connect(1, 1, 0).unwrap();
    let answered = carry(&pinged, &mut server, &9, 0);
    assert_eq!(carry(&answered, &mut client, &2, 0), Outputs::default());
    assert_eq!(known(&client), [1]);
    let agreed = carry(&answered, &mut client, &1, 0);
    assert!(matches!(agreed.events[..], [(1, Event::Established(_))]));
    // Whoever it comes from, the time passes.
    assert_eq!(client.receive(2, b"", 15_000).datagrams.len(), 1);
}

#[test]
fn a_connection_that_cannot_begin_leaves_nothing() {
    let mut server = server();
    let refused = server.connect(1, 1, 0).unwrap_err();
    assert_eq!(refused.code(), RejectCode::StreamState);
    let mut client: Endpoint<u16> = Endpoint::new(Role::Client, config(), iter::empty()).unwrap();
    let refused = client.connect(1, 1, 0).unwrap_err();
    assert_eq!(refused.code(), RejectCode::KeyRequired);
    let mut without: Endpoint<u16> = Endpoint::new(Role::Server, config(), iter::empty()).unwrap();
    assert_eq!(without.receive(1, &ping(1), 0), Outputs::default());
    for endpoint in [server, client, without] {
        assert_eq!((known(&endpoint), endpoint.deadline_ms()), (vec![], None));
    }
    let wrong = talk::config();
    let wrong = resonant_protocol::peer::Config {
        d_model: 0,
        ..wrong
    };
    let refused = Endpoint::<u16>::new(Role::Server, wrong, salts()).unwrap_err();
    assert_eq!(refused.code(), RejectCode::FieldRange);
}

#[test]
fn a_request_that_is_refused_sends_nothing_and_says_why() {
    let mut client = client();
    let _ = client.connect(1, 1, 0).unwrap();
    for link in [1, 2] {
        let refused = client.request(&link, |peer| peer.heart(1, 0)).unwrap_err();
        assert_eq!(refused.code(), RejectCode::HandshakeRequired);
    }
    assert_eq!(known(&client), [1]);
    let refused = client.request(&1, |peer| peer.ping(1, 0)).unwrap_err();
    assert_eq!(refused.code(), RejectCode::StreamState);
    let pinged = client.request(&1, |peer| peer.ping(2, 0)).unwrap();
    assert_eq!(pinged.datagrams.len(), 1);
}

/// The salt of what an endpoint sends to a link: a nonce on stream 0 begins with it (XCH-10).
fn salt_of(server: &mut Endpoint<u16>, link: u16, now: u64) -> (Salt, u64) {
    let heart = server.request(&link, |peer| peer.heart(0, now)).unwrap();
    let [(_, datagram)] = &heart.datagrams[..] else {
        panic!("{heart:?}");
    };
    let number = VFrame::decode_with_key(datagram, &talk::KEY).unwrap().hdr;
    (datagram[29..45].try_into().unwrap(), number.frame_seq)
}

/// Pings that require what the server requires.
fn sealed_ping(stream_id: u32) -> Vec<u8> {
    let mut client = Peer::new(Role::Client, sealing(200), 0).unwrap();
    client.ping(stream_id, 0).unwrap().datagrams.remove(0)
}

#[test]
fn each_connection_takes_the_next_salt_in_place_of_the_configurations() {
    let mut server = endpoint(Role::Server, sealing(99));
    for link in [8, 3] {
        let _ = server.receive(link, &sealed_ping(1), 0);
    }
    assert_eq!(salt_of(&mut server, 8, 0), ([1; 16], 0));
    assert_eq!(salt_of(&mut server, 3, 0), ([2; 16], 0));
    assert_eq!(salt_of(&mut server, 8, 0), ([1; 16], 1));
}

#[test]
fn after_a_loss_a_server_has_another_peer_with_another_salt() {
    let mut server = endpoint(Role::Server, sealing(99));
    let _ = server.receive(1, &sealed_ping(1), 0);
    assert_eq!(salt_of(&mut server, 1, 0), ([1; 16], 0));
    assert_eq!(server.advance(44_999).events, []);
    assert_eq!(lost(&server.advance(45_000)), [1]);
    assert_eq!((known(&server), server.deadline_ms()), (vec![], None));
    let _ = server.receive(1, &sealed_ping(2), 45_000);
    assert_eq!(salt_of(&mut server, 1, 45_000), ([2; 16], 0));
}

#[test]
fn a_server_that_keeps_what_is_lost_goes_on_with_its_salt_and_numbers() {
    let mut server = endpoint(Role::Server, sealing(99)).keeping_lost();
    let _ = server.receive(1, &sealed_ping(1), 0);
    assert_eq!(salt_of(&mut server, 1, 0), ([1; 16], 0));
    assert_eq!(lost(&server.advance(45_000)), [1]);
    let _ = server.receive(1, &sealed_ping(2), 45_000);
    assert_eq!(salt_of(&mut server, 1, 45_000), ([1; 16], 1));
}

#[test]
fn a_datagram_after_the_time_of_a_loss_finds_the_session_ended() {
    let mut server = endpoint(Role::Server, sealing(99));
    for link in [1, 2] {
        let _ = server.receive(link, &sealed_ping(1), u64::from(link));
    }
    let late = server.receive(1, &sealed_ping(2), 50_000);
    assert_eq!(lost(&late), [1, 2]);
    assert!(matches!(
        late.events.last(),
        Some((1, Event::Established(_)))
    ));
    assert_eq!(known(&server), [1]);
    assert_eq!(salt_of(&mut server, 1, 50_000), ([3; 16], 0));
}

#[test]
fn a_client_keeps_its_link_after_a_loss_and_connects_anew() {
    let (mut client, mut server) = (client(), server());
    for (now, salt) in [(0, "first"), (45_000, "second")] {
        let pinged = client.connect(1, 1, now).unwrap();
        assert_eq!(lost(&pinged), Vec::<u16>::new(), "{salt}");
        let answered = carry(&pinged, &mut server, &9, now);
        let _ = carry(&answered, &mut client, &1, now);
        assert!(client.peer(&1).unwrap().is_established());
        if now == 0 {
            assert_eq!(lost(&client.advance(45_000)), [1]);
            assert_eq!(known(&client), [1]);
        }
    }
    // A session that it still had is told to be over.
    assert_eq!(lost(&client.connect(1, 1, 46_000).unwrap()), [1]);
    assert_eq!(known(&client), [1]);
}

#[test]
fn a_link_that_is_forgotten_has_no_connection_and_no_deadline() {
    let mut server = server();
    let _ = server.receive(1, &ping(1), 0);
    assert_eq!(server.deadline_ms(), Some(15_000));
    server.forget(&1);
    server.forget(&2);
    assert_eq!((known(&server), server.deadline_ms()), (vec![], None));
    assert_eq!(server.advance(100_000), Outputs::default());
    let refused = server.receive(1, &wire_heart(1, 1), 100_000);
    assert!(!matches!(refused.events[..], [(_, Event::Message(_))]));
    assert!(!server.peer(&1).unwrap().is_established());
}

#[test]
fn what_is_secret_is_not_shown() {
    let server: Endpoint<u16> = endpoint(Role::Server, sealing(99));
    let text = format!("{server:?}");
    assert!(text.contains("Server") && !text.contains("99"), "{text}");
}

#[test]
fn pings_are_sent_again_on_the_link_that_was_connected() {
    let mut client = client();
    let first = datagrams(client.connect(1, 1, 0).unwrap());
    let again = client.advance(1_000);
    assert_eq!(again.datagrams, [(1, first[0].clone())]);
}

//! The connection that an endpoint forgets when it has as many as it may have.

use crate::support::links::{client, known, lost, ping, server};
use crate::support::talk::wire_sync;
use resonant_protocol::endpoint::{Endpoint, MAX_CONNECTIONS};
use resonant_protocol::peer::Event;
use resonant_protocol::transport::join;

const NOBODY: [u16; 0] = [];

/// Datagrams on each of these links in turn; whose sessions that cost.
fn heard(server: &mut Endpoint<u16>, links: impl IntoIterator<Item = u16>) -> Vec<u16> {
    let outputs = links.into_iter().map(|link| server.receive(link, b"", 0));
    outputs.flat_map(|outputs| lost(&outputs)).collect()
}

/// The same, a handshake on each.
fn greeted(server: &mut Endpoint<u16>, links: impl IntoIterator<Item = u16>) -> Vec<u16> {
    let outputs = links.into_iter().map(|link| {
        let outputs = server.receive(link, &ping(1), 0);
        assert!(server.peer(&link).unwrap().is_established());
        outputs
    });
    outputs.flat_map(|outputs| lost(&outputs)).collect()
}

/// A server in whose sessions with these links something has come, in this order.
fn in_use(limit: usize, links: &[u16]) -> Endpoint<u16> {
    let mut server = server().with_limit(limit);
    assert_eq!(greeted(&mut server, links.iter().copied()), NOBODY);
    assert_eq!(heard(&mut server, links.iter().copied()), NOBODY);
    server
}

#[test]
fn the_stranger_silent_for_longest_makes_room() {
    let mut server = server().with_limit(3);
    assert_eq!(heard(&mut server, [1, 2, 3, 1, 4]), NOBODY);
    assert_eq!(known(&server), [1, 3, 4]);
}

#[test]
fn a_flood_of_strangers_costs_nobody_a_session() {
    let mut server = server().with_limit(64);
    assert_eq!(greeted(&mut server, 1..=60), NOBODY);
    assert_eq!(heard(&mut server, 100..1000), NOBODY);
    let strangers = 996..1000;
    assert_eq!(
        known(&server),
        (1..=60).chain(strangers).collect::<Vec<_>>()
    );
}

#[test]
fn a_flood_of_pings_costs_nobody_a_session_in_which_the_other_end_has_spoken() {
    let mut server = in_use(8, &[1, 2, 3, 4, 5, 6]);
    let passing = greeted(&mut server, 100..1000);
    assert_eq!(passing, (100..999).collect::<Vec<_>>(), "each but the last");
    assert_eq!(heard(&mut server, [1000]), NOBODY);
    assert_eq!(known(&server), [1, 2, 3, 4, 5, 6, 999, 1000]);
}

#[test]
fn a_sixteenth_of_the_places_is_out_of_reach_for_sessions_and_another_for_those_in_use() {
    for (limit, sessions, spoken) in [(8, 7, 6), (32, 30, 28), (64, 60, 56), (160, 150, 140)] {
        let mut server = server().with_limit(limit);
        assert_eq!(greeted(&mut server, 1..=sessions), NOBODY, "{limit}");
        assert_eq!(greeted(&mut server, [999]), [1], "{limit}");
        assert_eq!(heard(&mut server, 2..=spoken + 1), NOBODY, "{limit}");
        assert_eq!(heard(&mut server, [999]), [2], "{limit}");
    }
}

#[test]
fn the_session_silent_for_longest_makes_room_for_one_in_use() {
    let mut server = in_use(5, &[1, 2, 3]);
    assert_eq!(heard(&mut server, [1]), NOBODY);
    assert_eq!(greeted(&mut server, [4]), NOBODY);
    assert_eq!(known(&server), [1, 2, 3, 4]);
    assert_eq!(heard(&mut server, [4]), [2]);
    assert_eq!(known(&server), [1, 3, 4]);
}

#[test]
fn a_session_with_an_open_stream_goes_last_until_the_stream_ends() {
    let head = wire_sync(r#"{"method":"head","dir":"up"}"#, 3, 0);
    let tail = wire_sync(r#"{"method":"tail","frames":"0","total_len":"0"}"#, 3, 1);
    for (ends, forgotten) in [(false, 2), (true, 1)] {
        let mut server = in_use(5, &[1]);
        let opened = server.receive(1, &head, 0);
        assert!(matches!(opened.events[..], [(1, Event::Opened { .. })]));
        if ends {
            let ended = server.receive(1, &tail, 0);
            assert!(matches!(ended.events[..], [(1, Event::Complete { .. })]));
        }
        assert_eq!(greeted(&mut server, [2, 3, 4]), NOBODY);
        assert_eq!(heard(&mut server, [2, 3]), NOBODY);
        assert_eq!(heard(&mut server, [4]), [forgotten]);
    }
}

#[test]
fn so_does_one_with_a_stream_of_the_own_end() {
    for (ends, forgotten) in [(false, 2), (true, 1)] {
        let mut server = in_use(5, &[1, 2, 3]);
        let open = server.request(&1, |peer| peer.open_stream(4, true, None, 0));
        assert_eq!(open.unwrap().datagrams.len(), 1);
        if ends {
            let close = server.request(&1, |peer| peer.close_stream(4, 0));
            assert_eq!(close.unwrap().datagrams.len(), 1);
        }
        assert_eq!(greeted(&mut server, [4]), NOBODY);
        assert_eq!(heard(&mut server, [4]), [forgotten]);
    }
}

#[test]
fn a_kept_connection_whose_session_was_lost_is_a_stranger_again() {
    let mut server = in_use(4, &[1]).keeping_lost();
    assert_eq!(lost(&server.advance(45_000)), [1]);
    assert_eq!(known(&server), [1]);
    for link in 2..=4 {
        let _ = server.receive(link, &ping(1), 45_000);
    }
    let _ = server.receive(5, b"", 45_000);
    assert_eq!(known(&server), [2, 3, 4, 5]);
    // And if it comes back, it has not spoken yet.
    let mut server = in_use(8, &[1]).keeping_lost();
    let _ = server.advance(45_000);
    let _ = server.receive(1, &ping(2), 45_000);
    for link in 2..=8 {
        let _ = server.receive(link, &ping(1), 45_000);
    }
    assert_eq!(known(&server), [2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn the_smallest_endpoint_still_takes_a_newcomer_into_session() {
    for limit in 0..=3 {
        let mut server = server().with_limit(limit);
        for link in [1, 2, 3, 9] {
            let _ = server.receive(link, &ping(1), 0);
            let _ = server.receive(link, b"", 0);
        }
        assert!(server.peer(&9).unwrap().is_established());
        assert!(known(&server).len() <= limit.max(1));
    }
}

#[test]
fn a_client_forgets_as_a_server_does() {
    let mut client = client().with_limit(2);
    for link in [1, 2, 3] {
        assert_eq!(lost(&client.connect(link, 1, 0).unwrap()), NOBODY);
    }
    assert_eq!(known(&client), [2, 3]);
    assert_eq!(client.deadline_ms(), Some(1_000));
    assert_eq!(client.advance(1_000).datagrams.len(), 2);
}

#[test]
fn without_another_bound_there_are_at_most_64_connections() {
    let mut server = server();
    assert_eq!(heard(&mut server, 0..1000), NOBODY);
    assert_eq!((known(&server).len(), MAX_CONNECTIONS), (64, 64));
}

#[test]
fn a_connection_that_makes_room_for_another_is_closed() {
    let mut server = server().with_limit(2);
    let _ = server.accept(1, 0);
    let mut bytes = Vec::new();
    join(&ping(1), &mut bytes).unwrap();
    let _ = server.receive_bytes(&1, &bytes, 0);
    let _ = server.accept(2, 1);
    let told = server.accept(3, 2).events;
    assert_eq!(told, [(2, Event::Closed { code: None })]);
    let told = server.accept(1, 3).events; // the same remote end, on a connection of its own
    assert_eq!(
        told[..2],
        [(1, Event::Lost), (1, Event::Closed { code: None })]
    );
    let told = server.end(&2, 4);
    assert_eq!(told.events, [], "once");
    assert_eq!(server.deadline_ms(), Some(15_002));
}

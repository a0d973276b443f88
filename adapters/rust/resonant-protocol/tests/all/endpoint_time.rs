//! Deadlines of all links of an endpoint, and what holds for it whatever happens on them.

use std::collections::BTreeMap;

use crate::support::links::{client, endpoint, known, ping, server};
use crate::support::talk::{config, think, wire_heart, wire_sync, wire_think};
use crate::support::Random;
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::{Event, Role};

#[test]
fn the_next_deadline_is_the_earliest_of_all_links() {
    let mut client = client();
    assert_eq!(client.deadline_ms(), None);
    let _ = client.connect("late", 1, 700).unwrap();
    let _ = client.connect("early", 1, 500).unwrap();
    let mut times = Vec::new();
    while let Some(due) = client.deadline_ms() {
        assert_eq!(client.advance(due - 1), Outputs::default());
        let outputs = client.advance(due);
        let links = outputs.datagrams.iter().map(|(link, _)| *link);
        let links = links.chain(outputs.events.iter().map(|(link, _)| *link));
        times.extend(links.map(|link| (due, link)));
    }
    // Sent again 1, 3 and 7 s after the first, given up after 15 (HSK-20, HSK-21).
    let expected =
        [1_500, 3_500, 7_500, 15_500].map(|time| [(time, "early"), (time + 200, "late")]);
    assert_eq!(times, expected.concat());
}

#[test]
fn one_long_step_meets_all_deadlines_in_the_order_of_their_times() {
    let mut client = client();
    // In the opposite order of the links, and so that a link's own deadlines enclose the other's.
    let _ = client.connect("b", 1, 0).unwrap();
    let _ = client.connect("a", 1, 1_500).unwrap();
    let all = client.advance(100_000);
    let sent: Vec<&str> = all.datagrams.iter().map(|(link, _)| *link).collect();
    // b at 1.0, 3.0 and 7.0 s, a at 2.5, 4.5 and 8.5 s.
    assert_eq!(sent, ["b", "a", "b", "a", "b", "a"]);
    let given_up: Vec<&str> = all.events.iter().map(|(link, _)| *link).collect();
    assert_eq!(given_up, ["b", "a"]);
}

#[test]
fn deadlines_at_one_instant_are_met_in_the_order_of_the_links() {
    let mut server = server();
    for link in [3, 1, 2] {
        let _ = server.receive(link, &ping(1), 0);
    }
    let hearts = server.advance(15_000);
    let links: Vec<u16> = hearts.datagrams.iter().map(|(link, _)| *link).collect();
    assert_eq!(links, [1, 2, 3]);
}

#[test]
fn a_datagram_meets_the_deadlines_of_all_links_that_have_passed() {
    let mut server = server();
    for link in [1, 2] {
        let _ = server.receive(link, &ping(1), 0);
    }
    let outputs = server.receive(2, &wire_think(2, 0), 20_000);
    let links: Vec<u16> = outputs.datagrams.iter().map(|(link, _)| *link).collect();
    assert_eq!(links, [1, 2]);
    assert!(matches!(outputs.events[..], [(2, Event::Message(_))]));
    assert_eq!(server.deadline_ms(), Some(30_000));
}

#[test]
fn what_is_asked_for_moves_the_deadline() {
    let mut server = server();
    let _ = server.receive(1, &ping(1), 0);
    assert_eq!(server.deadline_ms(), Some(15_000));
    let sent = server.request(&1, |peer| peer.send(1, think(b"hi"), 10_000));
    assert_eq!(sent.unwrap().datagrams.len(), 1);
    assert_eq!(server.deadline_ms(), Some(25_000));
}

#[test]
fn the_end_of_time_is_met_once() {
    let mut client = client();
    let _ = client.connect(1, 1, u64::MAX - 5_000).unwrap();
    let all = client.advance(u64::MAX);
    assert_eq!(all.datagrams.len(), 2);
    assert_eq!(client.deadline_ms(), None);
}

/// Some datagram that a link may bring: garbage, a frame of any sort, or a damaged one.
fn any_datagram(random: &mut Random) -> Vec<u8> {
    let stream_id = u32::try_from(random.below(3)).unwrap();
    let number = u64::try_from(random.below(4)).unwrap();
    let length = random.below(80);
    let mut datagram = match random.below(7) {
        0 => return random.bytes(length),
        1 | 2 => ping(stream_id),
        3 => wire_heart(stream_id, number),
        4 => wire_think(stream_id, number),
        5 => wire_sync(r#"{"method":"head","dir":"up"}"#, stream_id, number),
        _ => {
            let tail = r#"{"method":"tail","frames":"1","total_len":"8"}"#;
            wire_sync(tail, stream_id, number)
        }
    };
    if random.below(8) == 0 {
        let place = random.below(datagram.len());
        datagram[place] ^= 1;
    }
    datagram
}

fn step(endpoint: &mut Endpoint<u16>, random: &mut Random, now: u64) -> Outputs<u16> {
    let link = u16::try_from(random.below(12)).unwrap();
    let refused = |_| Outputs::default();
    match random.below(10) {
        0 => endpoint.advance(now),
        1 => endpoint.connect(link, 1, now).unwrap_or_else(refused),
        2 => endpoint
            .request(&link, |peer| peer.open_stream(5, true, None, now))
            .unwrap_or_else(refused),
        3 => endpoint
            .request(&link, |peer| peer.close_stream(5, now))
            .unwrap_or_else(refused),
        4 if random.below(5) == 0 => {
            endpoint.forget(&link);
            Outputs::default()
        }
        _ => endpoint.receive(link, &any_datagram(random), now),
    }
}

#[test]
fn whatever_happens_the_bound_the_deadline_and_the_sessions_told_are_right() {
    for seed in 1..=40 {
        let mut random = Random::new(seed);
        let role = [Role::Server, Role::Client][random.below(2)];
        let limit = 1 + random.below(8);
        let mut endpoint = endpoint(role, config()).with_limit(limit);
        let (mut now, mut in_session) = (0, BTreeMap::new());
        for _ in 0..400 {
            now += [0, 1, 300, 20_000][random.below(4)];
            let before = known(&endpoint);
            for (link, event) in step(&mut endpoint, &mut random, now).events {
                match event {
                    Event::Established(_) => in_session.insert(link, ()),
                    Event::Lost => in_session.remove(&link),
                    _ => None,
                };
            }
            let links = known(&endpoint);
            if links.len() < before.len() {
                in_session.retain(|link, ()| links.contains(link)); // one that was forgotten on demand
            }
            assert!(links.len() <= limit, "seed {seed}");
            let peers = links.iter().filter_map(|link| endpoint.peer(link));
            let due = peers.filter_map(|peer| peer.deadline_ms()).min();
            assert_eq!(endpoint.deadline_ms(), due, "seed {seed}");
            let established = |link: &u16| endpoint.peer(link).unwrap().is_established();
            let told: Vec<u16> = in_session.keys().copied().collect();
            let there: Vec<u16> = links.into_iter().filter(established).collect();
            assert_eq!(told, there, "seed {seed}");
        }
    }
}

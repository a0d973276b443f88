//! Properties over many generated conversations: no panic whatever comes, and streams that survive any network.

use crate::support::talk::{
    config, names, sealing, session, think, wire, wire_heart, wire_sync, wire_think, KEY, SEALED,
};
use crate::support::{close, Random};
use resonant_protocol::peer::{Config, Event, Output, Peer, Role};

const JSONS: [&str; 8] = [
    r#"{"method":"ping","ts":0}"#,
    r#"{"method":"ping","ts":0,"v":0}"#,
    r#"{"method":"head","dir":"up"}"#,
    r#"{"method":"head","dir":"down"}"#,
    r#"{"method":"tail","frames":"2","total_len":"9"}"#,
    r#"{"method":"error","code":"STREAM_INCOMPLETE","message":"","missing":["0","1"],"ref":{"stream_id":2,"frame_seq":"3"}}"#,
    r#"{"method":"error","code":"STREAM_CORRUPT","message":"","ref":{"stream_id":2,"frame_seq":"3"}}"#,
    r#"{"method":"dance"}"#,
];

/// Something that may come: a frame of any kind with numbers that meet, whole or damaged, or noise.
fn arrival(random: &mut Random) -> Vec<u8> {
    let stream_id = u32::try_from(random.below(4)).unwrap();
    let frame_seq = match random.below(8) {
        0 => random.next(),
        1 => u64::MAX,
        _ => u64::try_from(random.below(6)).unwrap(),
    };
    let flags = resonant_protocol::Flags::from_bits(u16::try_from(random.below(8)).unwrap());
    let mut datagram = match random.below(8) {
        0 => wire_heart(stream_id, frame_seq),
        1 => wire(think(b"flags"), stream_id, frame_seq, flags.unwrap()),
        2..=4 => wire_think(stream_id, frame_seq),
        _ => wire_sync(JSONS[random.below(JSONS.len())], stream_id, frame_seq),
    };
    match random.below(8) {
        0 => {
            let length = random.below(200);
            datagram = random.bytes(length);
        }
        1 => {
            datagram.truncate(datagram.len() - 4);
            let place = random.below(datagram.len());
            datagram[place] ^= 1 << random.below(8);
            datagram = close(datagram);
        }
        _ => {}
    }
    datagram
}

fn request(peer: &mut Peer, random: &mut Random, now: u64) -> Output {
    let stream_id = u32::try_from(random.below(4)).unwrap();
    let outcome = match random.below(5) {
        0 => peer.ping(stream_id, now),
        1 => peer.open_stream(stream_id, random.below(2) == 0, None, now),
        2 => peer.close_stream(stream_id, now),
        3 => peer.heart(stream_id, now),
        _ => peer.send(stream_id, think(b"asked"), now),
    };
    outcome.unwrap_or_default()
}

#[test]
fn no_sequence_of_arrivals_requests_and_times_makes_a_peer_panic() {
    let mut random = Random::new(11);
    for round in 0..300 {
        let role = if round % 2 == 0 {
            Role::Client
        } else {
            Role::Server
        };
        let config = if round % 3 == 0 { sealing(5) } else { config() };
        let mut peer = Peer::new(role, config, 0).unwrap();
        let mut now = 0;
        let mut replies = Vec::new();
        for _ in 0..150 {
            now += [0, 0, 1, 300, 2000, 16_000][random.below(6)];
            let output = match random.below(6) {
                0 => request(&mut peer, &mut random, now),
                kind => {
                    let output = match kind {
                        1 => peer.advance(now),
                        _ => peer.receive(&arrival(&mut random), now),
                    };
                    let is_past = peer.deadline_ms().is_some_and(|time| time <= now);
                    assert!(!is_past, "a deadline was not met");
                    output
                }
            };
            for datagram in &output.datagrams {
                assert!(datagram.len() <= 65_507);
                replies.push(datagram.clone());
            }
        }
        assert!(!replies.is_empty(), "round {round} was silent");
    }
}

/// A network that loses, doubles and reorders what is on its way.
fn deliver(queue: &mut Vec<Vec<u8>>, random: &mut Random) -> Option<Vec<u8>> {
    if queue.is_empty() {
        return None;
    }
    let datagram = queue.swap_remove(random.below(queue.len().min(40)));
    match random.below(10) {
        0 => Some(Vec::new()), // lost: what arrives is no frame
        1 => {
            queue.push(datagram.clone());
            Some(datagram)
        }
        _ => Some(datagram),
    }
}

/// Hands everything over in both directions until nothing is on its way, and gives the receiver's events.
fn settle(
    client: &mut Peer,
    server: &mut Peer,
    mut up: Vec<Vec<u8>>,
    tail: &[u8],
    random: &mut Random,
) -> Vec<Event> {
    let (mut down, mut events, mut now) = (Vec::new(), Vec::new(), 0);
    for _ in 0..100_000 {
        now += 3; // so that no limit is met for long
        if let Some(datagram) = deliver(&mut up, random) {
            let output = server.receive(&datagram, now);
            down.extend(output.datagrams);
            events.extend(output.events);
        }
        if let Some(datagram) = deliver(&mut down, random) {
            up.extend(client.receive(&datagram, now).datagrams);
        }
        let is_over =
            |event: &Event| matches!(event, Event::Complete { .. } | Event::Failed { .. });
        if events.iter().any(is_over) {
            return events;
        }
        if up.is_empty() && down.is_empty() {
            up.push(tail.to_vec()); // the sender asks again what is missing
            now += 200;
        }
    }
    panic!("the stream does not end");
}

#[test]
fn every_stream_survives_loss_doubling_and_reordering() {
    let mut random = Random::new(12);
    for round in 0..60 {
        let setup = |salt| Config {
            compress: names(&["zstd"]),
            crypto: names(&[SEALED, "none"]),
            key: (round % 2 == 0).then_some(KEY),
            salt: [salt; 16],
            ..config()
        };
        let (mut client, mut server) = session(setup(1), setup(2));
        let count = 1 + random.below(300);
        let mut up = client
            .open_stream(3, round % 3 == 0, None, 0)
            .unwrap()
            .datagrams;
        let mut sent = Vec::new();
        for _ in 0..count {
            let length = random.below(60);
            let payload = random.bytes(length);
            up.extend(client.send(3, think(&payload), 0).unwrap().datagrams);
            sent.push(payload);
        }
        let tail = client.close_stream(3, 0).unwrap().datagrams.remove(0);
        up.push(tail.clone());
        let events = settle(&mut client, &mut server, up, &tail, &mut random);
        let opened = events
            .iter()
            .position(|event| matches!(event, Event::Opened { .. }));
        let inside = events[opened.expect("a HEAD")..].iter();
        let payloads = inside.filter_map(|event| match event {
            Event::Message(frame) => Some(frame.slices[0].1.clone()),
            _ => None,
        });
        assert_eq!(payloads.collect::<Vec<Vec<u8>>>(), sent, "round {round}");
        let complete = events
            .iter()
            .any(|event| matches!(event, Event::Complete { .. }));
        assert!(complete, "round {round}");
    }
}

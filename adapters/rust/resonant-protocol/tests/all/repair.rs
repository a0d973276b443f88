//! Forward error correction between two peers, and the worked repair of the specification (FEC-1, FEC-23, FEC-29).

use crate::support::talk;
use crate::support::{slice, unhex};
use resonant_protocol::peer::{Config, Event, Output, Peer, RepairGroups, Role};
use resonant_protocol::{repair, DType, Modality, MsgType, RejectCode, VFrame};

/// Section 7 of fec.md.
const FRAMES: [&str; 2] = [
    "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b",
    "0103000034120000020000000000000000000000000000000000000000238a9d3b",
];
const REPAIR: &str = "525346313412000001000000000000000201000186007a010000fd0700007b000000000000008e000000000000000200000000\
    ea8d80e28e8e01000000001e006069989493b2299b5f";

#[test]
fn the_worked_repair() {
    let frames = FRAMES.map(unhex);
    let sent = repair::encode(0x1234, 1, 1, 1, &frames).unwrap();
    assert_eq!(sent, [unhex(REPAIR)]);
    for lost in 0..2 {
        let there = [&frames[1 - lost]];
        assert_eq!(
            repair::decode(&sent, &there).unwrap(),
            [frames[lost].clone()]
        );
    }
    assert_eq!(repair::decode(&sent, &frames), Ok(vec![]));
    let none: [Vec<u8>; 0] = [];
    let refused = repair::decode(&sent, &none).unwrap_err();
    assert_eq!(refused.code(), RejectCode::NotRecoverable);
    assert_eq!(
        repair::decode(&none, &frames).unwrap_err().code(),
        RejectCode::NotRecoverable
    );
}

fn config(repair: Option<RepairGroups>) -> Config {
    Config {
        fec: Some(["rs8", "none"].map(str::to_owned).to_vec()),
        repair,
        ..talk::config()
    }
}

/// A client with a session, that sends repair, and its server.
fn pair(groups: RepairGroups) -> (Peer, Peer) {
    let mut client = Peer::new(Role::Client, config(Some(groups)), 0).unwrap();
    let mut server = Peer::new(Role::Server, config(None), 0).unwrap();
    let ping = client.ping(1, 0).unwrap();
    let capability = server.receive(&ping.datagrams[0], 0);
    let answered = client.receive(&capability.datagrams[0], 0);
    let [Event::Established(established)] = &answered.events[..] else {
        panic!("{:?}", answered.events);
    };
    assert_eq!(established.fec, Some("rs8"));
    (client, server)
}

fn think(fill: u8) -> VFrame {
    let slices = vec![slice(DType::F16, &[2], &[fill, 0, fill, 0])];
    VFrame::new(MsgType::Think, Modality::Text, slices).unwrap()
}

fn numbers(output: &Output) -> Vec<(&'static str, u64)> {
    let number = |event: &Event| match event {
        Event::Message(frame) => ("message", frame.hdr.frame_seq),
        Event::Recovered { frame_seq, .. } => ("recovered", *frame_seq),
        other => panic!("{other:?}"),
    };
    output.events.iter().map(number).collect()
}

#[test]
fn a_lost_frame_comes_back_by_repair_alone() {
    let groups = RepairGroups {
        k: 3,
        r: 2,
        step: 1,
    };
    let (mut client, mut server) = pair(groups);
    let mut sent = Vec::new();
    for fill in 0..3 {
        sent.extend(client.send(7, think(fill), 5).unwrap().datagrams);
    }
    assert_eq!(sent.len(), 5); // three frames, and the repair behind the last
    assert_eq!(numbers(&server.receive(&sent[1], 6)), [("message", 1)]);
    assert_eq!(numbers(&server.receive(&sent[3], 6)), []);
    let recovered = server.receive(&sent[4], 6);
    let expected = [
        ("recovered", 0),
        ("message", 0),
        ("recovered", 2),
        ("message", 2),
    ];
    assert_eq!(numbers(&recovered), expected);
    assert_eq!(recovered.datagrams, Vec::<Vec<u8>>::new());
    let late = server.receive(&sent[0], 7);
    assert_eq!(
        late.events,
        [Event::Dropped {
            code: RejectCode::Duplicate
        }]
    );
}

#[test]
fn a_group_that_is_not_whole_ends_after_20_ms() {
    let groups = RepairGroups {
        k: 8,
        r: 1,
        step: 2,
    };
    let (mut client, _) = pair(groups);
    assert_eq!(client.send(7, think(1), 5).unwrap().datagrams.len(), 1);
    assert_eq!(client.send(7, think(2), 9).unwrap().datagrams.len(), 1); // a group of its own: the step is 2
    assert_eq!(client.send(7, think(3), 12).unwrap().datagrams.len(), 1);
    assert_eq!(client.deadline_ms(), Some(25));
    assert_eq!(client.advance(24).datagrams.len(), 0);
    let [first] = &client.advance(25).datagrams[..] else {
        panic!("not one datagram")
    };
    assert_eq!(
        (&first[..4], first[8], first[16], first[19]),
        (&b"RSF1"[..], 0, 2, 2)
    ); // base, k and step
    let [second] = &client.advance(29).datagrams[..] else {
        panic!("not one datagram")
    };
    assert_eq!((second[8], second[16]), (1, 1));
}

#[test]
fn repair_without_agreement_is_of_a_bad_version() {
    let mut server = Peer::new(Role::Server, talk::config(), 0).unwrap();
    let dropped = server.receive(&unhex(REPAIR), 0);
    assert_eq!(
        dropped.events,
        [Event::Dropped {
            code: RejectCode::BadVersion
        }]
    );
    // On a connection nobody takes part in it (FEC-11).
    let client = Peer::new(Role::Client, config(None), 0).unwrap();
    let ping = client.over_connection().ping(1, 0).unwrap();
    assert!(!String::from_utf8_lossy(&ping.datagrams[0]).contains("fec"));
}

#[test]
fn groups_out_of_their_ranges_are_refused() {
    for (k, r, step) in [
        (0, 1, 1),
        (129, 1, 1),
        (1, 0, 1),
        (1, 33, 1),
        (1, 1, 0),
        (1, 1, 17),
    ] {
        let refused = Peer::new(Role::Client, config(Some(RepairGroups { k, r, step })), 0);
        assert_eq!(refused.unwrap_err().code(), RejectCode::FieldRange);
    }
}

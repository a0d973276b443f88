//! The remote address that the server of the examples forgets when its table is full.

use std::net::{Ipv4Addr, SocketAddr};

use resonant_protocol::peer::{Config, Established, Event, Peer, Role};
use resonant_protocol::{FrameError, RejectCode};

#[path = "../examples/shared/remotes.rs"]
mod remotes;

use remotes::Remotes;

fn peer() -> Result<Peer, FrameError> {
    let names = |name: &str| vec![name.to_owned()];
    let config = Config {
        embedding_space_id: String::new(),
        space_hash32: 0,
        d_model: 1,
        modality: names("text"),
        compress: names("none"),
        crypto: names("none"),
        dtype: names("f16"),
        critique: false,
        require_crypto: false,
        key: None,
        salt: [0; 16],
    };
    Peer::new(Role::Server, config, 0)
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn established() -> Event {
    Event::Established(Established {
        agreed_proto: 1,
        compress: "none",
        crypto: "none",
        dtype: vec!["f16"],
        modality: vec!["text"],
        critique: false,
    })
}

/// Datagrams from each of these ports in turn.
fn heard(remotes: &mut Remotes, ports: impl IntoIterator<Item = u16>) {
    for port in ports {
        assert!(remotes.hear(address(port), peer).is_ok());
    }
}

/// The same, a handshake each.
fn greeted(remotes: &mut Remotes, ports: impl IntoIterator<Item = u16>) {
    for port in ports {
        heard(remotes, [port]);
        remotes.note(address(port), &established());
    }
}

fn known(remotes: &mut Remotes) -> Vec<u16> {
    remotes.peers().map(|(remote, _)| remote.port()).collect()
}

#[test]
fn the_stranger_silent_for_longest_makes_room() {
    let mut remotes = Remotes::new(3);
    heard(&mut remotes, [1, 2, 3, 1, 4]);
    assert_eq!(known(&mut remotes), [1, 3, 4]);
}

#[test]
fn a_flood_of_strangers_costs_nobody_a_session() {
    let mut remotes = Remotes::new(8);
    greeted(&mut remotes, 1..=7);
    heard(&mut remotes, 100..1000);
    assert_eq!(known(&mut remotes), [1, 2, 3, 4, 5, 6, 7, 999]);
}

#[test]
fn a_flood_of_pings_costs_nobody_a_session_in_use() {
    let mut remotes = Remotes::new(8);
    greeted(&mut remotes, 1..=6);
    heard(&mut remotes, 1..=6);
    greeted(&mut remotes, 100..1000);
    heard(&mut remotes, [1000]);
    assert_eq!(known(&mut remotes), [1, 2, 3, 4, 5, 6, 999, 1000]);
}

#[test]
fn the_session_silent_for_longest_makes_room_for_one_in_use_and_open_streams_go_last() {
    let mut remotes = Remotes::new(5);
    greeted(&mut remotes, 1..=3);
    heard(&mut remotes, [1, 2, 3]);
    let opened = Event::Opened {
        stream_id: 3,
        sized: false,
    };
    remotes.note(address(1), &opened);
    greeted(&mut remotes, [4]);
    heard(&mut remotes, [3, 4]);
    assert_eq!(known(&mut remotes), [1, 3, 4]);
    let failed = Event::Failed {
        stream_id: 3,
        code: RejectCode::StreamTimeout,
        what: None,
    };
    remotes.note(address(1), &failed);
    greeted(&mut remotes, [5]);
    heard(&mut remotes, [5]);
    assert_eq!(known(&mut remotes), [3, 4, 5]);
}

#[test]
fn a_lost_address_has_another_peer_next_time() {
    let mut remotes = Remotes::new(3);
    greeted(&mut remotes, [1, 2]);
    remotes.note(address(1), &Event::Lost);
    assert_eq!(known(&mut remotes), [2]);
}

//! The endpoint over TCP.

use super::*;
use crate::error::RejectCode;
use std::io::Write;

/// A frame behind its length that the frame layer drops.
fn no_frame() -> Vec<u8> {
    [&[33, 0, 0, 0][..], &[0; 33]].concat()
}

fn config() -> Config {
    Config {
        embedding_space_id: "demo".to_owned(),
        space_hash32: 0,
        d_model: 8,
        modality: vec!["text".to_owned()],
        compress: vec!["none".to_owned()],
        crypto: vec!["none".to_owned()],
        dtype: vec!["f16".to_owned()],
        critique: false,
        require_crypto: false,
        key: None,
        salt: [0; 16],
        mux: None,
        fec: None,
        repair: None,
        adaptive: None,
    }
}

#[test]
fn a_program_that_looks_late_finds_what_came_in_time() -> io::Result<()> {
    let salts = (0..).map(|number| [number; 16]);
    let mut server = TcpEndpoint::listen("127.0.0.1:0", config(), salts)?;
    let mut other = TcpStream::connect(server.local_addr())?;
    let link = other.local_addr()?;
    let whole = no_frame();
    let (first, rest) = whole.split_at(20);
    other.write_all(first)?;
    while server.endpoint.ending_ms().is_none_or(|at| at > 14_000) {
        assert_eq!(server.next_event(Some(Duration::from_millis(1))), None);
    }
    let away = |server: &mut TcpEndpoint| {
        let began = server.began.checked_sub(Duration::from_secs(11));
        server.began = began.unwrap_or(server.began); // the machine runs for longer
    };
    away(&mut server);
    let read = Incoming::Bytes(link, rest.to_vec(), rest.len()); // by the thread, meanwhile
    let told = server.teller.send(read);
    assert!(told.is_ok());
    let dropped = Event::Dropped {
        code: RejectCode::BadVersion,
    };
    assert_eq!(server.next_event(None), Some((link, dropped)));

    away(&mut server);
    let code = Some(RejectCode::HandshakeTimeout);
    let closed = Event::Closed { code };
    assert_eq!(server.next_event(None), Some((link, closed)));
    Ok(())
}

#[test]
fn connections_that_are_over_are_bounded() -> io::Result<()> {
    let salts = (0..).map(|number| [number; 16]);
    let server = TcpEndpoint::listen("127.0.0.1:0", config(), salts)?;
    let mut server = server.with_limit(4);
    let (mut others, mut last) = (Vec::new(), server.local_addr());
    for _ in 0..20 {
        let other = TcpStream::connect(server.local_addr())?; // which says nothing, and does not end
        last = other.local_addr()?;
        others.push(other);
    }
    while server.endpoint.peer(&last).is_none() {
        server.next_event(Some(Duration::from_millis(1)));
    }
    assert!(server.lines.len() <= 4 && server.over.len() <= 4);
    Ok(())
}

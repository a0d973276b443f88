//! Pieces: heads, order, duplicates, cutting (TST-4, TST-5).

use std::net::SocketAddr;

use resonant_testee_kit::pieces::{cut, Ask, Assembly, Piece, MAX_PIECE};

fn from(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn piece(request_id: u32, index: u16, count: u16, bytes: &[u8]) -> Piece<'_> {
    Piece {
        request_id,
        index,
        count,
        bytes,
    }
}

#[test]
fn pieces_come_together_in_any_order() {
    let message: Vec<u8> = (0..150_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let datagrams = cut(7, &message).unwrap();
    assert_eq!(datagrams.len(), 3);
    assert!(datagrams.iter().all(|d| d.len() <= 12 + MAX_PIECE));
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut assembly = Assembly::default();
        let mut add = |place: usize| {
            let piece = Piece::read(&datagrams[place]).unwrap();
            assert_eq!((piece.request_id, piece.count), (7, 3));
            assembly.add(from(1), piece)
        };
        assert_eq!(add(order[0]), None);
        assert_eq!(add(order[1]), None);
        assert_eq!(add(order[0]), None, "a duplicate completes nothing");
        assert_eq!(add(order[2]), Some(message.clone()));
    }
}

#[test]
fn pieces_of_another_request_sender_or_count_start_over() {
    let mut assembly = Assembly::default();
    assert_eq!(assembly.add(from(1), piece(1, 0, 2, b"a")), None);
    assert_eq!(assembly.add(from(1), piece(2, 1, 2, b"B")), None);
    assert_eq!(
        assembly.add(from(1), piece(2, 0, 2, b"A")),
        Some(b"AB".to_vec())
    );
    assert_eq!(assembly.add(from(1), piece(3, 0, 2, b"a")), None);
    assert_eq!(assembly.add(from(2), piece(3, 1, 2, b"b")), None);
    assert_eq!(assembly.add(from(2), piece(3, 1, 3, b"b")), None);
    assert_eq!(
        assembly.add(from(2), piece(3, 0, 1, b"c")),
        Some(b"c".to_vec())
    );
}

#[test]
fn bad_heads_are_ignored() {
    let good = cut(1, b"{}").unwrap().remove(0);
    assert_eq!(Piece::read(&good), Some(piece(1, 0, 1, b"{}")));
    for length in 0..12 {
        assert_eq!(Piece::read(&good[..length]), None);
    }
    for (place, byte) in [(0, b'X'), (3, b'2'), (8, 1), (10, 0)] {
        let mut bad = good.clone();
        bad[place] = byte;
        assert_eq!(Piece::read(&bad), None, "byte {place}");
    }
    let mut long = good.clone();
    long.resize(12 + MAX_PIECE, b' ');
    assert!(Piece::read(&long).is_some());
    long.push(b' ');
    assert_eq!(Piece::read(&long), None, "a piece of 60,001 bytes");
    let mut many = good;
    many[10..12].copy_from_slice(&300_u16.to_le_bytes());
    assert!(Piece::read(&many).is_some());
    many[10..12].copy_from_slice(&301_u16.to_le_bytes());
    assert_eq!(Piece::read(&many), None);
}

#[test]
fn cutting_has_limits() {
    assert_eq!(cut(1, b"").unwrap().len(), 1);
    assert_eq!(cut(1, &[0; MAX_PIECE]).unwrap().len(), 1);
    assert_eq!(cut(1, &[0; MAX_PIECE + 1]).unwrap().len(), 2);
    assert_eq!(cut(1, &vec![0; MAX_PIECE * 300]).unwrap().len(), 300);
    assert!(cut(1, &vec![0; MAX_PIECE * 300 + 1]).is_none());
}

#[test]
fn the_first_missing_piece_is_asked_for() {
    let mut assembly = Assembly::default();
    assert_eq!(assembly.ask(), None);
    for (given, wanted) in [(1, Some(0)), (0, Some(2)), (2, None)] {
        let done = assembly.add(from(1), piece(5, given, 3, b"x"));
        let (request_id, count) = (5, 3);
        let ask = wanted.map(|index| Ask {
            request_id,
            index,
            count,
        });
        assert_eq!((done.is_some(), assembly.ask()), (ask.is_none(), ask));
    }
}

#[test]
fn an_ask_is_a_head_alone() {
    let ask = Ask {
        request_id: 0x0403_0201,
        index: 5,
        count: 6,
    };
    let datagram = ask.datagram();
    assert_eq!(datagram, b"RTPA\x01\x02\x03\x04\x05\x00\x06\x00");
    assert_eq!(
        (Ask::read(&datagram), Piece::read(&datagram)),
        (Some(ask), None)
    );
    assert_eq!(Ask::read(&datagram[..11]), None);
    assert_eq!(Ask::read(&[datagram.as_slice(), b"x"].concat()), None);
    assert_eq!(Ask::read(&cut(1, b"").unwrap()[0]), None);
    for (place, byte) in [(8, 6), (10, 5), (11, 2)] {
        let mut bad = datagram.clone();
        bad[place] = byte;
        assert_eq!(Ask::read(&bad), None, "byte {place}");
    }
}

//! Reed-Solomon codes against a model that computes one byte at a time, as sections 1 to 3 of reed-solomon.md do.

use resonant_protocol::{rs, RejectCode};

/// RSC-1: a product, all of it before the polynomial is taken out.
fn product(a: u8, b: u8) -> u8 {
    let partial = (0..8).filter(|bit| b >> bit & 1 == 1);
    let long = partial.fold(0, |sum, bit| sum ^ u16::from(a) << bit);
    let short = (8..15).rev().fold(long, |long, bit| {
        long ^ if long >> bit & 1 == 1 {
            0x11d << (bit - 8)
        } else {
            0
        }
    });
    u8::try_from(short).unwrap()
}

/// RSC-2, by trial: the inverse of every element but 0.
fn inverses() -> Vec<u8> {
    let inverse = |a: u8| (1..=255).find(|b| product(a, *b) == 1).unwrap_or(0);
    (0..=255).map(inverse).collect()
}

/// RSC-3.
fn parity_byte(inverses: &[u8], k: u8, i: u8, column: &[u8]) -> u8 {
    let terms = (0..k).zip(column);
    let inverse = |j: u8| inverses[usize::from((k + i) ^ j)];
    terms.fold(0, |sum, (j, byte)| sum ^ product(inverse(j), *byte))
}

/// Shards without any order.
fn shards(count: usize, len: usize) -> Vec<Vec<u8>> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..count)
        .map(|_| (0..len).map(|_| byte()).collect())
        .collect()
}

#[test]
fn parity_is_the_sum_of_products_at_each_offset() {
    let inverses = inverses();
    // Lengths around a block of the loops, and numbers of parity shards that take them by one, two, four and eight.
    for (k, r) in [
        (1, 1),
        (3, 2),
        (4, 3),
        (5, 4),
        (6, 7),
        (9, 8),
        (2, 9),
        (128, 1),
        (1, 32),
        (100, 31),
    ] {
        for len in [0, 1, 63, 64, 65, 200] {
            let data = shards(k, len);
            let parity = rs::encode(k, r, &data).unwrap();
            assert_eq!(parity.len(), r);
            for (i, shard) in (0..).zip(&parity) {
                assert_eq!(shard.len(), len);
                for offset in (0..len).step_by(if k > 9 { 13 } else { 1 }) {
                    let column: Vec<u8> = data.iter().map(|shard| shard[offset]).collect();
                    let expected = parity_byte(&inverses, u8::try_from(k).unwrap(), i, &column);
                    assert_eq!(
                        shard[offset], expected,
                        "k {k} r {r} parity {i} offset {offset}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_loss_of_at_most_r_shards_is_made_good() {
    for (k, r) in [(1, 1), (1, 3), (2, 2), (4, 3), (6, 3)] {
        let data = shards(k, 3);
        let whole = [data.clone(), rs::encode(k, r, &data).unwrap()].concat();
        for lost in 0_u32..1 << (k + r) {
            let there = |place: usize| lost >> place & 1 == 0;
            let received: Vec<_> = whole
                .iter()
                .enumerate()
                .map(|(place, shard)| there(place).then(|| shard.clone()))
                .collect();
            let decoded = rs::decode(k, r, received);
            if usize::try_from(lost.count_ones()).unwrap() <= r {
                assert_eq!(decoded.as_ref(), Ok(&whole), "k {k} r {r} lost {lost:b}");
            } else {
                assert_eq!(decoded.unwrap_err().code(), RejectCode::NotRecoverable);
            }
        }
    }
}

#[test]
fn a_large_code_gives_all_of_32_lost_shards_back() {
    let data = shards(128, 1027);
    let whole = [data.clone(), rs::encode(128, 32, &data).unwrap()].concat();
    let lost = |place: usize| place % 5 == 2;
    let received = whole.iter().enumerate();
    let received = received.map(|(place, shard)| (!lost(place)).then(|| shard.clone()));
    assert_eq!(rs::decode(128, 32, received.collect()), Ok(whole));
}

#[test]
fn the_shards_of_lowest_number_are_used_and_none_is_rewritten() {
    let data = shards(3, 5);
    let parity = rs::encode(3, 3, &data).unwrap();
    // Damaged is the last parity shard, which is not needed: it comes back as it is, and nothing is made of it.
    let mut received: Vec<_> = data.iter().chain(&parity).cloned().map(Some).collect();
    received[1] = None;
    received[4] = None;
    received[5] = Some(vec![9; 5]);
    let decoded = rs::decode(3, 3, received).unwrap();
    assert_eq!(decoded[..5], [&data[..], &parity[..2]].concat());
    assert_eq!(decoded[5], [9; 5]);
    // Damaged is the first parity shard, which is needed: all that is missing is made of it.
    let mut received: Vec<_> = data.iter().chain(&parity).cloned().map(Some).collect();
    received[1] = None;
    received[3] = Some(vec![9; 5]);
    received[5] = None;
    let decoded = rs::decode(3, 3, received).unwrap();
    assert_ne!(decoded[1], data[1]);
    assert_eq!(rs::encode(3, 1, &decoded[..3]).unwrap(), [[9; 5]]);
    assert_eq!(decoded[4], parity[1]);
    assert_eq!(decoded[5], rs::encode(3, 3, &decoded[..3]).unwrap()[2]);
}

#[test]
fn faults_are_found_in_their_order() {
    let code =
        |result: Result<Vec<Vec<u8>>, resonant_protocol::FrameError>| result.unwrap_err().code();
    let unequal = [vec![1], vec![1, 2]];
    for (k, r) in [
        (0, 1),
        (129, 1),
        (2, 0),
        (2, 33),
        (usize::MAX, usize::MAX),
        (258, 2),
    ] {
        assert_eq!(
            code(rs::encode(k, r, &unequal)),
            RejectCode::FieldRange,
            "{k} {r}"
        );
        assert_eq!(
            code(rs::decode(k, r, vec![None])),
            RejectCode::FieldRange,
            "{k} {r}"
        );
    }
    assert_eq!(code(rs::encode(2, 1, &unequal)), RejectCode::LengthMismatch);
    assert_eq!(
        code(rs::encode(1, 1, &[[1], [2]])),
        RejectCode::LengthMismatch
    );
    assert_eq!(
        code(rs::encode(3, 1, &[[1], [2]])),
        RejectCode::LengthMismatch
    );
    assert_eq!(
        code(rs::decode(1, 1, vec![None])),
        RejectCode::LengthMismatch
    );
    assert_eq!(
        code(rs::decode(1, 1, vec![None; 3])),
        RejectCode::LengthMismatch
    );
    let lengths = unequal.map(Some).into_iter().chain([None, None]).collect();
    assert_eq!(code(rs::decode(3, 1, lengths)), RejectCode::LengthMismatch);
    assert_eq!(
        code(rs::decode(1, 1, vec![None; 2])),
        RejectCode::NotRecoverable
    );
}

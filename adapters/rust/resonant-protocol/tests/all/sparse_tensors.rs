//! Sparse tensors: there and back, and every way in which an index can be wrong (SPR-1 to SPR-10).

use crate::support::Random;
use resonant_protocol::sparse::{decode, encode};
use resonant_protocol::RejectCode;

fn index(rows: &[&[u32]]) -> Vec<u8> {
    let rows = rows.iter().copied().flatten();
    rows.flat_map(|coordinate| coordinate.to_le_bytes())
        .collect()
}

fn refused(
    dims: &[u32],
    values: &[u8],
    index_dims: &[u32],
    index: &[u8],
) -> (RejectCode, &'static str) {
    let error = decode(dims, values, index_dims, index).unwrap_err();
    (error.code(), error.clause())
}

#[test]
fn decode_undoes_encode() {
    let mut random = Random::new(21);
    for _ in 0..2000 {
        let rank = 1 + random.below(5);
        let dims: Vec<u32> = (0..rank)
            .map(|_| u32::try_from(random.below(5)).unwrap())
            .collect();
        let count: u32 = dims.iter().product();
        let element = |random: &mut Random| match random.below(4) {
            0 => random.bytes(2),
            1 => vec![0, 0x80],
            _ => vec![0, 0],
        };
        let dense: Vec<u8> = (0..count).flat_map(|_| element(&mut random)).collect();
        let sparse = encode(&dims, &dense).unwrap();
        let nnz = u32::try_from(sparse.values.len() / 2).unwrap();
        let index_dims = [nnz, u32::try_from(rank).unwrap(), 4];
        let found = decode(&dims, &sparse.values, &index_dims, &sparse.index).unwrap();
        // Only −0 is not kept (SPR-7).
        let expected = dense
            .chunks(2)
            .flat_map(|e| if e == [0, 0x80] { [0, 0] } else { [e[0], e[1]] });
        assert_eq!(found, expected.collect::<Vec<u8>>());
        let kept = dense.chunks(2).filter(|e| e[0] != 0 || e[1] & 0x7f != 0);
        assert_eq!(sparse.values, kept.flatten().copied().collect::<Vec<u8>>());
    }
}

#[test]
fn dims_of_the_index() {
    let bad = (RejectCode::BadIndex, "SPR-2");
    let rows = index(&[&[0, 1], &[1, 0]]);
    for dims in [
        &[][..],
        &[2, 2],
        &[16],
        &[1, 2, 4],
        &[2, 1, 4],
        &[2, 2, 2],
        &[2, 2, 4, 1],
    ] {
        assert_eq!(refused(&[2, 2], &[0; 4], dims, &rows), bad);
    }
    for len in [0, 15] {
        assert_eq!(refused(&[2, 2], &[0; 4], &[2, 2, 4], &rows[..len]), bad);
    }
    assert!(decode(&[2, 2], &[0; 4], &[2, 2, 4], &rows).is_ok());
}

#[test]
fn rows_of_the_index() {
    let rows = |rows: &[&[u32]]| {
        let count = u32::try_from(rows.len()).unwrap();
        refused(
            &[2, 3],
            &vec![1; 2 * rows.len()],
            &[count, 2, 4],
            &index(rows),
        )
    };
    let outside = (RejectCode::BadIndex, "SPR-4");
    assert_eq!(rows(&[&[0, 3]]), outside);
    assert_eq!(rows(&[&[2, 0]]), outside);
    assert_eq!(rows(&[&[0, 0], &[u32::MAX, 0]]), outside);
    let order = (RejectCode::BadIndex, "SPR-5");
    assert_eq!(rows(&[&[0, 1], &[0, 1]]), order);
    assert_eq!(rows(&[&[0, 1], &[0, 0]]), order);
    assert_eq!(rows(&[&[1, 0], &[0, 1]]), order);
    assert_eq!(rows(&[&[0, 0], &[1, 1], &[0, 2]]), order);
    // More values than elements: some row must repeat.
    let all: Vec<&[u32]> = vec![
        &[0, 0],
        &[0, 1],
        &[0, 2],
        &[1, 0],
        &[1, 1],
        &[1, 2],
        &[1, 2],
    ];
    assert_eq!(rows(&all), order);
}

#[test]
fn sizes() {
    let bad = |clause| (RejectCode::LengthMismatch, clause);
    assert_eq!(refused(&[4], &[1], &[9], &[7]), bad("SPR-10"));
    assert_eq!(refused(&[4_194_305], &[], &[0, 1, 4], &[]), bad("SPR-9"));
    assert_eq!(
        refused(&[u32::MAX; 255], &[], &[0, 255, 4], &[]),
        bad("SPR-9")
    );
    assert_eq!(
        decode(&[4_194_304], &[], &[0, 1, 4], &[]).unwrap().len(),
        8_388_608
    );
    assert!(decode(&[u32::MAX, u32::MAX, 0], &[], &[0, 3, 4], &[])
        .unwrap()
        .is_empty());
    // The index is looked at before the size.
    let index_first = refused(&[4_194_305], &[], &[0, 2, 4], &[]);
    assert_eq!(index_first, (RejectCode::BadIndex, "SPR-2"));
    for (dims, len) in [
        (&[3][..], 5),
        (&[3], 8),
        (&[1 << 31, 1 << 31, 2], 0),
        (&[0], 2),
    ] {
        assert_eq!(encode(dims, &vec![0; len]).unwrap_err().clause(), "SPR-10");
    }
    for rank in [0, 256] {
        let dims = vec![1; rank];
        assert_eq!(
            encode(&dims, &[0; 2]).unwrap_err().code(),
            RejectCode::BadRank
        );
        assert_eq!(refused(&dims, &[], &[], &[]).0, RejectCode::BadRank);
    }
}

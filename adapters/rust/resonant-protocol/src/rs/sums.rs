//! Sums of multiples of shards, in loops that become vector code.

use multiversion::multiversion;

use super::field::doubled;

/// Bytes of each shard that are taken at a time.
const LANES: usize = 64;
/// Greatest number of sums that are made at a time.
const ROWS: usize = 8;

/// For each row of coefficients, the sum over all shards of coefficient · shard. The shards have `len` bytes.
pub(super) fn sums(rows: &[Vec<u8>], shards: &[&[u8]], len: usize) -> Vec<Vec<u8>> {
    let mut results = vec![vec![0; len]; rows.len()];
    for (rows, results) in rows.chunks(ROWS).zip(results.chunks_mut(ROWS)) {
        add_up(rows, shards, results);
    }
    results
}

/// At most `ROWS` sums, with the best instructions that there are.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn add_up(rows: &[Vec<u8>], shards: &[&[u8]], results: &mut [Vec<u8>]) {
    match rows.len() {
        1 => add_up_rows::<1>(rows, shards, results),
        2 => add_up_rows::<2>(rows, shards, results),
        3 | 4 => add_up_rows::<4>(rows, shards, results),
        _ => add_up_rows::<ROWS>(rows, shards, results),
    }
}

/// At most `N` sums. Every byte of a shard is read once, and its multiples by all coefficients are made of its
/// multiples by powers of x.
#[inline(always)]
fn add_up_rows<const N: usize>(rows: &[Vec<u8>], shards: &[&[u8]], results: &mut [Vec<u8>]) {
    let masks = masks::<N>(rows, shards.len());
    let len = results.first().map_or(0, Vec::len);
    for place in 0..len.div_ceil(LANES) {
        let mut sums = [[0; LANES]; N];
        for (shard, masks) in shards.iter().zip(&masks) {
            let mut multiple = lanes(shard, place);
            for masks in masks {
                for (sum, mask) in sums.iter_mut().zip(masks) {
                    for (sum, byte) in sum.iter_mut().zip(&multiple) {
                        *sum ^= byte & mask;
                    }
                }
                multiple = multiple.map(doubled);
            }
        }
        for (sum, result) in sums.iter().zip(results.iter_mut()) {
            let result = result.chunks_mut(LANES).nth(place).unwrap_or_default();
            for (byte, sum) in result.iter_mut().zip(sum) {
                *byte = *sum;
            }
        }
    }
}

/// The bytes of a shard from a multiple of `LANES` on, with zeros behind its end.
#[inline(always)]
fn lanes(shard: &[u8], place: usize) -> [u8; LANES] {
    let (whole, rest) = shard.as_chunks();
    let padded = || {
        let mut last = [0; LANES];
        for (lane, byte) in last.iter_mut().zip(rest) {
            *lane = *byte;
        }
        last
    };
    whole.get(place).copied().unwrap_or_else(padded)
}

/// For each shard and each bit, the masks of that bit in the coefficients of the rows; a row that is not there has 0.
#[inline(always)]
fn masks<const N: usize>(rows: &[Vec<u8>], shards: usize) -> Vec<[[u8; N]; 8]> {
    let mut masks = vec![[[0; N]; 8]; shards];
    for (row, coefficients) in rows.iter().enumerate() {
        for (masks, coefficient) in masks.iter_mut().zip(coefficients) {
            for (bit, masks) in masks.iter_mut().enumerate() {
                if let Some(mask) = masks.get_mut(row) {
                    *mask = if coefficient >> bit & 1 == 1 { 0xff } else { 0 };
                }
            }
        }
    }
    masks
}

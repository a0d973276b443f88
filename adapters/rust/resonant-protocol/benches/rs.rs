//! Throughput of Reed-Solomon codes with 32 data and 8 parity shards of 64 KiB, on one core.
//!
//! Prints one line of JSON, in 10^9 bytes of data a second: `encode_gbps`, `decode_gbps` with 8 data shards lost, and
//! `copy_gbps` of copying the data into memory that is there; `encode_of_copy` and `decode_of_copy` are parts of it.
//! Everything is measured in turn, and the median round counts.

#[path = "support/timing.rs"]
mod timing;

use std::hint::black_box;

use resonant_protocol::rs;
use timing::{median, seconds};

const K: usize = 32;
const R: usize = 8;
const SHARD_LEN: usize = 64 * 1024;
const ROUNDS: usize = 301;

fn main() {
    let data = sample();
    let parity = rs::encode(K, R, &data).expect("a code");
    let mut copied = data.clone();
    let [mut copies, mut encodes, mut decodes] = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        let shards = data.iter().chain(&parity).cloned().map(Some);
        let mut received: Vec<_> = shards.collect();
        received
            .iter_mut()
            .step_by(4)
            .take(R)
            .for_each(|shard| *shard = None);
        copies.push(seconds(|| {
            black_box(&mut copied).clone_from_slice(black_box(&data))
        }));
        encodes.push(seconds(|| rs::encode(K, R, black_box(&data))));
        decodes.push(seconds(|| rs::decode(K, R, black_box(received))));
    }
    let bytes = f64::from(u32::try_from(K * SHARD_LEN).expect("a small number"));
    let [copy, encode, decode] =
        [copies, encodes, decodes].map(|mut times| bytes / median(&mut times) / 1e9);
    println!(
        "{{\"copy_gbps\":{copy:.2},\"encode_gbps\":{encode:.2},\"decode_gbps\":{decode:.2},\
         \"encode_of_copy\":{:.3},\"decode_of_copy\":{:.3}}}",
        encode / copy,
        decode / copy
    );
}

/// Shards without any order.
fn sample() -> Vec<Vec<u8>> {
    let mut state = 1_u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let mut shard = || (0..SHARD_LEN).map(|_| byte()).collect();
    (0..K).map(|_| shard()).collect()
}

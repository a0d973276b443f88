//! Speed of this project's crate as ratios to the public crate of the same name, over the same plain frames.
//!
//! Prints one line of JSON: for frames of 4, 16 and 60 KiB, `encode` and `encode_into` as many times as fast as its
//! encode, `owned` (decode into vectors) and `kept` (decode that keeps the datagram) as its decode, and `most`, what a
//! decode would reach that does nothing but the CRC. Everything is measured in turn within one process, and the median
//! round counts.

use std::hint::black_box;
use std::time::Instant;

use ours::{DType, Modality, MsgType, SliceMeta, VFrame, VFrameBuf};

const ROUNDS: usize = 301;
/// Bytes that are handled in a round of each: enough for about a tenth of a millisecond.
const ROUND_BYTES: usize = 4 << 20;

fn main() {
    let lines = [4, 16, 60].map(|kib| {
        let names = ["encode", "encode_into", "owned", "kept", "most"];
        let figures = names.iter().zip(ratios(kib * 1024));
        let figures = figures.map(|(name, ratio)| format!("\"{name}_{kib}k\":{ratio:.2}"));
        figures.collect::<Vec<_>>().join(",")
    });
    println!("{{{}}}", lines.join(","));
}

fn ratios(frame_len: usize) -> [f64; 5] {
    let frame = sample(frame_len);
    let bytes = frame.encode().expect("a valid frame");
    assert_eq!(bytes.len(), frame_len);
    let theirs = public::VFrame::decode(&bytes).expect("a valid frame");
    assert_eq!(theirs.encode().expect("a valid frame"), bytes);

    let calls = ROUND_BYTES / frame_len;
    let (mut used, mut kept) = (Vec::new(), bytes.clone());
    let mut rounds = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        let their_encode = seconds(calls, || black_box(&theirs).encode().is_ok());
        let encode = seconds(calls, || black_box(&frame).encode().is_ok());
        let into = seconds(calls, || {
            let encoded = black_box(&frame).encode_into(black_box(&mut used));
            encoded.is_ok()
        });
        let their_decode = seconds(calls, || public::VFrame::decode(black_box(&bytes)).is_ok());
        let owned = seconds(calls, || VFrame::decode(black_box(&bytes)).is_ok());
        let keep = seconds(calls, || {
            let frame = VFrameBuf::decode(std::mem::take(&mut kept)).expect("a valid frame");
            kept = black_box(frame).into_bytes();
        });
        let crc = seconds(calls, || crc32fast::hash(black_box(&bytes)));
        let encodes = [encode, into].map(|time| their_encode / time);
        let decodes = [owned, keep, crc].map(|time| their_decode / time);
        for (ratios, ratio) in rounds.iter_mut().zip(encodes.into_iter().chain(decodes)) {
            ratios.push(ratio);
        }
    }
    rounds.map(median)
}

/// A Think frame that one I8 slice fills.
fn sample(frame_len: usize) -> VFrame {
    let payload_len = frame_len - 33 - 4 - 6;
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![u32::try_from(payload_len).expect("a frame's length")],
    };
    let payload = (0..payload_len).map(|i| i.to_le_bytes()[0]).collect();
    VFrame::new(MsgType::Think, Modality::Text, vec![(meta, payload)]).expect("a short payload")
}

/// Seconds that all calls take.
fn seconds<T>(calls: usize, mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! Throughput of the codec over a 60 KiB plain frame, as ratios against the CRC alone over the same bytes.
//!
//! Prints one line of JSON: `crc32_gbps` in 10^9 bytes a second, and `decode_ratio` (borrowed decode) and
//! `encode_ratio` as parts of it. Everything is measured in turn within one process, and the median round
//! counts, so that a change of clock speed or a busy neighbour touches all three alike.

use std::hint::black_box;
use std::time::Instant;

use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame, VFrameView};

const FRAME_LEN: u16 = 60 * 1024;
const ROUNDS: usize = 301;
/// Calls in a round: enough for about a millisecond.
const CALLS: u32 = 100;

fn main() {
    let frame = sample();
    let bytes = frame.encode().expect("a valid frame");
    assert_eq!(bytes.len(), usize::from(FRAME_LEN));
    let covered = &bytes[..bytes.len() - 4];

    let mut crc_times = Vec::with_capacity(ROUNDS);
    let mut decode_ratios = Vec::with_capacity(ROUNDS);
    let mut encode_ratios = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let crc = seconds(|| crc32fast::hash(black_box(covered)));
        let decode = seconds(|| VFrameView::parse(black_box(&bytes)).is_ok());
        let encode = seconds(|| black_box(&frame).encode().map(|out| out.len()));
        crc_times.push(crc);
        decode_ratios.push(crc / decode);
        encode_ratios.push(crc / encode);
    }
    let gbps = f64::from(FRAME_LEN) / median(crc_times) / 1e9;
    println!(
        "{{\"crc32_gbps\":{gbps:.2},\"decode_ratio\":{:.3},\"encode_ratio\":{:.3}}}",
        median(decode_ratios),
        median(encode_ratios)
    );
}

/// A Think frame that one I8 slice fills (an F16 payload could not be of this odd length).
fn sample() -> VFrame {
    let payload_len = FRAME_LEN - 33 - 4 - 6;
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![u32::from(payload_len)],
    };
    let payload = (0..payload_len).map(|i| i.to_le_bytes()[0]).collect();
    VFrame::new(MsgType::Think, Modality::Text, vec![(meta, payload)]).expect("a short payload")
}

/// Seconds that one call takes.
fn seconds<T>(mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    start.elapsed().as_secs_f64() / f64::from(CALLS)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

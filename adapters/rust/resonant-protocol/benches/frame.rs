//! Throughput of the codec over a 60 KiB plain frame, as ratios against the CRC alone, and against the CRC and a copy,
//! over the same bytes.
//!
//! Prints one line of JSON: `crc32_gbps` in 10^9 bytes a second; `decode_ratio` (borrowed decode) and `encode_ratio` as
//! parts of it; and as parts of copying the bytes into memory that is there and then taking their CRC, `encode_of_copy`,
//! `encode_into_of_copy`, `owned_of_copy` (decode into vectors) and `kept_of_copy` (decode that keeps the datagram).
//! Everything is measured in turn within one process, and the median round counts, so that a change of clock speed or a
//! busy neighbour touches all alike.

use std::hint::black_box;
use std::time::Instant;

use resonant_protocol::{DType, Modality, MsgType, SliceMeta, VFrame, VFrameBuf, VFrameView};

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
    let mut ratios = [const { Vec::new() }; 6];
    let mut copied = bytes.clone();
    let (mut used, mut kept) = (Vec::new(), bytes.clone());
    for _ in 0..ROUNDS {
        let crc = seconds(|| crc32fast::hash(black_box(covered)));
        let copy = seconds(|| black_box(&mut copied).copy_from_slice(black_box(&bytes)));
        let decode = seconds(|| VFrameView::parse(black_box(&bytes)).is_ok());
        let encode = seconds(|| black_box(&frame).encode().map(|out| out.len()));
        let encode_into = seconds(|| black_box(&frame).encode_into(black_box(&mut used)).is_ok());
        let owned = seconds(|| VFrame::decode(black_box(&bytes)).map(|frame| frame.crc32));
        let keep = seconds(|| {
            let frame = VFrameBuf::decode(std::mem::take(&mut kept)).expect("a valid frame");
            kept = black_box(frame).into_bytes();
        });
        crc_times.push(crc);
        let both = crc + copy;
        let of_crc = [crc / decode, crc / encode];
        let of_both = [both / encode, both / encode_into, both / owned, both / keep];
        for (ratios, ratio) in ratios.iter_mut().zip(of_crc.into_iter().chain(of_both)) {
            ratios.push(ratio);
        }
    }
    let gbps = f64::from(FRAME_LEN) / median(crc_times) / 1e9;
    let [decode, encode, encode_of, into_of, owned_of, kept_of] = ratios.map(median);
    println!(
        "{{\"crc32_gbps\":{gbps:.2},\"decode_ratio\":{decode:.3},\"encode_ratio\":{encode:.3},\
         \"encode_of_copy\":{encode_of:.3},\"encode_into_of_copy\":{into_of:.3},\
         \"owned_of_copy\":{owned_of:.3},\"kept_of_copy\":{kept_of:.3}}}"
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

//! The worked frames, read from the specification itself.

use std::fs;

use crate::support::{ruzstd_decompress, slice, unhex};
use resonant_protocol::compress::zstd_decompress;
use resonant_protocol::crypto::frame_nonce;
use resonant_protocol::{
    DType, EncodeOptions, Flags, Modality, MsgType, RejectCode, VFrame, VFrameView,
};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../specs/");

/// The bytes of a fenced block ```` ```frame NAME ````, whose lines are `@offset hex words…`.
fn worked(file: &str, name: &str) -> Vec<u8> {
    let text = fs::read_to_string(format!("{SPECS}{file}")).expect("the specification");
    let fence = format!("```frame {name}");
    let block = text.lines().skip_while(|line| *line != fence).skip(1);
    let mut bytes = Vec::new();
    for line in block.take_while(|line| *line != "```") {
        let mut words = line.split_whitespace();
        let offset: usize = words.next().unwrap()[1..].parse().unwrap();
        assert_eq!(offset, bytes.len(), "{line}");
        bytes.extend(unhex(words.next().unwrap()));
    }
    assert!(!bytes.is_empty(), "no block {name}");
    bytes
}

fn think() -> VFrame {
    let payload = [0x00, 0x3c, 0x00, 0xc0];
    let slices = vec![slice(DType::F16, &[2], &payload)];
    let mut frame = VFrame::new(MsgType::Think, Modality::Text, slices).unwrap();
    frame.hdr.stream_id = 0x1234;
    frame.hdr.frame_seq = 1;
    frame
}

#[test]
fn plain_frame() {
    let bytes = worked("frame.md", "worked-plain");
    assert_eq!(think().encode().unwrap(), bytes);
    let mut expected = think();
    expected.crc32 = 0x3b35_2dd2;
    assert_eq!(VFrame::decode(&bytes).unwrap(), expected);
}

#[test]
fn view_of_a_plain_frame_borrows_from_the_input() {
    let bytes = worked("frame.md", "worked-plain");
    let view = VFrameView::parse(&bytes).unwrap();
    let slice = view.slices().next().unwrap();
    assert_eq!(slice.payload().as_ptr(), bytes[39..].as_ptr());
    assert_eq!(slice.dims().len(), 1);
    assert_eq!(slice.elements(), Some(2));
    assert_eq!(view.plain_body().as_ptr(), bytes[33..].as_ptr());
}

#[test]
fn sealed_frame() {
    let bytes = worked("transform.md", "worked-sealed");
    let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
    assert_eq!(
        VFrame::decode(&bytes).unwrap_err().code(),
        RejectCode::KeyRequired
    );
    let view = VFrameView::parse_with_key(&bytes, &key).unwrap();
    assert_eq!(
        view.plain_body(),
        worked("transform.md", "worked-plain-body")
    );
    let frame = view.to_frame();
    assert_eq!(frame.hdr.mtype, MsgType::Cache);
    assert_eq!(frame.hdr.flags, Flags::ZSTD | Flags::XCHACHA);
    assert_eq!((frame.hdr.stream_id, frame.hdr.frame_seq), (0x5678, 7));
    assert_eq!(frame.hdr.space_hash32, 1_234_567_890);
    assert_eq!(frame.hdr.modality, Modality::Audio);
    assert_eq!(frame.slices, [slice(DType::I8, &[32], &[0; 32])]);

    let nonce = *bytes[33..].first_chunk().unwrap();
    let salt: [u8; 16] = std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap());
    assert_eq!(frame_nonce(&salt, 0x5678, 7), nonce);
    let options = EncodeOptions::new().key(&key).nonce(&nonce);
    let again = frame.encode_with(&options).unwrap();
    assert_eq!(again[..57], bytes[..57]); // Only the Zstandard frame is not canonical.
    assert_eq!(
        VFrame::decode_with_key(&again, &key).unwrap().slices,
        frame.slices
    );
}

#[test]
fn zstandard_frame() {
    let zstd = worked("transform.md", "worked-zstd");
    let plain = worked("transform.md", "worked-plain-body");
    assert_eq!(zstd_decompress(&zstd).unwrap(), plain);
    assert_eq!(ruzstd_decompress(&zstd).unwrap(), plain);
}

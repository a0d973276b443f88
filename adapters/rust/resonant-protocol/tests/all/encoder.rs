//! The encoder's rejections, the limits, and exact products.

use crate::support::{close, slice, Random};
use resonant_protocol::{
    DType, EncodeOptions, Flags, Modality, MsgType, RejectCode, VFrame, VFrameView,
};

fn frame() -> VFrame {
    let slices = vec![slice(DType::I8, &[2, 3], &[0; 6])];
    VFrame::new(MsgType::Sync, Modality::Graph, slices).unwrap()
}

fn i8_frame(length: u32) -> VFrame {
    let payload = vec![0; usize::try_from(length).unwrap()];
    let slices = vec![slice(DType::I8, &[length], &payload)];
    VFrame::new(MsgType::Think, Modality::Text, slices).unwrap()
}

fn refused(frame: &VFrame) -> (RejectCode, &'static str) {
    let error = frame.encode().unwrap_err();
    (error.code(), error.clause())
}

#[test]
fn header_that_disagrees_with_the_slices() {
    let mut wrong = frame();
    wrong.hdr.version = 2;
    assert_eq!(refused(&wrong), (RejectCode::BadVersion, "FRM-2"));
    let mut wrong = frame();
    wrong.hdr.num_slices = u64::MAX;
    assert_eq!(refused(&wrong), (RejectCode::BadSliceTable, "FRM-7"));
    let mut wrong = frame();
    wrong.hdr.slice_len.push(0);
    assert_eq!(refused(&wrong), (RejectCode::BadSliceTable, "FRM-7"));
    let mut wrong = frame();
    wrong.hdr.slice_len[0] = 7;
    assert_eq!(refused(&wrong), (RejectCode::LengthMismatch, "FRM-9"));
}

#[test]
fn slice_that_no_receiver_takes() {
    let mut wrong = frame();
    wrong.slices[0].0.shape.clear();
    assert_eq!(refused(&wrong), (RejectCode::BadRank, "FRM-33"));
    let mut wrong = frame();
    wrong.slices[0].0.shape = vec![1; 256];
    assert_eq!(refused(&wrong), (RejectCode::BadRank, "FRM-33"));
    let mut wrong = frame();
    wrong.slices[0].1.push(0);
    assert_eq!(refused(&wrong), (RejectCode::LengthMismatch, "FRM-18"));
}

#[test]
fn seal_takes_key_and_nonce() {
    let mut sealed = frame();
    sealed.hdr.flags = Flags::XCHACHA;
    assert_eq!(refused(&sealed), (RejectCode::KeyRequired, "XCH-8"));
    let only_key = sealed.encode_with(&EncodeOptions::new().key(&[1; 32]));
    assert_eq!(only_key.unwrap_err().code(), RejectCode::KeyRequired);
}

#[test]
fn compression_level_is_bounded() {
    let mut compressed = frame();
    compressed.hdr.flags = Flags::ZSTD;
    for level in [i32::MIN, 0, 23] {
        let refused = compressed.encode_with(&EncodeOptions::new().level(level));
        assert_eq!(refused.unwrap_err().code(), RejectCode::FieldRange);
    }
}

#[test]
fn size_limits() {
    const MOST: u32 = 65_536 - 33 - 4 - 6;
    let mut largest = i8_frame(MOST);
    assert_eq!(largest.encode().unwrap().len(), 65_536);
    assert!(VFrameView::parse(&largest.encode().unwrap()).is_ok());
    assert_eq!(
        refused(&i8_frame(MOST + 1)),
        (RejectCode::FrameTooLarge, "FRM-34")
    );
    largest.hdr.flags = Flags::ZSTD;
    let bytes = largest.encode().unwrap();
    assert_eq!(VFrame::decode(&bytes).unwrap().slices, largest.slices);
    let mut larger = i8_frame(MOST + 1);
    larger.hdr.flags = Flags::ZSTD;
    assert_eq!(refused(&larger), (RejectCode::PlainTooLarge, "FRM-34"));
    // What cannot be compressed grows beyond the limit.
    largest.slices[0].1 = Random::new(5).bytes(usize::try_from(MOST).unwrap());
    assert_eq!(refused(&largest), (RejectCode::FrameTooLarge, "ZST-11"));
}

#[test]
fn encoded_frame_is_allocated_once() {
    let bytes = i8_frame(5000).encode().unwrap();
    assert_eq!(bytes.capacity(), bytes.len());
}

/// A plain frame of one slice without payload, whatever its dims say.
fn empty_slice(dtype: DType, dims: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0; 33];
    (bytes[0], bytes[16]) = (1, 1);
    bytes.extend([dtype.to_wire(), u8::try_from(dims.len()).unwrap()]);
    bytes.extend(dims.iter().flat_map(|dim| dim.to_le_bytes()));
    close(bytes)
}

#[test]
fn products_are_exact() {
    let half = 1 << 31;
    let mismatch = Err(RejectCode::LengthMismatch);
    for (dims, expected) in [
        (vec![half, half, 4], mismatch),  // n = 2^64
        (vec![half, half, 2], mismatch),  // 2·n = 2^64
        (vec![u32::MAX; 255], mismatch),  // n + 1 wraps
        (vec![half, half, 4, 0], Ok(())), // a zero behind the overflow
        (vec![0, half, half, half], Ok(())),
    ] {
        for dtype in [DType::F16, DType::I8, DType::Q4] {
            let bytes = empty_slice(dtype, &dims);
            let found = VFrame::decode(&bytes).map_err(|error| error.code());
            assert_eq!(found.map(|_| ()), expected, "{dtype:?} {dims:?}");
        }
        assert!(VFrame::decode(&empty_slice(DType::SparseCoo, &dims)).is_ok());
    }
    assert!(!DType::Q4.accepts_len(Some(u64::MAX), 0));
}

#[test]
fn codes_have_their_registry_names() {
    assert_eq!(RejectCode::ALL.len(), 63);
    assert_eq!(RejectCode::BadSliceTable.as_str(), "BAD_SLICE_TABLE");
    let error = VFrame::decode(&[]).unwrap_err();
    let text = "FRAME_TOO_SHORT (FRM-25): the input is 0 bytes long";
    assert_eq!(error.to_string(), text);
}

//! Properties over many generated inputs: round trips, and a decoder that is total.

use crate::support::{close, Random};
use resonant_protocol::{
    DType, EncodeOptions, Flags, Modality, MsgType, RejectCode, SliceMeta, VFrame, VFrameBuf,
    VFrameView,
};

const DTYPES: [DType; 4] = [DType::F16, DType::I8, DType::Q4, DType::SparseCoo];
const KEY: [u8; 32] = [42; 32];
const NONCE: [u8; 24] = [13; 24];

fn random_slice(random: &mut Random) -> (SliceMeta, Vec<u8>) {
    let dtype = DTYPES[random.below(DTYPES.len())];
    let most = if random.below(20) == 0 { 255 } else { 4 };
    let rank = 1 + random.below(most);
    let mut shape = vec![1_u32; rank];
    for dim in shape.iter_mut().take(4) {
        *dim = u32::try_from(random.below(6)).unwrap();
    }
    let meta = SliceMeta { dtype, shape };
    let n = usize::try_from(meta.elements().unwrap()).unwrap();
    let length = match dtype {
        DType::F16 => 2 * n,
        DType::I8 => n,
        DType::Q4 => n.div_ceil(2),
        DType::SparseCoo => 2 * random.below(n + 1),
    };
    (meta, random.bytes(length))
}

fn random_frame(random: &mut Random) -> VFrame {
    let slices = (0..random.below(5)).map(|_| random_slice(random)).collect();
    let mtype = MsgType::try_from(u8::try_from(random.below(5)).unwrap()).unwrap();
    let modality = Modality::try_from(u8::try_from(random.below(5)).unwrap()).unwrap();
    let mut frame = VFrame::new(mtype, modality, slices).unwrap();
    frame.hdr.flags = Flags::from_bits(u16::try_from(random.below(8)).unwrap()).unwrap();
    frame.hdr.stream_id = u32::try_from(random.next() >> 32).unwrap();
    frame.hdr.frame_seq = random.next();
    frame.hdr.space_hash32 = u32::try_from(random.next() >> 32).unwrap();
    frame
}

fn encode(frame: &VFrame) -> Vec<u8> {
    let options = EncodeOptions::new().key(&KEY).nonce(&NONCE);
    frame.encode_with(&options).unwrap()
}

#[test]
fn decode_undoes_encode() {
    let mut random = Random::new(1);
    let mut used = Vec::new();
    for _ in 0..3000 {
        let mut frame = random_frame(&mut random);
        let bytes = encode(&frame);
        let view = VFrameView::parse_with_key(&bytes, &KEY).unwrap();
        assert_eq!(view.slices().len(), frame.slices.len());
        let decoded = view.to_frame();
        frame.crc32 = decoded.crc32;
        assert_eq!(decoded, frame);
        let options = EncodeOptions::new().key(&KEY).nonce(&NONCE);
        decoded.encode_into_with(&mut used, &options).unwrap();
        assert_eq!(used, bytes);
    }
}

/// One or more changes to a valid frame, mostly with the CRC made right again.
fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut changed = bytes[..bytes.len() - 4].to_vec();
    for _ in 0..=random.below(3) {
        let place = random.below(changed.len());
        match random.below(6) {
            0 => changed.truncate(place.max(1)),
            1 => changed.insert(place, 0xff),
            2 => changed.extend(random.bytes(8)),
            3 => changed[place] ^= 1 << random.below(8),
            4 => changed.iter_mut().skip(16).take(8).for_each(|b| *b = 0xff),
            _ => changed[place] = random.bytes(1)[0],
        }
    }
    if random.below(10) == 0 {
        return changed;
    }
    close(changed)
}

#[test]
fn decode_is_total_and_never_partial() {
    let mut random = Random::new(2);
    let mut accepted = 0;
    for _ in 0..30_000 {
        let frame = random_frame(&mut random);
        let bytes = mutate(&encode(&frame), &mut random);
        let view = VFrameView::parse_with_key(&bytes, &KEY);
        let owned = VFrame::decode_with_key(&bytes, &KEY);
        let kept = VFrameBuf::decode_with_key(bytes.clone(), &KEY);
        assert_eq!(kept.as_ref().map(VFrameBuf::view), view.as_ref().cloned());
        assert_eq!(
            view.as_ref().map(VFrameView::to_frame),
            owned.as_ref().cloned()
        );
        let Ok(frame) = owned else { continue };
        accepted += 1;
        // What was accepted is a whole frame, which the encoder accepts as well.
        assert_eq!(
            u64::try_from(frame.slices.len()).unwrap(),
            frame.hdr.num_slices
        );
        if !frame.hdr.flags.contains(Flags::ZSTD) && !frame.hdr.flags.contains(Flags::XCHACHA) {
            assert_eq!(frame.encode().unwrap(), bytes);
        }
    }
    assert!(accepted > 500, "only {accepted} changed frames were valid");
}

#[test]
fn decode_is_total_over_noise() {
    let mut random = Random::new(3);
    for round in 0..30_000 {
        let length = random.below(if round % 100 == 0 { 70_000 } else { 120 });
        let mut bytes = random.bytes(length);
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        let bytes = close(bytes);
        let code = VFrame::decode(&bytes).map_err(|error| error.code());
        if bytes.len() < 33 {
            assert_eq!(code, Err(RejectCode::FrameTooShort));
        }
    }
}

#[test]
fn every_proper_prefix_is_refused() {
    let mut random = Random::new(4);
    for _ in 0..50 {
        let bytes = encode(&random_frame(&mut random));
        for end in 0..bytes.len() {
            assert!(VFrame::decode_with_key(&bytes[..end], &KEY).is_err());
        }
    }
}

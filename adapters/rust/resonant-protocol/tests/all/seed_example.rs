//! The example of the project's README, unchanged.

use std::error::Error;

#[test]
fn frame_example() -> Result<(), Box<dyn Error>> {
    use resonant_protocol::*;

    let frame = VFrame {
        hdr: VFrameHeader {
            version: 1,
            mtype: MsgType::Think,
            flags: Flags::ZSTD,
            stream_id: 0x1234,
            frame_seq: 1,
            num_slices: 1,
            slice_len: vec![4096],
            space_hash32: 2451163210,
            modality: Modality::Text,
        },
        slices: vec![(
            SliceMeta {
                dtype: DType::F16,
                shape: vec![1, 2048],
            },
            vec![0u8; 4096],
        )],
        crc32: 0,
    };

    let bytes = frame.encode()?;

    let decoded = VFrame::decode(&bytes)?;
    assert_eq!(decoded.hdr, frame.hdr);
    assert_eq!(decoded.slices, frame.slices);
    assert_eq!(decoded.crc32.to_le_bytes(), bytes[bytes.len() - 4..]);
    Ok(())
}

#[test]
fn compression_example() -> Result<(), Box<dyn Error>> {
    use resonant_protocol::compress::*;

    let data = vec![7u8; 10_000];
    let compressed = zstd_compress(&data, 3)?;

    assert!(compressed.len() < data.len());
    assert_eq!(zstd_decompress(&compressed)?, data);
    Ok(())
}

#[test]
fn encryption_example() -> Result<(), Box<dyn Error>> {
    use resonant_protocol::crypto::*;

    let key = [42u8; 32];
    let nonce = [13u8; 24];
    let plaintext = b"a thought".to_vec();
    let ciphertext = seal_xchacha(&key, &nonce, &plaintext)?;

    assert_eq!(ciphertext.len(), plaintext.len() + 16);
    assert_eq!(open_xchacha(&key, &nonce, &ciphertext)?, plaintext);
    Ok(())
}

#[test]
fn tail_hash_example() {
    use resonant_protocol::*;

    let all_frames: Vec<u8> = vec![1, 2, 3];
    let stream_hash = strong_tail_hash(&all_frames);

    assert_eq!(
        format!("{stream_hash:016x}"),
        strong_tail_hash_hex(&all_frames)
    );
}

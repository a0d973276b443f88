//! The one permitted form of Zstandard frame, written and read.

use crate::support::{has_permitted_head, ruzstd_decompress, unhex, Random};
use resonant_protocol::compress::{zstd_compress, zstd_decompress};
use resonant_protocol::RejectCode;

fn refused(zstd: &[u8]) -> (RejectCode, &'static str) {
    let error = zstd_decompress(zstd).unwrap_err();
    (error.code(), error.clause())
}

#[test]
fn encoder_keeps_the_form_at_every_level() {
    let mut random = Random::new(6);
    for length in [0, 1, 2, 255, 256, 257, 1000, 16_384, 16_385, 40_000, 65_503] {
        let noise = random.bytes(length);
        let mild: Vec<u8> = noise.iter().map(|byte| byte & 3).collect();
        for plain in [vec![0; length], mild, noise] {
            for level in 1..=22 {
                let zstd = zstd_compress(&plain, level).unwrap();
                assert!(has_permitted_head(&zstd), "{length} at level {level}");
                assert_eq!(zstd_decompress(&zstd).unwrap(), plain);
                if level % 7 == 1 {
                    assert_eq!(ruzstd_decompress(&zstd).unwrap(), plain);
                }
            }
        }
    }
}

#[test]
fn limits_of_the_content_size() {
    let too_much = zstd_compress(&[0; 65_504], 3).unwrap_err();
    assert_eq!(too_much.code(), RejectCode::PlainTooLarge);
    for head in [
        "60e0fe",
        "a0e0ff0000",
        "e0e0ff000000000000",
        "e0ffffffffffffffff",
    ] {
        let zstd = unhex(&format!("28b52ffd{head}010000"));
        assert_eq!(refused(&zstd), (RejectCode::PlainTooLarge, "ZST-4"));
    }
    let most = unhex("28b52ffd60dffe fbfe07 41"); // 65,503 bytes from one RLE block
    assert_eq!(zstd_decompress(&most).unwrap(), [0x41; 65_503]);
}

#[test]
fn other_forms_are_refused() {
    let bad = RejectCode::BadCompression;
    let good = unhex("28b52ffd2001 090000 5a");
    assert_eq!(zstd_decompress(&good).unwrap(), [0x5a]);
    let with = |tail: &str| [good.clone(), unhex(tail)].concat();
    assert_eq!(refused(&with("00")), (bad, "ZST-6"));
    assert_eq!(refused(&with("502a4d18 00000000")), (bad, "ZST-6"));
    assert_eq!(
        refused(&[good.clone(), good.clone()].concat()),
        (bad, "ZST-6")
    );
    let skippable_first = [unhex("502a4d18 00000000"), good.clone()].concat();
    assert_eq!(refused(&skippable_first), (bad, "ZST-1"));
    assert_eq!(refused(&[]), (bad, "ZST-8"));
    for end in 1..good.len() {
        assert_eq!(refused(&good[..end]).0, bad);
    }
    for descriptor in (0..=255).filter(|d| ![0x20, 0x60, 0xa0, 0xe0].contains(d)) {
        let mut other = good.clone();
        other[4] = descriptor;
        assert_eq!(refused(&other), (bad, "ZST-2"));
    }
}

#[test]
fn content_size_is_kept_exactly() {
    let bad = RejectCode::BadCompression;
    assert_eq!(refused(&unhex("28b52ffd2000 090000 5a")).0, bad);
    assert_eq!(refused(&unhex("28b52ffd2002 090000 5a")).0, bad);
    assert_eq!(refused(&unhex("28b52ffd2001 0f0000 5a")).0, bad); // reserved block type
    let empty_last = unhex("28b52ffd2001 080000 5a 010000");
    assert_eq!(zstd_decompress(&empty_last).unwrap(), [0x5a]);
    assert_eq!(zstd_decompress(&unhex("28b52ffd2000 010000")).unwrap(), b"");
}

#[test]
fn decompress_is_total_over_changes() {
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let length = random.below(300);
        let plain: Vec<u8> = random.bytes(length).iter().map(|byte| byte & 1).collect();
        let mut zstd = zstd_compress(&plain, 1).unwrap();
        let place = random.below(zstd.len());
        zstd[place] ^= 1 << random.below(8);
        if let Err(error) = zstd_decompress(&zstd) {
            let expected = [RejectCode::BadCompression, RejectCode::PlainTooLarge];
            assert!(expected.contains(&error.code()));
        }
    }
}

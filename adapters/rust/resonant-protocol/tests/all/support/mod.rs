//! Helpers for the tests: hexadecimal, random bytes, the second Zstandard decoder.

pub mod carriages;
pub mod dialogue;
pub mod dialogue_acts;
pub mod dialogue_judge;
pub mod exact;
pub mod judge;
pub mod judge_adapt;
pub mod judge_framing;
pub mod judge_payload;
pub mod judge_shards;
pub mod links;
pub mod parts;
pub mod talk;
pub mod whole;

use std::io::Read;

use resonant_protocol::{DType, SliceMeta};

/// Bytes of lower-case hexadecimal; white space is skipped.
pub fn unhex(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None; // of a byte whose second digit is still to come
    for digit in text.bytes().filter(|digit| !digit.is_ascii_whitespace()) {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => panic!("{text:?} has a digit that is not hexadecimal"),
        };
        match high.take() {
            None => high = Some(value << 4),
            Some(high) => bytes.push(high | value),
        }
    }
    assert!(high.is_none(), "half a byte");
    bytes
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

/// A decoder that shares no code with libzstd.
pub fn ruzstd_decompress(zstd: &[u8]) -> Result<Vec<u8>, String> {
    let mut input = zstd;
    let mut decoder =
        ruzstd::decoding::StreamingDecoder::new(&mut input).map_err(|e| e.to_string())?;
    let mut plain = Vec::new();
    decoder.read_to_end(&mut plain).map_err(|e| e.to_string())?;
    drop(decoder);
    if !input.is_empty() {
        return Err(format!("ruzstd left {} bytes", input.len()));
    }
    Ok(plain)
}

/// Whether bytes start with the magic number and one of the four descriptors (ZST-2).
pub fn has_permitted_head(zstd: &[u8]) -> bool {
    zstd.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
        && matches!(zstd.get(4), Some(0x20 | 0x60 | 0xa0 | 0xe0))
}

/// Puts the right CRC behind `content`.
pub fn close(mut content: Vec<u8>) -> Vec<u8> {
    let crc = crc32fast::hash(&content);
    content.extend_from_slice(&crc.to_le_bytes());
    content
}

pub fn slice(dtype: DType, shape: &[u32], payload: &[u8]) -> (SliceMeta, Vec<u8>) {
    let shape = shape.to_vec();
    (SliceMeta { dtype, shape }, payload.to_vec())
}

/// Reproducible random numbers (xorshift64*), so that a failure can be met again.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// 0 to `bound` − 1.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from((self.next() >> 11) % u64::try_from(bound).unwrap()).unwrap()
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[7]).collect()
    }
}

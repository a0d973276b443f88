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

/// Bytes of hexadecimal; white space is skipped.
pub fn unhex(text: &str) -> Vec<u8> {
    if text.bytes().any(|it| it.is_ascii_whitespace()) {
        return unhex(&text.split_ascii_whitespace().collect::<String>());
    }
    let pairs = text.as_bytes().chunks_exact(2);
    assert!(pairs.remainder().is_empty(), "half a byte");
    let mut bytes = vec![0; text.len() / 2];
    let mut wrong = 0;
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        wrong |= high | low;
        *byte = (high << 4) | (low & 15);
    }
    assert!(wrong < 16, "{text:?} has a digit that is not hexadecimal");
    bytes
}

/// The value of each digit, 16 where a byte is none. Some texts are 32 MiB.
static VALUES: [u8; 256] = {
    let mut values = [16; 256];
    let mut value = 0;
    while value < 16 {
        values[DIGITS[value as usize] as usize] = value;
        values[DIGITS[value as usize].to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
};
static DIGITS: [u8; 16] = *b"0123456789abcdef";

pub fn hex(bytes: &[u8]) -> String {
    let mut digits = vec![0; 2 * bytes.len()];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    String::from_utf8(digits).expect("ASCII")
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

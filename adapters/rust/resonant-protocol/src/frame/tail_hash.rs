//! The strong tail hash.

use xxhash_rust::xxh3::xxh3_64;

/// XXH3 64-bit of `data` with seed 0 and the default secret (FRM-37).
#[must_use]
pub fn strong_tail_hash(data: &[u8]) -> u64 {
    xxh3_64(data)
}

/// [`strong_tail_hash`] as 16 lower-case hexadecimal digits, the most significant first (FRM-38).
///
/// ```
/// assert_eq!(resonant_protocol::strong_tail_hash_hex(b""), "2d06800538d394c2");
/// ```
#[must_use]
pub fn strong_tail_hash_hex(data: &[u8]) -> String {
    format!("{:016x}", strong_tail_hash(data))
}

//! The XCHACHA transform: XChaCha20-Poly1305 (XCH-1 to XCH-15).

use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};

use crate::error::{FrameError, RejectCode};
use crate::limits::{NONCE_BYTES, TAG_BYTES};

/// A 32-byte key.
pub type Key = [u8; 32];
/// A 24-byte nonce, never used twice under one key (XCH-11). A peer makes it by [`frame_nonce`].
pub type Nonce = [u8; NONCE_BYTES];
/// 16 random bytes, drawn anew for each session (XCH-15).
pub type Salt = [u8; 16];

/// The nonce of a frame that a peer sends: its salt, with `stream_id` combined by exclusive or into the last
/// four bytes, and `frame_seq` (XCH-10).
///
/// ```
/// let nonce = resonant_protocol::crypto::frame_nonce(&[0x40; 16], 0x5678, 7);
/// assert_eq!(nonce[10..18], [0x40, 0x40, 0x38, 0x16, 0x40, 0x40, 7, 0]);
/// ```
#[must_use]
pub fn frame_nonce(salt: &Salt, stream_id: u32, frame_seq: u64) -> Nonce {
    let prefix = u128::from_le_bytes(*salt) ^ (u128::from(stream_id) << 96);
    let mut nonce = [0; NONCE_BYTES];
    let (first, last) = nonce.split_at_mut(16);
    first.copy_from_slice(&prefix.to_le_bytes());
    last.copy_from_slice(&frame_seq.to_le_bytes());
    nonce
}

/// Seals `plain` without associated data, into ciphertext ‖ tag (XCH-13).
///
/// ```
/// use resonant_protocol::crypto::*;
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let (key, nonce) = ([42u8; 32], [13u8; 24]);
/// let ciphertext = seal_xchacha(&key, &nonce, b"hidden states")?;
/// assert_eq!(open_xchacha(&key, &nonce, &ciphertext)?, b"hidden states");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`seal_xchacha_aad`].
pub fn seal_xchacha(key: &Key, nonce: &Nonce, plain: &[u8]) -> Result<Vec<u8>, FrameError> {
    seal_xchacha_aad(key, nonce, &[], plain)
}

/// Opens ciphertext ‖ tag without associated data (XCH-13).
///
/// # Errors
/// As [`open_xchacha_aad`].
pub fn open_xchacha(key: &Key, nonce: &Nonce, sealed: &[u8]) -> Result<Vec<u8>, FrameError> {
    open_xchacha_aad(key, nonce, &[], sealed)
}

/// Seals `plain` with the associated data `aad`, into ciphertext ‖ tag (XCH-13).
///
/// # Errors
/// `FIELD_RANGE` for more bytes than the cipher's block counter can number, 256 GiB.
pub fn seal_xchacha_aad(
    key: &Key,
    nonce: &Nonce,
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, FrameError> {
    let mut sealed = Vec::with_capacity(plain.len().saturating_add(TAG_BYTES));
    sealed.extend_from_slice(plain);
    let tag = seal_in_place(key, nonce, aad, &mut sealed)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens ciphertext ‖ tag that was sealed with the associated data `aad` (XCH-13).
///
/// # Errors
/// `DECRYPT_FAILED` if it does not authenticate, or is shorter than 16 bytes.
pub fn open_xchacha_aad(
    key: &Key,
    nonce: &Nonce,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, FrameError> {
    let (ciphertext, tag) = sealed
        .split_last_chunk::<TAG_BYTES>()
        .ok_or_else(|| failed("XCH-13", "the sealed bytes are shorter than a tag"))?;
    let mut plain = ciphertext.to_vec();
    XChaCha20Poly1305::new(key.into())
        .decrypt_in_place_detached(XNonce::from_slice(nonce), aad, &mut plain, &(*tag).into())
        .map_err(|_| failed("XCH-5", "the sealed bytes do not authenticate"))?;
    Ok(plain)
}

/// Encrypts `buffer` where it lies and returns its tag.
pub(crate) fn seal_in_place(
    key: &Key,
    nonce: &Nonce,
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<Tag, FrameError> {
    XChaCha20Poly1305::new(key.into())
        .encrypt_in_place_detached(XNonce::from_slice(nonce), aad, buffer)
        .map_err(|_| {
            let detail = "too many bytes for the block counter";
            FrameError::new(RejectCode::FieldRange, "XCH-13", detail)
        })
}

/// Opens a frame's body, nonce ‖ ciphertext ‖ tag, under its header as sent (XCH-2, XCH-3).
pub(crate) fn open_body(key: &Key, header: &[u8], body: &[u8]) -> Result<Vec<u8>, FrameError> {
    let (nonce, sealed) = body
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(|| failed("XCH-5", "the sealed body is shorter than its nonce"))?;
    open_xchacha_aad(key, nonce, header, sealed)
}

fn failed(clause: &'static str, detail: &'static str) -> FrameError {
    FrameError::new(RejectCode::DecryptFailed, clause, detail)
}

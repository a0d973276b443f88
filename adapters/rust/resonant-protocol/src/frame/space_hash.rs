//! The fingerprint of an embedding space.

use sha2::{Digest, Sha256};

use crate::error::{FrameError, RejectCode};

/// Fingerprint of the space named by its id, the model's architecture and the signature of its training
/// data. Never 0, which in a frame means that no space is named (SPC-1 to SPC-3).
///
/// ```
/// use resonant_protocol::space_hash32;
/// assert_ne!(space_hash32("demo", "gpt", "v1").unwrap(), 0);
/// assert!(space_hash32("de:mo", "gpt", "v1").is_err());
/// ```
///
/// # Errors
/// `BAD_SPACE_ID` for a part that is empty or contains `:` (SPC-4).
pub fn space_hash32(space_id: &str, arch: &str, data_sig: &str) -> Result<u32, FrameError> {
    for (name, part) in [
        ("space_id", space_id),
        ("arch", arch),
        ("data_sig", data_sig),
    ] {
        if part.is_empty() || part.contains(':') {
            let detail = format!("{name} is empty or contains a colon");
            return Err(FrameError::new(RejectCode::BadSpaceId, "SPC-4", detail));
        }
    }
    let mut hasher = Sha256::new();
    for piece in [space_id, ":", arch, ":", data_sig] {
        hasher.update(piece.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let [a, b, c, d, ..] = digest;
    Ok(u32::from_le_bytes([a, b, c, d]).max(1)) // SPC-3
}

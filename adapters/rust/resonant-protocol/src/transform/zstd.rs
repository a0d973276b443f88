//! The ZSTD transform: one permitted form of Zstandard frame, written and read (ZST-1 to ZST-10).

use zstd_safe::{CCtx, CParameter, DCtx};

use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_PLAIN_BYTES, MIN_PLAIN_BYTES};

/// The compression level used where none is given.
pub const DEFAULT_LEVEL: i32 = 3;

const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// Compresses a plain body into one Zstandard frame of the permitted form (ZST-9).
///
/// ```
/// use resonant_protocol::compress::*;
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let compressed = zstd_compress(&[7; 1000], 3)?;
/// assert_eq!(zstd_decompress(&compressed)?, [7; 1000]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `FIELD_RANGE` for a `level` outside 1 to 22, and `PLAIN_TOO_LARGE` for more than 65,503 bytes, which
/// [`zstd_decompress`] and every receiver would refuse.
pub fn zstd_compress(plain: &[u8], level: i32) -> Result<Vec<u8>, FrameError> {
    check_limit(u64::try_from(plain.len()).unwrap_or(u64::MAX), 0)?;
    compress_body(plain, level)
}

/// Decompresses one Zstandard frame of the permitted form, as the body of a frame without slices (ZST-10).
///
/// # Errors
/// `BAD_COMPRESSION` for anything but that form, `PLAIN_TOO_LARGE` for a content size over 65,503 bytes.
pub fn zstd_decompress(zstd: &[u8]) -> Result<Vec<u8>, FrameError> {
    decompress_body(zstd, 0)
}

/// Compresses a body whose size was checked before (FRM-34).
pub(crate) fn compress_body(plain: &[u8], level: i32) -> Result<Vec<u8>, FrameError> {
    if !(1..=22).contains(&level) {
        let detail = format!("compression level {level} is not in 1 to 22");
        return Err(FrameError::new(RejectCode::FieldRange, "ZST-9", detail));
    }
    let mut context = CCtx::create();
    let mut out = vec![0; zstd_safe::compress_bound(plain.len())];
    // With the content size known at the start and no larger than the window, libzstd always writes a
    // single segment with a size field, which is the permitted form (ZST-2).
    let written = context
        .set_parameter(CParameter::CompressionLevel(level))
        .and_then(|_| context.set_parameter(CParameter::ContentSizeFlag(true)))
        .and_then(|_| context.set_parameter(CParameter::ChecksumFlag(false)))
        .and_then(|_| context.set_parameter(CParameter::DictIdFlag(false)))
        .and_then(|_| context.compress2(out.as_mut_slice(), plain))
        .map_err(|code| bad("ZST-9", zstd_safe::get_error_name(code)))?;
    out.truncate(written);
    Ok(out)
}

/// Step 11 of the checking order, for a frame of `num_slices` slices.
pub(crate) fn decompress_body(zstd: &[u8], num_slices: u64) -> Result<Vec<u8>, FrameError> {
    let content_size = read_content_size(zstd)?;
    let content_size = check_limit(content_size, num_slices)?;
    // ZST-6: the library would go on to a second or a skippable frame, so the end is found first.
    let end = zstd_safe::find_frame_compressed_size(zstd)
        .map_err(|code| bad("ZST-8", zstd_safe::get_error_name(code)))?;
    if end != zstd.len() {
        return Err(bad("ZST-6", "there are bytes after the Zstandard frame"));
    }
    // ZST-5: the buffer has room for the announced bytes and not for one more.
    let mut plain = vec![0; content_size];
    let written = DCtx::create()
        .decompress(plain.as_mut_slice(), zstd)
        .map_err(|code| bad("ZST-8", zstd_safe::get_error_name(code)))?;
    if written != content_size {
        return Err(bad("ZST-5", "the content is shorter than its size field"));
    }
    Ok(plain)
}

/// Magic number, descriptor and size field (ZST-2, ZST-3).
fn read_content_size(zstd: &[u8]) -> Result<u64, FrameError> {
    let short = || bad("ZST-8", "the Zstandard frame ends inside its header");
    let (magic, rest) = zstd.split_first_chunk().ok_or_else(short)?;
    if *magic != MAGIC {
        return Err(bad("ZST-1", "the magic number is not that of Zstandard"));
    }
    let (&descriptor, rest) = rest.split_first().ok_or_else(short)?;
    let size = match descriptor {
        0x20 => rest.first().map(|&size| u64::from(size)),
        0x60 => rest
            .first_chunk()
            .map(|&size| u64::from(u16::from_le_bytes(size)) + 256),
        0xA0 => rest
            .first_chunk()
            .map(|&size| u64::from(u32::from_le_bytes(size))),
        0xE0 => rest.first_chunk().map(|&size| u64::from_le_bytes(size)),
        _ => {
            let detail = format!("descriptor {descriptor:#04x} is not a permitted one");
            return Err(FrameError::new(RejectCode::BadCompression, "ZST-2", detail));
        }
    };
    size.ok_or_else(short)
}

/// ZST-4, before anything of that size is allocated. Returns the size as a length.
fn check_limit(content_size: u64, num_slices: u64) -> Result<usize, FrameError> {
    let plain_size = num_slices
        .saturating_mul(4)
        .saturating_add(MIN_PLAIN_BYTES) // what a frame has around its plain body
        .saturating_add(content_size);
    usize::try_from(content_size)
        .ok()
        .filter(|_| plain_size <= MAX_PLAIN_BYTES)
        .ok_or_else(|| {
            let detail = format!("content size {content_size} makes the plain size {plain_size}");
            FrameError::new(RejectCode::PlainTooLarge, "ZST-4", detail)
        })
}

fn bad(clause: &'static str, detail: &'static str) -> FrameError {
    FrameError::new(RejectCode::BadCompression, clause, detail)
}

//! The receiver's checks, in the order of section 4 of the frame specification (FRM-29).

use std::borrow::Cow;

use super::slice::SliceView;
use super::view::{lengths, VFrameView};
use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_FRAME_LEN, MAX_PLAIN_BYTES, MIN_FRAME_LEN, MIN_PLAIN_BYTES, VERSION};
use crate::transform::xchacha::{self, Key};
use crate::transform::zstd;
use crate::wire_values::{Flags, Modality, MsgType};

impl<'a> VFrameView<'a> {
    /// Checks one received frame, for a receiver without a key.
    ///
    /// # Errors
    /// The first reject code that applies in the order of section 4 of the frame specification (FRM-29);
    /// `KEY_REQUIRED` for a frame with XCHACHA (XCH-4).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        read_frame(bytes, None)
    }

    /// Checks one received frame, opening it with `key` if it is sealed.
    ///
    /// The key is ignored for a frame without XCHACHA (XCH-7).
    ///
    /// # Errors
    /// As [`VFrameView::parse`], with `DECRYPT_FAILED` for a frame that does not open (XCH-5).
    pub fn parse_with_key(bytes: &'a [u8], key: &Key) -> Result<Self, FrameError> {
        read_frame(bytes, Some(key))
    }
}

/// Steps 1 to 13.
fn read_frame<'a>(bytes: &'a [u8], key: Option<&Key>) -> Result<VFrameView<'a>, FrameError> {
    check_len(bytes)?;
    check_version(bytes)?;
    let (content, crc32) = check_crc(bytes)?;
    let (mut view, body) = read_header(content, crc32)?;
    check_announced_size(&view)?;
    // The header as sent is what the seal authenticates (XCH-3).
    let header = content
        .get(..content.len().saturating_sub(body.len()))
        .unwrap_or_default();
    view.body = undo_transforms(&view, header, body, key)?;
    check_slices(&view)?;
    Ok(view)
}

/// Steps 1 and 2.
fn check_len(bytes: &[u8]) -> Result<(), FrameError> {
    let refuse = |code, clause| {
        let detail = format!("the input is {} bytes long", bytes.len());
        Err(FrameError::new(code, clause, detail))
    };
    if bytes.len() < MIN_FRAME_LEN {
        return refuse(RejectCode::FrameTooShort, "FRM-25");
    }
    if bytes.len() > MAX_FRAME_LEN {
        return refuse(RejectCode::FrameTooLarge, "FRM-26");
    }
    Ok(())
}

/// Step 3.
fn check_version(bytes: &[u8]) -> Result<(), FrameError> {
    match bytes.first() {
        Some(&VERSION) => Ok(()),
        other => {
            let detail = format!("version is {}", other.copied().unwrap_or_default());
            Err(FrameError::new(RejectCode::BadVersion, "FRM-2", detail))
        }
    }
}

/// Step 4. Returns the bytes that the CRC covers, and the CRC.
fn check_crc(bytes: &[u8]) -> Result<(&[u8], u32), FrameError> {
    let (content, sent) = bytes.split_last_chunk().ok_or_else(too_short)?;
    let sent = u32::from_le_bytes(*sent);
    let computed = crc32fast::hash(content); // FRM-24
    if sent != computed {
        let detail = format!("crc32 is {sent:#010x}, the bytes have {computed:#010x}");
        return Err(FrameError::new(RejectCode::CrcMismatch, "FRM-24", detail));
    }
    Ok((content, sent))
}

/// Steps 5 to 8. Returns a view without a body, and the body as it stands on the wire.
fn read_header(content: &[u8], crc32: u32) -> Result<(VFrameView<'_>, &[u8]), FrameError> {
    let mut rest = content;
    let [_version, mtype] = take(&mut rest)?;
    let mtype = MsgType::try_from(mtype)?; // FRM-3
    let flags = Flags::from_bits(u16::from_le_bytes(take(&mut rest)?))?; // FRM-39
    let stream_id = u32::from_le_bytes(take(&mut rest)?);
    let frame_seq = u64::from_le_bytes(take(&mut rest)?);
    let num_slices = u64::from_le_bytes(take(&mut rest)?);
    let table = take_table(&mut rest, num_slices)?;
    let space_hash32 = u32::from_le_bytes(take(&mut rest)?);
    let [modality] = take(&mut rest)?;
    let view = VFrameView {
        mtype,
        flags,
        stream_id,
        frame_seq,
        num_slices,
        table,
        space_hash32,
        modality: Modality::try_from(modality)?, // FRM-11
        body: Cow::Borrowed(&[]),
        crc32,
    };
    Ok((view, rest))
}

/// The next `N` bytes. They are always there: the frame has at least 33 bytes and room for its table.
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], FrameError> {
    let (field, after) = rest.split_first_chunk().ok_or_else(too_short)?;
    *rest = after;
    Ok(*field)
}

fn too_short() -> FrameError {
    let detail = "the input ends inside the header";
    FrameError::new(RejectCode::FrameTooShort, "FRM-25", detail)
}

/// Step 7. `rest` stands behind `num_slices`; `space_hash32` and `modality` must fit behind the table.
fn take_table<'a>(rest: &mut &'a [u8], num_slices: u64) -> Result<&'a [u8], FrameError> {
    const AFTER_TABLE: usize = 5;
    let room = rest.len().saturating_sub(AFTER_TABLE) / 4;
    // FRM-8: n ≤ room is 33 + 4n ≤ length without a product that could wrap.
    let table = usize::try_from(num_slices)
        .ok()
        .filter(|&n| n <= room)
        .and_then(|n| rest.split_at_checked(n * 4));
    let Some((table, after)) = table else {
        let detail = format!("{num_slices} slices are announced, there is room for {room}");
        return Err(FrameError::new(RejectCode::BadSliceTable, "FRM-8", detail));
    };
    *rest = after;
    Ok(table)
}

/// Step 9. The table has at most 16,375 entries by now, so no sum can wrap.
fn check_announced_size(view: &VFrameView<'_>) -> Result<(), FrameError> {
    let payloads: u64 = lengths(view.table).map(u64::from).sum();
    let least = MIN_PLAIN_BYTES + 10 * view.num_slices + payloads;
    if least > MAX_PLAIN_BYTES {
        let detail = format!("the slice table makes a plain size of at least {least}");
        return Err(FrameError::new(RejectCode::PlainTooLarge, "FRM-27", detail));
    }
    Ok(())
}

/// Steps 10 and 11.
fn undo_transforms<'a>(
    view: &VFrameView<'_>,
    header: &[u8],
    body: &'a [u8],
    key: Option<&Key>,
) -> Result<Cow<'a, [u8]>, FrameError> {
    let mut body = Cow::Borrowed(body);
    if view.flags.contains(Flags::XCHACHA) {
        let Some(key) = key else {
            let detail = "the frame is sealed and there is no key";
            return Err(FrameError::new(RejectCode::KeyRequired, "XCH-4", detail));
        };
        body = Cow::Owned(xchacha::open_body(key, header, &body)?);
    }
    // XCH-1: compressed before it was sealed.
    if view.flags.contains(Flags::ZSTD) {
        body = Cow::Owned(zstd::decompress_body(&body, view.num_slices)?);
    }
    Ok(body)
}

/// Steps 12 and 13.
fn check_slices(view: &VFrameView<'_>) -> Result<(), FrameError> {
    let mut rest = view.plain_body();
    for len in lengths(view.table) {
        (_, rest) = SliceView::read(rest, len)?;
    }
    if !rest.is_empty() {
        let detail = format!("{} bytes follow the last slice", rest.len());
        return Err(FrameError::new(RejectCode::TrailingBytes, "FRM-22", detail));
    }
    Ok(())
}

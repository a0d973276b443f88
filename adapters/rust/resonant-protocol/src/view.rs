//! A received frame whose slices borrow from the input.

use std::borrow::Cow;

use crate::crypto::Key;
use crate::decode;
use crate::error::FrameError;
use crate::flags::Flags;
use crate::frame::VFrame;
use crate::header::{Modality, MsgType, VFrameHeader, VERSION};
use crate::slice::SliceView;

/// A checked frame. Header fields are read, slices stay where they are.
///
/// Of a plain frame nothing is copied or allocated: the plain body is the input's. Of a sealed or
/// compressed frame the view owns the plain body, in one buffer. Every check is made by the time a view
/// exists, so nothing that it gives can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VFrameView<'a> {
    pub(crate) mtype: MsgType,
    pub(crate) flags: Flags,
    pub(crate) stream_id: u32,
    pub(crate) frame_seq: u64,
    pub(crate) num_slices: u64,
    pub(crate) table: &'a [u8],
    pub(crate) space_hash32: u32,
    pub(crate) modality: Modality,
    pub(crate) body: Cow<'a, [u8]>,
    pub(crate) crc32: u32,
}

impl<'a> VFrameView<'a> {
    /// Checks one received frame, for a receiver without a key.
    ///
    /// # Errors
    /// The first reject code that applies in the order of section 4 of the frame specification (FRM-29);
    /// `KEY_REQUIRED` for a frame with XCHACHA (XCH-4).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        decode::read_frame(bytes, None)
    }

    /// Checks one received frame, opening it with `key` if it is sealed.
    ///
    /// The key is ignored for a frame without XCHACHA (XCH-7).
    ///
    /// # Errors
    /// As [`VFrameView::parse`], with `DECRYPT_FAILED` for a frame that does not open (XCH-5).
    pub fn parse_with_key(bytes: &'a [u8], key: &Key) -> Result<Self, FrameError> {
        decode::read_frame(bytes, Some(key))
    }

    /// The message type.
    #[must_use]
    pub const fn mtype(&self) -> MsgType {
        self.mtype
    }

    /// The flags.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.flags
    }

    /// The stream.
    #[must_use]
    pub const fn stream_id(&self) -> u32 {
        self.stream_id
    }

    /// Number of the frame in its stream.
    #[must_use]
    pub const fn frame_seq(&self) -> u64 {
        self.frame_seq
    }

    /// Number of slices.
    #[must_use]
    pub const fn num_slices(&self) -> u64 {
        self.num_slices
    }

    /// Fingerprint of the embedding space, 0 for none.
    #[must_use]
    pub const fn space_hash32(&self) -> u32 {
        self.space_hash32
    }

    /// The modality.
    #[must_use]
    pub const fn modality(&self) -> Modality {
        self.modality
    }

    /// The CRC-32 that the frame carries, already found right.
    #[must_use]
    pub const fn crc32(&self) -> u32 {
        self.crc32
    }

    /// The concatenated slices as bytes, after the transforms were undone.
    #[must_use]
    pub fn plain_body(&self) -> &[u8] {
        &self.body
    }

    /// The slices, in order.
    #[must_use]
    pub fn slices(&self) -> Slices<'_> {
        Slices {
            table: self.table,
            body: &self.body,
        }
    }

    /// An owned copy.
    #[must_use]
    pub fn to_frame(&self) -> VFrame {
        let slices = self.slices();
        VFrame {
            hdr: VFrameHeader {
                version: VERSION,
                mtype: self.mtype,
                flags: self.flags,
                stream_id: self.stream_id,
                frame_seq: self.frame_seq,
                num_slices: self.num_slices,
                slice_len: lengths(self.table).collect(),
                space_hash32: self.space_hash32,
                modality: self.modality,
            },
            slices: slices.map(|s| (s.meta(), s.payload().to_vec())).collect(),
            crc32: self.crc32,
        }
    }
}

/// The entries of a slice table, each the payload bytes of a slice.
pub(crate) fn lengths(table: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = table;
    std::iter::from_fn(move || {
        let (len, after) = rest.split_first_chunk()?;
        rest = after;
        Some(u32::from_le_bytes(*len)) // FRM-1
    })
}

/// Iterator over the slices of a [`VFrameView`].
#[derive(Clone, Debug)]
pub struct Slices<'a> {
    table: &'a [u8],
    body: &'a [u8],
}

impl<'a> Iterator for Slices<'a> {
    type Item = SliceView<'a>;

    fn next(&mut self) -> Option<SliceView<'a>> {
        let (len, table) = self.table.split_first_chunk()?;
        // The view was checked when it was made, so this reads what was read then.
        let (slice, body) = SliceView::read(self.body, u32::from_le_bytes(*len)).ok()?;
        self.table = table;
        self.body = body;
        Some(slice)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.table.len() / 4;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Slices<'_> {}

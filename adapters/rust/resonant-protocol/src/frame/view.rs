//! A received frame whose slices borrow from the input.

use std::borrow::Cow;

use super::slice::SliceView;
use crate::wire_values::{Flags, Modality, MsgType};

/// A checked frame. Header fields are read, slices stay where they are.
///
/// Of a plain frame nothing is copied or allocated: the plain body is the input's. Of a sealed or
/// compressed frame the view owns the plain body, in one buffer. Every check is made by the time a view
/// exists, so nothing that it gives can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VFrameView<'a> {
    pub(super) mtype: MsgType,
    pub(super) flags: Flags,
    pub(super) stream_id: u32,
    pub(super) frame_seq: u64,
    pub(super) num_slices: u64,
    pub(super) table: &'a [u8],
    pub(super) space_hash32: u32,
    pub(super) modality: Modality,
    pub(super) body: Cow<'a, [u8]>,
    pub(super) crc32: u32,
}

impl VFrameView<'_> {
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
}

/// The entries of a slice table, each the payload bytes of a slice.
pub(super) fn lengths(table: &[u8]) -> impl Iterator<Item = u32> + '_ {
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

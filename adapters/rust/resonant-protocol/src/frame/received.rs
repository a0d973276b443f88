//! A received frame that owns the bytes it came as.

use std::borrow::Cow;
use std::ops::Range;

use super::view::VFrameView;
use crate::error::FrameError;
use crate::limits::HEADER_BYTES;
use crate::transform::xchacha::Key;

/// Bytes in front of the slice table (section 1 of the frame specification).
const BEFORE_TABLE: usize = 24;

/// A checked frame that owns the datagram it came as: a [`VFrameView`] that can be kept.
///
/// Of a plain frame nothing is copied, so this is the owned frame that costs least. [`crate::VFrame`] has each slice in
/// a vector of its own instead, to be taken apart or changed; [`VFrameView::to_frame`] makes one.
///
/// ```
/// use resonant_protocol::*;
/// # fn main() -> std::result::Result<(), FrameError> {
/// # let datagram = VFrame::new(MsgType::Sync, Modality::Text, vec![])?.encode()?;
/// let received = VFrameBuf::decode(datagram)?; // takes the vector
/// assert_eq!(received.view().mtype(), MsgType::Sync);
/// let mut datagram = received.into_bytes(); // gives it back, to receive the next one
/// # let _ = &mut datagram;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VFrameBuf {
    bytes: Vec<u8>,
    /// The view, but for what borrows from `bytes`: its body is there if transforms were undone.
    head: VFrameView<'static>,
}

impl VFrameBuf {
    /// Checks one received frame, for a receiver without a key.
    ///
    /// # Errors
    /// As [`VFrameView::parse`].
    pub fn decode(bytes: Vec<u8>) -> Result<Self, FrameError> {
        let head = without_borrows(VFrameView::parse(&bytes)?);
        Ok(Self { bytes, head })
    }

    /// Checks one received frame, opening it with `key` if it is sealed.
    ///
    /// # Errors
    /// As [`VFrameView::parse_with_key`].
    pub fn decode_with_key(bytes: Vec<u8>, key: &Key) -> Result<Self, FrameError> {
        let head = without_borrows(VFrameView::parse_with_key(&bytes, key)?);
        Ok(Self { bytes, head })
    }

    /// The frame. Nothing is checked again, and nothing is copied.
    #[must_use]
    pub fn view(&self) -> VFrameView<'_> {
        // Both were found within the bytes when they were checked.
        let table_len = self.table_len();
        let table = BEFORE_TABLE..BEFORE_TABLE.saturating_add(table_len);
        let body = match &self.head.body {
            Cow::Owned(plain) => plain,
            Cow::Borrowed(_) => {
                let start = HEADER_BYTES.saturating_add(table_len);
                self.part(start..self.bytes.len().saturating_sub(4))
            }
        };
        VFrameView {
            table: self.part(table),
            body: Cow::Borrowed(body),
            ..self.head
        }
    }

    /// The datagram, as it was received.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The datagram, as it was received, for its memory to be used again.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn table_len(&self) -> usize {
        let slices = usize::try_from(self.head.num_slices).unwrap_or_default();
        slices.saturating_mul(4)
    }

    fn part(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}

/// A view without what it borrows.
fn without_borrows(view: VFrameView<'_>) -> VFrameView<'static> {
    let body = match view.body {
        Cow::Owned(plain) => Cow::Owned(plain),
        Cow::Borrowed(_) => Cow::Borrowed(&[][..]),
    };
    VFrameView {
        mtype: view.mtype,
        flags: view.flags,
        stream_id: view.stream_id,
        frame_seq: view.frame_seq,
        num_slices: view.num_slices,
        table: &[],
        space_hash32: view.space_hash32,
        modality: view.modality,
        body,
        crc32: view.crc32,
    }
}

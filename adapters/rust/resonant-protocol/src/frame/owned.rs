//! The owned frame.

use super::header::VFrameHeader;
use super::slice::SliceMeta;
use super::view::{lengths, VFrameView};
use crate::error::{FrameError, RejectCode};
use crate::limits::VERSION;
use crate::transform::xchacha::Key;
use crate::wire_values::{Flags, Modality, MsgType};

/// A V-Frame with its own slices, to be encoded or as decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VFrame {
    /// The header fields.
    pub hdr: VFrameHeader,
    /// Each slice's description and payload bytes, in order.
    pub slices: Vec<(SliceMeta, Vec<u8>)>,
    /// The CRC-32 the frame came with. Filled by decode, ignored by encode.
    pub crc32: u32,
}

impl VFrame {
    /// A frame of `slices` whose header agrees with them: version 1, no flags, and 0 for `stream_id`,
    /// `frame_seq` and `space_hash32`, to be set in [`VFrame::hdr`] as needed.
    ///
    /// # Errors
    /// `FIELD_RANGE` for a payload whose length does not fit a u32 (FRM-36).
    pub fn new(
        mtype: MsgType,
        modality: Modality,
        slices: Vec<(SliceMeta, Vec<u8>)>,
    ) -> Result<Self, FrameError> {
        let out_of_range = |_| {
            let detail = "a payload is longer than slice_len can say";
            FrameError::new(RejectCode::FieldRange, "FRM-36", detail)
        };
        let slice_len = slices
            .iter()
            .map(|(_, payload)| u32::try_from(payload.len()).map_err(out_of_range))
            .collect::<Result<Vec<u32>, FrameError>>()?;
        let hdr = VFrameHeader {
            version: VERSION,
            mtype,
            flags: Flags::empty(),
            stream_id: 0,
            frame_seq: 0,
            num_slices: u64::try_from(slices.len()).map_err(out_of_range)?,
            slice_len,
            space_hash32: 0,
            modality,
        };
        Ok(Self {
            hdr,
            slices,
            crc32: 0,
        })
    }

    /// Decodes one received frame, for a receiver without a key.
    ///
    /// ```
    /// use resonant_protocol::{RejectCode, VFrame};
    /// let refused = VFrame::decode(&[1; 20]).unwrap_err();
    /// assert_eq!(refused.code(), RejectCode::FrameTooShort);
    /// assert_eq!(refused.clause(), "FRM-25");
    /// ```
    ///
    /// # Errors
    /// As [`VFrameView::parse`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        Ok(VFrameView::parse(bytes)?.to_frame())
    }

    /// Decodes one received frame, opening it with `key` if it is sealed.
    ///
    /// # Errors
    /// As [`VFrameView::parse_with_key`].
    pub fn decode_with_key(bytes: &[u8], key: &Key) -> Result<Self, FrameError> {
        Ok(VFrameView::parse_with_key(bytes, key)?.to_frame())
    }
}

impl VFrameView<'_> {
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

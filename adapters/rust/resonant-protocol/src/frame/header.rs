//! The header of a frame.

use crate::wire_values::{Flags, Modality, MsgType};

/// The header of a frame, as fields.
///
/// `num_slices` and `slice_len` follow from the slices; [`crate::VFrame::new`] fills them in, and encode
/// refuses a header that disagrees with the slices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VFrameHeader {
    /// Version of the wire format, always [`crate::VERSION`] (FRM-2).
    pub version: u8,
    /// The message type.
    pub mtype: MsgType,
    /// The flags.
    pub flags: Flags,
    /// The stream, any value (FRM-5).
    pub stream_id: u32,
    /// Number of the frame in its stream, any value (FRM-6).
    pub frame_seq: u64,
    /// Number of slices (FRM-7).
    pub num_slices: u64,
    /// Payload bytes of each slice in the plain body (FRM-9).
    pub slice_len: Vec<u32>,
    /// Fingerprint of the embedding space, 0 for none (FRM-10); see [`crate::space_hash32`].
    pub space_hash32: u32,
    /// The modality.
    pub modality: Modality,
}

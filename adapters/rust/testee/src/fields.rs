//! Frames, as bytes and as data.

use resonant_protocol::{
    DType, Flags, FrameError, Modality, MsgType, SliceMeta, VFrame, VFrameView,
};
use resonant_testee_kit::{BadRequest, Fields, Members, Slice};

/// A frame as bytes, and the key to it if there is one.
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    key: Option<[u8; 32]>,
}

impl Encoded {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            bytes: input.bytes("frame")?,
            key: input.optional("key", Members::fixed)?,
        })
    }

    pub(crate) fn view(&self) -> Result<VFrameView<'_>, FrameError> {
        match &self.key {
            Some(key) => VFrameView::parse_with_key(&self.bytes, key),
            None => VFrameView::parse(&self.bytes),
        }
    }
}

/// The frame of these fields. The crate's types hold no invalid type, flag, modality or dtype: their own conversions
/// refuse it.
pub(crate) fn to_frame(fields: &Fields) -> Result<VFrame, FrameError> {
    let mtype = MsgType::try_from(fields.mtype)?;
    let flags = Flags::from_bits(fields.flags)?;
    let modality = Modality::try_from(fields.modality)?;
    let slices = to_slices(&fields.slices)?;
    let mut frame = VFrame::new(mtype, modality, slices)?;
    frame.hdr.flags = flags;
    frame.hdr.stream_id = fields.stream_id;
    frame.hdr.frame_seq = fields.frame_seq;
    frame.hdr.space_hash32 = fields.space_hash32;
    Ok(frame)
}

/// The slices of a frame.
pub(crate) fn to_slices(slices: &[Slice]) -> Result<Vec<(SliceMeta, Vec<u8>)>, FrameError> {
    let slice = |slice: &Slice| {
        let meta = SliceMeta {
            dtype: DType::try_from(slice.dtype)?,
            shape: slice.dims.clone(),
        };
        Ok((meta, slice.payload.clone()))
    };
    slices.iter().map(slice).collect()
}

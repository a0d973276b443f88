//! Frames, as bytes and as data.

use resonant_protocol::{
    DType, Flags, FrameError, Modality, MsgType, SliceMeta, VFrame, VFrameView,
};
use resonant_testee_kit::{BadRequest, Members};
use serde_json::Value;

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

/// A frame as data, within the ranges of the wire fields but not yet a valid frame.
pub(crate) struct Fields {
    mtype: u8,
    flags: u16,
    stream_id: u32,
    frame_seq: u64,
    space_hash32: u32,
    modality: u8,
    slices: Vec<RawSlice>,
}

impl Fields {
    pub(crate) fn read(value: Value) -> Result<Self, BadRequest> {
        let mut members = Members::of(value, "fields")?;
        let fields = Self {
            mtype: members.integer("type")?,
            flags: members.integer("flags")?,
            stream_id: members.integer("stream_id")?,
            frame_seq: members.decimal("frame_seq")?,
            space_hash32: members.integer("space_hash32")?,
            modality: members.integer("modality")?,
            slices: members
                .array("slices")?
                .into_iter()
                .map(read_slice)
                .collect::<Result<_, BadRequest>>()?,
        };
        members.end()?;
        Ok(fields)
    }

    /// The crate's types hold no invalid type, flag, modality or dtype: their own conversions refuse it.
    pub(crate) fn to_frame(&self) -> Result<VFrame, FrameError> {
        let mtype = MsgType::try_from(self.mtype)?;
        let flags = Flags::from_bits(self.flags)?;
        let modality = Modality::try_from(self.modality)?;
        let slices = to_slices(&self.slices)?;
        let mut frame = VFrame::new(mtype, modality, slices)?;
        frame.hdr.flags = flags;
        frame.hdr.stream_id = self.stream_id;
        frame.hdr.frame_seq = self.frame_seq;
        frame.hdr.space_hash32 = self.space_hash32;
        Ok(frame)
    }
}

/// A slice as data: dtype, dims and payload.
pub(crate) type RawSlice = (u8, Vec<u32>, Vec<u8>);

/// The slices of a frame.
pub(crate) fn to_slices(raw: &[RawSlice]) -> Result<Vec<(SliceMeta, Vec<u8>)>, FrameError> {
    let slice = |(dtype, dims, payload): &RawSlice| {
        let meta = SliceMeta {
            dtype: DType::try_from(*dtype)?,
            shape: dims.clone(),
        };
        Ok((meta, payload.clone()))
    };
    raw.iter().map(slice).collect()
}

pub(crate) fn read_slice(value: Value) -> Result<RawSlice, BadRequest> {
    let mut members = Members::of(value, "slice")?;
    let dtype = members.integer("dtype")?;
    let dims = members.integers("dims", ..)?;
    let payload = members.bytes("payload")?;
    members.end()?;
    Ok((dtype, dims, payload))
}

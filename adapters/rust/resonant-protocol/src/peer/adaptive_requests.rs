//! Requests to send tensors in the form that the peer chooses, and to tell a quality (ADA-11 to ADA-14).

use super::emit::Action;
use super::event::Output;
use super::receive::{Received, ASKED_BEFORE_TENSORS};
use super::request_checks::state;
use super::state::Peer;
use super::sync::write;
use crate::error::{FrameError, RejectCode};
use crate::frame::{SliceMeta, VFrame};
use crate::limits::MAX_TOLERANCE;
use crate::message::write_tensor;
use crate::tensor::adapt::{adapt, Terms};
use crate::tensor::quant::Source;
use crate::wire_values::{DType, Modality, MsgType};

/// A tensor whose form the peer chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdaptiveTensor<'a> {
    /// The type of its elements.
    pub source: Source,
    /// Its dims, 1 to 255 of them.
    pub dims: &'a [u32],
    /// Its elements, little-endian.
    pub data: &'a [u8],
}

/// A data message whose tensors the peer gives the smallest form that is exact enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdaptiveMessage<'a> {
    /// The type of its frame; not Sync.
    pub mtype: MsgType,
    /// The modality of its frame.
    pub modality: Modality,
    /// Its tensors, in the order of their slots.
    pub tensors: &'a [AdaptiveTensor<'a>],
    /// The slices behind those of its tensors: the mask and the explanation of a Critique.
    pub slices: Vec<(SliceMeta, Vec<u8>)>,
}

impl<'a> AdaptiveMessage<'a> {
    /// A message of these tensors and nothing else.
    #[must_use]
    pub const fn new(
        mtype: MsgType,
        modality: Modality,
        tensors: &'a [AdaptiveTensor<'a>],
    ) -> Self {
        Self {
            mtype,
            modality,
            tensors,
            slices: Vec::new(),
        }
    }
}

impl Peer {
    /// Sends a data frame as [`Peer::send`] does, each of whose tensors has the smallest form that is agreed and within the
    /// tolerance: that of [`Config::adaptive`](super::Config::adaptive), or the greater one that the other end has told for
    /// the stream_id. The form is chosen now, also where the frame waits.
    ///
    /// ```
    /// # use resonant_protocol::{peer::*, quant::Source, *};
    /// # fn send(peer: &mut Peer, hidden: &[f32]) -> std::result::Result<Output, FrameError> {
    /// let data: Vec<u8> = hidden.iter().flat_map(|value| value.to_le_bytes()).collect();
    /// let tensors = [AdaptiveTensor { source: Source::F32, dims: &[1, 2048], data: &data }];
    /// peer.send_adaptive(3, AdaptiveMessage::new(MsgType::Think, Modality::Text, &tensors), 20)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Peer::send`]. `UNSUPPORTED_FEATURE` without [`Config::adaptive`](super::Config::adaptive), too, and behind
    /// `UNSUPPORTED_MODALITY`, for each tensor in turn, `LENGTH_MISMATCH` for data whose length does not follow from its
    /// dims, `BAD_RANK` for no dims or more than 255, and `TOLERANCE` where no form that is agreed is exact enough (ADA-13).
    pub fn send_adaptive(
        &mut self,
        stream_id: u32,
        message: AdaptiveMessage<'_>,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        let AdaptiveMessage {
            mtype, modality, ..
        } = message;
        self.prepare_data(stream_id, mtype, now_ms)?;
        if self.config.adaptive.is_none() {
            let (code, detail) = (RejectCode::UnsupportedFeature, "the peer has no tolerance");
            return Err(FrameError::new(code, "ADA-13", detail));
        }
        let bare = VFrame::new(mtype, modality, Vec::new())?;
        self.check_agreed(ASKED_BEFORE_TENSORS, &Received::asked(&bare))?;
        let slices = self.chosen(stream_id, message)?;
        self.send_data(stream_id, VFrame::new(mtype, modality, slices)?)
    }

    /// Tells the other end how much error the receiver of its tensors can bear, in 2⁻²⁴ of their energy: 0 to 16,777,216, of
    /// which 0 takes back what was told. It counts for the stream_id on which the tensors come, and for no other.
    ///
    /// # Errors
    /// `HANDSHAKE_REQUIRED` or `ENCRYPTION_REQUIRED`; `STREAM_STATE` where this peer has opened a stream itself; then
    /// `FIELD_RANGE` for another tolerance (ADA-14).
    pub fn send_quality(
        &mut self,
        stream_id: u32,
        tolerance: i64,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        self.prepare(now_ms)?;
        self.check_not_ended(stream_id)?;
        if self.send_streams.has(stream_id) {
            return Err(state("the peer has opened a stream itself"));
        }
        self.check_room(stream_id)?;
        if !(0..=MAX_TOLERANCE).contains(&tolerance) {
            let detail = format!("tolerance {tolerance} is not in 0 to {MAX_TOLERANCE}");
            return Err(FrameError::new(RejectCode::FieldRange, "ADA-14", detail));
        }
        self.emit_json(stream_id, Action::Sync, &write::quality(tolerance))?;
        Ok(self.take_output())
    }

    /// The slices of a message, those of its tensors in the forms that are chosen (ADA-11).
    fn chosen(
        &mut self,
        stream_id: u32,
        message: AdaptiveMessage<'_>,
    ) -> Result<Vec<(SliceMeta, Vec<u8>)>, FrameError> {
        let allow = self.candidates(message.mtype);
        let mut slices = Vec::new();
        for (place, tensor) in message.tensors.iter().enumerate() {
            let AdaptiveTensor { source, dims, data } = *tensor;
            let terms = Terms {
                allow: &allow,
                tolerance: self.tolerance(stream_id, message.mtype, place).into(),
                budget: None,
            };
            write_tensor(&adapt(source, dims, data, &terms)?, &mut slices)?;
        }
        slices.extend(message.slices);
        Ok(slices)
    }

    /// The agreed dtypes that a tensor of a message can have (MSG-3).
    fn candidates(&self, mtype: MsgType) -> Vec<DType> {
        const ALL: [DType; 4] = [DType::F16, DType::I8, DType::Q4, DType::SparseCoo];
        let known = match mtype {
            MsgType::Critique => &ALL[..2],
            _ => &ALL[..],
        };
        let agreed = self.agreement();
        let is_agreed = |dtype: &DType| agreed.is_some_and(|it| it.has_dtype(*dtype));
        known.iter().copied().filter(is_agreed).collect()
    }

    /// ADA-12.
    fn tolerance(&mut self, stream_id: u32, mtype: MsgType, place: usize) -> u32 {
        let now = self.clock;
        let tolerances = self.tolerances_mut();
        tolerances.map_or(0, |it| it.of(stream_id, mtype, place, now))
    }
}

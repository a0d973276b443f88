//! The slices of a message by the slots that they fill, where they lie (MSG-1 to MSG-6, MSG-20).

use super::explanation::Explanation;
use super::slots::{Part, Slots, TensorSlices};
use crate::error::FrameError;
use crate::frame::{VFrame, VFrameView};
use crate::json::JsonObject;
use crate::wire_values::{DType, MsgType};

/// A [`crate::Message`] whose tensors borrow from the frame.
pub(crate) enum MessageSlices<'a> {
    Think(TensorSlices<'a>),
    Cache(TensorSlices<'a>, TensorSlices<'a>),
    Ask(TensorSlices<'a>, Option<TensorSlices<'a>>),
    Sync(JsonObject),
    Heart,
    Critique(TensorSlices<'a>, Option<&'a [u8]>, Option<Explanation>),
}

impl<'a> MessageSlices<'a> {
    /// As [`crate::Message::read`].
    pub(crate) fn of_view(view: &'a VFrameView<'_>) -> Result<Self, FrameError> {
        let parts = view.slices().map(|slice| (slice.meta(), slice.payload()));
        Self::fill(view.mtype(), Slots::new(parts))
    }

    /// As [`crate::Message::from_frame`].
    pub(crate) fn of_frame(frame: &'a VFrame) -> Result<Self, FrameError> {
        frame.check()?;
        let slices = frame.slices.iter();
        let parts = slices.map(|(meta, payload)| (meta.clone(), payload.as_slice()));
        Self::fill(frame.hdr.mtype, Slots::new(parts))
    }

    /// The dtypes of its tensors' first slices, in the order of the slots.
    pub(crate) fn dtypes(&self) -> impl Iterator<Item = DType> {
        let (first, second) = match self {
            Self::Think(hidden) => (Some(hidden), None),
            Self::Cache(keys, values) => (Some(keys), Some(values)),
            Self::Ask(query, context) => (Some(query), context.as_ref()),
            Self::Sync(_) | Self::Heart => (None, None),
            Self::Critique(divergence, _, _) => (Some(divergence), None),
        };
        let dtype = |tensor: &TensorSlices<'_>| tensor.meta.dtype;
        first.map(dtype).into_iter().chain(second.map(dtype))
    }

    /// The table of section 1 of the message specification.
    fn fill(
        mtype: MsgType,
        mut slots: Slots<'a, impl Iterator<Item = Part<'a>>>,
    ) -> Result<Self, FrameError> {
        let message = match mtype {
            MsgType::Think => Self::Think(slots.tensor("hidden")?),
            MsgType::Cache => Self::Cache(slots.tensor("keys")?, slots.tensor("values")?),
            MsgType::Ask => Self::Ask(slots.tensor("query")?, slots.optional_tensor()?),
            MsgType::Sync => slots.json("json")?.map_or(Self::Heart, Self::Sync),
            MsgType::Critique => {
                let divergence = slots.divergence()?;
                let mask = slots.mask(&divergence.meta.shape)?;
                let explanation = slots.json("explanation")?;
                let explanation = explanation.map(Explanation::new).transpose()?;
                Self::Critique(divergence, mask, explanation)
            }
        };
        slots.end()?;
        Ok(message)
    }
}

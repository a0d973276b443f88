//! Messages: what the slices of a frame mean (MSG-1 to MSG-22).

use super::explanation::Explanation;
use super::slices::MessageSlices;
use super::slots::write_tensor;
use crate::error::{FrameError, RejectCode};
use crate::frame::{SliceMeta, VFrame, VFrameView};
use crate::json::JsonObject;
use crate::tensor::Tensor;
use crate::wire_values::{length, DType, Modality, MsgType};

/// The slices of a frame, by what they mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A thought.
    Think {
        /// The hidden states.
        hidden: Tensor,
    },
    /// Cached states.
    Cache {
        /// The keys.
        keys: Tensor,
        /// The values.
        values: Tensor,
    },
    /// A request.
    Ask {
        /// The query.
        query: Tensor,
        /// The context of the query, if it has one.
        context: Option<Tensor>,
    },
    /// Synchronization.
    Sync {
        /// The JSON object.
        json: JsonObject,
    },
    /// A Sync frame without slices: a sign of life (MSG-4).
    Heart,
    /// A judgement.
    Critique {
        /// The divergence, element by element; F16 or I8.
        divergence: Tensor,
        /// Bytes 0 and 1, one for each element of the divergence.
        mask: Option<Vec<u8>>,
        /// The reasons.
        explanation: Option<Explanation>,
    },
}

impl Message {
    /// Reads the message of a received frame.
    ///
    /// ```
    /// use resonant_protocol::*;
    /// # fn main() -> std::result::Result<(), FrameError> {
    /// let json = JsonObject::parse(br#"{"step": 1}"#)?;
    /// let bytes = Message::Sync { json }.to_frame(Modality::Text)?.encode()?;
    /// let Message::Sync { json } = Message::read(&VFrameView::parse(&bytes)?)? else { panic!() };
    /// assert_eq!(json.get("step"), Some(&Json::Integer(1)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The first fault in the order of the slots (MSG-6): `BAD_SLOTS`, `BAD_SCALE`, `BAD_INDEX`, `BAD_MASK` or
    /// `BAD_JSON`.
    pub fn read(view: &VFrameView<'_>) -> Result<Self, FrameError> {
        MessageSlices::of_view(view).map(Self::from)
    }

    /// Reads the message of an owned frame, whether decoded or put together.
    ///
    /// # Errors
    /// Those of [`VFrame::encode`] for a frame that could not be sent without transforms, then those of
    /// [`Message::read`].
    pub fn from_frame(frame: &VFrame) -> Result<Self, FrameError> {
        MessageSlices::of_frame(frame).map(Self::from)
    }

    /// The type of the frames it travels in.
    #[must_use]
    pub const fn mtype(&self) -> MsgType {
        match self {
            Self::Think { .. } => MsgType::Think,
            Self::Cache { .. } => MsgType::Cache,
            Self::Ask { .. } => MsgType::Ask,
            Self::Sync { .. } | Self::Heart => MsgType::Sync,
            Self::Critique { .. } => MsgType::Critique,
        }
    }

    /// A frame of this message, as [`VFrame::new`] makes it.
    ///
    /// # Errors
    /// What a receiver would refuse, with its code (MSG-22): the message is read from the frame before it is
    /// given. `BAD_SLOTS` for one that would be read as another message, which a context of F16 behind a
    /// query without scales is (MSG-7).
    pub fn to_frame(&self, modality: Modality) -> Result<VFrame, FrameError> {
        let frame = VFrame::new(self.mtype(), modality, self.slices()?)?;
        if Self::from_frame(&frame)? != *self {
            let detail = "a receiver would fill the slots in another way";
            return Err(FrameError::new(RejectCode::BadSlots, "MSG-7", detail));
        }
        Ok(frame)
    }

    fn slices(&self) -> Result<Vec<(SliceMeta, Vec<u8>)>, FrameError> {
        let mut slices = Vec::new();
        match self {
            Self::Think { hidden } => write_tensor(hidden, &mut slices)?,
            Self::Cache { keys, values } => {
                write_tensor(keys, &mut slices)?;
                write_tensor(values, &mut slices)?;
            }
            Self::Ask { query, context } => {
                write_tensor(query, &mut slices)?;
                if let Some(context) = context {
                    write_tensor(context, &mut slices)?;
                }
            }
            Self::Sync { json } => slices.push(bytes_slice(json.text().as_bytes())?),
            Self::Heart => {}
            Self::Critique {
                divergence,
                mask,
                explanation,
            } => {
                write_tensor(divergence, &mut slices)?;
                if let Some(mask) = mask {
                    let (dtype, shape) = (DType::I8, divergence.dims.clone());
                    slices.push((SliceMeta { dtype, shape }, mask.clone()));
                }
                if let Some(explanation) = explanation {
                    slices.push(bytes_slice(explanation.object().text().as_bytes())?);
                }
            }
        }
        Ok(slices)
    }
}

impl From<MessageSlices<'_>> for Message {
    fn from(slices: MessageSlices<'_>) -> Self {
        match slices {
            MessageSlices::Think(hidden) => Self::Think {
                hidden: hidden.into(),
            },
            MessageSlices::Cache(keys, values) => Self::Cache {
                keys: keys.into(),
                values: values.into(),
            },
            MessageSlices::Ask(query, context) => Self::Ask {
                query: query.into(),
                context: context.map(Into::into),
            },
            MessageSlices::Sync(json) => Self::Sync { json },
            MessageSlices::Heart => Self::Heart,
            MessageSlices::Critique(divergence, mask, explanation) => Self::Critique {
                divergence: divergence.into(),
                mask: mask.map(<[u8]>::to_vec),
                explanation,
            },
        }
    }
}

/// A slice of JSON text (MSG-13).
fn bytes_slice(text: &[u8]) -> Result<(SliceMeta, Vec<u8>), FrameError> {
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![length(text.len())?],
    };
    Ok((meta, text.to_vec()))
}

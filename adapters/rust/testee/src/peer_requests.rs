//! The requests of peer_send (specs/ops/peer_send.json).

use resonant_protocol::peer::{AdaptiveMessage, AdaptiveTensor, Announce, Output, Peer};
use resonant_protocol::quant::Source;
use resonant_protocol::{FrameError, Modality, MsgType, SliceMeta, VFrame};
use resonant_testee_kit::{BadRequest, Members, Slice};
use serde_json::Value;

use crate::fields::to_slices;
use crate::payload::SOURCES;
use crate::wires::Arrived;

/// The input of peer_send.
pub(crate) struct Sending {
    pub(crate) stream_id: u32,
    pub(crate) link: Option<String>,
    pub(crate) arrived: Option<Arrived>,
    pub(crate) request: Request,
}

/// A peer's request to send.
pub(crate) enum Request {
    /// A frame, or what the crate's types refuse about it.
    Message(Result<VFrame, FrameError>),
    Adaptive(Adaptive),
    Quality(i64),
    Ping,
    Head(bool, Option<Announce>, Option<u8>),
    Tail,
    Heart,
    Hold,
    Resume,
    Cancel,
    Reset(String),
    Cork,
    Uncork,
}

impl Sending {
    pub(crate) fn read(input: &mut Members) -> Result<Self, BadRequest> {
        let kind = input.string("kind")?;
        Ok(Self {
            stream_id: match kind.as_str() {
                "cork" | "uncork" => 0, // they are about all streams
                _ => input.integer("stream_id")?,
            },
            link: input.optional("link", link)?,
            arrived: arrived(input)?,
            request: match kind.as_str() {
                "message" => Request::Message(message(input)?),
                "adaptive" => Request::Adaptive(adaptive(input)?),
                "quality" => Request::Quality(input.signed("tolerance")?),
                "ping" => Request::Ping,
                "head" => {
                    let strong = input.boolean("strong_tail")?;
                    let announce = input.optional("announce", announce)?;
                    Request::Head(strong, announce, input.optional("urgency", urgency)?)
                }
                "tail" => Request::Tail,
                "heart" => Request::Heart,
                "hold" => Request::Hold,
                "resume" => Request::Resume,
                "cancel" => Request::Cancel,
                "reset" => Request::Reset(input.string("code")?),
                "cork" => Request::Cork,
                "uncork" => Request::Uncork,
                _ => return Err("input.kind is not a known one".into()),
            },
        })
    }
}

impl Request {
    /// Has a peer do it.
    pub(crate) fn perform(
        self,
        peer: &mut Peer,
        stream_id: u32,
        clock: u64,
    ) -> Result<Output, FrameError> {
        match self {
            Self::Message(frame) => peer.send(stream_id, frame?, clock),
            Self::Ping => peer.ping(stream_id, clock),
            Self::Head(strong, announce, None) => {
                peer.open_stream(stream_id, strong, announce.as_ref(), clock)
            }
            Self::Head(strong, announce, Some(urgency)) => {
                peer.open_urgent_stream(stream_id, strong, announce.as_ref(), urgency, clock)
            }
            Self::Tail => peer.close_stream(stream_id, clock),
            Self::Heart => peer.heart(stream_id, clock),
            Self::Hold => peer.hold(stream_id, clock),
            Self::Resume => peer.resume(stream_id, clock),
            Self::Cancel => peer.cancel(stream_id, clock),
            Self::Reset(code) => peer.reset_stream(stream_id, &code, clock),
            Self::Cork => Ok(peer.cork(clock)),
            Self::Uncork => Ok(peer.uncork(clock)),
            Self::Adaptive(message) => message.send(peer, stream_id, clock),
            Self::Quality(tolerance) => peer.send_quality(stream_id, tolerance, clock),
        }
    }
}

/// A slice of the crate.
type Plain = (SliceMeta, Vec<u8>);

/// A message whose tensors get their forms from the peer.
pub(crate) struct Adaptive {
    mtype: MsgType,
    modality: Modality,
    tensors: Vec<Tensor>,
    slices: Result<Vec<Plain>, FrameError>,
}

struct Tensor {
    source: Source,
    data: Vec<u8>,
    dims: Vec<u32>,
}

impl Tensor {
    fn read(value: Value) -> Result<Self, BadRequest> {
        let mut members = Members::of(value, "tensor")?;
        let tensor = Self {
            source: members.named("source", &SOURCES)?,
            data: members.bytes("data")?,
            dims: members.integers("dims", 1..=255)?,
        };
        members.end()?;
        Ok(tensor)
    }
}

impl Adaptive {
    fn send(self, peer: &mut Peer, stream_id: u32, clock: u64) -> Result<Output, FrameError> {
        let tensors = self.tensors.iter();
        let tensors = tensors.map(|tensor| AdaptiveTensor {
            source: tensor.source,
            dims: &tensor.dims,
            data: &tensor.data,
        });
        let tensors: Vec<AdaptiveTensor<'_>> = tensors.collect();
        let message = AdaptiveMessage {
            slices: self.slices?,
            ..AdaptiveMessage::new(self.mtype, self.modality, &tensors)
        };
        peer.send_adaptive(stream_id, message, clock)
    }
}

fn urgency(input: &mut Members, name: &str) -> Result<u8, BadRequest> {
    match input.integer(name)? {
        urgency @ 0..=7 => Ok(urgency),
        urgency => Err(format!("input.{name} {urgency} is over 7").into()),
    }
}

fn announce(input: &mut Members, name: &str) -> Result<Announce, BadRequest> {
    let mut members = Members::of(input.value(name)?, "announce")?;
    let announce = Announce {
        frames: members.decimal("frames")?,
        total_len: members.decimal("total_len")?,
        md5: members.fixed("md5")?,
        xxhash3_64: members.fixed("xxhash3_64").map(u64::from_be_bytes)?,
    };
    members.end()?;
    Ok(announce)
}

/// The frame of a message. The outer error is that of a malformed input.
fn message(input: &mut Members) -> Result<Result<VFrame, FrameError>, BadRequest> {
    let (mtype, modality) = kind(input)?;
    let slices = input.array("slices")?;
    let slices = slices_of(slices)?;
    Ok(slices.and_then(|slices| VFrame::new(mtype, modality, slices)))
}

fn adaptive(input: &mut Members) -> Result<Adaptive, BadRequest> {
    let (mtype, modality) = kind(input)?;
    let tensors = input.array("tensors")?.into_iter();
    let slices = input.optional("slices", Members::array)?;
    Ok(Adaptive {
        mtype,
        modality,
        tensors: tensors
            .map(Tensor::read)
            .collect::<Result<_, BadRequest>>()?,
        slices: slices_of(slices.unwrap_or_default())?,
    })
}

/// Type and modality of a data frame.
fn kind(input: &mut Members) -> Result<(MsgType, Modality), BadRequest> {
    let mtype: u8 = input.integer("type")?;
    let modality: u8 = input.integer("modality")?;
    let mtype = MsgType::try_from(mtype).ok();
    let mtype = mtype.filter(|mtype| *mtype != MsgType::Sync);
    let mtype = mtype.ok_or("input.type is not that of a data frame")?;
    let modality = Modality::try_from(modality).map_err(|_| "input.modality is over 4")?;
    Ok((mtype, modality))
}

/// Slices, or what the crate's types refuse about them. The outer error is that of a malformed input.
fn slices_of(items: Vec<Value>) -> Result<Result<Vec<Plain>, FrameError>, BadRequest> {
    let slices = items.into_iter().map(Slice::read);
    let slices = slices.collect::<Result<Vec<_>, BadRequest>>()?;
    Ok(to_slices(&slices))
}

/// The member `arrived` of a request that has it (TST-28).
pub(crate) fn arrived(input: &mut Members) -> Result<Option<Arrived>, BadRequest> {
    input.optional("arrived", |input, name| {
        let mut members = Members::of(input.value(name)?, "arrived")?;
        let arrived = Arrived {
            link: link(&mut members, "link")?,
            on: members.optional("on", Members::integer)?,
            bytes: members.integer("bytes")?,
            ended: members
                .optional("ended", Members::boolean)?
                .unwrap_or_default(),
        };
        members.end()?;
        Ok(arrived)
    })
}

/// A link: 1 to 64 letters, digits and hyphens.
pub(crate) fn link(input: &mut Members, name: &str) -> Result<String, BadRequest> {
    let text = input.string(name)?;
    let is_right = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(is_right) {
        return Ok(text);
    }
    Err(format!("input.{name} is no link").into())
}

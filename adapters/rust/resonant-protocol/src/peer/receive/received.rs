//! A received frame, read once: what it is to a peer, and what it says.

use crate::error::FrameError;
use crate::frame::{VFrame, VFrameView};
use crate::json::{Json, JsonObject};
use crate::limits::HEADER_BYTES;
use crate::message::MessageSlices;
use crate::peer::config::Role;
use crate::peer::event::{Announce, Reference};
use crate::peer::sync::{
    malformed, read_head, read_quality, Capability, Managing, Method, Ping, Reader, Report, Tail,
};
use crate::wire_values::{DType, Flags, Modality, MsgType};

/// The kind of a frame, to the peer that receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Data,
    Heart,
    Head,
    Tail,
    Ping,
    Capability,
    Error,
    /// A ping to a client or a capability to a server, without effect (HSK-9).
    Stray,
    /// A blocked, where the methods of multiplexing are known (MUX-33).
    Blocked,
    /// A credit, done or reset, where they are.
    Managing,
    /// A quality, to a peer in a session that sends adaptive messages (ADA-15).
    Quality,
    /// A Sync frame of another method, without effect (HSK-9).
    Other,
    /// A Sync frame whose message, or method, cannot be read (HSK-19, HSK-40).
    Unreadable,
}

/// The content of a frame.
pub(crate) enum Content {
    /// The dtypes of the tensors, in the order of the slots.
    Data([Option<DType>; 2]),
    Head(Option<Announce>),
    Tail(Tail),
    Ping(Ping),
    Capability(Capability),
    Error(Report),
    Managing(Managing),
    /// The tolerance of a quality.
    Quality(u32),
    /// Nothing that matters: all that counts is that it came.
    Nothing,
}

/// A frame that the frame layer accepted.
pub(crate) struct Received<'a> {
    pub(crate) kind: Kind,
    /// The content, or the reason why it cannot be read.
    pub(crate) content: Result<Content, FrameError>,
    pub(crate) mtype: MsgType,
    pub(crate) flags: Flags,
    pub(crate) modality: Modality,
    pub(crate) space_hash32: u32,
    pub(crate) stream_id: u32,
    pub(crate) frame_seq: u64,
    pub(crate) bytes: &'a [u8],
    slices: usize,
}

impl<'a> Received<'a> {
    /// Reads a frame that this peer received.
    pub(crate) fn read(view: &VFrameView<'_>, bytes: &'a [u8], reader: Reader) -> Self {
        let (kind, content) = match (view.mtype(), MessageSlices::of_view(view)) {
            (MsgType::Sync, Ok(MessageSlices::Sync(object))) => read_sync(&object, view, reader),
            (MsgType::Sync, Ok(_)) => (Kind::Heart, Ok(Content::Nothing)),
            (MsgType::Sync, Err(error)) => (Kind::Unreadable, Err(error)),
            (_, message) => (Kind::Data, message.map(data)),
        };
        Self {
            kind,
            content,
            mtype: view.mtype(),
            flags: view.flags(),
            modality: view.modality(),
            space_hash32: view.space_hash32(),
            stream_id: view.stream_id(),
            frame_seq: view.frame_seq(),
            bytes,
            slices: view.slices().len(),
        }
    }

    /// Reads a data frame that is to be sent, as the other end would.
    pub(crate) fn asked(frame: &VFrame) -> Self {
        Self {
            kind: Kind::Data,
            content: MessageSlices::of_frame(frame).map(data),
            mtype: frame.hdr.mtype,
            flags: frame.hdr.flags,
            modality: frame.hdr.modality,
            space_hash32: frame.hdr.space_hash32,
            stream_id: frame.hdr.stream_id,
            frame_seq: frame.hdr.frame_seq,
            bytes: &[],
            slices: frame.slices.len(),
        }
    }

    pub(crate) const fn is_sealed(&self) -> bool {
        self.flags.contains(Flags::XCHACHA)
    }

    pub(crate) const fn is_strong(&self) -> bool {
        self.flags.contains(Flags::STRONG_TAIL)
    }

    /// Whether it never waits: a ping, capability or error, in whichever direction (STM-29), and the four methods of
    /// multiplexing (MUX-7).
    pub(crate) const fn is_at_once(&self) -> bool {
        matches!(
            self.kind,
            Kind::Ping
                | Kind::Capability
                | Kind::Error
                | Kind::Stray
                | Kind::Blocked
                | Kind::Managing
        )
    }

    pub(crate) const fn reference(&self) -> Reference {
        Reference {
            stream_id: self.stream_id,
            frame_seq: self.frame_seq,
        }
    }

    /// The first bytes of a sealed frame's nonce, which stands in front of the body.
    pub(crate) fn nonce_start(&self) -> Option<&[u8; 16]> {
        let header = HEADER_BYTES.saturating_add(self.slices.saturating_mul(4));
        self.bytes.get(header..)?.first_chunk()
    }
}

fn data(message: MessageSlices<'_>) -> Content {
    let mut dtypes = message.dtypes();
    Content::Data([dtypes.next(), dtypes.next()])
}

/// By the method. What is not for this role is not read.
fn read_sync(
    object: &JsonObject,
    view: &VFrameView<'_>,
    reader: Reader,
) -> (Kind, Result<Content, FrameError>) {
    let Some(Json::Text(method)) = object.get("method") else {
        let error = malformed("method is not a string".to_owned());
        return (Kind::Unreadable, Err(error));
    };
    let frame_seq = view.frame_seq();
    let role = reader.role;
    let method = Method::named(method);
    if reader.knows_mux
        && let Some(read) = Managing::read(method, object, frame_seq)
    {
        let is_blocked = method == Method::Blocked;
        let kind = if is_blocked {
            Kind::Blocked
        } else {
            Kind::Managing
        };
        return (kind, read.map(Content::Managing));
    }
    match (method, role) {
        (Method::Quality, _) if reader.takes_quality => {
            let quality = read_quality(object);
            (Kind::Quality, quality.map(Content::Quality))
        }
        (Method::Head, _) => {
            let head = read_head(object, frame_seq, reader);
            (Kind::Head, head.map(Content::Head))
        }
        (Method::Tail, _) => {
            let is_strong = view.flags().contains(Flags::STRONG_TAIL);
            let tail = Tail::read(object, frame_seq, is_strong);
            (Kind::Tail, tail.map(Content::Tail))
        }
        (Method::Error, _) => (Kind::Error, Report::read(object).map(Content::Error)),
        (Method::Ping, Role::Server) => (Kind::Ping, Ping::read(object, reader).map(Content::Ping)),
        (Method::Capability, Role::Client) => {
            let capability = Capability::read(object, reader);
            (Kind::Capability, capability.map(Content::Capability))
        }
        (Method::Ping | Method::Capability, _) => (Kind::Stray, Ok(Content::Nothing)),
        (_, _) => (Kind::Other, Ok(Content::Nothing)),
    }
}

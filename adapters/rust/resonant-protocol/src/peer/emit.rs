//! Frames on their way out: numbers, flags, seal and size (HSK-1 to HSK-5).

use super::agreement::{Agreement, Offer};
use super::config::Config;
use super::event::Reference;
use super::fault::Fault;
use super::{sync_write, Peer};
use crate::crypto::frame_nonce;
use crate::encode::EncodeOptions;
use crate::error::{FrameError, RejectCode};
use crate::flags::Flags;
use crate::frame::VFrame;
use crate::json::Json;

/// Greatest length of a datagram's content over UDP (FRM-28).
const MAX_DATAGRAM: usize = 65_507;

/// What a frame is, as far as it matters for sending.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Capability and error.
    Reply,
    Ping,
    /// HEAD, TAIL and HEART.
    Sync,
    Data,
}

impl Peer {
    /// The flags of the next frame of this kind (HSK-4, HSK-5, STM-3).
    pub(super) fn flags(&self, stream_id: u32, kind: Kind) -> Flags {
        let mut flags = match (&self.session, kind) {
            (_, Kind::Reply | Kind::Ping) | (None, _) => Flags::empty(),
            (Some(session), kind) => session.agreement.transforms(kind == Kind::Data),
        };
        if self.outbox.is_strong(stream_id) {
            flags |= Flags::STRONG_TAIL;
        }
        flags
    }

    /// Sends a frame with the stream_id's next number, which is returned. A refused frame takes no number.
    pub(super) fn emit(
        &mut self,
        stream_id: u32,
        kind: Kind,
        mut frame: VFrame,
    ) -> Result<u64, FrameError> {
        let frame_seq = self.sent.next(stream_id)?;
        frame.hdr.flags = self.flags(stream_id, kind);
        frame.hdr.stream_id = stream_id;
        frame.hdr.frame_seq = frame_seq;
        frame.hdr.space_hash32 = self.config.space_hash32; // HSK-3
        let nonce = frame_nonce(&self.config.salt, stream_id, frame_seq);
        let mut options = EncodeOptions::new().nonce(&nonce);
        if let Some(key) = &self.config.key {
            options = options.key(key);
        }
        let datagram = frame.encode_with(&options)?;
        check_datagram(datagram.len())?;
        self.sent.count(stream_id, kind == Kind::Reply);
        self.outbox.record(stream_id, &datagram, kind == Kind::Data);
        self.put(datagram);
        Ok(frame_seq)
    }

    pub(super) fn emit_json(
        &mut self,
        stream_id: u32,
        kind: Kind,
        json: &Json,
    ) -> Result<u64, FrameError> {
        self.emit(stream_id, kind, sync_write::sync_frame(json)?)
    }

    /// Hands a datagram over to be sent.
    pub(super) fn put(&mut self, datagram: Vec<u8>) {
        self.last_sent = self.clock;
        self.out.datagrams.push(datagram);
    }

    /// Whether a reply would be the ninth within a second (HSK-42).
    pub(super) fn is_limited(&self) -> bool {
        self.replies.is_reached(self.clock)
    }

    /// Sends capability or error. The caller has looked at the limit.
    pub(super) fn reply(&mut self, stream_id: u32, json: &Json) {
        self.replies.count(self.clock);
        // What a reply says is bounded and fits; only an exhausted stream_id remains without it.
        let _unsent = self.emit_json(stream_id, Kind::Reply, json);
    }

    /// Answers the frame with an error on its stream_id.
    pub(super) fn reply_error(&mut self, fault: &Fault, reference: Reference) {
        self.reply(reference.stream_id, &sync_write::error(fault, reference));
    }
}

fn check_datagram(len: usize) -> Result<(), FrameError> {
    if len > MAX_DATAGRAM {
        let detail = format!("the frame is {len} bytes long, a datagram holds {MAX_DATAGRAM}");
        return Err(FrameError::new(RejectCode::FrameTooLarge, "HSK-1", detail));
    }
    Ok(())
}

/// Whether a ping at any time, and the longest capability, fit a datagram.
pub(super) fn check_size(config: &Config) -> Result<(), FrameError> {
    let agreement = Agreement::new(config, &Offer::default(), false);
    let capability = sync_write::capability(config, &agreement);
    for json in [sync_write::ping(config, u64::MAX), capability] {
        check_datagram(sync_write::sync_frame(&json)?.encode()?.len())?;
    }
    Ok(())
}

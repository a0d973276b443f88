//! The numbers of the frames that a peer sends (HSK-2).

use std::collections::BTreeMap;

use crate::error::{FrameError, RejectCode};
use crate::limits::MIN_SENT_STREAMS;

/// The next number by stream_id.
///
/// None is ever forgotten, or a nonce could come twice (HSK-71, XCH-11). So that the other end, which chooses on
/// how many stream_ids it gets replies, cannot make them grow for ever, there are no more than so many (HSK-72).
#[derive(Debug, Default)]
pub(crate) struct SendNumbers(BTreeMap<u32, Sent>);

#[derive(Debug, Default)]
struct Sent {
    next: u64,
    /// Whether a stream was opened here and nothing may follow (STM-4).
    ended: bool,
}

impl SendNumbers {
    /// Whether anything was sent on the stream_id.
    pub(crate) fn has_sent(&self, stream_id: u32) -> bool {
        self.0.contains_key(&stream_id)
    }

    /// Whether a frame can be sent on the stream_id, which may be one that was not used before (HSK-72).
    pub(crate) fn has_room(&self, stream_id: u32) -> bool {
        self.0.len() < MIN_SENT_STREAMS || self.has_sent(stream_id)
    }

    /// The number for the next frame.
    pub(crate) fn next(&self, stream_id: u32) -> Result<u64, FrameError> {
        let next = self.0.get(&stream_id).map_or(0, |sent| sent.next);
        if next == u64::MAX {
            let detail = "every frame_seq of the stream_id is used";
            return Err(FrameError::new(RejectCode::FieldRange, "HSK-2", detail));
        }
        Ok(next)
    }

    /// The number for the next frame, or the last there is where every one is used.
    pub(crate) fn peek(&self, stream_id: u32) -> u64 {
        self.0.get(&stream_id).map_or(0, |sent| sent.next)
    }

    /// Counts a frame.
    pub(crate) fn count(&mut self, stream_id: u32) {
        let sent = self.0.entry(stream_id).or_default();
        sent.next = sent.next.saturating_add(1);
    }

    /// Lets nothing that is asked for follow on the stream_id.
    pub(crate) fn end(&mut self, stream_id: u32) {
        if let Some(sent) = self.0.get_mut(&stream_id) {
            sent.ended = true;
        }
    }

    /// Ends all streams with their session: what follows on their stream_ids are single messages.
    pub(crate) fn end_session(&mut self) {
        for sent in self.0.values_mut() {
            sent.ended = false;
        }
    }

    pub(crate) fn is_ended(&self, stream_id: u32) -> bool {
        self.0.get(&stream_id).is_some_and(|sent| sent.ended)
    }
}

//! The numbers of the frames that a peer sends (HSK-2).

use std::collections::BTreeMap;

use super::recent::Recent;
use crate::error::{FrameError, RejectCode};

/// The next number by stream_id.
///
/// Numbers of what the program asked for, and of whatever may be sealed, are never forgotten, or a nonce could
/// come twice (XCH-11). Those of mere replies are, since the other end chooses on how many stream_ids it gets some.
#[derive(Debug, Default)]
pub(crate) struct SendNumbers {
    lasting: BTreeMap<u32, Sent>,
    passing: Recent<u64>,
}

#[derive(Debug, Default)]
struct Sent {
    next: u64,
    /// Whether a stream was opened here and nothing may follow (STM-4, STM-21).
    ended: bool,
}

impl SendNumbers {
    /// Whether anything was sent on the stream_id, as far as is remembered.
    pub(crate) fn has_sent(&self, stream_id: u32) -> bool {
        self.lasting.contains_key(&stream_id) || self.passing.get(stream_id).is_some()
    }

    /// The number for the next frame.
    pub(crate) fn next(&self, stream_id: u32) -> Result<u64, FrameError> {
        let lasting = self.lasting.get(&stream_id).map(|sent| sent.next);
        let next = lasting.or_else(|| self.passing.get(stream_id).copied());
        let next = next.unwrap_or(0);
        if next == u64::MAX {
            let detail = "every frame_seq of the stream_id is used";
            return Err(FrameError::new(RejectCode::FieldRange, "HSK-2", detail));
        }
        Ok(next)
    }

    /// Counts a frame.
    pub(crate) fn count(&mut self, stream_id: u32, is_reply: bool) {
        if let Some(sent) = self.lasting.get_mut(&stream_id) {
            sent.next = sent.next.saturating_add(1);
        } else if is_reply {
            let next = self.passing.touch(stream_id);
            *next = next.saturating_add(1);
        } else {
            let next = self.passing.remove(stream_id).unwrap_or(0);
            let (next, ended) = (next.saturating_add(1), false);
            self.lasting.insert(stream_id, Sent { next, ended });
        }
    }

    /// Lets nothing that is asked for follow on the stream_id.
    pub(crate) fn end(&mut self, stream_id: u32) {
        if let Some(sent) = self.lasting.get_mut(&stream_id) {
            sent.ended = true;
        }
    }

    /// Ends all streams with their session: what follows on their stream_ids are single messages.
    pub(crate) fn end_session(&mut self) {
        for sent in self.lasting.values_mut() {
            sent.ended = false;
        }
    }

    pub(crate) fn is_ended(&self, stream_id: u32) -> bool {
        let sent = self.lasting.get(&stream_id);
        sent.is_some_and(|sent| sent.ended)
    }
}

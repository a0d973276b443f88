//! Carriages of QUIC that end before their streams do (QUI-9, QUI-10).

use super::event::{Event, Output};
use super::state::Peer;
use crate::error::RejectCode;

impl Peer {
    /// Fails a stream of the other end whose uni broke off, if it is open. Nothing is sent for it (QUI-9).
    pub(crate) fn break_off(&mut self, stream_id: u32) -> Output {
        if self.close(stream_id).is_some() {
            self.tell(Event::Failed {
                stream_id,
                code: RejectCode::TruncatedFrame,
                what: None,
                reset: None,
            });
        }
        self.take_output()
    }

    /// Gives up an own stream whose uni the other end stopped: nothing of it is sent any more (QUI-10).
    pub(crate) fn give_up(&mut self, stream_id: u32) {
        self.sent_managed.remove(stream_id);
        if self.send_streams.has(stream_id) {
            self.send_streams.forget(stream_id);
            self.send_numbers.end(stream_id);
        }
    }
}

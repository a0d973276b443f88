//! Repair that comes, and the frames that are computed from it (FEC-9, FEC-13 to FEC-25).

use super::received::Received;
use crate::error::RejectCode;
use crate::peer::correction::Taken;
use crate::peer::event::Event;
use crate::peer::state::Peer;

impl Peer {
    /// Whether what begins as repair is taken for repair (FEC-9).
    pub(super) fn takes_repair(&self) -> bool {
        self.agreement().is_some_and(|it| it.has_rs8())
    }

    /// FEC-13. It is no sign of life (FEC-3).
    pub(super) fn take_repair(&mut self, datagram: &[u8]) {
        if let Err(code) = self.correction.take(datagram, self.waiting_bytes) {
            self.drop_frame(code);
        }
    }

    /// FEC-18.
    pub(super) fn keep_for_recovery(&mut self, received: &Received<'_>) {
        if self.takes_repair() {
            let place = (received.stream_id, received.frame_seq);
            let is_sealed = received.is_sealed();
            self.correction.keep(place, received.bytes, is_sealed);
            self.correction.make_room(self.waiting_bytes, None);
        }
    }

    /// Deals with the missing frames of each group that has enough symbols, as if they came now (FEC-23 to FEC-25).
    pub(super) fn recover(&mut self) {
        while let Some(taken) = self.correction.recover() {
            let Taken::Frames(id, frames) = taken else {
                self.drop_frame(RejectCode::RepairMismatch);
                continue;
            };
            let mut are_accepted = true;
            for (frame_seq, frame) in frames {
                let stream_id = id.stream_id;
                self.tell(Event::Recovered {
                    stream_id,
                    frame_seq,
                });
                are_accepted &= self.take_frame(&frame);
            }
            if !are_accepted {
                self.correction.forget_group(id);
            }
        }
    }
}

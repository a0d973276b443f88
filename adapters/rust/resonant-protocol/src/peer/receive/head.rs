//! HEAD of the other end's streams, and its errors about own ones (STM-6, STM-10, STM-20, STM-21, STM-38).

use super::received::Received;
use crate::error::RejectCode;
use crate::peer::event::{Announce, Event, Reference};
use crate::peer::state::Peer;
use crate::peer::stream::{Granted, RecvStream};
use crate::peer::sync::Report;

impl Peer {
    pub(crate) fn take_head(&mut self, received: &Received<'_>, announced: Option<Announce>) {
        self.note_accepted();
        let stream_id = received.stream_id;
        self.replay_windows.remove(stream_id); // STM-6
        let is_managed = self.agreement().is_some_and(|it| it.mux.is_some());
        let own = self.config.mux.filter(|_| is_managed);
        let granted = own.map(|own| Granted::new(own.frames));
        let stream = RecvStream::new(received.is_strong(), announced, granted);
        self.recv_streams.insert(stream_id, stream);
        let sized = announced.is_some();
        self.tell(Event::Opened { stream_id, sized });
        self.go_on(stream_id);
    }

    /// Does what an error about an own stream asks for.
    pub(crate) fn heed(&mut self, report: &Report, reference: Reference) {
        self.heed_managed(report, reference);
        let is = |code: RejectCode| report.code == code.as_str();
        let is_over = is(RejectCode::StreamCorrupt) || is(RejectCode::StreamTimeout);
        if !self.send_streams.has_tail(reference) {
            return; // STM-38
        }
        if is_over {
            self.break_own(reference.stream_id);
        }
        let asks_for_repair = is(RejectCode::StreamIncomplete);
        // Errors can be forged where nothing is sealed, so their cost is limited.
        if asks_for_repair && !self.repairs.is_reached(self.clock) {
            self.repairs.count(self.clock);
            self.note_loss();
            let frames = self
                .send_streams
                .repair(reference, &report.missing, self.clock);
            for (carriage, frame) in frames {
                self.put(frame, carriage);
            }
        }
    }
}

//! The effects of accepted frames, HEAD and TAIL apart (HSK-41, STM-7).

use super::received::Received;
use crate::frame::VFrameView;
use crate::peer::event::Event;
use crate::peer::state::Peer;
use crate::peer::stream::Held;

impl Peer {
    pub(crate) fn take_data(&mut self, received: &Received<'_>, view: &VFrameView<'_>) {
        self.note_accepted();
        let (stream_id, number) = (received.stream_id, received.frame_seq);
        let Some(stream) = self.recv_streams.get_mut(&stream_id) else {
            self.replay_windows.touch(stream_id).accept(number, false);
            self.tell(Event::Message(view.to_frame())); // HSK-41
            return;
        };
        if stream.is_next(number) {
            stream.sums.add(received.bytes);
            stream.pass(self.clock);
            self.tell(Event::Message(view.to_frame()));
        } else {
            stream.hold(number, Held::Data(received.bytes.into()), self.clock);
            self.waiting_bytes = self.waiting_bytes.saturating_add(received.bytes.len());
        }
        self.go_on(stream_id);
    }

    /// A quality counts at once, also where it fills its number later (ADA-16).
    pub(crate) fn take_quality(&mut self, received: &Received<'_>, tolerance: u32) {
        self.accept(received);
        let (stream_id, number) = (received.stream_id, received.frame_seq);
        if let Some(tolerances) = self.tolerances_mut() {
            tolerances.take_quality(stream_id, number, tolerance);
        }
    }

    /// Accepts a Sync frame, HEAD and TAIL apart: it fills its number. A ping that is answered again may have
    /// done so before (HSK-62).
    pub(crate) fn accept(&mut self, received: &Received<'_>) {
        self.note_accepted();
        if !self.is_numbered(received.is_sealed()) {
            return;
        }
        let (stream_id, number) = (received.stream_id, received.frame_seq);
        if let Some(stream) = self.recv_streams.get_mut(&stream_id) {
            if received.is_at_once() {
                stream.fill(number, self.clock); // STM-29
                return self.go_on(stream_id);
            }
            stream.hold(number, Held::Sync(received.bytes.len()), self.clock);
            self.waiting_bytes = self.waiting_bytes.saturating_add(received.bytes.len());
            self.go_on(stream_id);
        } else if self.closed_streams.get(stream_id).is_some() {
            self.closed_streams.touch(stream_id).accept(number, false); // STM-35, STM-36
        } else {
            self.replay_windows.touch(stream_id).accept(number, false);
        }
    }
}

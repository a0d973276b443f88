//! Managed streams that this peer sends: what goes, what waits, and their early ends (MUX-9 to MUX-12, MUX-15, MUX-18,
//! MUX-23 to MUX-28).

use super::emit::Action;
use super::event::Reference;
use super::state::Peer;
use super::stream::Managed;
use super::sync::{write, Report};
use crate::error::{FrameError, RejectCode};
use crate::frame::VFrame;
use crate::limits::MIN_KEPT_MS;

impl Peer {
    /// Whether a data frame of the stream would wait now (MUX-10, MUX-21).
    pub(super) fn would_wait(&self, stream_id: u32) -> bool {
        let managed = self.sent_managed.get(stream_id);
        managed.is_some_and(|it| it.has_waiting() || !self.may_go(stream_id, it))
    }

    fn may_go(&self, stream_id: u32, stream: &Managed) -> bool {
        let next = self.send_numbers.peek(stream_id);
        !self.sent_managed.is_corked && (!self.has_credit || next < stream.limit)
    }

    /// Lets a data frame wait, which was found to be one that could be sent.
    pub(super) fn wait(&mut self, stream_id: u32, frame: VFrame) -> Result<(), FrameError> {
        let plain = frame.check()?;
        if !self.sent_managed.has_room(plain) {
            let detail = "too much waits for credit";
            return Err(FrameError::new(RejectCode::BufferLimit, "MUX-12", detail));
        }
        self.sent_managed.wait(stream_id, frame, plain);
        self.note_wait(stream_id);
        Ok(())
    }

    /// Notes whether a frame of the stream waits for credit.
    pub(super) fn note_wait(&mut self, stream_id: u32) {
        let next = self.send_numbers.peek(stream_id);
        let now = self.clock;
        let stream = self.sent_managed.get_mut(stream_id);
        if let Some(stream) = stream.filter(|_| self.has_credit) {
            stream.note_wait(next, now);
        }
    }

    /// Sends all that waits and may go, each frame in its turn (MUX-30), and TAILs directly after the last frame.
    pub(super) fn go(&mut self) {
        loop {
            let (numbers, corked, has_credit) = (
                &self.send_numbers,
                self.sent_managed.is_corked,
                self.has_credit,
            );
            let may_go = |stream_id, stream: &Managed| {
                !corked && (!has_credit || numbers.peek(stream_id) < stream.limit)
            };
            let Some((stream_id, mut frame)) = self.sent_managed.take_turn(may_go) else {
                break;
            };
            let _exhausted = self.emit(stream_id, Action::Data, &mut frame);
            let stream = self.sent_managed.get(stream_id);
            if stream.is_some_and(|it| it.has_tail && !it.has_waiting()) {
                let _exhausted = self.end_own(stream_id);
            }
        }
        let waiting = self.sent_managed.iter();
        let waiting = waiting.filter(|(_, stream)| stream.has_waiting());
        let waiting: Vec<u32> = waiting.map(|(stream_id, _)| stream_id).collect();
        for stream_id in waiting {
            self.note_wait(stream_id);
        }
    }

    /// Sends the TAIL of an own stream, or lets it wait for the last data frame (MUX-11).
    pub(super) fn end_own(&mut self, stream_id: u32) -> Result<(), FrameError> {
        if let Some(stream) = self.sent_managed.get_mut(stream_id)
            && stream.has_waiting()
        {
            stream.has_tail = true;
            self.send_numbers.end(stream_id);
            return Ok(());
        }
        let totals = self.send_streams.totals(stream_id);
        let (frames, total_len, hash) = totals.ok_or_else(|| {
            FrameError::new(RejectCode::StreamState, "STM-4", "no stream is open")
        })?;
        let tail = write::tail(frames, total_len, hash);
        let frame_seq = self.emit_json(stream_id, Action::Tail, &tail)?;
        self.send_streams.end(stream_id, frame_seq, self.clock);
        self.send_numbers.end(stream_id);
        if let Some(stream) = self.sent_managed.get_mut(stream_id) {
            (stream.has_tail, stream.is_ended) = (false, true);
        }
        Ok(())
    }

    /// Takes an own stream for broken: nothing of it is sent any more (STM-21).
    pub(super) fn break_own(&mut self, stream_id: u32) {
        self.sent_managed.remove(stream_id);
        self.let_go(stream_id);
        self.send_numbers.end(stream_id);
    }

    /// Number of own streams that count for the other end's limit (MUX-23).
    pub(super) fn own_open(&self) -> usize {
        let counts = |stream_id| match self.send_streams.tail_sent(stream_id) {
            Some(None) => true,
            Some(Some(sent)) => self.clock.saturating_sub(sent) < MIN_KEPT_MS,
            None => false,
        };
        let open = self.sent_managed.iter();
        let open = open.filter(|(stream_id, _)| counts(*stream_id)).count();
        open.saturating_add(self.own_resets.count(self.clock))
    }

    /// MUX-15.
    pub(super) fn tell_blocked(&mut self, stream_id: u32) {
        let Some(limit) = self.sent_managed.get(stream_id).map(|it| it.limit) else {
            return;
        };
        let blocked = write::limit("blocked", limit);
        let number = self.emit_json(stream_id, Action::Managing, &blocked).ok();
        if let Some(stream) = self.sent_managed.get_mut(stream_id) {
            stream.count_blocked(number);
        }
    }

    /// Tells a controller that the peer acts on a `STREAM_INCOMPLETE` (ADA-18).
    pub(super) fn note_loss(&mut self) {
        let now = self.clock;
        if let Some(tolerances) = self.tolerances_mut() {
            tolerances.note_loss(now);
        }
    }

    /// Does what an error about a managed stream asks for (MUX-18, MUX-28).
    pub(super) fn heed_managed(&mut self, report: &Report, reference: Reference) {
        let stream_id = reference.stream_id;
        let Some(stream) = self.sent_managed.get(stream_id) else {
            return;
        };
        let is = |code: RejectCode| report.code == code.as_str();
        let is_head = reference.frame_seq == 0;
        let breaks = is(RejectCode::FlowControl) && self.send_streams.is_data(reference)
            || is(RejectCode::StreamLimit) && is_head
            || is(RejectCode::StreamCancelled) && is_head;
        let asks_for_repair =
            is(RejectCode::StreamIncomplete) && stream.last_blocked == Some(reference.frame_seq);
        if breaks {
            self.break_own(stream_id);
        } else if asks_for_repair && !self.repairs.is_reached(self.clock) {
            self.repairs.count(self.clock);
            self.note_loss();
            let frames = self.send_streams.kept_below(reference, &report.missing);
            for (carriage, frame) in frames {
                self.put(frame, carriage);
            }
        }
    }
}

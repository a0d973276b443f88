//! Credit, blocked, done and reset, and data beyond the limit (MUX-8, MUX-9, MUX-14, MUX-16, MUX-17, MUX-24, MUX-27, MUX-34).

use super::received::Received;
use crate::error::RejectCode;
use crate::peer::emit::Action;
use crate::peer::event::Event;
use crate::peer::state::Peer;
use crate::peer::sync::{write, Fault, Managing};

impl Peer {
    /// One of the four that passed its checks. It fills its number before it takes effect (MUX-7).
    pub(crate) fn take_managing(&mut self, received: &Received<'_>, what: &Managing) {
        let stream_id = received.stream_id;
        match what {
            Managing::Blocked => self.take_blocked(received),
            Managing::Credit(limit) => {
                self.accept(received);
                let stream = self.sent_managed.get_mut(stream_id);
                let stream = stream.filter(|stream| self.has_credit && !stream.is_ended);
                if stream.is_some_and(|stream| stream.raise(*limit)) {
                    self.go();
                }
            }
            Managing::Done => {
                self.accept(received);
                let stream = self.sent_managed.get(stream_id); // no other is told (MUX-8)
                if stream.is_some_and(|stream| stream.is_ended) {
                    self.sent_managed.remove(stream_id);
                    self.tell(Event::Done { stream_id });
                }
            }
            Managing::Reset(code) => {
                self.accept(received);
                self.take_reset(stream_id, code);
            }
        }
    }

    /// MUX-27.
    fn take_reset(&mut self, stream_id: u32, code: &str) {
        if let Some(stream) = self.recv_streams.get(&stream_id) {
            if stream.managed.is_some() {
                self.close(stream_id);
                self.resets.add(self.clock);
                self.tell(Event::Failed {
                    stream_id,
                    code: RejectCode::StreamReset,
                    what: None,
                    reset: Some(code.to_owned()),
                });
            }
        } else if self.closed_streams.get(stream_id).is_none() {
            let window = self.replay_windows.remove(stream_id);
            *self.closed_streams.touch(stream_id) = window.unwrap_or_default();
            self.failed.touch(stream_id); // MUX-17
        }
    }

    /// MUX-16, MUX-17, MUX-34.
    fn take_blocked(&mut self, received: &Received<'_>) {
        let (stream_id, number) = (received.stream_id, received.frame_seq);
        let stream = self.recv_streams.get(&stream_id);
        let stream = stream.filter(|_| self.has_credit);
        let Some(stream) = stream else {
            return self.take_blocked_of_none(received);
        };
        let missing = stream.missing(number);
        if missing.is_empty() {
            self.accept(received);
            self.answer_blocked(stream_id);
        } else if self.is_limited(stream_id) {
            self.drop_frame(RejectCode::ReplyLimit);
        } else {
            self.accept(received);
            self.answer_incomplete("MUX-16", received.reference(), missing);
        }
    }

    /// A blocked on a stream_id without an open stream, or where there is no credit.
    fn take_blocked_of_none(&mut self, received: &Received<'_>) {
        let stream_id = received.stream_id;
        let is_open = self.recv_streams.contains_key(&stream_id);
        if is_open || self.failed.get(stream_id).is_none() {
            return self.accept(received);
        }
        if self.is_limited(stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        self.accept(received);
        self.tell_cancelled(stream_id, true);
    }

    /// Grants again what is granted, and more if there is more (MUX-16); all there is on a stream that is not managed
    /// (MUX-34).
    fn answer_blocked(&mut self, stream_id: u32) {
        let Some(stream) = self.recv_streams.get_mut(&stream_id) else {
            return; // it was the last number of the stream
        };
        let is_held = stream.is_held;
        let possible = stream.possible_limit();
        let limit = stream.managed.as_mut().map_or(u64::MAX, |managed| {
            if !is_held {
                managed.told = managed.told.max(possible);
            }
            managed.told
        });
        let credit = write::limit("credit", limit);
        let _exhausted = self.emit_json(stream_id, Action::Managing, &credit);
    }

    /// MUX-14: the stream of a data frame beyond its limit fails.
    pub(super) fn fail_beyond(
        &mut self,
        clause: &'static str,
        fault: &Fault,
        received: &Received<'_>,
    ) {
        let stream_id = received.stream_id;
        if self.is_limited(stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        self.close(stream_id);
        self.tell(Event::Failed {
            stream_id,
            code: fault.code,
            what: None,
            reset: None,
        });
        self.reply_error(clause, fault, received.reference());
    }
}

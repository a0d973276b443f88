//! TAIL: what is missing below it, or the end of its stream (STM-12, STM-16, STM-17, STM-32 to STM-34).

use super::received::Received;
use crate::error::RejectCode;
use crate::json::Json;
use crate::peer::event::{Event, Reference};
use crate::peer::state::Peer;
use crate::peer::stream::KeptTail;
use crate::peer::sync::write::decimal;
use crate::peer::sync::{Fault, Tail};

impl Peer {
    /// A TAIL of an open stream, for the first time or again.
    pub(crate) fn take_tail(&mut self, received: &Received<'_>, tail: &Tail) {
        let number = received.frame_seq;
        let Some(stream) = self.recv_streams.get(&received.stream_id) else {
            return;
        };
        let held = stream.tail.as_ref();
        if held.is_some_and(|held| number < held.frame_seq) {
            return self.fill_with_tail(received.reference());
        }
        // One that comes again is the one that is held, whatever else it says (STM-32).
        let tail = held.map_or(*tail, |held| held.tail);
        let missing = stream.missing(number);
        if missing.is_empty() {
            self.end_stream(received.reference(), &tail);
        } else if self.answer_incomplete("STM-12", received.reference(), missing) {
            self.keep_tail(received.reference(), &tail);
        }
    }

    /// A TAIL below the one that is held does no more than fill its number (STM-33).
    fn fill_with_tail(&mut self, tail: Reference) {
        self.note_accepted();
        if let Some(stream) = self.recv_streams.get_mut(&tail.stream_id) {
            stream.fill(tail.frame_seq, self.clock);
        }
        self.go_on(tail.stream_id);
    }

    /// Answers a TAIL with what is missing. `false` for one that is dropped, since that would be a reply too many.
    pub(crate) fn answer_incomplete(
        &mut self,
        clause: &'static str,
        tail: Reference,
        missing: Vec<u64>,
    ) -> bool {
        if self.is_limited(tail.stream_id) {
            self.drop_frame(RejectCode::ReplyLimit);
            return false;
        }
        let names = missing.iter().map(|number| decimal(*number)).collect();
        let added = vec![("missing", Json::Array(names))];
        let (code, detail) = (RejectCode::StreamIncomplete, "numbers are missing");
        self.reply_error(clause, &Fault::new(code, detail, added), tail);
        let stream_id = tail.stream_id;
        self.tell(Event::Incomplete { stream_id, missing });
        true
    }

    /// A TAIL with nothing missing below it. One whose answer would be a reply too many is dropped.
    fn end_stream(&mut self, reference: Reference, tail: &Tail) {
        let Some(stream) = self.recv_streams.get(&reference.stream_id) else {
            return;
        };
        if stream.is_held {
            return self.keep_tail(reference, tail); // MUX-19
        }
        let verdict = stream.verify(reference.frame_seq, tail);
        if verdict.is_err() && self.is_limited(reference.stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        self.keep_tail(reference, tail);
        self.conclude(reference, verdict);
    }

    /// Accepts a TAIL. The first that comes is held.
    fn keep_tail(&mut self, reference: Reference, tail: &Tail) {
        self.note_accepted();
        let (frame_seq, tail, quiet_since) = (reference.frame_seq, *tail, self.clock);
        if let Some(stream) = self.recv_streams.get_mut(&reference.stream_id) {
            stream.tail.get_or_insert(KeptTail {
                frame_seq,
                tail,
                quiet_since,
            });
        }
    }
}

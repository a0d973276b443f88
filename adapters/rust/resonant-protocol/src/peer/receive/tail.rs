//! TAIL: what is missing below it, or the end of its stream (STM-12, STM-16, STM-17).

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
        // One that comes again is the one that was kept, whatever else it says (STM-12).
        let kept = stream.tail.as_ref();
        let kept = kept.filter(|kept| kept.frame_seq == number);
        let tail = kept.map_or(*tail, |kept| kept.tail);
        let missing = stream.missing(number);
        if missing.is_empty() {
            self.end_stream(received.reference(), &tail);
        } else if self.answer_incomplete("STM-12", received.reference(), missing) {
            self.keep_tail(received.reference(), &tail);
        }
    }

    /// Answers a TAIL with what is missing. `false` for one that is dropped, since that would be a reply too many.
    pub(crate) fn answer_incomplete(
        &mut self,
        clause: &'static str,
        tail: Reference,
        missing: Vec<u64>,
    ) -> bool {
        if self.is_limited() {
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
        let verdict = stream.verify(reference.frame_seq, tail);
        if verdict.is_err() && self.is_limited() {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        self.keep_tail(reference, tail);
        self.conclude(reference, verdict);
    }

    /// Accepts a TAIL. The first that comes is kept.
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

//! The end of a received stream: TAIL, what is missing, and what differs (section 3 of the stream specification).

use super::event::{Event, Mismatch, Reference};
use super::fault::{text, Fault, Stop};
use super::incoming::{Incoming, KeptTail};
use super::receive::Arrival;
use super::sync_read::Tail;
use super::sync_write::decimal;
use super::Peer;
use crate::error::RejectCode;
use crate::json::{Json, JsonObject};

/// Missing numbers of a TAIL without HEAD that are named (STM-12, STM-13).
const MOST_NAMED: u64 = 64;

impl Peer {
    pub(super) fn take_tail(
        &mut self,
        arrival: &Arrival<'_>,
        object: &JsonObject,
    ) -> Result<(), Stop> {
        self.check_sync(arrival)?;
        let number = arrival.frame_seq();
        let tail = Tail::read(object, number, arrival.is_strong());
        let tail = tail.map_err(|error| Fault::bad_message(&error))?;
        self.check_flag(arrival)?;
        let Some(stream) = self.incoming.get(&arrival.stream_id()) else {
            let missing = (0..number.min(MOST_NAMED)).collect(); // STM-13
            return self.answer_incomplete(arrival.reference(), missing);
        };
        let kept = stream.tail.as_ref();
        if kept.is_some_and(|kept| number > kept.frame_seq) {
            return Err(Stop::Drop(RejectCode::AfterTail)); // STM-15
        }
        // One that comes again is the one that was kept, whatever else it says (STM-12).
        let kept = kept.filter(|kept| kept.frame_seq == number);
        let tail = kept.map_or(tail, |kept| kept.tail);
        let missing = stream.missing(number);
        if missing.is_empty() {
            return self.end_stream(arrival, &tail);
        }
        self.answer_incomplete(arrival.reference(), missing)?;
        self.note_accepted();
        let quiet_since = self.clock;
        if let Some(stream) = self.incoming.get_mut(&arrival.stream_id()) {
            stream.tail.get_or_insert(KeptTail {
                frame_seq: number,
                tail,
                quiet_since,
            });
        }
        Ok(())
    }

    /// STM-12.
    fn answer_incomplete(&mut self, tail: Reference, missing: Vec<u64>) -> Result<(), Stop> {
        if self.is_limited() {
            return Err(Stop::Drop(RejectCode::ReplyLimit));
        }
        let names = missing.iter().map(|number| decimal(*number)).collect();
        let added = vec![("missing", Json::Array(names))];
        let (code, detail) = (RejectCode::StreamIncomplete, "numbers are missing");
        self.reply_error(&Fault::new(code, "STM-12", detail, added), tail);
        let stream_id = tail.stream_id;
        self.tell(Event::Incomplete { stream_id, missing });
        Ok(())
    }

    /// A TAIL with nothing missing below it. One whose answer would be a reply too many is dropped.
    fn end_stream(&mut self, arrival: &Arrival<'_>, tail: &Tail) -> Result<(), Stop> {
        let (stream_id, number) = (arrival.stream_id(), arrival.frame_seq());
        let Some(stream) = self.incoming.get_mut(&stream_id) else {
            return Ok(());
        };
        let verdict = stream.verify(number, tail);
        if verdict.is_err() && self.replies.is_reached(self.clock) {
            return Err(Stop::Drop(RejectCode::ReplyLimit));
        }
        let quiet_since = self.clock;
        stream.tail.get_or_insert(KeptTail {
            frame_seq: number,
            tail: *tail,
            quiet_since,
        });
        self.note_accepted();
        self.conclude(arrival.reference(), verdict);
        Ok(())
    }

    /// Goes on with the TAIL that was kept, once nothing below it is missing (STM-14).
    pub(super) fn finish(&mut self, stream_id: u32) {
        let Some(stream) = self.incoming.get(&stream_id) else {
            return;
        };
        let Some((frame_seq, tail)) = stream.due_tail() else {
            return;
        };
        let verdict = stream.verify(frame_seq, &tail);
        let reference = Reference {
            stream_id,
            frame_seq,
        };
        self.conclude(reference, verdict);
    }

    /// STM-16, STM-17.
    fn conclude(&mut self, tail: Reference, verdict: Result<(), Mismatch>) {
        let Some(stream) = self.close(tail.stream_id) else {
            return;
        };
        match verdict {
            Ok(()) => self.tell(Event::Complete {
                stream_id: tail.stream_id,
                frames: stream.sums.frames,
                total_len: stream.sums.total_len,
                xxhash3_64: stream.sums.xxhash3_64(),
            }),
            Err(what) => self.fail_stream(tail, Some(what)),
        }
    }

    /// Tells that a stream failed and sends the error, as far as the limit permits it (HSK-42).
    fn fail_stream(&mut self, tail: Reference, what: Option<Mismatch>) {
        let (code, clause, detail) = match what {
            Some(_) => {
                let detail = "the stream is not what HEAD and TAIL say";
                (RejectCode::StreamCorrupt, "STM-16", detail)
            }
            None => {
                let detail = "the missing numbers did not come";
                (RejectCode::StreamTimeout, "STM-18", detail)
            }
        };
        let stream_id = tail.stream_id;
        self.tell(Event::Failed {
            stream_id,
            code,
            what,
        });
        if self.is_limited() {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        let added = what.map(|what| ("what", text(what.as_str())));
        let fault = Fault::new(code, clause, detail, added.into_iter().collect());
        self.reply_error(&fault, tail);
    }

    /// STM-18.
    pub(super) fn time_out_stream(&mut self, stream_id: u32) {
        let stream = self.close(stream_id);
        if let Some(tail) = stream.and_then(|stream| stream.tail) {
            let frame_seq = tail.frame_seq;
            let tail = Reference {
                stream_id,
                frame_seq,
            };
            self.fail_stream(tail, None);
        }
    }

    /// Ends a stream: what comes for it from now on is dropped (STM-19).
    fn close(&mut self, stream_id: u32) -> Option<Incoming> {
        let stream = self.incoming.remove(&stream_id)?;
        self.held = self.held.saturating_sub(stream.waiting());
        *self.windows.touch(stream_id) = stream.close();
        Some(stream)
    }
}

//! The end of a received stream: TAIL, what is missing, and what differs (section 3 of the stream specification).

use super::arrival::Arrival;
use super::verdict::Stop;
use crate::error::RejectCode;
use crate::json::{Json, JsonObject};
use crate::limits::MAX_MISSING_NUMBERS;
use crate::peer::event::{Event, Reference};
use crate::peer::state::Peer;
use crate::peer::stream::KeptTail;
use crate::peer::sync::write::decimal;
use crate::peer::sync::{Fault, Tail};

impl Peer {
    pub(crate) fn take_tail(
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
            let missing = (0..number).take(MAX_MISSING_NUMBERS).collect(); // STM-13
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
}

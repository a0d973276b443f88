//! Received streams: their order, their ends, and the consequences (sections 2 and 3 of the stream
//! specification).

use super::emit::Action;
use super::event::{Event, Mismatch, Reference};
use super::state::Peer;
use super::stream::{Held, RecvStream};
use super::sync::{text, write, Fault};
use crate::error::RejectCode;
use crate::frame::VFrameView;

impl Peer {
    /// Delivers what was held and has its turn now, and ends the stream if it is whole (STM-7, STM-14).
    pub(super) fn go_on(&mut self, stream_id: u32) {
        let Some(stream) = self.recv_streams.get_mut(&stream_id) else {
            return;
        };
        while let Some(frame) = stream.take_next() {
            self.waiting_bytes = self.waiting_bytes.saturating_sub(frame.len());
            let Held::Data(bytes) = frame else {
                continue;
            };
            stream.sums.add(&bytes);
            // It was decoded before, so it decodes again.
            let view = match &self.config.key {
                Some(key) => VFrameView::parse_with_key(&bytes, key),
                None => VFrameView::parse(&bytes),
            };
            let message = view.map(|view| Event::Message(view.to_frame()));
            self.out.events.extend(message);
        }
        self.finish(stream_id);
    }

    /// Goes on with the TAIL that is held, once nothing below it is missing (STM-14).
    pub(super) fn finish(&mut self, stream_id: u32) {
        let Some(stream) = self.recv_streams.get(&stream_id) else {
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
    pub(super) fn conclude(&mut self, tail: Reference, verdict: Result<(), Mismatch>) {
        let Some(stream) = self.close(tail.stream_id) else {
            return;
        };
        match verdict {
            Ok(()) => {
                let stream_id = tail.stream_id;
                self.failed.remove(stream_id);
                self.tell(Event::Complete {
                    stream_id,
                    frames: stream.sums.frames,
                    total_len: stream.sums.total_len,
                    xxhash3_64: stream.xxhash3_64(),
                });
                if stream.managed.is_some() {
                    let _exhausted = self.emit_json(stream_id, Action::Managing, &write::done());
                }
            }
            Err(what) => self.fail_stream(tail, Some(what)),
        }
    }

    /// Tells that a stream failed and sends the error, as far as the limit permits it (HSK-70).
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
            reset: None,
        });
        if self.is_limited(stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        let added = what.map(|what| ("what", text(what.as_str())));
        let fault = Fault::new(code, detail, added.into_iter().collect());
        self.reply_error(clause, &fault, tail);
    }

    /// Grants more credit on a managed stream, if enough of it was delivered (MUX-13).
    pub(super) fn grant(&mut self, stream_id: u32) {
        let stream = self.recv_streams.get_mut(&stream_id);
        let stream = stream.filter(|_| self.has_credit);
        if let Some(limit) = stream.and_then(RecvStream::due_credit) {
            let credit = write::limit("credit", limit);
            let _exhausted = self.emit_json(stream_id, Action::Managing, &credit);
        }
    }

    /// Fails a stream that the application gives up (MUX-26).
    pub(super) fn cancel_stream(&mut self, stream_id: u32) {
        self.close(stream_id);
        self.tell(Event::Failed {
            stream_id,
            code: RejectCode::StreamCancelled,
            what: None,
            reset: None,
        });
        if self.is_limited(stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        self.tell_cancelled(stream_id, false);
    }

    /// Sends that a stream was cancelled, about its HEAD (MUX-26), and reports that if it was reported before that the
    /// stream failed (MUX-32).
    pub(super) fn tell_cancelled(&mut self, stream_id: u32, is_told: bool) {
        let (code, frame_seq) = (RejectCode::StreamCancelled, 0);
        let head = Reference {
            stream_id,
            frame_seq,
        };
        let fault = Fault::new(code, "the stream was cancelled", Vec::new());
        self.reply_error("MUX-26", &fault, head);
        if is_told {
            self.tell_refused(code, head);
        }
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

    /// Ends a stream: what comes for it from now on is dropped (STM-19). Unless it is complete, it has failed.
    pub(super) fn close(&mut self, stream_id: u32) -> Option<RecvStream> {
        let stream = self.recv_streams.remove(&stream_id)?;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(stream.waiting());
        *self.closed_streams.touch(stream_id) = stream.close();
        self.failed.touch(stream_id);
        Some(stream)
    }
}

//! Deadlines: loss, streams, the handshake's and HEART (sections 3 to 5 of the stream specification).

use super::event::{Event, Output};
use super::state::Peer;
use crate::error::RejectCode;
use crate::limits::{HEART_MS, LOSS_MS, PING_REPEATS_MS};

/// What is due. Of deadlines at the same instant, this is the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Loss,
    Stream(u32),
    Handshake,
    Heart,
    /// The end of an own stream's keeping.
    Forget(u32),
}

impl Peer {
    /// Lets the time pass up to `now_ms`. Every deadline on the way is met at its own time.
    pub fn advance(&mut self, now_ms: u64) -> Output {
        self.meet_deadlines(now_ms);
        self.take_output()
    }

    /// When [`Peer::advance`] is to be called at the latest, if nothing else happens before.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        self.next_due().map(|(time, _)| time)
    }

    pub(super) fn meet_deadlines(&mut self, now: u64) {
        while let Some((time, due)) = self.next_due().filter(|(time, _)| *time <= now) {
            self.clock = self.clock.max(time);
            match due {
                Due::Loss => self.lose(),
                Due::Stream(stream_id) => self.time_out_stream(stream_id),
                Due::Handshake => self.meet_handshake(),
                Due::Heart => self.beat(),
                Due::Forget(stream_id) => self.outbox.forget(stream_id),
            }
        }
        self.clock = self.clock.max(now);
    }

    /// The earliest deadline. Each lies after what began it, so that none is met for ever.
    fn next_due(&self) -> Option<(u64, Due)> {
        let at = |time: Option<u64>, due| time.map(|time| (time, due));
        let session = self.session.as_ref();
        let last_accepted = session.map(|session| session.last_accepted);
        let loss = last_accepted.and_then(|time| time.checked_add(LOSS_MS));
        let can_beat = session.is_some_and(|session| {
            self.check_can_seal(&session.agreement).is_ok() // HSK-4
        });
        let heart = self.last_sent.checked_add(HEART_MS).filter(|_| can_beat);
        let waiting = self.waiting.as_ref();
        let handshake = waiting.and_then(|waiting| waiting.deadline());
        let streams = self.incoming.iter();
        let streams = streams.filter_map(|(id, stream)| at(stream.deadline(), Due::Stream(*id)));
        let kept = self.outbox.deadlines();
        let kept = kept.map(|(time, stream_id)| (time, Due::Forget(stream_id)));
        let single = [
            at(loss, Due::Loss),
            at(handshake, Due::Handshake),
            at(heart, Due::Heart),
        ];
        let single = single.into_iter().flatten();
        single.chain(streams).chain(kept).min()
    }

    /// STM-24.
    fn lose(&mut self) {
        self.end_session();
        self.tell(Event::Lost);
    }

    /// STM-22.
    fn beat(&mut self) {
        let stream_id = self.session.as_ref().map(|session| session.stream_id);
        if let Some(stream_id) = stream_id {
            let _exhausted = self.emit_heart(stream_id);
        }
        self.last_sent = self.clock;
    }

    /// HSK-20, HSK-21.
    pub(super) fn meet_handshake(&mut self) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        if waiting.resent < PING_REPEATS_MS.len() {
            waiting.resent = waiting.resent.saturating_add(1);
            let datagram = waiting.datagram.clone();
            self.put(datagram);
        } else {
            self.fail(RejectCode::HandshakeTimeout.as_str().into(), None);
        }
    }
}

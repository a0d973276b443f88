//! Deadlines: loss, streams, the handshake's and HEART (sections 3 to 5 of the stream specification).

use super::event::{Event, Output};
use super::state::Peer;
use crate::error::RejectCode;
use crate::limits::{HEART_MS, LOSS_MS, PING_REPEATS_MS};
use crate::transport::Carriage;

/// The time of a deadline, and its stream_id if it is about one.
type Due = (u64, u32);

/// One kind of deadline.
struct Timer {
    /// The earliest deadline of the kind. It lies after what began it, so that none is met for ever.
    due: fn(&Peer) -> Option<Due>,
    meet: fn(&mut Peer, u32),
}

const fn row(due: fn(&Peer) -> Option<Due>, meet: fn(&mut Peer, u32)) -> Timer {
    Timer { due, meet }
}

/// Of deadlines at the same instant, this is the order (STM-28).
const TIMERS: [Timer; 7] = [
    row(Peer::loss_due, Peer::lose),                // STM-24
    row(Peer::stream_due, Peer::time_out_stream),   // STM-18
    row(Peer::blocked_due, Peer::tell_blocked),     // MUX-15, MUX-31
    row(Peer::handshake_due, Peer::meet_handshake), // HSK-20, HSK-21
    row(Peer::heart_due, Peer::beat),               // STM-22
    row(Peer::kept_due, Peer::forget_stream),       // STM-37
    row(Peer::group_due, Peer::end_group),          // FEC-29, FEC-32
];

impl Peer {
    /// Lets the time pass up to `now_ms`. Every deadline on the way is met at its own time.
    pub fn advance(&mut self, now_ms: u64) -> Output {
        self.meet_deadlines(now_ms);
        self.take_output()
    }

    /// The latest time for the next call of [`Peer::advance`], if nothing else happens before.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        self.next_due().map(|((time, _), _)| time)
    }

    pub(super) fn meet_deadlines(&mut self, now: u64) {
        while let Some(((time, stream_id), timer)) = self.next_due() {
            if time > now {
                break;
            }
            self.clock = self.clock.max(time);
            (timer.meet)(self, stream_id);
        }
        self.clock = self.clock.max(now);
    }

    /// The earliest deadline: of several at once, that of the first row.
    fn next_due(&self) -> Option<(Due, &'static Timer)> {
        let due = TIMERS
            .iter()
            .filter_map(|row| Some(((row.due)(self)?, row)));
        due.min_by_key(|((time, _), _)| *time)
    }

    fn loss_due(&self) -> Option<Due> {
        let session = self.session.as_ref()?;
        Some((session.last_accepted.checked_add(LOSS_MS)?, 0))
    }

    fn stream_due(&self) -> Option<Due> {
        let streams = self.recv_streams.iter();
        let due = streams.filter_map(|(stream_id, stream)| Some((stream.deadline()?, *stream_id)));
        due.min()
    }

    fn blocked_due(&self) -> Option<Due> {
        self.sent_managed.due()
    }

    fn handshake_due(&self) -> Option<Due> {
        Some((self.waiting.as_ref()?.deadline()?, 0))
    }

    fn heart_due(&self) -> Option<Due> {
        let session = self.session.as_ref().filter(|_| !self.is_mute())?; // HSK-46
        let time = self.last_sent.checked_add(HEART_MS)?;
        Some((time, session.stream_id))
    }

    fn kept_due(&self) -> Option<Due> {
        self.send_streams.deadlines().min()
    }

    /// STM-24.
    fn lose(&mut self, _: u32) {
        self.end_session();
        self.tell(Event::Lost);
    }

    /// STM-22.
    fn beat(&mut self, stream_id: u32) {
        let _exhausted = self.emit_heart(stream_id);
        self.last_sent = self.clock;
    }

    fn forget_stream(&mut self, stream_id: u32) {
        self.let_go(stream_id);
    }

    fn group_due(&self) -> Option<Due> {
        self.sent_groups.due()
    }

    fn end_group(&mut self, stream_id: u32) {
        // Where repair is no longer chosen the group ends without it.
        let r = self.own_groups().map_or(0, |groups| groups.r);
        let repair = self.sent_groups.end_due(stream_id, r, self.clock);
        self.put_repair(repair);
    }

    /// HSK-20, HSK-21.
    fn meet_handshake(&mut self, _: u32) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        if waiting.resent < PING_REPEATS_MS.len() {
            waiting.resent = waiting.resent.saturating_add(1);
            let datagram = waiting.datagram.clone();
            self.put(datagram, Carriage::Main);
        } else {
            self.fail(RejectCode::HandshakeTimeout.as_str().into(), None);
        }
    }
}

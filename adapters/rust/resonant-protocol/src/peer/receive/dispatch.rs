//! From a datagram to its effect: the checks, then what the kind of frame does.

use super::check_table::{first_verdict, RECEIVED};
use super::received::{Content, Kind, Received};
use super::verdict::Verdict;
use crate::frame::VFrameView;
use crate::peer::event::Output;
use crate::peer::handshake::Answer;
use crate::peer::state::{Lossy, Peer};
use crate::peer::sync::Reader;
use crate::repair::MAGIC;

impl Peer {
    /// Takes in one datagram of the other end. Deadlines that have passed by then are met first.
    pub fn receive(&mut self, datagram: &[u8], now_ms: u64) -> Output {
        let takes_repair = self.lossy == Lossy::All;
        self.receive_by(datagram, takes_repair, now_ms)
    }

    /// As [`Peer::receive`], of a datagram of a QUIC connection: repair comes there alone (FEC-12).
    pub fn receive_datagram(&mut self, datagram: &[u8], now_ms: u64) -> Output {
        let takes_repair = self.lossy != Lossy::None;
        self.receive_by(datagram, takes_repair, now_ms)
    }

    fn receive_by(&mut self, datagram: &[u8], takes_repair: bool, now_ms: u64) -> Output {
        self.meet_deadlines(now_ms);
        if takes_repair && datagram.starts_with(&MAGIC) && self.takes_repair() {
            self.take_repair(datagram);
        } else {
            self.take_frame(datagram);
        }
        self.recover();
        self.take_output()
    }

    /// Deals with one frame. `false` for one that was not accepted.
    pub(super) fn take_frame(&mut self, bytes: &[u8]) -> bool {
        let key = self.config.key;
        let view = match &key {
            Some(key) => VFrameView::parse_with_key(bytes, key),
            None => VFrameView::parse(bytes),
        };
        self.has_accepted = false;
        match view {
            Ok(view) => self.take(&view, bytes),
            Err(error) => self.drop_frame(error.code()), // HSK-31
        }
        self.has_accepted
    }

    fn take(&mut self, view: &VFrameView<'_>, bytes: &[u8]) {
        let reader = Reader {
            role: self.role,
            has_fec: self.config.fec.is_some(),
            has_mux: self.config.mux.is_some(),
            knows_mux: self.knows_mux(),
            is_mux_agreed: self.agreement().is_some_and(|it| it.mux.is_some()),
            takes_quality: self.tolerances().is_some(),
        };
        let received = Received::read(view, bytes, reader);
        match first_verdict(RECEIVED, self, &received) {
            None => self.take_effect(&received, view),
            Some((clause, verdict)) => self.carry_out(clause, verdict, &received),
        }
        self.grant(received.stream_id);
        if self.has_accepted {
            self.keep_for_recovery(&received);
        }
    }

    /// Does what a frame that passed every check calls for.
    fn take_effect(&mut self, received: &Received<'_>, view: &VFrameView<'_>) {
        match &received.content {
            Ok(Content::Data(_)) => self.take_data(received, view),
            Ok(Content::Head(announced)) => self.take_head(received, *announced),
            Ok(Content::Tail(tail)) => self.take_tail(received, tail),
            Ok(Content::Ping(ping)) => self.take_ping(received, ping),
            Ok(Content::Capability(capability)) => self.take_capability(received, capability),
            Ok(Content::Managing(what)) => self.take_managing(received, what),
            Ok(Content::Quality(tolerance)) => self.take_quality(received, *tolerance),
            Ok(Content::Error(report)) => self.take_error(received, report),
            Ok(Content::Nothing) => self.accept(received),
            Err(error) => self.drop_frame(error.code()), // no row of the table lets it come here
        }
    }

    fn carry_out(&mut self, clause: &'static str, verdict: Verdict, received: &Received<'_>) {
        let reference = received.reference();
        match verdict {
            Verdict::Drop(code) => self.drop_frame(code),
            Verdict::Fail(fault) => self.fail_beyond(clause, &fault, received),
            Verdict::Repeat(answer) => self.repeat_answer(answer, received),
            Verdict::Incomplete(missing) => {
                if self.answer_incomplete(clause, reference, missing) {
                    self.note_accepted(); // STM-34
                    let window = self.replay_windows.touch(received.stream_id);
                    window.accept(received.frame_seq, received.kind == Kind::Tail);
                }
            }
            Verdict::Reject(fault) => {
                let datagram = self.refuse(clause, &fault, reference);
                if let Some(datagram) = datagram.filter(|_| received.kind == Kind::Ping) {
                    let code = Some(fault.code);
                    self.answers.remember(reference, Answer { datagram, code });
                }
            }
        }
    }
}

//! The client: its ping, and what comes for it (section 3 of the handshake specification).

use std::borrow::Cow;

use super::agreement::Agreement;
use super::config::{Role, NONE};
use super::emit::Kind;
use super::event::{Event, Output, Reference};
use super::fault::Stop;
use super::receive::Arrival;
use super::sync_read::{Capability, Report};
use super::{sync_write, Peer};
use crate::error::{FrameError, RejectCode};
use crate::json::JsonObject;

/// Milliseconds after its first sending at which a ping is sent again (HSK-20).
const RESENDS: [u64; 3] = [1000, 3000, 7000];
/// Milliseconds after which it is given up (HSK-21).
const GIVE_UP: u64 = 15_000;

/// A ping that waits for its answer.
pub(super) struct Waiting {
    ping: Reference,
    datagram: Vec<u8>,
    first_sent: u64,
    /// How often it was sent again.
    resent: usize,
}

impl Waiting {
    /// When it is sent again or given up.
    pub(super) fn deadline(&self) -> Option<u64> {
        let delay = RESENDS.get(self.resent).copied().unwrap_or(GIVE_UP);
        self.first_sent.checked_add(delay)
    }
}

impl Peer {
    /// Begins a handshake on `stream_id`, or renegotiates. It is sent again and given up by itself; a ping
    /// that still waits is given up for this one.
    ///
    /// # Errors
    /// `STREAM_STATE` for a server, and for a stream_id on which something was sent (HSK-30).
    pub fn ping(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.clock = self.clock.max(now_ms);
        let refuse = |detail| {
            let (code, clause) = (RejectCode::StreamState, "HSK-30");
            Err(FrameError::new(code, clause, detail))
        };
        if self.role == Role::Server {
            return refuse("a server does not ping");
        }
        if self.sent.has_sent(stream_id) {
            return refuse("something was sent on the stream_id");
        }
        let json = sync_write::ping(&self.config, self.clock);
        let frame_seq = self.emit_json(stream_id, Kind::Ping, &json)?;
        let datagram = self.out.datagrams.last().cloned();
        self.waiting = Some(Waiting {
            ping: Reference {
                stream_id,
                frame_seq,
            },
            datagram: datagram.unwrap_or_default(),
            first_sent: self.clock,
            resent: 0,
        });
        self.is_silent = false;
        Ok(self.take_output())
    }

    /// HSK-20, HSK-21.
    pub(super) fn meet_handshake(&mut self) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        if waiting.resent < RESENDS.len() {
            waiting.resent = waiting.resent.saturating_add(1);
            let datagram = waiting.datagram.clone();
            self.put(datagram);
        } else {
            self.fail(RejectCode::HandshakeTimeout.as_str().into(), None);
        }
    }

    /// Ends a handshake without agreement. An earlier one holds on (HSK-29, HSK-30).
    fn fail(&mut self, code: Cow<'static, str>, reference: Option<Reference>) {
        self.waiting = None;
        self.is_silent = self.session.is_none();
        self.tell(Event::Rejected { code, reference });
    }

    pub(super) fn take_capability(
        &mut self,
        arrival: &Arrival<'_>,
        object: &JsonObject,
    ) -> Result<(), Stop> {
        let capability = Capability::read(object);
        let capability = capability.map_err(|_| Stop::Drop(RejectCode::BadMessage))?; // HSK-23
        self.check_place(arrival)?;
        let stream_id = arrival.stream_id();
        let waiting = self.waiting.as_ref();
        // HSK-22
        if waiting.is_some_and(|waiting| waiting.ping.stream_id == stream_id) {
            match self.evaluate_capability(&capability) {
                Ok(agreement) => {
                    self.waiting = None;
                    self.establish(agreement, stream_id);
                }
                Err(code) => {
                    self.end_session();
                    self.fail(code.as_str().into(), None);
                }
            }
        }
        self.accept(arrival);
        Ok(())
    }

    /// HSK-24 to HSK-27.
    fn evaluate_capability(&self, capability: &Capability) -> Result<Agreement, RejectCode> {
        if capability.agreed_proto != 1 {
            return Err(RejectCode::UnsupportedVersion);
        }
        if capability.space.is_other_than(&self.config) {
            return Err(RejectCode::SpaceMismatch);
        }
        let insists = capability.require_crypto;
        let agreement = Agreement::new(&self.config, &capability.offer, insists);
        if (insists || self.config.require_crypto) && agreement.own_crypto == NONE {
            return Err(RejectCode::CryptoRequired);
        }
        Ok(agreement)
    }

    /// An error, in either role (HSK-28, HSK-39, STM-20, STM-21).
    pub(super) fn take_error(
        &mut self,
        arrival: &Arrival<'_>,
        object: &JsonObject,
    ) -> Result<(), Stop> {
        let report = Report::read(object);
        let report = report.map_err(|_| Stop::Drop(RejectCode::BadMessage))?;
        self.check_place(arrival)?;
        let reference = report.reference;
        let waiting = self.waiting.as_ref().map(|waiting| waiting.ping);
        let code = Cow::Owned(report.code.clone());
        if waiting.is_some() && waiting == reference {
            self.fail(code, reference);
        } else {
            self.tell(Event::Rejected { code, reference });
        }
        if let Some(reference) = reference {
            self.heed(&report, reference);
        }
        self.accept(arrival);
        Ok(())
    }
}

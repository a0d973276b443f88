//! The client: its ping, and what comes for it (section 3 of the handshake specification).

use std::borrow::Cow;

use super::received::Received;
use crate::error::RejectCode;
use crate::peer::config::NONE;
use crate::peer::event::Event;
use crate::peer::handshake::Agreement;
use crate::peer::state::Peer;
use crate::peer::sync::{Capability, Report};

impl Peer {
    pub(crate) fn take_capability(&mut self, received: &Received<'_>, capability: &Capability) {
        self.accept(received); // before it takes effect (STM-29)
        let stream_id = received.stream_id;
        let waiting = self.waiting.as_ref();
        // HSK-22
        if waiting.is_some_and(|waiting| waiting.ping.stream_id == stream_id) {
            match self.evaluate_capability(capability) {
                Ok(agreement) => {
                    self.waiting = None;
                    self.establish(agreement, stream_id, capability.space.hash);
                }
                Err(code) => {
                    if self.session.is_some() {
                        self.end_session(); // HSK-65
                    }
                    self.fail(code.as_str().into(), None);
                }
            }
        }
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

    /// An error, in either role (HSK-28, HSK-39, STM-20, STM-21, STM-38).
    pub(crate) fn take_error(&mut self, received: &Received<'_>, report: &Report) {
        self.accept(received); // before it takes effect (STM-29)
        let reference = report.reference;
        let waiting = self.waiting.as_ref().map(|waiting| waiting.ping);
        let code = Cow::Owned(report.code.clone());
        if waiting.is_some() && waiting == reference {
            self.fail(code, reference);
        } else {
            self.tell(Event::ErrorReceived { code, reference });
        }
        if let Some(reference) = reference {
            self.heed(report, reference);
        }
    }
}

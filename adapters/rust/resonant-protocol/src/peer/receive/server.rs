//! The server: answers to pings (section 2 of the handshake specification).

use super::arrival::Arrival;
use super::verdict::Stop;
use crate::error::RejectCode;
use crate::json::{Json, JsonObject};
use crate::peer::handshake::{write, Agreement, Answer};
use crate::peer::state::Peer;
use crate::peer::sync::{space_mismatch, Fault, Ping};

impl Peer {
    pub(crate) fn knows_answer(&self, arrival: &Arrival<'_>) -> bool {
        self.answers.get(arrival.reference()).is_some()
    }

    /// HSK-18.
    pub(crate) fn repeat_answer(&mut self, arrival: &Arrival<'_>) -> Result<(), Stop> {
        self.check_limit()?;
        if let Some(answer) = self.answers.get(arrival.reference()).cloned() {
            self.replies.count(self.clock);
            self.put(answer.datagram);
            if let Some(code) = answer.code {
                self.tell_refused(code, arrival.reference());
            }
        }
        Ok(())
    }

    fn check_limit(&self) -> Result<(), Stop> {
        if self.is_limited() {
            return Err(Stop::Drop(RejectCode::ReplyLimit));
        }
        Ok(())
    }

    /// A ping that was not answered before (HSK-11).
    pub(crate) fn take_ping(
        &mut self,
        arrival: &Arrival<'_>,
        object: &JsonObject,
    ) -> Result<(), Stop> {
        self.check_place(arrival)?;
        self.check_limit()?;
        let verdict = self.evaluate(object);
        match &verdict {
            Ok(agreement) => {
                let capability = write::capability(&self.config, agreement);
                self.reply(arrival.stream_id(), &capability);
            }
            Err(fault) => self.refuse(fault, arrival.reference()),
        }
        if let Some(datagram) = self.out.datagrams.last().cloned() {
            let code = verdict.as_ref().err().map(|fault| fault.error.code());
            let answer = Answer { datagram, code };
            self.answers.remember(arrival.reference(), answer);
        }
        if let Ok(agreement) = verdict {
            self.establish(agreement, arrival.stream_id());
            self.accept(arrival);
        }
        Ok(())
    }

    fn evaluate(&self, object: &JsonObject) -> Result<Agreement, Fault> {
        let ping = Ping::read(object).map_err(|error| Fault::bad_message(&error))?;
        if let Some(v) = ping.v.filter(|v| *v < 1) {
            let (code, detail) = (RejectCode::UnsupportedVersion, format!("v is {v}"));
            let one = || Json::Integer(1);
            let added = vec![("min", one()), ("max", one())];
            return Err(Fault::new(code, "HSK-11", detail, added));
        }
        if ping.space.is_other_than(&self.config) {
            let own = &self.config;
            let expected = ("expected", own.embedding_space_id.clone());
            let got = ("got", ping.space.id);
            let names = vec![expected, got];
            return Err(space_mismatch(own.space_hash32, ping.space.hash, names));
        }
        Ok(Agreement::new(&self.config, &ping.offer, false))
    }
}

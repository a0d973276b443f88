//! The server: answers to pings (section 2 of the handshake specification).

use super::received::Received;
use crate::error::RejectCode;
use crate::peer::emit::Action;
use crate::peer::handshake::{write, Agreement, Answer};
use crate::peer::state::Peer;
use crate::peer::sync::Ping;
use crate::transport::Carriage;

impl Peer {
    /// Answers a ping that was answered before (HSK-18, HSK-62).
    pub(crate) fn repeat_answer(&mut self, answer: Answer, received: &Received<'_>) {
        if self.is_limited(received.stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        self.replies.count(self.clock);
        self.put(answer.datagram, Carriage::Main);
        self.accept(received); // what its number brings about is answered after it (STM-39)
        if let Some(code) = answer.code {
            self.tell_refused(code, received.reference());
        }
    }

    /// Answers a ping that nothing speaks against, and holds what the answer says for agreed (HSK-17).
    pub(crate) fn take_ping(&mut self, received: &Received<'_>, ping: &Ping) {
        if self.is_limited(received.stream_id) {
            return self.drop_frame(RejectCode::ReplyLimit);
        }
        let agreement = Agreement::new(&self.config, &ping.offer, false);
        let capability = write::capability(&self.config, &agreement);
        if let Some(datagram) = self.reply(received.stream_id, Action::Capability, &capability) {
            let code = None;
            let answer = Answer { datagram, code };
            self.answers.remember(received.reference(), answer);
        }
        // After its answer (STM-39), and before it takes effect (STM-29).
        self.accept(received);
        self.establish(agreement, received.stream_id, ping.space.hash);
    }
}

//! The answers of a server, kept to be repeated.

use std::collections::VecDeque;

use crate::error::RejectCode;
use crate::limits::MIN_REMEMBERED_ANSWERS;
use crate::peer::event::Reference;

/// The last answers by the ping's numbers.
#[derive(Default)]
pub(crate) struct Answers(VecDeque<(Reference, Answer)>);

/// Capability, or the error of that code.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) datagram: Vec<u8>,
    pub(crate) code: Option<RejectCode>,
}

impl Answers {
    pub(crate) fn get(&self, ping: Reference) -> Option<&Answer> {
        let mut answers = self.0.iter();
        let answer = answers.find(|(answered, _)| *answered == ping);
        answer.map(|(_, answer)| answer)
    }

    pub(crate) fn remember(&mut self, ping: Reference, answer: Answer) {
        if self.0.len() >= MIN_REMEMBERED_ANSWERS {
            self.0.pop_front();
        }
        self.0.push_back((ping, answer));
    }
}

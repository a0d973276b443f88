//! The output of an endpoint.

use crate::peer::{Event, Output};

/// The output of a call, each list in the order in which it happened, and each item with its link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the datagrams are to be sent and the events to be heard"]
pub struct Outputs<L> {
    /// Frames to send: one datagram each over UDP (FRM-28), each behind its length on a connection (TCP-1).
    pub datagrams: Vec<(L, Vec<u8>)>,
    /// Events for the application (HSK-44).
    pub events: Vec<(L, Event)>,
}

impl<L> Default for Outputs<L> {
    fn default() -> Self {
        Self {
            datagrams: Vec::new(),
            events: Vec::new(),
        }
    }
}

impl<L: Clone> Outputs<L> {
    /// Adds what the peer of a link gave.
    pub(super) fn extend(&mut self, link: &L, output: Output) {
        let datagrams = output.datagrams.into_iter();
        self.datagrams
            .extend(datagrams.map(|datagram| (link.clone(), datagram)));
        let events = output.events.into_iter();
        self.events
            .extend(events.map(|event| (link.clone(), event)));
    }
}

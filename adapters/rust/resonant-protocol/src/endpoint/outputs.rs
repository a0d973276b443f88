//! The output of an endpoint.

use crate::peer::{Event, Output};
use crate::transport::Carriage;

/// The output of a call, each list in the order in which it happened, and each item with its link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the datagrams are to be sent and the events to be heard"]
pub struct Outputs<L> {
    /// Frames to send: one datagram each over UDP (FRM-28), each behind its length on a connection (TCP-1).
    pub datagrams: Vec<(L, Vec<u8>)>,
    /// The same for links over QUIC, with the ends of carriages.
    pub carried: Vec<(L, Carried)>,
    /// Events for the application (HSK-44).
    pub events: Vec<(L, Event)>,
}

/// A frame on a carriage of a QUIC connection, or the end of a carriage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// A frame to send.
    Frame(Carriage, Vec<u8>),
    /// The uni of the own stream with this stream_id is ended (FIN) behind its frames (QUI-12).
    Finish(u32),
    /// The uni of the own stream `stream_id` is reset (QUI-10).
    Reset {
        /// The stream.
        stream_id: u32,
        /// The number with which it is reset.
        number: u64,
    },
    /// The other end's uni is stopped, as far as it has not ended (QUI-7, QUI-8). No more of it is to be given.
    Stop {
        /// The number of the QUIC stream.
        uni: u64,
        /// The number with which it is stopped.
        number: u64,
    },
}

impl<L> Default for Outputs<L> {
    fn default() -> Self {
        Self {
            datagrams: Vec::new(),
            carried: Vec::new(),
            events: Vec::new(),
        }
    }
}

impl<L> Outputs<L> {
    /// Adds the output of a later call.
    pub fn append(&mut self, later: Self) {
        self.datagrams.extend(later.datagrams);
        self.carried.extend(later.carried);
        self.events.extend(later.events);
    }
}

impl<L: Clone> Outputs<L> {
    /// Adds what the peer of a link gave.
    pub(super) fn extend(&mut self, link: &L, output: Output, is_quic: bool) {
        let datagrams = output.datagrams.into_iter();
        if is_quic {
            let frames = output.carriages.into_iter().zip(datagrams);
            let frames = frames.map(|(carriage, frame)| Carried::Frame(carriage, frame));
            let ends = output.finished.into_iter().map(Carried::Finish);
            self.carried
                .extend(frames.chain(ends).map(|it| (link.clone(), it)));
        } else {
            self.datagrams
                .extend(datagrams.map(|datagram| (link.clone(), datagram)));
        }
        let events = output.events.into_iter();
        self.events
            .extend(events.map(|event| (link.clone(), event)));
    }
}

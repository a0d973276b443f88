//! A unidirectional QUIC stream of the other end: its frames, and the stream that they belong to.

use std::collections::BTreeMap;

use super::connection::Connection;
use crate::error::RejectCode;

/// The place of the stream_id in a header (FRM-42).
const STREAM_ID_AT: usize = 4;

/// The bytes of one uni, and the stream_id of its frames.
#[derive(Debug)]
pub(crate) struct Uni {
    bytes: Connection,
    /// That of the first frame (QUI-7).
    stream_id: Option<u32>,
    /// The stream whose HEAD came here (QUI-9).
    pub(crate) opened: Option<u32>,
}

impl Uni {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: Connection::made(),
            stream_id: None,
            opened: None,
        }
    }

    /// As [`Splitter::push`](super::Splitter::push). From a frame of another stream_id than the first on nothing is taken,
    /// whatever else is wrong with either.
    ///
    /// # Errors
    /// The code with which the uni is to be stopped (QUI-7, QUI-8).
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        now_ms: u64,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), RejectCode> {
        let (mut first, mut fits) = (self.stream_id, true);
        let pushed = self.bytes.push(bytes, now_ms, |frame| {
            let own = stream_id(frame);
            fits = fits && *first.get_or_insert(own) == own;
            if fits {
                take(frame);
            }
        });
        self.stream_id = first;
        if !fits {
            return Err(RejectCode::StreamMismatch);
        }
        pushed.map_err(|fault| fault.code())
    }

    /// Whether the other end stopped sending inside a frame (QUI-9).
    pub(crate) fn is_truncated(&self) -> bool {
        self.bytes.code_at_end().is_some()
    }

    /// The time at which the frame that is not whole is late (TCP-8).
    pub(crate) fn due(&self) -> Option<u64> {
        self.bytes.due().map(|(time, _)| time)
    }
}

/// The stream_id in the header of a frame, which is no shorter than one.
fn stream_id(frame: &[u8]) -> u32 {
    let bytes = frame
        .get(STREAM_ID_AT..)
        .and_then(|rest| rest.first_chunk());
    u32::from_le_bytes(bytes.copied().unwrap_or_default())
}

/// The unis of the other end on a connection, by the numbers of their QUIC streams, from their first bytes to their ends.
#[derive(Debug, Default)]
pub(crate) struct Unis(BTreeMap<u64, Uni>);

impl Unis {
    /// Takes a uni out, or begins it.
    pub(crate) fn take(&mut self, uni: u64) -> Uni {
        self.remove(uni).unwrap_or_else(Uni::new)
    }

    pub(crate) fn remove(&mut self, uni: u64) -> Option<Uni> {
        self.0.remove(&uni)
    }

    pub(crate) fn insert(&mut self, uni: u64, it: Uni) {
        self.0.insert(uni, it);
    }

    /// The uni whose frame is late first, and when.
    pub(crate) fn due(&self) -> Option<(u64, u64)> {
        let due = self.0.iter();
        due.filter_map(|(uni, it)| Some((it.due()?, *uni))).min()
    }

    /// Notes that the HEAD of a stream came elsewhere.
    pub(crate) fn lose_head(&mut self, stream_id: u32) {
        for uni in self.0.values_mut() {
            uni.opened = uni.opened.filter(|opened| *opened != stream_id);
        }
    }
}

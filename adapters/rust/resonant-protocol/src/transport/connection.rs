//! The part of a connection over a byte stream that an endpoint keeps besides its peer.

use super::framing::Splitter;
use crate::error::{FrameError, RejectCode};
use crate::limits::{FRAME_TIMEOUT_MS, SESSION_TIMEOUT_MS};

/// The bytes that came on a connection, and its two timers.
#[derive(Debug)]
pub(crate) struct Connection {
    splitter: Splitter,
    /// The time at which the first byte of the frame came that is not whole (TCP-8).
    begun_ms: Option<u64>,
    /// The time at which a server accepted it, until there is a session (TCP-9).
    accepted_ms: Option<u64>,
}

impl Connection {
    /// One that a server accepted.
    pub(crate) const fn accepted(now_ms: u64) -> Self {
        Self {
            splitter: Splitter::new(),
            begun_ms: None,
            accepted_ms: Some(now_ms),
        }
    }

    /// One that a client made.
    pub(crate) const fn made() -> Self {
        Self {
            splitter: Splitter::new(),
            begun_ms: None,
            accepted_ms: None,
        }
    }

    /// As [`Splitter::push`].
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        now_ms: u64,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), FrameError> {
        let mut frames = false;
        let pushed = self.splitter.push(bytes, |frame| {
            frames = true;
            take(frame);
        });
        self.begun_ms = match self.begun_ms {
            _ if self.splitter.held() == 0 => None,
            Some(begun) if !frames => Some(begun),
            _ => Some(now_ms),
        };
        pushed
    }

    /// The code by which a connection is closed whose other end stops sending now; none between two frames.
    pub(crate) fn code_at_end(&self) -> Option<RejectCode> {
        self.splitter.end().err().map(|fault| fault.code())
    }

    /// Notes that there is a session.
    pub(crate) const fn has_session(&mut self) {
        self.accepted_ms = None;
    }

    /// The timer that ends first, and the code with which it closes the connection (TCP-17).
    pub(crate) fn due(&self) -> Option<(u64, RejectCode)> {
        let frame = self
            .begun_ms
            .map(|begun| begun.saturating_add(FRAME_TIMEOUT_MS));
        let session = self
            .accepted_ms
            .map(|at| at.saturating_add(SESSION_TIMEOUT_MS));
        let frame = frame.map(|time| (time, RejectCode::FrameTimeout));
        let session = session.map(|time| (time, RejectCode::HandshakeTimeout));
        match (frame, session) {
            (Some(frame), Some(session)) if session.0 < frame.0 => Some(session),
            (frame, session) => frame.or(session),
        }
    }
}

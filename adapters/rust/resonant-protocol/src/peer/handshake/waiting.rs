//! A client's ping on its way.

use crate::limits::{HANDSHAKE_TIMEOUT_MS, PING_REPEATS_MS};
use crate::peer::event::Reference;

/// A ping that waits for its answer.
pub(crate) struct Waiting {
    pub(crate) ping: Reference,
    pub(crate) datagram: Vec<u8>,
    pub(crate) first_sent: u64,
    /// How often it was sent again.
    pub(crate) resent: usize,
}

impl Waiting {
    /// The time at which it is sent again or given up.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let delay = PING_REPEATS_MS.get(self.resent).copied();
        let delay = delay.unwrap_or(HANDSHAKE_TIMEOUT_MS);
        self.first_sent.checked_add(delay)
    }
}

//! A client's ping on its way.

use crate::peer::event::Reference;

/// Milliseconds after its first sending at which a ping is sent again (HSK-20).
pub(crate) const RESENDS: [u64; 3] = [1000, 3000, 7000];
/// Milliseconds after which it is given up (HSK-21).
const GIVE_UP: u64 = 15_000;

/// A ping that waits for its answer.
pub(crate) struct Waiting {
    pub(crate) ping: Reference,
    pub(crate) datagram: Vec<u8>,
    pub(crate) first_sent: u64,
    /// How often it was sent again.
    pub(crate) resent: usize,
}

impl Waiting {
    /// When it is sent again or given up.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let delay = RESENDS.get(self.resent).copied().unwrap_or(GIVE_UP);
        self.first_sent.checked_add(delay)
    }
}

//! The limit on frames that the remote peer can ask for.

use std::collections::VecDeque;

use crate::limits::{MAX_REPLIES_PER_SECOND, SECOND_MS};

/// At most 8 in any one second (HSK-42).
#[derive(Debug, Default)]
pub(super) struct RateLimit {
    times: VecDeque<u64>,
}

impl RateLimit {
    pub(super) fn is_reached(&self, now: u64) -> bool {
        let is_recent = |time: &u64| now.saturating_sub(*time) < SECOND_MS;
        self.times.len() >= MAX_REPLIES_PER_SECOND && self.times.front().is_some_and(is_recent)
    }

    pub(super) fn count(&mut self, now: u64) {
        if self.times.len() >= MAX_REPLIES_PER_SECOND {
            self.times.pop_front();
        }
        self.times.push_back(now);
    }
}

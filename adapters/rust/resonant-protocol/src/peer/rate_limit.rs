//! How often a peer may send what the other end can ask for.

use std::collections::VecDeque;

/// At most 8 in any one second (HSK-42).
#[derive(Debug, Default)]
pub(super) struct Limit {
    times: VecDeque<u64>,
}

impl Limit {
    const MOST: usize = 8;

    pub(super) fn is_reached(&self, now: u64) -> bool {
        let is_recent = |time: &u64| now.saturating_sub(*time) < 1000;
        self.times.len() >= Self::MOST && self.times.front().is_some_and(is_recent)
    }

    pub(super) fn count(&mut self, now: u64) {
        if self.times.len() >= Self::MOST {
            self.times.pop_front();
        }
        self.times.push_back(now);
    }
}

//! The times of resets, after which a stream counts as open for a while (MUX-22, MUX-23).

use std::collections::VecDeque;

use crate::limits::RESET_COUNTS_MS;

/// Times in ascending order. Those that no longer count are forgotten as others come.
#[derive(Default)]
pub(crate) struct Resets(VecDeque<u64>);

impl Resets {
    pub(crate) fn add(&mut self, now: u64) {
        while self.0.front().is_some_and(|time| !counts(*time, now)) {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }

    /// Number of those that still count.
    pub(crate) fn count(&self, now: u64) -> usize {
        self.0.iter().filter(|time| counts(**time, now)).count()
    }
}

/// At the instant itself a stream no longer counts.
fn counts(time: u64, now: u64) -> bool {
    now.saturating_sub(time) < RESET_COUNTS_MS
}

//! A connection whose time is over: a program may look so late that what ends its frame in time still waits to be read.

use std::time::Duration;

/// Nothing has to come for so long, while somebody looks, until nothing is on its way from the system any more.
const QUIET: Duration = Duration::from_millis(250);
/// Pieces of news after which none is left of those that waited: several times as many as can.
const MANY: usize = 256;

/// The state of a connection's own deadline that has passed (TCP-8, TCP-9).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Late {
    /// The time since which nothing has come.
    quiet: Option<Duration>,
    /// Pieces of news since it passed.
    taken: usize,
}

impl Late {
    /// The time up to which one may wait for news.
    pub(super) fn next(&self, deadline: Option<Duration>, now: Duration) -> Option<Duration> {
        let deadline = deadline?;
        let over = self.quiet.unwrap_or(now).saturating_add(QUIET);
        Some(if deadline > now { deadline } else { over })
    }

    /// Whether the deadline is to be met now: everything that came before it has been taken in (TCP-24).
    pub(super) fn is_over(
        &mut self,
        deadline: Option<Duration>,
        now: Duration,
        came: bool,
    ) -> bool {
        if deadline.is_none_or(|deadline| deadline > now) {
            *self = Self::default();
            return false;
        }
        if came {
            self.quiet = None;
            self.taken = self.taken.saturating_add(1);
        }
        let quiet = *self.quiet.get_or_insert(now);
        let over = now.saturating_sub(quiet) >= QUIET || self.taken >= MANY;
        if over {
            *self = Self::default();
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: Option<Duration> = Some(Duration::from_secs(10));

    fn ms(time: u64) -> Duration {
        Duration::from_millis(time)
    }

    #[test]
    fn a_deadline_is_met_once_nothing_has_come_for_a_while() {
        let mut late = Late::default();
        assert_eq!(late.next(DUE, ms(9_999)), DUE);
        assert!(!late.is_over(DUE, ms(9_999), false));
        assert!(!late.is_over(DUE, ms(10_000), false));
        assert_eq!(late.next(DUE, ms(10_000)), Some(ms(10_250)));
        assert!(
            !late.is_over(DUE, ms(10_249), true),
            "and then something came"
        );
        assert_eq!(late.next(DUE, ms(10_249)), Some(ms(10_499)));
        assert!(!late.is_over(DUE, ms(10_498), false));
        assert!(late.is_over(DUE, ms(10_499), false));
    }

    #[test]
    fn it_waits_for_no_more_than_can_have_waited_before_it() {
        let mut late = Late::default();
        let met = (1..).find(|_| late.is_over(DUE, ms(20_000), true));
        assert_eq!(met, Some(MANY));
    }

    #[test]
    fn what_comes_at_last_ends_the_lateness() {
        let mut late = Late::default();
        assert!(!late.is_over(DUE, ms(21_000), false));
        assert!(!late.is_over(None, ms(21_001), true), "the frame is whole");
        assert!(!late.is_over(DUE, ms(30_000), false), "and another is late");
        assert_eq!(late.next(None, ms(30_000)), None);
    }
}

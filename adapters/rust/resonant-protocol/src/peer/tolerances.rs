//! The tolerances of a peer that chooses the form of its tensors (ADA-12, ADA-16 to ADA-19).

use super::config::Adaptive;
use super::stream::Recent;
use crate::limits::{
    HALVE_MS, MAX_CONTROLLER_TOLERANCE, MIN_CONTROLLER_TOLERANCE, MIN_QUALITY_STREAMS,
};
use crate::wire_values::MsgType;

/// The tolerances of one session. Nothing falls due: what time has done to them is computed when it matters.
#[derive(Debug)]
pub(super) struct Tolerances {
    tolerance: u32,
    keys: u32,
    values: u32,
    /// With a controller, the time from which on it has heard of no loss and halved nothing.
    quiet_since: Option<u64>,
    qualities: Recent<Quality, MIN_QUALITY_STREAMS>,
}

/// The quality that counts on a stream_id.
#[derive(Debug, Default)]
struct Quality {
    frame_seq: u64,
    tolerance: u32,
}

impl Tolerances {
    /// Those with which a session begins (ADA-17).
    pub(super) fn begin(own: Adaptive, now: u64) -> Self {
        let mut all = Self {
            tolerance: own.tolerance,
            keys: own.keys.unwrap_or(own.tolerance),
            values: own.values.unwrap_or(own.tolerance),
            quiet_since: own.controller.then_some(now),
            qualities: Recent::default(),
        };
        if own.controller {
            all.change(|own| own.clamp(MIN_CONTROLLER_TOLERANCE, MAX_CONTROLLER_TOLERANCE));
        }
        all
    }

    /// The tolerance of a tensor at this place of a message of that type (ADA-12).
    pub(super) fn of(&mut self, stream_id: u32, mtype: MsgType, place: usize, now: u64) -> u32 {
        self.halve(now);
        let own = match (mtype, place) {
            (MsgType::Cache, 0) => self.keys,
            (MsgType::Cache, 1) => self.values,
            _ => self.tolerance,
        };
        let told = self.qualities.get(stream_id).map_or(0, |it| it.tolerance);
        own.max(told)
    }

    /// Takes a quality that was accepted. They may come in any order (ADA-16).
    pub(super) fn take_quality(&mut self, stream_id: u32, frame_seq: u64, tolerance: u32) {
        let counts = self.qualities.touch(stream_id);
        if frame_seq >= counts.frame_seq {
            *counts = Quality {
                frame_seq,
                tolerance,
            };
        }
    }

    /// Takes a `STREAM_INCOMPLETE` on which the peer acts (ADA-18).
    pub(super) fn note_loss(&mut self, now: u64) {
        if self.quiet_since.is_some() {
            self.halve(now);
            self.change(|own| own.saturating_mul(2).min(MAX_CONTROLLER_TOLERANCE));
            self.quiet_since = Some(now);
        }
    }

    /// Halves as often as it was due by now (ADA-19).
    fn halve(&mut self, now: u64) {
        let Some(since) = self.quiet_since else {
            return;
        };
        let times = now.saturating_sub(since) / HALVE_MS;
        if times == 0 {
            return;
        }
        let shift = u32::try_from(times).unwrap_or(u32::MAX);
        self.change(|own| {
            let halved = own.checked_shr(shift).unwrap_or(0);
            halved.max(MIN_CONTROLLER_TOLERANCE)
        });
        self.quiet_since = Some(since.saturating_add(times.saturating_mul(HALVE_MS)));
    }

    fn change(&mut self, change: impl Fn(u32) -> u32) {
        for own in [&mut self.tolerance, &mut self.keys, &mut self.values] {
            *own = change(*own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controlled(tolerance: u32) -> Tolerances {
        let own = Adaptive {
            controller: true,
            ..Adaptive::within(tolerance)
        };
        Tolerances::begin(own, 500)
    }

    fn plain(all: &mut Tolerances, stream_id: u32, now: u64) -> u32 {
        all.of(stream_id, MsgType::Think, 0, now)
    }

    #[test]
    fn a_quiet_while_of_any_length_is_halved_in_one_step() {
        let mut all = controlled(1_048_576);
        assert_eq!(plain(&mut all, 1, 10_499), 1_048_576);
        assert_eq!(plain(&mut all, 1, 40_500), 65_536);
        assert_eq!(plain(&mut all, 1, 49_999), 65_536);
        assert_eq!(plain(&mut all, 1, 50_000), 65_536);
        assert_eq!(plain(&mut all, 1, 50_500), 32_768);
        assert_eq!(plain(&mut all, 1, u64::MAX), MIN_CONTROLLER_TOLERANCE);
        all.note_loss(u64::MAX);
        assert_eq!(plain(&mut all, 1, u64::MAX), 2048);
    }

    #[test]
    fn a_loss_at_the_instant_of_halving_comes_after_it() {
        let mut all = controlled(1_048_576);
        all.note_loss(10_500); // not 524,288
        assert_eq!(plain(&mut all, 1, 20_499), 1_048_576);
        assert_eq!(plain(&mut all, 1, 20_500), 524_288);
    }

    #[test]
    fn losses_change_nothing_without_a_controller() {
        let mut all = Tolerances::begin(Adaptive::within(5), 0);
        all.note_loss(1);
        assert_eq!(plain(&mut all, 1, 100_000), 5);
    }

    #[test]
    fn the_qualities_of_the_stream_ids_used_last_are_remembered() {
        let mut all = Tolerances::begin(Adaptive::within(5), 0);
        let count = u32::try_from(MIN_QUALITY_STREAMS).unwrap_or(u32::MAX);
        for stream_id in 0..count {
            all.take_quality(stream_id, 7, 100);
        }
        all.take_quality(0, 6, 200); // an older one, which makes stream_id 1 the oldest
        all.take_quality(count, 0, 300);
        assert_eq!(plain(&mut all, 0, 0), 100);
        assert_eq!(plain(&mut all, 1, 0), 5);
        assert_eq!(plain(&mut all, 2, 0), 100);
        assert_eq!(plain(&mut all, count, 0), 300);
    }
}

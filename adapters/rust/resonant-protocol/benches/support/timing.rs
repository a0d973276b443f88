//! Seconds of a call, and the round that counts of many.

use std::hint::black_box;
use std::time::Instant;

/// Seconds that one call takes.
pub fn seconds<T>(call: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(call());
    start.elapsed().as_secs_f64()
}

/// The value in the middle, which a few disturbed rounds do not move.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! The fault that the environment asks for, and what faults are made of. This module is in no published crate: a copy
//! of the crate gets it where mutants are built.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

static ACTIVE: LazyLock<u32> = LazyLock::new(|| {
    let chosen = std::env::var("RESONANT_MUTANT").unwrap_or_default();
    chosen.parse().unwrap_or(0)
});
static CALLS: AtomicU64 = AtomicU64::new(0);
static LAST: AtomicU64 = AtomicU64::new(0);
static KNOWN: Mutex<BTreeMap<Vec<u8>, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// The number of the fault, 0 for none.
pub(crate) fn active() -> u32 {
    *ACTIVE
}

/// Whether this call is the nth, or the 2nth, and so on.
pub(crate) fn each(n: u64) -> bool {
    (CALLS.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(n)
}

/// Whether there were so many calls before this one.
pub(crate) fn after(n: u64) -> bool {
    CALLS.fetch_add(1, Ordering::Relaxed) >= n
}

/// The value of the last call, 0 for none.
pub(crate) fn last(value: u64) -> u64 {
    LAST.swap(value, Ordering::Relaxed)
}

/// The value that came first with this key.
pub(crate) fn first(key: &[u8], value: Vec<u8>) -> Vec<u8> {
    let Ok(mut known) = KNOWN.lock() else {
        return value;
    };
    known.entry(key.to_vec()).or_insert(value).clone()
}

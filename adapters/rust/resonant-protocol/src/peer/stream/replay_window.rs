//! The numbers that were accepted on a stream_id (HSK-34).

use super::recent::Recent;
use crate::error::RejectCode;
use crate::limits::{MIN_REMEMBERED_CLOSED_STREAMS, MIN_REMEMBERED_STREAMS, REPLAY_WINDOW_NUMBERS};

/// One bit for each number of the span, at the number's remainder.
type Bits = [u64; 16];

const _: () = assert!(
    REPLAY_WINDOW_NUMBERS == 16 * 64,
    "Bits has room for the window"
);

/// The numbers received on the stream_ids used last that have no opened stream (HSK-69).
pub(crate) type ReplayWindows = Recent<ReplayWindow, MIN_REMEMBERED_STREAMS>;

/// The numbers received on the streams used last that are over (STM-36).
pub(crate) type ClosedStreams = Recent<ReplayWindow, MIN_REMEMBERED_CLOSED_STREAMS>;

/// The streams used last that failed (MUX-17).
pub(crate) type FailedStreams = Recent<(), MIN_REMEMBERED_CLOSED_STREAMS>;

/// The numbers of one stream_id.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplayWindow {
    highest: Option<u64>,
    seen: Bits,
    /// Those of them that TAILs without HEAD had (STM-13).
    tails: Bits,
}

impl ReplayWindow {
    /// `DUPLICATE` for a number that was accepted, `STALE` for one that is too low to know. A TAIL is no duplicate
    /// of another (STM-13).
    pub(crate) fn check(&self, number: u64, is_tail: bool) -> Result<(), RejectCode> {
        match self.highest {
            Some(highest) if highest.saturating_sub(number) >= REPLAY_WINDOW_NUMBERS => {
                Err(RejectCode::Stale)
            }
            Some(_) if is_tail && has(&self.tails, number) => Ok(()),
            Some(highest) if number <= highest && has(&self.seen, number) => {
                Err(RejectCode::Duplicate)
            }
            _ => Ok(()),
        }
    }

    /// Remembers a number, if it is not too low for that.
    pub(crate) fn accept(&mut self, number: u64, is_tail: bool) {
        let highest = self.highest.unwrap_or(number);
        if highest.saturating_sub(number) >= REPLAY_WINDOW_NUMBERS {
            return;
        }
        if number > highest {
            let lowest = number.saturating_sub(REPLAY_WINDOW_NUMBERS - 1);
            for passed in lowest.max(highest.saturating_add(1))..=number {
                clear(&mut self.seen, passed);
                clear(&mut self.tails, passed);
            }
        }
        self.highest = Some(highest.max(number));
        set(&mut self.seen, number);
        if is_tail {
            set(&mut self.tails, number);
        }
    }
}

/// The word of a number's bit, and the bit.
fn place(number: u64) -> (usize, u64) {
    let place = number % REPLAY_WINDOW_NUMBERS;
    (usize::try_from(place / 64).unwrap_or(0), 1 << (place % 64))
}

fn has(bits: &Bits, number: u64) -> bool {
    let (word, bit) = place(number);
    bits.get(word).is_some_and(|word| word & bit != 0)
}

fn set(bits: &mut Bits, number: u64) {
    let (word, bit) = place(number);
    if let Some(word) = bits.get_mut(word) {
        *word |= bit;
    }
}

fn clear(bits: &mut Bits, number: u64) {
    let (word, bit) = place(number);
    if let Some(word) = bits.get_mut(word) {
        *word &= !bit;
    }
}

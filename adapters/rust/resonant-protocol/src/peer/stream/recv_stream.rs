//! A stream of the other end: its order, what waits in it, and its sums (sections 2 and 3 of the stream specification).

use std::collections::{BTreeMap, VecDeque};

use super::replay_window::ReplayWindow;
use super::sums::Sums;
use crate::limits::{
    MAX_MISSING_NUMBERS, MAX_WAITING_BYTES, MIN_REMEMBERED_FAR_NUMBERS, REORDER_WINDOW_NUMBERS,
    REPLAY_WINDOW_NUMBERS, STREAM_TIMEOUT_MS,
};
use crate::peer::event::{Announce, Mismatch};
use crate::peer::sync::Tail;

/// A frame that was accepted before a lower number.
pub(crate) enum Held {
    /// A frame that had its effect at once: its number is filled (STM-29, STM-33).
    Filled,
    /// Another Sync frame of so many bytes: its number will be filled.
    Sync(usize),
    /// A data frame as received. It is decoded again when its turn comes, since the plain body of a
    /// compressed frame can be far larger than what the limit counts.
    Data(Box<[u8]>),
}

/// The TAIL that is held.
pub(crate) struct KeptTail {
    pub(crate) frame_seq: u64,
    pub(crate) tail: Tail,
    /// The time at which it, or after it a missing number, was accepted.
    pub(crate) quiet_since: u64,
}

/// A stream that a HEAD opened.
pub(crate) struct RecvStream {
    pub(crate) is_strong: bool,
    announced: Option<Announce>,
    /// The lowest number that is missing.
    next: u64,
    held: BTreeMap<u64, Held>,
    /// Of the numbers that were filled at once, those that were far above `next`, in the order of arrival (STM-31).
    far: VecDeque<u64>,
    pub(crate) tail: Option<KeptTail>,
    pub(crate) sums: Sums,
    /// Of one that multiplexing manages (MUX-4).
    pub(crate) managed: Option<Granted>,
    /// Whether the application holds it (MUX-19).
    pub(crate) is_held: bool,
}

/// The credit of a managed stream.
#[derive(Clone, Copy)]
pub(crate) struct Granted {
    /// Number of frames by which it may run ahead.
    pub(crate) frames: u64,
    /// The limit that was told last.
    pub(crate) told: u64,
}

impl Granted {
    pub(crate) fn new(frames: u16) -> Self {
        let frames = frames.into();
        Self {
            frames,
            told: frames,
        }
    }
}

impl RecvStream {
    /// A stream whose HEAD was accepted.
    pub(crate) fn new(
        is_strong: bool,
        announced: Option<Announce>,
        managed: Option<Granted>,
    ) -> Self {
        Self {
            is_strong,
            announced,
            next: 1,
            held: BTreeMap::new(),
            far: VecDeque::new(),
            tail: None,
            sums: Sums::received(announced.is_some()),
            managed,
            is_held: false,
        }
    }

    /// Whether a number was delivered or filled or is held (STM-9).
    pub(crate) fn knows(&self, number: u64) -> bool {
        number < self.next || self.held.contains_key(&number)
    }

    /// Whether it is the turn of a number now.
    pub(crate) const fn is_next(&self, number: u64) -> bool {
        number == self.next && !self.is_held
    }

    /// The limit that could be granted now (MUX-13).
    pub(crate) fn possible_limit(&self) -> u64 {
        let frames = self.managed.map_or(0, |granted| granted.frames);
        self.next.saturating_add(frames)
    }

    /// The limit that is due to be told (MUX-13).
    pub(crate) fn due_credit(&mut self) -> Option<u64> {
        let limit = self.possible_limit();
        let is_open = !self.is_held && self.tail.is_none();
        let granted = self.managed.as_mut().filter(|_| is_open)?;
        let ahead = limit.saturating_sub(granted.told);
        if ahead < granted.frames.div_ceil(2) {
            return None;
        }
        granted.told = limit;
        Some(limit)
    }

    /// Whether a number is that of the TAIL that is held (STM-34).
    pub(crate) fn is_tail(&self, number: u64) -> bool {
        let tail = self.tail.as_ref();
        tail.is_some_and(|tail| number == tail.frame_seq)
    }

    /// Whether a number is not below the TAIL's. The TAIL itself may come again (STM-15).
    pub(crate) fn is_after_tail(&self, number: u64, is_tail: bool) -> bool {
        let tail = self.tail.as_ref().map(|tail| tail.frame_seq);
        tail.is_some_and(|tail| number > tail || number == tail && !is_tail)
    }

    /// Whether a number can be held. `waiting` would wait in the session with this frame (STM-8).
    pub(crate) fn has_room(&self, number: u64, waiting: usize) -> bool {
        self.is_next(number) || !self.is_far(number) && waiting <= MAX_WAITING_BYTES
    }

    /// Whether a number is beyond the reorder window.
    const fn is_far(&self, number: u64) -> bool {
        number.saturating_sub(self.next) >= REORDER_WINDOW_NUMBERS
    }

    /// Fills a number at once, however far it is, unless it was filled before (STM-29, STM-31, STM-33).
    pub(crate) fn fill(&mut self, number: u64, now: u64) {
        if self.knows(number) || self.is_tail(number) {
            return;
        }
        self.hold(number, Held::Filled, now);
        if !self.is_far(number) {
            return;
        }
        self.far.push_back(number);
        if self.far.len() > MIN_REMEMBERED_FAR_NUMBERS {
            let oldest = self.far.pop_front();
            if let Some(oldest) = oldest.filter(|oldest| self.is_far(*oldest)) {
                self.held.remove(&oldest);
            }
        }
    }

    /// Takes a number that has its place. It is held even where it is next: [`RecvStream::take_next`] gives it.
    pub(crate) fn hold(&mut self, number: u64, frame: Held, now: u64) {
        self.note(number, now);
        self.held.insert(number, frame);
    }

    /// Passes the lowest missing number, whose data frame was just delivered.
    pub(crate) fn pass(&mut self, now: u64) {
        self.note(self.next, now);
        self.next = self.next.saturating_add(1);
    }

    fn note(&mut self, number: u64, now: u64) {
        let tail = self.tail.as_mut().filter(|tail| number < tail.frame_seq);
        if let Some(tail) = tail {
            tail.quiet_since = now;
        }
    }

    /// The frame whose turn it is, if it is there (STM-7).
    pub(crate) fn take_next(&mut self) -> Option<Held> {
        if self.is_held {
            return None;
        }
        let frame = self.held.remove(&self.next)?;
        self.next = self.next.saturating_add(1);
        Some(frame)
    }

    /// The first missing numbers below `end` (STM-12).
    pub(crate) fn missing(&self, end: u64) -> Vec<u64> {
        let missing = (self.next..end).filter(|number| !self.held.contains_key(number));
        missing.take(MAX_MISSING_NUMBERS).collect()
    }

    /// The TAIL, if it has come and nothing below it is missing (STM-14).
    pub(crate) fn due_tail(&self) -> Option<(u64, Tail)> {
        let tail = self.tail.as_ref().filter(|_| !self.is_held)?;
        (self.next >= tail.frame_seq).then_some((tail.frame_seq, tail.tail))
    }

    /// The strong tail hash of the stream bytes so far.
    pub(crate) fn xxhash3_64(&self) -> u64 {
        self.sums.xxhash3_64().unwrap_or_default() // a receiver's sums have it
    }

    /// Compares the stream with HEAD and TAIL (STM-16).
    pub(crate) fn verify(&self, frame_seq: u64, tail: &Tail) -> Result<(), Mismatch> {
        // What never waits is no reason (STM-30).
        let mut waiting = self.held.iter().rev();
        let highest = waiting.find(|(_, frame)| !matches!(frame, Held::Filled));
        let highest = highest.map_or(0, |(number, _)| *number);
        let sums = &self.sums;
        let xxhash3_64 = self.xxhash3_64();
        let head = self.announced.as_ref();
        let is = |announced: Option<u64>, found| announced.is_none_or(|it| it == found);
        let comparisons = [
            (Mismatch::FrameSeq, highest <= frame_seq),
            (
                Mismatch::Frames,
                is(head.map(|it| it.frames), sums.frames) && tail.frames == sums.frames,
            ),
            (
                Mismatch::TotalLen,
                is(head.map(|it| it.total_len), sums.total_len) && tail.total_len == sums.total_len,
            ),
            (
                Mismatch::Md5,
                head.is_none_or(|it| Some(it.md5) == sums.md5()),
            ),
            (
                Mismatch::Xxhash3_64,
                is(head.map(|it| it.xxhash3_64), xxhash3_64) && is(tail.xxhash3_64, xxhash3_64),
            ),
        ];
        let differs = comparisons.into_iter().find(|(_, agrees)| !agrees);
        differs.map_or(Ok(()), |(what, _)| Err(what))
    }

    /// The time at which the stream fails for want of a missing number (STM-18).
    pub(crate) fn deadline(&self) -> Option<u64> {
        let tail = self.tail.as_ref()?;
        if self.is_held && self.missing(tail.frame_seq).is_empty() {
            return None; // it waits for its application (MUX-19)
        }
        tail.quiet_since.checked_add(STREAM_TIMEOUT_MS)
    }

    /// Bytes of its frames that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.held.values().map(Held::len).sum()
    }

    /// The memory of a stream that is over (STM-19, STM-35).
    pub(crate) fn close(&self) -> ReplayWindow {
        let mut window = ReplayWindow::default();
        let delivered = self.next.saturating_sub(REPLAY_WINDOW_NUMBERS)..self.next;
        let tail = self.tail.as_ref().map(|tail| tail.frame_seq);
        for number in delivered.chain(self.held.keys().copied()).chain(tail) {
            window.accept(number, false);
        }
        window
    }
}

impl Held {
    /// Bytes that count for the limit.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Filled => 0,
            Self::Sync(len) => *len,
            Self::Data(bytes) => bytes.len(),
        }
    }
}

//! Streams that multiplexing manages, as their sender keeps them: how far they may go, and what waits (MUX-9 to
//! MUX-12, MUX-15, MUX-21, MUX-30).

use std::collections::{BTreeMap, VecDeque};

use crate::frame::VFrame;
use crate::limits::{
    BLOCKED_EVERY_MS, BLOCKED_REPEATS_MS, MAX_WAITING_FRAMES, MAX_WAITING_TO_GO_BYTES,
};

/// The urgency of a stream whose HEAD does not say it.
pub(crate) const USUAL_URGENCY: u8 = 3;

/// A frame that waits, and its plain size.
type Waiting = (VFrame, usize);

/// One managed stream, from its HEAD until it is done or broken.
pub(crate) struct Managed {
    /// The lowest number that no data frame may have.
    pub(crate) limit: u64,
    urgency: u8,
    waiting: VecDeque<Waiting>,
    /// Whether a TAIL waits behind them.
    pub(crate) has_tail: bool,
    /// Whether the TAIL was sent.
    pub(crate) is_ended: bool,
    /// Since when a frame waits for the limit to be raised, and how often that was told since.
    blocked: Option<(u64, usize)>,
    /// The number of the last blocked.
    pub(crate) last_blocked: Option<u64>,
}

impl Managed {
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Notes whether a frame waits for the limit, of which `next` would be the number.
    pub(crate) fn note_wait(&mut self, next: u64, now: u64) {
        if self.waiting.is_empty() || next < self.limit {
            self.blocked = None;
        } else {
            self.blocked.get_or_insert((now, 0));
        }
    }

    /// Raises the limit. `false` for one that is not higher.
    pub(crate) fn raise(&mut self, limit: u64) -> bool {
        let is_higher = limit > self.limit;
        if is_higher {
            self.limit = limit;
            self.blocked = None; // it begins to wait anew
        }
        is_higher
    }

    /// Counts a blocked that was sent with this number.
    pub(crate) fn count_blocked(&mut self, number: Option<u64>) {
        if let Some((_, count)) = &mut self.blocked {
            *count = count.saturating_add(1);
        }
        self.last_blocked = number.or(self.last_blocked);
    }

    /// The time of the next blocked (MUX-15).
    fn deadline(&self) -> Option<u64> {
        let (since, count) = self.blocked?;
        let delay = BLOCKED_REPEATS_MS.get(count).copied().or_else(|| {
            let last = BLOCKED_REPEATS_MS.last()?;
            let more = count
                .checked_sub(BLOCKED_REPEATS_MS.len())?
                .checked_add(1)?;
            let more = u64::try_from(more).ok()?.checked_mul(BLOCKED_EVERY_MS)?;
            last.checked_add(more)
        });
        since.checked_add(delay?)
    }
}

/// All managed streams of a session, as their sender keeps them.
#[derive(Default)]
pub(crate) struct SentManaged {
    streams: BTreeMap<u32, Managed>,
    /// By urgency, the stream that was served last.
    served: [Option<u32>; 8],
    /// Number and plain sizes of the frames that wait.
    frames: usize,
    bytes: usize,
    pub(crate) is_corked: bool,
}

impl SentManaged {
    pub(crate) fn open(&mut self, stream_id: u32, limit: u64, urgency: u8) {
        let stream = Managed {
            limit,
            urgency,
            waiting: VecDeque::new(),
            has_tail: false,
            is_ended: false,
            blocked: None,
            last_blocked: None,
        };
        self.streams.insert(stream_id, stream);
    }

    pub(crate) fn get(&self, stream_id: u32) -> Option<&Managed> {
        self.streams.get(&stream_id)
    }

    pub(crate) fn get_mut(&mut self, stream_id: u32) -> Option<&mut Managed> {
        self.streams.get_mut(&stream_id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Managed)> + '_ {
        self.streams.iter().map(|(stream_id, it)| (*stream_id, it))
    }

    /// Whether one more frame of this plain size may wait (MUX-12).
    pub(crate) fn has_room(&self, plain: usize) -> bool {
        let bytes = self.bytes.saturating_add(plain);
        self.frames < MAX_WAITING_FRAMES && bytes <= MAX_WAITING_TO_GO_BYTES
    }

    pub(crate) fn wait(&mut self, stream_id: u32, frame: VFrame, plain: usize) {
        if let Some(stream) = self.streams.get_mut(&stream_id) {
            stream.waiting.push_back((frame, plain));
            self.frames = self.frames.saturating_add(1);
            self.bytes = self.bytes.saturating_add(plain);
        }
    }

    /// The frame whose turn it is among those that may go, and its stream (MUX-30).
    pub(crate) fn take_turn(
        &mut self,
        may_go: impl Fn(u32, &Managed) -> bool,
    ) -> Option<(u32, VFrame)> {
        let ready = self.streams.iter();
        let ready = ready.filter(|(id, stream)| stream.has_waiting() && may_go(**id, stream));
        let turn = |(id, stream): (&u32, &Managed)| {
            let last = self.served.get(usize::from(stream.urgency));
            let has_passed = last.copied().flatten().is_some_and(|last| *id <= last);
            (stream.urgency, has_passed, *id)
        };
        let (urgency, _, stream_id) = ready.map(turn).min()?;
        if let Some(served) = self.served.get_mut(usize::from(urgency)) {
            *served = Some(stream_id);
        }
        let stream = self.streams.get_mut(&stream_id)?;
        let (frame, plain) = stream.waiting.pop_front()?;
        self.frames = self.frames.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(plain);
        Some((stream_id, frame))
    }

    /// Forgets a stream with what waits of it.
    pub(crate) fn remove(&mut self, stream_id: u32) {
        if let Some(stream) = self.streams.remove(&stream_id) {
            let bytes = stream.waiting.iter().map(|(_, plain)| plain).sum();
            self.frames = self.frames.saturating_sub(stream.waiting.len());
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    /// The earliest time of a blocked, and its stream.
    pub(crate) fn due(&self) -> Option<(u64, u32)> {
        let due = self.iter();
        due.filter_map(|(stream_id, stream)| Some((stream.deadline()?, stream_id)))
            .min()
    }
}

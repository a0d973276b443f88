//! The streams that a peer sends, kept for repair (STM-4, STM-5, STM-20, STM-37).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::kept::{Kept, KeptFrames, SparePiece};
use super::sums::Sums;
use crate::limits::{MAX_KEPT_BYTES, MAX_RESENT_FRAMES, MIN_KEPT_MS};
use crate::peer::event::Reference;
use crate::transport::Carriage;
use crate::wire_values::MsgType;

/// A stream from its HEAD on.
struct SendStream {
    sums: Sums,
    /// The latest frames, and the number of the first of them.
    kept: KeptFrames,
    first: u64,
    /// The TAIL's number, and when it was last sent.
    tail: Option<(u64, u64)>,
}

/// All streams that are open or kept.
#[derive(Default)]
pub(crate) struct SendStreams {
    streams: BTreeMap<u32, SendStream>,
    /// The stream_ids, the one opened first in front.
    order: VecDeque<u32>,
    bytes: usize,
    spare: SparePiece,
    /// The stream_ids of streams with STRONG_TAIL, also of those that are kept no longer.
    strong: BTreeSet<u32>,
}

/// The totals of a TAIL: frames, total_len, and the hash of a stream with STRONG_TAIL.
pub(crate) type Totals = (u64, u64, Option<u64>);

impl SendStreams {
    pub(crate) fn open(&mut self, stream_id: u32, is_strong: bool) {
        let stream = SendStream {
            sums: Sums::sent(is_strong),
            kept: KeptFrames::default(),
            first: 0,
            tail: None,
        };
        self.streams.insert(stream_id, stream);
        self.order.push_back(stream_id);
        if is_strong {
            self.strong.insert(stream_id);
        }
    }

    /// A stream that its TAIL has not ended.
    fn get_open(&self, stream_id: u32) -> Option<&SendStream> {
        let stream = self.streams.get(&stream_id);
        stream.filter(|stream| stream.tail.is_none())
    }

    /// Whether a stream is open or kept.
    pub(crate) fn has(&self, stream_id: u32) -> bool {
        self.streams.contains_key(&stream_id)
    }

    /// The stream_ids of all streams that are open or kept.
    pub(crate) fn stream_ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.streams.keys().copied()
    }

    /// Whether there is a stream that its TAIL has not ended.
    pub(crate) fn has_open(&self) -> bool {
        self.streams.values().any(|stream| stream.tail.is_none())
    }

    /// Whether frames on the stream_id have STRONG_TAIL, a HEART after the TAIL among them (STM-3).
    pub(crate) fn is_strong(&self, stream_id: u32) -> bool {
        self.strong.contains(&stream_id)
    }

    pub(crate) fn totals(&self, stream_id: u32) -> Option<Totals> {
        let stream = self.get_open(stream_id)?;
        let sums = &stream.sums;
        Some((sums.frames, sums.total_len, sums.xxhash3_64()))
    }

    /// Takes a frame that is sent. On a stream_id without an open stream it is of no interest.
    pub(crate) fn record(
        &mut self,
        stream_id: u32,
        carriage: Carriage,
        frame: &[u8],
        is_data: bool,
    ) {
        let stream = self.streams.get_mut(&stream_id);
        let Some(stream) = stream.filter(|stream| stream.tail.is_none()) else {
            return;
        };
        if is_data {
            stream.sums.add(frame);
        }
        stream.kept.push(carriage, frame, &mut self.spare);
        self.bytes = self.bytes.saturating_add(frame.len());
        self.trim();
    }

    fn trim(&mut self) {
        let mut streams = self.order.iter();
        while self.bytes > MAX_KEPT_BYTES {
            let Some(stream_id) = streams.next() else {
                return;
            };
            let Some(stream) = self.streams.get_mut(stream_id) else {
                continue;
            };
            while self.bytes > MAX_KEPT_BYTES {
                let Some(len) = stream.kept.pop_front(&mut self.spare) else {
                    break;
                };
                stream.first = stream.first.saturating_add(1);
                self.bytes = self.bytes.saturating_sub(len);
            }
        }
    }

    /// Ends a stream with the TAIL of that number, its last recorded frame.
    pub(crate) fn end(&mut self, stream_id: u32, frame_seq: u64, now: u64) {
        if let Some(stream) = self.streams.get_mut(&stream_id) {
            stream.tail = Some((frame_seq, now));
        }
    }

    /// Whether a repair can be made for this TAIL.
    pub(crate) fn has_tail(&self, tail: Reference) -> bool {
        let stream = self.streams.get(&tail.stream_id);
        let kept = stream.and_then(|stream| stream.tail);
        kept.is_some_and(|(number, _)| number == tail.frame_seq)
    }

    /// The frames of these numbers, as far as they are kept, and then the TAIL (STM-20).
    pub(crate) fn repair(&mut self, tail: Reference, missing: &[u64], now: u64) -> Vec<Kept> {
        let Some(stream) = self.streams.get_mut(&tail.stream_id) else {
            return Vec::new();
        };
        stream.tail = Some((tail.frame_seq, now));
        let below = missing.iter().filter(|number| **number < tail.frame_seq);
        let below: BTreeSet<u64> = below.copied().collect();
        let kept = below
            .into_iter()
            .take(MAX_RESENT_FRAMES)
            .filter_map(|number| stream.kept(number));
        let tail = stream.kept(tail.frame_seq);
        kept.chain(tail).map(owned).collect()
    }

    /// Of a stream that is open or kept, when its TAIL was last sent, if it was.
    pub(crate) fn tail_sent(&self, stream_id: u32) -> Option<Option<u64>> {
        let stream = self.streams.get(&stream_id)?;
        Some(stream.tail.map(|(_, sent)| sent))
    }

    /// Whether a number is that of a data frame, as far as frames are kept.
    pub(crate) fn is_data(&self, reference: Reference) -> bool {
        let kept = self.kept(reference.stream_id, reference.frame_seq);
        kept.is_some_and(|(_, frame)| frame.get(1) != Some(&MsgType::Sync.to_wire()))
    }

    fn kept(&self, stream_id: u32, number: u64) -> Option<(Carriage, &[u8])> {
        self.streams.get(&stream_id)?.kept(number)
    }

    /// The frames of these numbers below another, as far as they are kept (MUX-18).
    pub(crate) fn kept_below(&self, below: Reference, missing: &[u64]) -> Vec<Kept> {
        let named = missing.iter().filter(|number| **number < below.frame_seq);
        let named: BTreeSet<u64> = named.copied().collect();
        let named = named.into_iter().take(MAX_RESENT_FRAMES);
        named
            .filter_map(|number| self.kept(below.stream_id, number))
            .map(owned)
            .collect()
    }

    /// The times from which streams need not be kept any more.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.streams.iter().filter_map(|(stream_id, stream)| {
            let (_, sent) = stream.tail?;
            Some((sent.checked_add(MIN_KEPT_MS + 1)?, *stream_id))
        })
    }

    pub(crate) fn forget(&mut self, stream_id: u32) {
        if let Some(stream) = self.streams.remove(&stream_id) {
            self.bytes = self.bytes.saturating_sub(stream.kept.bytes());
            self.order.retain(|other| *other != stream_id);
            self.spare = SparePiece::default(); // nothing is at the limit now
        }
    }
}

impl SendStream {
    /// The frame of a number, if it is kept.
    fn kept(&self, number: u64) -> Option<(Carriage, &[u8])> {
        let place = number.checked_sub(self.first)?;
        self.kept.get(usize::try_from(place).ok()?)
    }
}

fn owned((carriage, frame): (Carriage, &[u8])) -> Kept {
    (carriage, frame.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 48 << 20;

    fn kept(sent: &SendStreams, stream_id: u32) -> Option<(u64, usize)> {
        let stream = sent.streams.get(&stream_id)?;
        Some((stream.first, stream.kept.frames()))
    }

    #[test]
    fn the_oldest_frames_of_the_oldest_stream_go_first() {
        let mut sent = SendStreams::default();
        for stream_id in [7, 3] {
            sent.open(stream_id, false);
            for fill in 0..3 {
                sent.record(
                    stream_id,
                    Carriage::Uni(stream_id),
                    &vec![fill; LARGE],
                    false,
                );
            }
        }
        // Six of them are over the limit, five are not.
        assert_eq!(kept(&sent, 7), Some((1, 2)));
        assert_eq!(kept(&sent, 3), Some((0, 3)));
        sent.end(7, 2, 0);
        let tail = Reference {
            stream_id: 7,
            frame_seq: 2,
        };
        let repaired = sent.repair(tail, &[0, 1], 0);
        let fills = repaired.iter().filter_map(|(_, frame)| frame.first());
        assert_eq!(fills.copied().collect::<Vec<u8>>(), [1, 2]);
        sent.forget(7);
        assert_eq!((sent.bytes, sent.order.len()), (3 * LARGE, 1));
    }
}

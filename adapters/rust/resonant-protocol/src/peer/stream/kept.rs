//! The memory of sent frames (STM-37): one behind another, in pieces.
//!
//! A vector for each frame would cost more than to send it: fresh memory is found and cleared by the system a page at a time,
//! which for a frame of 60 KiB takes longer than its way through a socket. Large pieces come in huge pages where the
//! system has them. Once so much is kept that the oldest frames go, the next ones take their place: a long stream needs
//! no fresh memory any more.

use std::collections::VecDeque;
use std::ops::Range;

use memmap2::MmapMut;

use crate::transport::Carriage;

/// Bytes of a piece: those of a huge page on most machines. The first one grows up to it, so that a short stream takes
/// little.
const PIECE_BYTES: usize = 2 << 20;

/// A sent frame, and the carriage that it is also sent again on (QUI-4, QUI-5).
pub(crate) type Kept = (Carriage, Vec<u8>);

/// A piece that was let go of, for the frames that come next: of whichever stream they are.
#[derive(Default)]
pub(super) struct SparePiece(Option<MmapMut>);

/// The latest frames of a stream, in the order in which they were sent.
#[derive(Default)]
pub(super) struct KeptFrames {
    places: VecDeque<Place>,
    pieces: VecDeque<Piece>,
    /// Number of pieces that were let go of.
    gone: usize,
}

struct Place {
    carriage: Carriage,
    /// The number of the piece, among all that there were.
    piece: usize,
    range: Range<usize>,
}

enum Piece {
    Growing(Vec<u8>),
    /// A whole one, and how much of it is in use.
    Whole(MmapMut, usize),
}

impl KeptFrames {
    pub(super) fn push(&mut self, carriage: Carriage, frame: &[u8], spare: &mut SparePiece) {
        let last = self.pieces.back_mut();
        let range = last.and_then(|piece| piece.add(frame));
        let range = range.unwrap_or_else(|| {
            let grows = self.pieces.is_empty() || frame.len() > PIECE_BYTES;
            let mut piece = Piece::new(grows, spare);
            let range = piece.add(frame).unwrap_or_default(); // an empty piece takes any frame
            self.pieces.push_back(piece);
            range
        });
        let piece = self
            .gone
            .saturating_add(self.pieces.len())
            .saturating_sub(1);
        self.places.push_back(Place {
            carriage,
            piece,
            range,
        });
    }

    /// Lets go of the first frame. Its length is returned.
    pub(super) fn pop_front(&mut self, spare: &mut SparePiece) -> Option<usize> {
        let place = self.places.pop_front()?;
        let needed = self.places.front().map_or(usize::MAX, |next| next.piece);
        while self.gone < needed {
            let Some(piece) = self.pieces.pop_front() else {
                break;
            };
            self.gone = self.gone.saturating_add(1);
            if let Piece::Whole(memory, _) = piece {
                spare.0 = Some(memory);
            }
        }
        Some(place.range.len())
    }

    /// The frame at a place among those that are kept.
    pub(super) fn get(&self, at: usize) -> Option<(Carriage, &[u8])> {
        let place = self.places.get(at)?;
        let piece = self.pieces.get(place.piece.checked_sub(self.gone)?)?;
        Some((place.carriage, piece.bytes().get(place.range.clone())?))
    }

    #[cfg(test)]
    pub(super) fn frames(&self) -> usize {
        self.places.len()
    }

    /// Bytes of the frames that are kept.
    pub(super) fn bytes(&self) -> usize {
        self.places.iter().map(|place| place.range.len()).sum()
    }
}

impl Piece {
    fn new(grows: bool, spare: &mut SparePiece) -> Self {
        let whole = (!grows).then(|| spare.0.take().or_else(fresh));
        match whole.flatten() {
            Some(memory) => Self::Whole(memory, 0),
            None => Self::Growing(Vec::new()),
        }
    }

    /// Adds a frame, and gives its place; nothing if there is no room for it.
    fn add(&mut self, frame: &[u8]) -> Option<Range<usize>> {
        let begin = match self {
            Self::Growing(memory) => memory.len(),
            Self::Whole(_, used) => *used,
        };
        let end = begin.checked_add(frame.len())?;
        match self {
            Self::Growing(memory) if begin == 0 || end <= PIECE_BYTES => {
                memory.extend_from_slice(frame);
            }
            Self::Growing(_) => return None,
            Self::Whole(memory, used) => {
                memory.get_mut(begin..end)?.copy_from_slice(frame);
                *used = end;
            }
        }
        Some(begin..end)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Growing(memory) => memory,
            Self::Whole(memory, _) => memory,
        }
    }
}

fn fresh() -> Option<MmapMut> {
    let memory = MmapMut::map_anon(PIECE_BYTES).ok()?;
    advise(&memory);
    Some(memory)
}

/// Asks for huge pages, and for all of the piece at once. A system that has neither does without.
#[cfg(target_os = "linux")]
fn advise(memory: &MmapMut) {
    use memmap2::Advice::{HugePage, PopulateWrite};
    let _ = memory.advise(HugePage);
    let _ = memory.advise(PopulateWrite);
}

#[cfg(not(target_os = "linux"))]
const fn advise(_: &MmapMut) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_what_was_sent_wherever_they_lie_and_memory_goes_with_them() {
        let (mut kept, mut spare) = (KeptFrames::default(), SparePiece::default());
        let length = |number: usize| 1 + number * 7_919 % 65_536;
        let frame =
            |number: usize| vec![u8::try_from(number % 251).unwrap_or_default(); length(number)];
        let carriage = |number: usize| {
            if number.is_multiple_of(2) {
                Carriage::Main
            } else {
                Carriage::Uni(3)
            }
        };
        for number in 0..300 {
            kept.push(carriage(number), &frame(number), &mut spare);
        }
        assert!(kept.pieces.len() > 3, "9 MB do not fit into three pieces");
        assert_eq!(kept.bytes(), (0..300).map(length).sum::<usize>());
        for first in 0..300 {
            for number in [first, 299] {
                let expected = (carriage(number), &frame(number)[..]);
                assert_eq!(kept.get(number - first), Some(expected), "number {number}");
            }
            assert_eq!(kept.pop_front(&mut spare), Some(length(first)));
        }
        assert_eq!((kept.frames(), kept.pieces.len()), (0, 0));
        assert_eq!(kept.pop_front(&mut spare), None);
        kept.push(Carriage::Main, &frame(5), &mut spare);
        assert_eq!(kept.get(0), Some((Carriage::Main, &frame(5)[..])));
    }

    #[test]
    fn what_is_larger_than_a_piece_has_one_for_itself() {
        let (mut kept, mut spare) = (KeptFrames::default(), SparePiece::default());
        for len in [PIECE_BYTES + 1, 1, 2 * PIECE_BYTES, PIECE_BYTES, 0] {
            kept.push(Carriage::Main, &vec![9; len], &mut spare);
        }
        let lens = (0..5).filter_map(|at| Some(kept.get(at)?.1.len()));
        let expected = [PIECE_BYTES + 1, 1, 2 * PIECE_BYTES, PIECE_BYTES, 0];
        assert_eq!(lens.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_next_frames_take_the_memory_of_those_that_went() {
        const HALF: usize = PIECE_BYTES / 2;
        let (mut kept, mut spare) = (KeptFrames::default(), SparePiece::default());
        for fill in 0..6 {
            kept.push(Carriage::Main, &[fill; HALF], &mut spare);
        }
        assert_eq!(kept.pieces.len(), 3);
        for (pops, has_spare) in [(2, false), (1, false), (1, true)] {
            for _ in 0..pops {
                assert_eq!(kept.pop_front(&mut spare), Some(HALF));
            }
            assert_eq!(
                spare.0.is_some(),
                has_spare,
                "the first piece was no whole one"
            );
        }
        kept.push(Carriage::Main, &[6; HALF], &mut spare);
        assert!(spare.0.is_none() && kept.pieces.len() == 2);
        let rest = kept
            .pieces
            .back()
            .and_then(|piece| piece.bytes().get(HALF..));
        assert_eq!(rest, Some(&[3; HALF][..]), "what was there before");
        for (at, fill) in [4, 5, 6].into_iter().enumerate() {
            assert_eq!(kept.get(at), Some((Carriage::Main, &[fill; HALF][..])));
        }
    }
}

//! Received frames that are kept for recovery, and the groups that are known (FEC-16 to FEC-25).

use std::collections::{BTreeMap, VecDeque};

use crate::error::RejectCode;
use crate::limits::{KNOWN_GROUPS, MAX_KEPT_REPAIR_BYTES, MIN_RECOVERY_BYTES, MIN_RECOVERY_FRAMES};
use crate::repair::{missing_frames, GroupId, Repair, Shape};

/// All that is kept.
#[derive(Default)]
pub(crate) struct Correction {
    /// The group that became known first in front.
    groups: VecDeque<Group>,
    frames: Frames,
    /// Bytes of the repair that is kept, as received.
    repair_bytes: usize,
}

/// A known group.
struct Group {
    id: GroupId,
    shape: Shape,
    /// A bit for each index whose repair was taken.
    taken: u32,
    /// The repair that is kept: none where nothing is missing.
    kept: BTreeMap<u8, Vec<u8>>,
    /// Number of its frames that are there.
    there: usize,
}

/// The frames of a group that were computed, or that nothing could be computed.
pub(crate) enum Taken {
    /// Of the group with this id, with their numbers.
    Frames(GroupId, Vec<(u64, Vec<u8>)>),
    /// The group is forgotten (FEC-22).
    Mismatch,
}

impl Group {
    fn place(&self, (stream_id, number): (u32, u64)) -> Option<usize> {
        let place = self.id.place(stream_id, number)?;
        (place < usize::from(self.shape.k)).then_some(place)
    }

    fn is_whole(&self) -> bool {
        self.there >= self.shape.k.into()
    }

    fn is_recoverable(&self) -> bool {
        !self.is_whole() && self.there.saturating_add(self.kept.len()) >= self.shape.k.into()
    }

    fn kept_bytes(&self) -> usize {
        self.kept.values().map(Vec::len).sum()
    }

    /// Lets go of its repair, and gives how many bytes that was.
    fn let_go(&mut self) -> usize {
        let bytes = self.kept_bytes();
        self.kept.clear();
        bytes
    }
}

impl Correction {
    /// Takes repair in, or gives the code by which it is dropped (FEC-16 to FEC-19). `waiting` bytes of frames wait.
    pub(crate) fn take(&mut self, datagram: &[u8], waiting: usize) -> Result<(), RejectCode> {
        let repair = Repair::parse(datagram)?;
        let shape = Shape::of(&repair);
        let bit = 1_u32.checked_shl(repair.index.into()).unwrap_or(0);
        let group = self.groups.iter().find(|group| group.id == repair.id);
        let is_known = group.is_some();
        if let Some(group) = group {
            if group.shape != shape {
                return Err(RejectCode::RepairMismatch);
            }
            if group.taken & bit != 0 {
                return Err(RejectCode::Duplicate);
            }
        }
        let there = group.map_or_else(|| self.count(repair.id, shape.k), |group| group.there);
        let is_missing = there < shape.k.into();
        if is_missing {
            let own = group.map_or(0, Group::kept_bytes);
            let needed = datagram.len().saturating_add(waiting);
            if own.saturating_add(needed) > MAX_KEPT_REPAIR_BYTES {
                return Err(RejectCode::BufferLimit);
            }
            self.make_room(needed, Some(repair.id));
        }
        if !is_known {
            self.know(Group {
                id: repair.id,
                shape,
                taken: 0,
                kept: BTreeMap::new(),
                there,
            });
        }
        if let Some(group) = self.groups.iter_mut().find(|group| group.id == repair.id) {
            group.taken |= bit;
            if is_missing {
                self.repair_bytes = self.repair_bytes.saturating_add(datagram.len());
                group.kept.insert(repair.index, datagram.to_vec());
            }
        }
        Ok(())
    }

    /// Number of frames of a group that are there.
    fn count(&self, id: GroupId, k: u8) -> usize {
        let numbers = (0..usize::from(k)).filter_map(|place| id.number(place));
        numbers
            .filter(|number| self.frames.get((id.stream_id, *number)).is_some())
            .count()
    }

    /// FEC-17.
    fn know(&mut self, group: Group) {
        if self.groups.len() >= KNOWN_GROUPS {
            self.forget(0);
        }
        self.groups.push_back(group);
    }

    fn forget(&mut self, place: usize) {
        if let Some(mut group) = self.groups.remove(place) {
            self.repair_bytes = self.repair_bytes.saturating_sub(group.let_go());
        }
    }

    /// Forgets a group by its id (FEC-24).
    pub(crate) fn forget_group(&mut self, id: GroupId) {
        if let Some(place) = self.groups.iter().position(|group| group.id == id) {
            self.forget(place);
        }
    }

    /// Keeps an accepted frame (FEC-18).
    pub(crate) fn keep(&mut self, place: (u32, u64), frame: &[u8], is_sealed: bool) {
        let is_new = self.frames.get(place).is_none();
        self.frames.keep(place, frame, is_sealed);
        if is_new {
            self.shift(place, true);
        }
        while let Some(place) = self.frames.one_too_many() {
            self.shift(place, false);
        }
    }

    /// Counts a frame in its groups, or no longer. What is whole needs no repair.
    fn shift(&mut self, place: (u32, u64), is_there: bool) {
        for group in &mut self.groups {
            if group.place(place).is_none() {
                continue;
            }
            group.there = if is_there {
                group.there.saturating_add(1)
            } else {
                group.there.saturating_sub(1)
            };
            if group.is_whole() {
                self.repair_bytes = self.repair_bytes.saturating_sub(group.let_go());
            }
        }
    }

    /// Forgets groups, the oldest first, as long as there is no room for so many bytes beside all the repair; one of
    /// them never (FEC-19, FEC-20).
    pub(crate) fn make_room(&mut self, bytes: usize, but: Option<GroupId>) {
        while self.repair_bytes.saturating_add(bytes) > MAX_KEPT_REPAIR_BYTES {
            let oldest = self.groups.iter().position(|group| Some(group.id) != but);
            let Some(oldest) = oldest else {
                return;
            };
            self.forget(oldest);
        }
    }

    /// The frames that can be computed of the group that became known first, if any can (FEC-21, FEC-25).
    pub(crate) fn recover(&mut self) -> Option<Taken> {
        let place = self.groups.iter().position(Group::is_recoverable)?;
        let group = self.groups.get(place)?;
        let (id, shape) = (group.id, group.shape);
        let frames = (0..usize::from(shape.k)).map(|place| {
            let number = id.number(place)?;
            self.frames.get((id.stream_id, number))
        });
        let parity = (0..shape.r).map(|index| {
            let repair = Repair::parse(group.kept.get(&index)?);
            repair.ok().map(|repair| repair.parity)
        });
        let (frames, parity): (Vec<_>, Vec<_>) = (frames.collect(), parity.collect());
        if let Ok(found) = missing_frames(id, shape, &frames, &parity) {
            return Some(Taken::Frames(id, found));
        }
        self.forget(place);
        Some(Taken::Mismatch)
    }

    /// FEC-10.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The frames that were accepted last.
#[derive(Default)]
struct Frames {
    frames: BTreeMap<(u32, u64), Kept>,
    /// The one that was accepted first in front, by the turn in which it was.
    order: BTreeMap<u64, (u32, u64)>,
    turn: u64,
    bytes: usize,
}

struct Kept {
    frame: Vec<u8>,
    is_sealed: bool,
    turn: u64,
}

impl Frames {
    fn get(&self, place: (u32, u64)) -> Option<&[u8]> {
        self.frames.get(&place).map(|kept| kept.frame.as_slice())
    }

    fn keep(&mut self, place: (u32, u64), frame: &[u8], is_sealed: bool) {
        let before = self.frames.get(&place);
        if before.is_some_and(|before| before.is_sealed && !is_sealed) {
            return;
        }
        self.remove(place);
        self.turn = self.turn.saturating_add(1);
        self.bytes = self.bytes.saturating_add(frame.len());
        self.order.insert(self.turn, place);
        let kept = Kept {
            frame: frame.to_vec(),
            is_sealed,
            turn: self.turn,
        };
        self.frames.insert(place, kept);
    }

    fn remove(&mut self, place: (u32, u64)) {
        if let Some(kept) = self.frames.remove(&place) {
            self.order.remove(&kept.turn);
            self.bytes = self.bytes.saturating_sub(kept.frame.len());
        }
    }

    /// Lets go of the frame that was accepted first, if there are too many.
    fn one_too_many(&mut self) -> Option<(u32, u64)> {
        if self.frames.len() <= MIN_RECOVERY_FRAMES && self.bytes <= MIN_RECOVERY_BYTES {
            return None;
        }
        let (_, place) = self.order.first_key_value()?;
        let place = *place;
        self.remove(place);
        Some(place)
    }
}

//! The repair datagram: its form, and what is wrong with one by itself (FEC-1, FEC-13 to FEC-15).

use crate::error::RejectCode;
use crate::limits::{
    MAX_GROUP_FRAMES, MAX_GROUP_REPAIRS, MAX_REPAIR_BYTES, MAX_STEP_NUMBERS, MIN_REPAIR_BYTES,
};

/// The first bytes of every repair datagram.
pub(crate) const MAGIC: [u8; 4] = *b"RSF1";

/// A group as a receiver tells it from others: its stream, the number of its first frame, and the step from one to the
/// next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupId {
    pub(crate) stream_id: u32,
    pub(crate) base: u64,
    pub(crate) step: u8,
}

impl GroupId {
    /// The number of a frame, if there can be one (FEC-15).
    pub(crate) fn number(&self, place: usize) -> Option<u64> {
        let place = u64::try_from(place).ok()?;
        self.base.checked_add(place.checked_mul(self.step.into())?)
    }

    /// The place of a frame with this number in the group, which may be beyond its last.
    pub(crate) fn place(&self, stream_id: u32, number: u64) -> Option<usize> {
        let distance = number.checked_sub(self.base)?;
        let step = u64::from(self.step);
        let is_on_step = stream_id == self.stream_id && distance.checked_rem(step)? == 0;
        let place = distance.checked_div(step).filter(|_| is_on_step)?;
        usize::try_from(place).ok()
    }
}

/// A repair datagram, whose fields are in their ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repair<'a> {
    pub(crate) id: GroupId,
    pub(crate) k: u8,
    pub(crate) r: u8,
    pub(crate) index: u8,
    pub(crate) parity: &'a [u8],
}

impl<'a> Repair<'a> {
    /// Reads a datagram (FEC-13). Its first bytes are known to be [`MAGIC`] or looked at by the caller.
    pub(crate) fn parse(datagram: &'a [u8]) -> Result<Self, RejectCode> {
        if !(MIN_REPAIR_BYTES..=MAX_REPAIR_BYTES).contains(&datagram.len()) {
            return Err(RejectCode::BadRepair); // FEC-14
        }
        if !datagram.starts_with(&MAGIC) {
            return Err(RejectCode::BadRepair); // FEC-36
        }
        let (covered, crc) = datagram.split_last_chunk().ok_or(RejectCode::BadRepair)?;
        if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
            return Err(RejectCode::CrcMismatch);
        }
        Self::read(covered).ok_or(RejectCode::BadRepair)
    }

    /// FEC-15.
    fn read(covered: &'a [u8]) -> Option<Self> {
        let (_, rest) = covered.split_first_chunk::<4>()?;
        let (stream_id, rest) = rest.split_first_chunk()?;
        let (base, rest) = rest.split_first_chunk()?;
        let ([k, r, index, step], parity) = rest.split_first_chunk()?;
        let id = GroupId {
            stream_id: u32::from_le_bytes(*stream_id),
            base: u64::from_le_bytes(*base),
            step: *step,
        };
        let in_range = (1..=MAX_GROUP_FRAMES).contains(&usize::from(*k))
            && (1..=MAX_GROUP_REPAIRS).contains(&usize::from(*r))
            && index < r
            && (1..=MAX_STEP_NUMBERS).contains(&usize::from(*step));
        id.number(usize::from(*k).checked_sub(1)?)?;
        in_range.then_some(Self {
            id,
            k: *k,
            r: *r,
            index: *index,
            parity,
        })
    }

    /// The bytes of the datagram.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.parity.len().saturating_add(MIN_REPAIR_BYTES));
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&self.id.stream_id.to_le_bytes());
        bytes.extend_from_slice(&self.id.base.to_le_bytes());
        bytes.extend_from_slice(&[self.k, self.r, self.index, self.id.step]);
        bytes.extend_from_slice(self.parity);
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }
}

//! Repair datagrams: groups of frames, and the lost ones among them (FEC-1, FEC-2, FEC-34 to FEC-37).
//!
//! A [`crate::peer::Peer`] makes and takes them by itself. These functions are for programs that have frames of their
//! own.

mod datagram;
mod group;

pub(crate) use datagram::{GroupId, Repair, MAGIC};
pub(crate) use group::{missing_frames, place_of, repair, Shape};

use crate::error::{FrameError, RejectCode};
use crate::limits::{
    MAX_GROUP_FRAMES, MAX_GROUP_REPAIRS, MAX_PROTECTED_BYTES, MAX_STEP_NUMBERS, MIN_FRAME_LEN,
};

/// The `r` repair datagrams of a group of frames with the numbers `base`, `base` + `step` and so on (FEC-34).
///
/// ```
/// use resonant_protocol::{repair, Flags, Modality, MsgType, VFrame};
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let frame = |number| {
///     let mut frame = VFrame::new(MsgType::Sync, Modality::Text, vec![])?;
///     (frame.hdr.stream_id, frame.hdr.frame_seq) = (7, number);
///     frame.encode()
/// };
/// let frames = [frame(0)?, frame(1)?, frame(2)?];
/// let sent = repair::encode(7, 0, 1, 1, &frames)?;
/// assert_eq!(repair::decode(&sent, &frames[..2])?, [frame(2)?]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `FIELD_RANGE` for frames that are not 1 to 128, `r` that is not in 1 to 32, `step` that is not in 1 to 16, and numbers
/// beyond the last there is; `FRAME_TOO_SHORT`, `FRAME_TOO_LARGE` over 65,481 bytes, and `REPAIR_MISMATCH` for a frame
/// with another stream_id or number (FEC-35).
pub fn encode<F: AsRef<[u8]>>(
    stream_id: u32,
    base: u64,
    r: usize,
    step: usize,
    frames: &[F],
) -> Result<Vec<Vec<u8>>, FrameError> {
    check_range("frames", frames.len(), MAX_GROUP_FRAMES)?;
    let r = check_range("r", r, MAX_GROUP_REPAIRS)?;
    let step = check_range("step", step, MAX_STEP_NUMBERS)?;
    let id = GroupId {
        stream_id,
        base,
        step,
    };
    if id.number(frames.len().saturating_sub(1)).is_none() {
        let detail = "the group has numbers beyond the last there is";
        return Err(FrameError::new(RejectCode::FieldRange, "FEC-35", detail));
    }
    for (place, frame) in frames.iter().enumerate() {
        check_frame(frame.as_ref(), id, place)?;
    }
    repair(id, r, frames)
}

/// FEC-35, of a number.
fn check_range(name: &str, value: usize, max: usize) -> Result<u8, FrameError> {
    let number = u8::try_from(value).ok();
    let number = number.filter(|_| (1..=max).contains(&value));
    number.ok_or_else(|| {
        let detail = format!("{name} {value} is not in 1 to {max}");
        FrameError::new(RejectCode::FieldRange, "FEC-35", detail)
    })
}

/// FEC-35, of a frame.
fn check_frame(frame: &[u8], id: GroupId, place: usize) -> Result<(), FrameError> {
    let code = if frame.len() < MIN_FRAME_LEN {
        RejectCode::FrameTooShort
    } else if frame.len() > MAX_PROTECTED_BYTES {
        RejectCode::FrameTooLarge
    } else if place_of(frame) != id.number(place).map(|number| (id.stream_id, number)) {
        RejectCode::RepairMismatch
    } else {
        return Ok(());
    };
    let detail = format!("frame {place} cannot be in the group");
    Err(FrameError::new(code, "FEC-35", detail))
}

/// The frames of a group that are missing among `frames`, in ascending order of their numbers, from repair datagrams of
/// the group (FEC-37).
///
/// # Errors
/// The code by which a receiver would drop the first of `repair` that it would drop (FEC-36), `REPAIR_MISMATCH` also for
/// one of another group; `NOT_RECOVERABLE` for fewer symbols than the group has frames, also where there is no
/// repair at all; and `REPAIR_MISMATCH` where the computed frames are none that could have been sent.
pub fn decode<R: AsRef<[u8]>, F: AsRef<[u8]>>(
    repair: &[R],
    frames: &[F],
) -> Result<Vec<Vec<u8>>, FrameError> {
    let dropped = |code: RejectCode, clause| FrameError::new(code, clause, "the repair is dropped");
    let mut group = None;
    let mut parity: Vec<Option<&[u8]>> = Vec::new();
    for datagram in repair {
        let taken = Repair::parse(datagram.as_ref()).map_err(|code| dropped(code, "FEC-13"))?;
        let found = (taken.id, Shape::of(&taken));
        if *group.get_or_insert(found) != found {
            return Err(dropped(RejectCode::RepairMismatch, "FEC-16"));
        }
        parity.resize(taken.r.into(), None);
        match parity.get_mut(usize::from(taken.index)) {
            Some(place @ None) => *place = Some(taken.parity),
            _ => return Err(dropped(RejectCode::Duplicate, "FEC-16")),
        }
    }
    let Some((id, shape)) = group else {
        let detail = "there is no repair";
        return Err(FrameError::new(
            RejectCode::NotRecoverable,
            "FEC-37",
            detail,
        ));
    };
    let mut there: Vec<Option<&[u8]>> = vec![None; shape.k.into()];
    for frame in frames.iter().map(AsRef::as_ref) {
        let place = place_of(frame).filter(|_| frame.len() >= MIN_FRAME_LEN);
        let place = place.and_then(|(stream_id, number)| id.place(stream_id, number));
        if let Some(place) = place.and_then(|place| there.get_mut(place)) {
            *place = Some(frame);
        }
    }
    if there.iter().all(Option::is_some) {
        return Ok(Vec::new());
    }
    let found = missing_frames(id, shape, &there, &parity)?;
    Ok(found.into_iter().map(|(_, frame)| frame).collect())
}

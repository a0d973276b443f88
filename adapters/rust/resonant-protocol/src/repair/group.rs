//! Groups of frames: their symbols, their repair, and what is computed from it (FEC-2, FEC-21, FEC-22).

use super::datagram::{GroupId, Repair};
use crate::error::{FrameError, RejectCode};
use crate::limits::MIN_FRAME_LEN;
use crate::rs;

/// Bytes of the length in front of a frame in its symbol.
const LENGTH_BYTES: usize = 2;

/// The symbol of a frame, of `size` bytes (FEC-2).
fn symbol(frame: &[u8], size: usize) -> Vec<u8> {
    let length = u16::try_from(frame.len()).unwrap_or(u16::MAX);
    let mut symbol = Vec::with_capacity(size);
    symbol.extend_from_slice(&length.to_le_bytes());
    symbol.extend_from_slice(frame);
    symbol.resize(size, 0);
    symbol
}

/// The repair datagrams of a group of frames of at most 65,481 bytes (FEC-1, FEC-34).
pub(crate) fn repair<F: AsRef<[u8]>>(
    id: GroupId,
    r: u8,
    frames: &[F],
) -> Result<Vec<Vec<u8>>, FrameError> {
    let longest = frames.iter().map(|frame| frame.as_ref().len()).max();
    let size = longest.unwrap_or(0).saturating_add(LENGTH_BYTES);
    let symbols = frames.iter().map(|frame| symbol(frame.as_ref(), size));
    let symbols: Vec<Vec<u8>> = symbols.collect();
    let parity = rs::encode(symbols.len(), r.into(), &symbols)?;
    let k = u8::try_from(symbols.len()).unwrap_or(u8::MAX); // at most 128
    let datagram = |(index, parity): (u8, &Vec<u8>)| {
        let repair = Repair {
            id,
            k,
            r,
            index,
            parity,
        };
        repair.to_bytes()
    };
    Ok((0..r).zip(&parity).map(datagram).collect())
}

/// The k and r of a group, and the length of its symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) k: u8,
    pub(crate) r: u8,
    pub(crate) size: usize,
}

impl Shape {
    pub(crate) const fn of(repair: &Repair<'_>) -> Self {
        Self {
            k: repair.k,
            r: repair.r,
            size: repair.parity.len(),
        }
    }
}

/// The missing frames of a group with their numbers, ascending.
///
/// `frames` has a place for each of k, `parity` one for each of r.
///
/// # Errors
/// `NOT_RECOVERABLE` for fewer than k symbols, `REPAIR_MISMATCH` where the frames are none that could have been sent
/// (FEC-22).
pub(crate) fn missing_frames(
    id: GroupId,
    shape: Shape,
    frames: &[Option<&[u8]>],
    parity: &[Option<&[u8]>],
) -> Result<Vec<(u64, Vec<u8>)>, FrameError> {
    let mismatch =
        |detail: &'static str| FrameError::new(RejectCode::RepairMismatch, "FEC-22", detail);
    let there = frames.iter().chain(parity).flatten().count();
    if there < shape.k.into() {
        let detail = format!("{there} symbols are there of {}", shape.k);
        return Err(FrameError::new(
            RejectCode::NotRecoverable,
            "FEC-37",
            detail,
        ));
    }
    let longest = shape.size.saturating_sub(LENGTH_BYTES);
    if frames.iter().flatten().any(|frame| frame.len() > longest) {
        return Err(mismatch("a frame that is there is longer than its symbol"));
    }
    let symbols = frames
        .iter()
        .map(|it| it.map(|frame| symbol(frame, shape.size)));
    let parity = parity.iter().map(|it| it.map(<[u8]>::to_vec));
    let shards: Vec<Option<Vec<u8>>> = symbols.chain(parity).collect();
    let computed = rs::missing_data(shape.k.into(), shape.r.into(), &shards)?;
    let frame = |(place, symbol): (usize, Vec<u8>)| {
        let number = id.number(place)?;
        Some((number, frame_of(symbol, id.stream_id, number)?))
    };
    let found: Option<Vec<_>> = computed.into_iter().map(frame).collect();
    found.ok_or_else(|| mismatch("a computed frame is none that could have been sent"))
}

/// The frame of a computed symbol, if it is one with this stream_id and number (FEC-22).
fn frame_of(symbol: Vec<u8>, stream_id: u32, number: u64) -> Option<Vec<u8>> {
    let (length, rest) = symbol.split_first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length));
    let (frame, padding) = rest.split_at_checked(length)?;
    let is_right = length >= MIN_FRAME_LEN
        && padding.iter().all(|byte| *byte == 0)
        && place_of(frame) == Some((stream_id, number));
    is_right.then(|| frame.to_vec())
}

/// The stream_id and number of a frame.
pub(crate) fn place_of(frame: &[u8]) -> Option<(u32, u64)> {
    let (_, rest) = frame.split_first_chunk::<4>()?;
    let (stream_id, rest) = rest.split_first_chunk()?;
    let (number, _) = rest.split_first_chunk()?;
    Some((u32::from_le_bytes(*stream_id), u64::from_le_bytes(*number)))
}

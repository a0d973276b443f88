//! Reed-Solomon codes: parity shards that give lost shards of data back (RSC-1 to RSC-8).
//!
//! On x86-64 the arithmetic is compiled for several sets of instructions, and the best that the processor has is taken
//! when it runs. It finds no changed byte: whoever uses it knows which shards are whole.

mod field;
mod matrix;
mod sums;

use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_DATA_SHARDS, MAX_PARITY_SHARDS, MIN_DATA_SHARDS, MIN_PARITY_SHARDS};

/// The `r` parity shards of `k` data shards of one length (RSC-3).
///
/// ```
/// use resonant_protocol::rs;
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let parity = rs::encode(4, 3, &[[1, 0], [0, 2], [3, 0x80], [0xff, 0x10]])?;
/// assert_eq!(parity, [[0x3e, 0xf7], [0xd0, 0x22], [0x80, 0xeb]]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `FIELD_RANGE` for `k` that is not in 1 to 128 or `r` that is not in 1 to 32 (RSC-4), `LENGTH_MISMATCH` for
/// another number of shards than `k`, and for shards that differ in length (RSC-5).
pub fn encode<S: AsRef<[u8]>>(
    k: usize,
    r: usize,
    shards: &[S],
) -> Result<Vec<Vec<u8>>, FrameError> {
    let code = Code::new(k, r)?;
    check_count(shards.len(), k, "data shards")?;
    let len = common_len(shards.iter().map(AsRef::as_ref))?;
    let shards: Vec<&[u8]> = shards.iter().map(AsRef::as_ref).collect();
    let rows: Vec<Vec<u8>> = (0..code.r).map(|i| matrix::parity_row(code.k, i)).collect();
    Ok(sums::sums(&rows, &shards, len))
}

/// All k + r shards, data before parity, from those that are there. What is missing is computed from the `k` shards of
/// lowest number, and what is there comes back as it is (RSC-7).
///
/// ```
/// use resonant_protocol::rs;
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let data = [b"one", b"two"];
/// let parity = rs::encode(2, 1, &data)?;
/// let shards = rs::decode(2, 1, vec![None, Some(b"two".to_vec()), Some(parity[0].clone())])?;
/// assert_eq!(shards[0], b"one");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `FIELD_RANGE` as [`encode`], `LENGTH_MISMATCH` for another number of places than k + r and for shards that differ in
/// length (RSC-5), `NOT_RECOVERABLE` for fewer shards than `k` (RSC-6).
pub fn decode(
    k: usize,
    r: usize,
    mut shards: Vec<Option<Vec<u8>>>,
) -> Result<Vec<Vec<u8>>, FrameError> {
    let code = Code::new(k, r)?;
    check_count(shards.len(), k.saturating_add(r), "places for shards")?;
    let len = common_len(shards.iter().flatten().map(Vec::as_slice))?;
    for (place, shard) in code.missing_data(&shards, len)? {
        if let Some(missing) = shards.get_mut(place) {
            *missing = Some(shard);
        }
    }
    let (places, rows): (Vec<usize>, Vec<Vec<u8>>) = (0..code.r)
        .map(|i| {
            (
                k.saturating_add(usize::from(i)),
                matrix::parity_row(code.k, i),
            )
        })
        .filter(|(place, _)| matches!(shards.get(*place), Some(None)))
        .unzip();
    let data: Vec<&[u8]> = shards.iter().take(k).flatten().map(Vec::as_slice).collect();
    let parity = sums::sums(&rows, &data, len);
    for (place, shard) in places.into_iter().zip(parity) {
        if let Some(missing) = shards.get_mut(place) {
            *missing = Some(shard);
        }
    }
    Ok(shards.into_iter().flatten().collect())
}

/// The missing data shards with their places, from at least `k` shards of one length; see [`decode`].
pub(crate) fn missing_data<S: AsRef<[u8]>>(
    k: usize,
    r: usize,
    shards: &[Option<S>],
) -> Result<Vec<(usize, Vec<u8>)>, FrameError> {
    let code = Code::new(k, r)?;
    let len = common_len(shards.iter().flatten().map(AsRef::as_ref))?;
    code.missing_data(shards, len)
}

/// A code: its numbers of data and parity shards, which are within their limits.
#[derive(Clone, Copy)]
struct Code {
    k: u8,
    r: u8,
}

impl Code {
    /// RSC-4.
    fn new(k: usize, r: usize) -> Result<Self, FrameError> {
        let k = within(k, MIN_DATA_SHARDS, MAX_DATA_SHARDS, "data")?;
        let r = within(r, MIN_PARITY_SHARDS, MAX_PARITY_SHARDS, "parity")?;
        Ok(Self { k, r })
    }

    /// The missing data shards with their places, from the k shards of lowest number (RSC-6, RSC-7).
    ///
    /// Those are all the data shards that are there, and as many parity shards as data is missing. Of such a parity
    /// shard, the part that the known data has is known: what remains is a square system in the missing ones.
    fn missing_data<S: AsRef<[u8]>>(
        self,
        shards: &[Option<S>],
        len: usize,
    ) -> Result<Vec<(usize, Vec<u8>)>, FrameError> {
        let (data, parity) = shards.split_at_checked(self.k.into()).unwrap_or_default();
        let is_missing = |place: &usize| matches!(data.get(*place), Some(None));
        let missing: Vec<usize> = (0..data.len()).filter(is_missing).collect();
        let parity = (0..self.r).zip(parity);
        let there = parity.filter_map(|(i, shard)| Some((i, shard.as_ref()?.as_ref())));
        let used: Vec<(u8, &[u8])> = there.take(missing.len()).collect();
        if used.len() < missing.len() {
            let found = shards.iter().flatten().count();
            let detail = format!("{found} shards of at least {} are there", self.k);
            return Err(FrameError::new(RejectCode::NotRecoverable, "RSC-6", detail));
        }
        let (numbers, used): (Vec<u8>, Vec<&[u8]>) = used.into_iter().unzip();
        let recovery = matrix::recovery(self.k, &numbers, &missing);
        let there = data.iter().flatten().map(AsRef::as_ref);
        let sources: Vec<&[u8]> = there.chain(used).collect();
        let remainders = sums::sums(&recovery.remainders, &sources, len);
        let remainders: Vec<&[u8]> = remainders.iter().map(Vec::as_slice).collect();
        let found = sums::sums(&recovery.solution, &remainders, len);
        Ok(missing.into_iter().zip(found).collect())
    }
}

fn within(value: usize, min: u8, max: u8, what: &str) -> Result<u8, FrameError> {
    let number = u8::try_from(value)
        .ok()
        .filter(|it| (min..=max).contains(it));
    number.ok_or_else(|| {
        let detail = format!("{value} {what} shards are not in {min} to {max}");
        FrameError::new(RejectCode::FieldRange, "RSC-4", detail)
    })
}

/// RSC-5, of their number.
fn check_count(found: usize, expected: usize, what: &str) -> Result<(), FrameError> {
    if found == expected {
        return Ok(());
    }
    let detail = format!("{found} {what} instead of {expected}");
    Err(FrameError::new(RejectCode::LengthMismatch, "RSC-5", detail))
}

/// The length that all shards have (RSC-5).
fn common_len<'a>(mut shards: impl Iterator<Item = &'a [u8]>) -> Result<usize, FrameError> {
    let len = shards.next().map_or(0, <[u8]>::len);
    match shards.find(|shard| shard.len() != len) {
        None => Ok(len),
        Some(other) => {
            let detail = format!("a shard of {} bytes beside one of {len}", other.len());
            Err(FrameError::new(RejectCode::LengthMismatch, "RSC-5", detail))
        }
    }
}

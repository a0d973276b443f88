//! Sparse tensors: the index, and the way from dense tensors and back (SPR-1 to SPR-10).

use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_DENSE_ELEMENTS, MAX_SLICE_DIMS, MIN_SLICE_DIMS};
use crate::wire_values::{element_count, length};

/// Greatest number of elements of a dense tensor that [`decode`] makes (SPR-9).
pub const MAX_DENSE: usize = MAX_DENSE_ELEMENTS;

/// The payloads of a sparse tensor's two slices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sparse {
    /// The values, little-endian binary16.
    pub values: Vec<u8>,
    /// The rows of coordinates (SPR-3).
    pub index: Vec<u8>,
}

/// Keeps the elements of a dense binary16 tensor that are neither 0 nor −0 (SPR-7).
///
/// ```
/// use resonant_protocol::sparse::{decode, encode};
/// # fn main() -> std::result::Result<(), resonant_protocol::FrameError> {
/// let dense = [0, 0, 0, 0x3c, 0, 0]; // 0, 1.0, 0
/// let sparse = encode(&[3], &dense)?;
/// assert_eq!((&*sparse.values, &*sparse.index), (&[0, 0x3c][..], &[1, 0, 0, 0][..]));
/// assert_eq!(decode(&[3], &sparse.values, &[1, 1, 4], &sparse.index)?, dense);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `LENGTH_MISMATCH` for a dense tensor whose length does not follow from `dims` (SPR-10), `BAD_RANK`
/// for no dims or more than 255.
pub fn encode(dims: &[u32], dense: &[u8]) -> Result<Sparse, FrameError> {
    check_rank(dims)?;
    let elements = element_count(dims.iter().copied());
    let whole = elements.and_then(|n| usize::try_from(n).ok());
    if whole.and_then(|n| n.checked_mul(2)) != Some(dense.len()) {
        let detail = format!(
            "{} bytes are not a dense tensor of dims {dims:?}",
            dense.len()
        );
        return Err(FrameError::new(
            RejectCode::LengthMismatch,
            "SPR-10",
            detail,
        ));
    }
    let mut sparse = Sparse::default();
    let mut row = vec![0_u32; dims.len()];
    for element in dense.as_chunks::<2>().0 {
        if u16::from_le_bytes(*element) & 0x7fff != 0 {
            sparse.values.extend_from_slice(element);
            for coordinate in &row {
                sparse.index.extend_from_slice(&coordinate.to_le_bytes());
            }
        }
        advance(&mut row, dims);
    }
    Ok(sparse)
}

/// The next row in row-major order, the last coordinate moving fastest.
fn advance(row: &mut [u32], dims: &[u32]) {
    for (coordinate, dim) in row.iter_mut().zip(dims).rev() {
        if *coordinate + 1 < *dim {
            *coordinate += 1;
            return;
        }
        *coordinate = 0;
    }
}

/// The dense tensor with `values` at the coordinates of the index and 0 everywhere else (SPR-8).
///
/// # Errors
/// `BAD_RANK` for no dims or more than 255, `LENGTH_MISMATCH` for values of an odd length (SPR-10),
/// `BAD_INDEX` for an index slice that SPR-2 to SPR-5 do not permit, `LENGTH_MISMATCH` for more than
/// [`MAX_DENSE`] elements (SPR-9).
pub fn decode(
    dims: &[u32],
    values: &[u8],
    index_dims: &[u32],
    index: &[u8],
) -> Result<Vec<u8>, FrameError> {
    check_rank(dims)?;
    if !values.len().is_multiple_of(2) {
        let detail = format!("{} bytes are no whole number of values", values.len());
        return Err(FrameError::new(
            RejectCode::LengthMismatch,
            "SPR-10",
            detail,
        ));
    }
    check_index(dims, values, index_dims, index)?;
    let elements = element_count(dims.iter().copied());
    let elements = elements.and_then(|n| usize::try_from(n).ok());
    let Some(elements) = elements.filter(|&n| n <= MAX_DENSE) else {
        let detail = format!("the dense tensor has more than {MAX_DENSE} elements");
        return Err(FrameError::new(RejectCode::LengthMismatch, "SPR-9", detail));
    };
    let mut dense = vec![0; elements * 2];
    let (places, _) = dense.as_chunks_mut::<2>();
    for (row, value) in rows(index, dims).zip(values.as_chunks::<2>().0) {
        let steps = row.zip(dims);
        // Each coordinate is less than its dim, so the place is less than the number of elements.
        let place = steps.fold(0_u64, |place, (c, dim)| {
            place * u64::from(*dim) + u64::from(c)
        });
        let place = usize::try_from(place).ok();
        if let Some(place) = place.and_then(|place| places.get_mut(place)) {
            *place = *value;
        }
    }
    Ok(dense)
}

/// The dims that the index slice of a SparseCoo slice must have (SPR-2).
pub(crate) fn index_dims(values: &[u8], dims: &[u32]) -> Result<[u32; 3], FrameError> {
    Ok([length(values.len() / 2)?, length(dims.len())?, 4])
}

/// SPR-2 to SPR-5.
pub(crate) fn check_index(
    dims: &[u32],
    values: &[u8],
    index_dims: &[u32],
    index: &[u8],
) -> Result<(), FrameError> {
    let bad = |clause, detail| Err(FrameError::new(RejectCode::BadIndex, clause, detail));
    let nnz = values.len() / 2;
    if index_dims != self::index_dims(values, dims)? {
        let detail = format!(
            "dims {index_dims:?} for {nnz} values of rank {}",
            dims.len()
        );
        return bad("SPR-2", detail);
    }
    if nnz.checked_mul(dims.len() * 4) != Some(index.len()) {
        let detail = format!("{} bytes are not {nnz} rows", index.len());
        return bad("SPR-2", detail);
    }
    for (place, row) in rows(index, dims).enumerate() {
        if row.zip(dims).any(|(coordinate, dim)| coordinate >= *dim) {
            return bad("SPR-4", format!("row {place} lies outside of the dims"));
        }
    }
    // Iterators compare as sequences do, the first difference deciding.
    let following = rows(index, dims).skip(1);
    for (place, (row, next)) in rows(index, dims).zip(following).enumerate() {
        if row.ge(next) {
            let detail = format!("row {} does not come after the one before it", place + 1);
            return bad("SPR-5", detail);
        }
    }
    Ok(())
}

/// The rows of an index, each as its coordinates. There are none where there are no dims.
fn rows<'a>(index: &'a [u8], dims: &[u32]) -> impl Iterator<Item = impl Iterator<Item = u32> + 'a> {
    let rows = index.chunks_exact((dims.len() * 4).max(1));
    rows.map(|row| row.as_chunks().0.iter().copied().map(u32::from_le_bytes))
}

pub(super) fn check_rank(dims: &[u32]) -> Result<(), FrameError> {
    if !(MIN_SLICE_DIMS..=MAX_SLICE_DIMS).contains(&dims.len()) {
        let detail = format!("a tensor has rank {}", dims.len());
        return Err(FrameError::new(RejectCode::BadRank, "FRM-33", detail));
    }
    Ok(())
}

//! The matrix of the code, and what gives its data back.

use super::field::{inverse, product};

/// The coefficients of the data shards in parity `i` of a code with k data shards: a row of the Cauchy matrix (RSC-2).
pub(super) fn parity_row(k: u8, i: u8) -> Vec<u8> {
    let parity = k.wrapping_add(i); // at most 159 (RSC-4)
    (0..k).map(|j| inverse(parity ^ j)).collect()
}

/// The coefficients that give missing data back from as many parity shards (RSC-7).
pub(super) struct Recovery {
    /// The coefficients of the data shards that are there, then of the parity shards: what such a row gives is a sum
    /// of multiples of missing shards alone.
    pub(super) remainders: Vec<Vec<u8>>,
    /// The coefficients of the remainders in each missing shard.
    pub(super) solution: Vec<Vec<u8>>,
}

/// The coefficients for the data shards with the numbers `missing`, from the parity shards with the numbers `used`, as
/// many.
pub(super) fn recovery(k: u8, used: &[u8], missing: &[usize]) -> Recovery {
    let (mut remainders, mut square) = (Vec::new(), Vec::new());
    for i in used {
        let row = parity_row(k, *i).into_iter().enumerate();
        let (lost, there): (Vec<_>, Vec<_>) = row.partition(|(j, _)| missing.contains(j));
        let values = |places: Vec<(usize, u8)>| places.into_iter().map(|(_, value)| value);
        let itself = used.iter().map(|other| u8::from(other == i));
        remainders.push(values(there).chain(itself).collect());
        square.push(values(lost).collect());
    }
    // A square part of a Cauchy matrix always has an inverse.
    let solution = inverted(square).unwrap_or_default();
    Recovery {
        remainders,
        solution,
    }
}

/// The inverse of a square matrix; `None` for one that has none.
pub(super) fn inverted(mut matrix: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    let size = matrix.len();
    // Beside the matrix stands the identity: what makes the one of the other makes the inverse of that.
    for (place, row) in matrix.iter_mut().enumerate() {
        row.extend((0..size).map(|column| u8::from(column == place)));
    }
    for place in 0..size {
        let has_pivot = |row: &Vec<u8>| row.get(place).is_some_and(|value| *value != 0);
        let pivot = matrix.iter().skip(place).position(has_pivot)?;
        matrix.swap(place, place.saturating_add(pivot));
        let mut row = matrix.get_mut(place).map(std::mem::take)?;
        let factor = inverse(*row.get(place)?);
        for value in &mut row {
            *value = product(*value, factor);
        }
        for other in &mut matrix {
            let factor = other.get(place).copied().unwrap_or_default(); // none in the row that is taken out
            if factor != 0 {
                for (value, pivot) in other.iter_mut().zip(&row) {
                    *value ^= product(factor, *pivot);
                }
            }
        }
        if let Some(taken) = matrix.get_mut(place) {
            *taken = row;
        }
    }
    for row in &mut matrix {
        row.drain(..size);
    }
    Some(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_that_of_the_specification() {
        // Section 4 of reed-solomon.md: k = 4, r = 3.
        assert_eq!(parity_row(4, 0), [0x47, 0xa7, 0x7a, 0xba]);
        assert_eq!(parity_row(4, 1), [0xa7, 0x47, 0xba, 0x7a]);
        assert_eq!(parity_row(4, 2), [0x7a, 0xba, 0x47, 0xa7]);
    }

    #[test]
    fn the_product_with_an_inverse_is_the_identity() {
        for size in 1..=32_u8 {
            let matrix: Vec<Vec<u8>> = (0..size).map(|i| parity_row(size, i)).collect();
            let inverse = inverted(matrix.clone()).unwrap_or_default();
            for (i, row) in matrix.iter().enumerate() {
                for j in 0..usize::from(size) {
                    let column = inverse
                        .iter()
                        .map(|row| row.get(j).copied().unwrap_or_default());
                    let terms = row.iter().zip(column);
                    let sum = terms.fold(0, |sum, (a, b)| sum ^ product(*a, b));
                    assert_eq!(sum, u8::from(i == j), "{size}: {i} {j}");
                }
            }
        }
    }

    #[test]
    fn rows_that_depend_on_each_other_have_no_inverse() {
        assert_eq!(inverted(vec![vec![3, 5], vec![3, 5]]), None);
        assert_eq!(inverted(vec![vec![0]]), None);
        // A pivot of 0 in the first row is found in another.
        let swapped = vec![vec![0, 1], vec![1, 0]];
        assert_eq!(inverted(swapped.clone()), Some(swapped));
    }
}

//! Your implementation, as the testee describes and calls it.
//!
//! It claims one small profile, sparse, which is written out here so that the first run has something to judge. Put calls
//! of your implementation in its place, then claim more: a profile in `hello` and its ops in `perform` (specs/testee.md,
//! section 3).

use serde_json::{json, Value};

use crate::members;

const MAX_DENSE_ELEMENTS: usize = 4_194_304; // SPR-9

/// The reason why an op gave no result.
pub enum Failure {
    /// The implementation refuses its input: a code from specs/README.md, or REJECTED.
    Refused(&'static str),
    /// The request does not fit the schema of its op (TST-11).
    Malformed(String),
    /// There is no such op, or its profile is not claimed.
    Unsupported,
}

/// The reply to hello (TST-12).
pub fn hello() -> Value {
    json!({"name": "@NAME@", "version": "0.1", "language": "Rust", "spec": "1.0", "profiles": ["sparse"]})
}

/// The ok of an op.
pub fn perform(op: &str, input: &Value) -> Result<Value, Failure> {
    match op {
        "sparse_encode" => sparse_encode(input),
        "sparse_decode" => sparse_decode(input),
        _ => Err(Failure::Unsupported),
    }
}

fn malformed(text: &str) -> Failure {
    Failure::Malformed(text.to_owned())
}

/// Bytes from lower-case hexadecimal.
fn data(value: &Value) -> Result<Vec<u8>, Failure> {
    let wrong = || malformed("expected lower-case hexadecimal");
    let digits = value.as_str().ok_or_else(wrong)?.as_bytes();
    if digits.len() % 2 != 0 || digits.iter().any(|digit| !matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(wrong());
    }
    let number = |digit: u8| if digit <= b'9' { digit - b'0' } else { digit - b'a' + 10 };
    Ok(digits.chunks(2).map(|pair| number(pair[0]) << 4 | number(pair[1])).collect())
}

fn hex(data: &[u8]) -> String {
    let digit = |number: u8| char::from(b"0123456789abcdef"[usize::from(number)]);
    data.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// An array of u32.
fn integers(value: &Value) -> Result<Vec<u32>, Failure> {
    let number = |one: &Value| one.as_u64().and_then(|one| u32::try_from(one).ok());
    let found = value.as_array().and_then(|all| all.iter().map(number).collect());
    found.ok_or_else(|| malformed("expected an array of u32"))
}

/// The dims of a tensor, 1 to 255 of them.
fn dims_of(value: &Value) -> Result<Vec<usize>, Failure> {
    let dims = integers(value)?;
    if dims.is_empty() || dims.len() > 255 {
        return Err(malformed("dims are 1 to 255"));
    }
    Ok(dims.into_iter().map(|dim| dim as usize).collect())
}

/// The product of dims, None if it is more than `most`.
fn elements(dims: &[usize], most: usize) -> Option<usize> {
    if dims.contains(&0) {
        return Some(0);
    }
    dims.iter().try_fold(1_usize, |count, dim| count.checked_mul(*dim).filter(|count| *count <= most))
}

fn sparse_encode(input: &Value) -> Result<Value, Failure> {
    let [dims, dense] = members(input, ["dims", "dense"])?;
    let (dims, dense) = (dims_of(dims)?, data(dense)?);
    if dense.len() % 2 != 0 || elements(&dims, dense.len()) != Some(dense.len() / 2) {
        return Err(Failure::Refused("LENGTH_MISMATCH")); // SPR-10
    }
    let (mut values, mut index) = (Vec::new(), Vec::new());
    for (place, value) in dense.chunks(2).enumerate() {
        if value[0] == 0 && value[1] & 0x7f == 0 {
            continue; // SPR-7
        }
        values.extend_from_slice(value);
        let (mut rest, mut row) = (place, Vec::with_capacity(dims.len()));
        for dim in dims.iter().rev() {
            row.push((rest % dim) as u32); // less than dim, which was a u32
            rest /= dim;
        }
        index.extend(row.iter().rev().flat_map(|cell| cell.to_le_bytes()));
    }
    Ok(json!({"values": hex(&values), "index": hex(&index)}))
}

fn sparse_decode(input: &Value) -> Result<Value, Failure> {
    let [dims, values, index_dims, index] = members(input, ["dims", "values", "index_dims", "index"])?;
    let (dims, values) = (dims_of(dims)?, data(values)?);
    let (index_dims, index) = (integers(index_dims)?, data(index)?);
    if values.len() % 2 != 0 {
        return Err(Failure::Refused("LENGTH_MISMATCH")); // SPR-10
    }
    let (nnz, rank) = (values.len() / 2, dims.len());
    let shape: Vec<usize> = index_dims.into_iter().map(|dim| dim as usize).collect();
    if shape != [nnz, rank, 4] || index.len() != 4 * nnz * rank {
        return Err(Failure::Refused("BAD_INDEX")); // SPR-2
    }
    let cell = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize; // SPR-3
    let rows: Vec<Vec<usize>> = index.chunks(4 * rank).map(|row| row.chunks(4).map(cell).collect()).collect();
    let inside = rows.iter().all(|row| row.iter().zip(&dims).all(|(cell, dim)| cell < dim)); // SPR-4
    if !inside || !rows.windows(2).all(|two| two[0] < two[1]) {
        return Err(Failure::Refused("BAD_INDEX")); // SPR-5
    }
    let count = elements(&dims, MAX_DENSE_ELEMENTS).ok_or(Failure::Refused("LENGTH_MISMATCH"))?; // SPR-9
    let mut dense = vec![0; 2 * count];
    for (row, value) in rows.iter().zip(values.chunks(2)) {
        let place = row.iter().zip(&dims).fold(0, |place, (cell, dim)| place * dim + cell);
        dense[2 * place..2 * place + 2].copy_from_slice(value);
    }
    Ok(json!({ "dense": hex(&dense) }))
}

//! What the testee says of your implementation, and how it calls it.
//!
//! It claims one small profile, sparse, which is written out here so that the first run has something to judge. Put calls
//! of your implementation in its place, then claim more: a profile in `PROFILES` and its ops in `ops` (specs/testee.md,
//! section 3). What needs a profile that you do not claim, such as a compressed frame, is `Failure::Unsupported`.

use std::net::UdpSocket;

use resonant_testee_kit::{greet, hex, stop, BadRequest, Failure, Hello, Members, Op, Ops};
use serde_json::{json, Value};

const NAME: &str = "@NAME@";
const PROFILES: [&str; 1] = ["sparse"];
const MAX_DENSE_ELEMENTS: usize = 4_194_304; // SPR-9

/// Every op: how its input is read (specs/ops/), and what is called with it. They keep the wire socket, for peers.
pub fn ops() -> Ops<UdpSocket> {
    let hello = Hello {
        name: NAME,
        version: "0.1",
        language: "Rust",
        profiles: &PROFILES,
    };
    Ops::from([
        ("hello", greet(&hello)),
        ("sparse_encode", Op::new(Dense::read, sparse_encode)),
        ("sparse_decode", Op::new(Sparse::read, sparse_decode)),
        ("stop", stop()),
    ])
}

/// The input of sparse_encode.
struct Dense {
    dims: Vec<usize>,
    dense: Vec<u8>,
}

impl Dense {
    fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            dims: dims(input)?,
            dense: input.bytes("dense")?,
        })
    }
}

/// The input of sparse_decode.
struct Sparse {
    dims: Vec<usize>,
    values: Vec<u8>,
    index_dims: Vec<u32>,
    index: Vec<u8>,
}

impl Sparse {
    fn read(input: &mut Members) -> Result<Self, BadRequest> {
        Ok(Self {
            dims: dims(input)?,
            values: input.bytes("values")?,
            index_dims: input.integers("index_dims", ..)?,
            index: input.bytes("index")?,
        })
    }
}

/// The dims of a tensor, 1 to 255 of them.
fn dims(input: &mut Members) -> Result<Vec<usize>, BadRequest> {
    let dims: Vec<u32> = input.integers("dims", 1..=255)?;
    Ok(dims.into_iter().map(|dim| dim as usize).collect())
}

/// The product of dims, None if it is more than `most`.
fn elements(dims: &[usize], most: usize) -> Option<usize> {
    if dims.contains(&0) {
        return Some(0);
    }
    dims.iter().try_fold(1_usize, |count, dim| {
        count.checked_mul(*dim).filter(|count| *count <= most)
    })
}

fn sparse_encode(input: Dense) -> Result<Value, Failure> {
    let Dense { dims, dense } = input;
    if dense.len() % 2 != 0 || elements(&dims, dense.len()) != Some(dense.len() / 2) {
        return Err(Failure::refused("LENGTH_MISMATCH")); // SPR-10
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
    Ok(json!({"values": hex::encode(&values), "index": hex::encode(&index)}))
}

fn sparse_decode(input: Sparse) -> Result<Value, Failure> {
    let Sparse {
        dims,
        values,
        index_dims,
        index,
    } = input;
    if values.len() % 2 != 0 {
        return Err(Failure::refused("LENGTH_MISMATCH")); // SPR-10
    }
    let (nnz, rank) = (values.len() / 2, dims.len());
    let shape: Vec<usize> = index_dims.into_iter().map(|dim| dim as usize).collect();
    if shape != [nnz, rank, 4] || index.len() != 4 * nnz * rank {
        return Err(Failure::refused("BAD_INDEX")); // SPR-2
    }
    let cell = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize; // SPR-3
    let rows: Vec<Vec<usize>> = index
        .chunks(4 * rank)
        .map(|row| row.chunks(4).map(cell).collect())
        .collect();
    let inside = rows
        .iter()
        .all(|row| row.iter().zip(&dims).all(|(cell, dim)| cell < dim)); // SPR-4
    if !inside || !rows.windows(2).all(|two| two[0] < two[1]) {
        return Err(Failure::refused("BAD_INDEX")); // SPR-5
    }
    let count =
        elements(&dims, MAX_DENSE_ELEMENTS).ok_or_else(|| Failure::refused("LENGTH_MISMATCH"))?; // SPR-9
    let mut dense = vec![0; 2 * count];
    for (row, value) in rows.iter().zip(values.chunks(2)) {
        let place = row
            .iter()
            .zip(&dims)
            .fold(0, |place, (cell, dim)| place * dim + cell);
        dense[2 * place..2 * place + 2].copy_from_slice(value);
    }
    Ok(json!({ "dense": hex::encode(&dense) }))
}

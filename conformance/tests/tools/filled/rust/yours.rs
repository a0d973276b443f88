//! The template filled in with a codec of its own that knows no error but a short frame, and with sparse.

use resonant_testee_kit::{Failure, Fields, Hello, Implementation, Key, Options, Slice, Sparse};

const MAX_DENSE_ELEMENTS: usize = 4_194_304; // SPR-9

/// The implementation.
pub struct Yours;

impl Implementation for Yours {
    fn hello(&self) -> Hello<'_> {
        Hello {
            name: "fine-thing",
            version: "0.1",
            language: "Rust",
            profiles: &["frame", "sparse"],
        }
    }

    fn decode(&self, frame: &[u8], _key: Option<&Key>) -> Result<Fields, Failure> {
        let mut at = Reader(frame);
        read(&mut at).ok_or_else(|| Failure::rejected("the frame ends early"))
    }

    fn encode(&self, fields: Fields, _options: Options) -> Result<Vec<u8>, Failure> {
        let mut out = vec![1, fields.mtype];
        out.extend(fields.flags.to_le_bytes());
        out.extend(fields.stream_id.to_le_bytes());
        out.extend(fields.frame_seq.to_le_bytes());
        out.extend((fields.slices.len() as u64).to_le_bytes());
        for slice in &fields.slices {
            out.extend((slice.payload.len() as u32).to_le_bytes());
        }
        out.extend(fields.space_hash32.to_le_bytes());
        out.push(fields.modality);
        for slice in &fields.slices {
            out.extend([slice.dtype, slice.dims.len() as u8]);
            out.extend(slice.dims.iter().flat_map(|dim| dim.to_le_bytes()));
            out.extend(&slice.payload);
        }
        out.extend(crc32(&out).to_le_bytes());
        Ok(out)
    }

    fn sparse_encode(&self, dims: &[u32], dense: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let dims = &sizes(dims)[..];
        if dense.len() % 2 != 0 || elements(dims, dense.len()) != Some(dense.len() / 2) {
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
        Ok((values, index))
    }

    fn sparse_decode(&self, tensor: &Sparse) -> Result<Vec<u8>, Failure> {
        let Sparse {
            values,
            index_dims,
            index,
            ..
        } = tensor;
        let dims = sizes(&tensor.dims);
        if values.len() % 2 != 0 {
            return Err(Failure::refused("LENGTH_MISMATCH")); // SPR-10
        }
        let (nnz, rank) = (values.len() / 2, dims.len());
        let shape: Vec<usize> = index_dims.iter().map(|dim| *dim as usize).collect();
        if shape != [nnz, rank, 4] || index.len() != 4 * nnz * rank {
            return Err(Failure::refused("BAD_INDEX")); // SPR-2
        }
        let cell =
            |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize; // SPR-3
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
        let count = elements(&dims, MAX_DENSE_ELEMENTS)
            .ok_or_else(|| Failure::refused("LENGTH_MISMATCH"))?; // SPR-9
        let mut dense = vec![0; 2 * count];
        for (row, value) in rows.iter().zip(values.chunks(2)) {
            let place = row
                .iter()
                .zip(&dims)
                .fold(0, |place, (cell, dim)| place * dim + cell);
            dense[2 * place..2 * place + 2].copy_from_slice(value);
        }
        Ok(dense)
    }
}

fn sizes(dims: &[u32]) -> Vec<usize> {
    dims.iter().map(|dim| *dim as usize).collect()
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

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn bytes(&mut self, count: u32) -> Option<Vec<u8>> {
        let (taken, rest) = self.0.split_at_checked(count as usize)?;
        self.0 = rest;
        Some(taken.to_vec())
    }
}

fn read(at: &mut Reader<'_>) -> Option<Fields> {
    let [_version, mtype] = at.take()?;
    let mut fields = Fields {
        mtype,
        flags: u16::from_le_bytes(at.take()?),
        stream_id: at.u32()?,
        frame_seq: u64::from_le_bytes(at.take()?),
        space_hash32: 0,
        modality: 0,
        slices: Vec::new(),
    };
    let count = u64::from_le_bytes(at.take()?);
    let lengths = (0..count).map(|_| at.u32()).collect::<Option<Vec<_>>>()?;
    fields.space_hash32 = at.u32()?;
    [fields.modality] = at.take()?;
    for length in lengths {
        let [dtype, rank] = at.take()?;
        let dims = (0..rank).map(|_| at.u32()).collect::<Option<_>>()?;
        let payload = at.bytes(length)?;
        fields.slices.push(Slice {
            dtype,
            dims,
            payload,
        });
    }
    Some(fields)
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

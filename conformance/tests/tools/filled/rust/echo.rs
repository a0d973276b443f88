//! The template filled in with echoes: each function gives what it was given, so that nothing can be mixed up unseen.

use resonant_testee_kit::{
    Adaptable, Adapted, Failure, Fields, Group, Hello, Implementation, Key, Options, Sealing, Slice, Sparse, Split,
};
use serde_json::{json, Value};

/// The implementation.
pub struct Yours;

fn bytes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().map(|number| *number as u8).collect()
}

impl Implementation for Yours {
    fn hello(&self) -> Hello<'_> {
        Hello {
            name: "echo",
            version: "0.1",
            language: "Rust",
            profiles: &["frame", "zstd", "xchacha", "message", "sparse", "quant"],
        }
    }

    fn decode(&self, frame: &[u8], key: Option<&Key>) -> Result<Fields, Failure> {
        let payload = [frame, key.map_or(&[][..], |key| key)].concat();
        let slice = |dtype, dims: &[u32], payload| Slice {
            dtype,
            dims: dims.to_vec(),
            payload,
        };
        Ok(Fields {
            mtype: 1,
            flags: 2,
            stream_id: 3,
            frame_seq: u64::MAX,
            space_hash32: 4,
            modality: 5,
            slices: vec![slice(6, &[7, u32::MAX], payload), slice(8, &[], vec![])],
        })
    }

    fn encode(&self, fields: Fields, options: Options) -> Result<Vec<u8>, Failure> {
        let mut out = vec![fields.mtype, fields.flags as u8, fields.stream_id as u8];
        out.extend([
            fields.frame_seq as u8,
            fields.space_hash32 as u8,
            fields.modality,
        ]);
        for slice in &fields.slices {
            out.push(slice.dtype);
            out.extend(bytes(&slice.dims));
            out.extend(&slice.payload);
        }
        out.extend(options.key.iter().flatten());
        out.extend(options.nonce.iter().flatten());
        out.push(options.level.unwrap_or(0));
        Ok(out)
    }

    fn space_hash(&self, space_id: &str, arch: &str, data_sig: &str) -> Result<u32, Failure> {
        Ok((space_id.len() << 16 | arch.len() << 8 | data_sig.len()) as u32)
    }

    fn tail_hash(&self, data: &[u8]) -> Result<u64, Failure> {
        Ok(data.len() as u64)
    }

    fn compress(&self, plain: &[u8], level: Option<u8>) -> Result<Vec<u8>, Failure> {
        Ok([plain, &[level.unwrap_or(0)]].concat())
    }

    fn decompress(&self, zstd: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok([zstd, &[1]].concat())
    }

    fn seal(&self, by: &Sealing, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok([&by.key[..], &by.nonce, &by.aad, plain].concat())
    }

    fn open(&self, by: &Sealing, sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok([sealed, &by.aad, &by.nonce, &by.key].concat())
    }

    fn read_message(&self, frame: &[u8], key: Option<&Key>) -> Result<Value, Failure> {
        let all = [frame, key.map_or(&[][..], |key| key)].concat();
        Ok(json!({"kind": resonant_testee_kit::hex::encode(&all)}))
    }

    fn sparse_encode(&self, dims: &[u32], dense: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        Ok((dense.to_vec(), bytes(dims)))
    }

    fn sparse_decode(&self, tensor: &Sparse) -> Result<Vec<u8>, Failure> {
        let Sparse { values, index, .. } = tensor;
        Ok([
            &bytes(&tensor.dims)[..],
            values,
            &bytes(&tensor.index_dims),
            index,
        ]
        .concat())
    }

    fn quantize(&self, bits: u8, source: &str, data: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        Ok((data.to_vec(), [&[bits], source.as_bytes()].concat()))
    }

    fn dequantize(
        &self,
        bits: u8,
        count: u32,
        codes: &[u8],
        scale: Option<&[u8]>,
    ) -> Result<Vec<u8>, Failure> {
        let scale = scale.map_or(vec![], |scale| [&[0xff], scale].concat());
        Ok([&[bits, count as u8], codes, &scale].concat())
    }
    fn tcp_split(&self, chunks: &[Vec<u8>], ended: bool) -> Result<Split, Failure> {
        Ok(Split {
            frames: chunks.to_vec(),
            end: if ended { "clean" } else { "open" },
            held: chunks.len(),
        })
    }

    fn tcp_join(&self, frames: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
        Ok(frames.concat())
    }

    fn rs_encode(&self, k: u32, r: u32, shards: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failure> {
        Ok([shards, &[bytes(&[k, r])]].concat())
    }

    fn rs_decode(
        &self,
        k: u32,
        r: u32,
        shards: &[Option<Vec<u8>>],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let shard = |shard: &Option<Vec<u8>>| shard.clone().unwrap_or(bytes(&[k, r]));
        Ok(shards.iter().map(shard).collect())
    }

    fn repair_encode(&self, group: &Group, frames: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failure> {
        let last = bytes(&[group.stream_id, group.base as u32, group.r, group.step]);
        Ok([frames, &[last]].concat())
    }

    fn repair_decode(
        &self,
        repair: &[Vec<u8>],
        frames: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        Ok([repair, frames].concat())
    }

    fn adapt(&self, tensor: &Adaptable) -> Result<Adapted, Failure> {
        let (data, tolerance) = (tensor.data.clone(), tensor.tolerance as u8);
        if let Some(budget) = tensor.budget {
            return Ok(Adapted::Q4(data, vec![tolerance, budget as u8]));
        }
        let dims = bytes(&tensor.dims);
        if tensor.allow.is_empty() {
            return Ok(Adapted::Sparse(data, dims));
        }
        let names = [tensor.source.as_bytes(), tensor.allow.concat().as_bytes()].concat();
        Ok(Adapted::F16([&data[..], &dims, &names, &[tolerance]].concat()))
    }
}

//! An implementation as a testee calls it: a trait with a function for each op.

use serde_json::Value;

use crate::requests::{Failure, Hello};
use crate::values::{Fields, Key, Nonce};

/// An implementation, as the testee calls it. A function that is left out answers `unsupported`.
///
/// A refusal of the input is [`Failure::refused`] with a code, or [`Failure::rejected`] where the implementation names
/// none. A panic ends the process, and the run says so.
#[allow(unused_variables)] // of functions that are left out
pub trait Implementation {
    /// The description of the implementation: its name, and the profiles that it claims.
    fn hello(&self) -> Hello<'_>;

    /// The transports that it has peers on, as [`run`](crate::run) is given them.
    fn transports(&self) -> &[&str] {
        &[]
    }

    /// `frame`: a frame's bytes to its fields.
    fn decode(&self, frame: &[u8], key: Option<&Key>) -> Result<Fields, Failure> {
        Err(Failure::unsupported("decode"))
    }

    /// `frame`: fields, which may be wrong on purpose, to a frame's bytes.
    fn encode(&self, fields: Fields, options: Options) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("encode"))
    }

    /// `frame`: the space_hash32 of an embedding space.
    fn space_hash(&self, space_id: &str, arch: &str, data_sig: &str) -> Result<u32, Failure> {
        Err(Failure::unsupported("space_hash"))
    }

    /// `frame`: the strong tail hash of bytes.
    fn tail_hash(&self, data: &[u8]) -> Result<u64, Failure> {
        Err(Failure::unsupported("tail_hash"))
    }

    /// `zstd`: one Zstandard frame of bytes.
    fn compress(&self, plain: &[u8], level: Option<u8>) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("compress"))
    }

    /// `zstd`: the bytes of a Zstandard frame.
    fn decompress(&self, zstd: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("decompress"))
    }

    /// `xchacha`: bytes, sealed.
    fn seal(&self, by: &Sealing, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("seal"))
    }

    /// `xchacha`: sealed bytes, opened.
    fn open(&self, by: &Sealing, sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("open"))
    }

    /// `message`: the meaning of a frame's slices, by `$defs/message` of specs/ops/read_message.json.
    fn read_message(&self, frame: &[u8], key: Option<&Key>) -> Result<Value, Failure> {
        Err(Failure::unsupported("read_message"))
    }

    /// `sparse`: values and index of a dense tensor.
    fn sparse_encode(&self, dims: &[u32], dense: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        Err(Failure::unsupported("sparse_encode"))
    }

    /// `sparse`: the dense tensor of values and index.
    fn sparse_decode(&self, tensor: &Sparse) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("sparse_decode"))
    }

    /// `quant`: codes and scales of elements; `bits` is 4 or 8, `source` f16, f32 or bf16.
    fn quantize(&self, bits: u8, source: &str, data: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        Err(Failure::unsupported("quantize"))
    }

    /// `quant`: the binary16 elements of codes.
    fn dequantize(
        &self,
        bits: u8,
        count: u32,
        codes: &[u8],
        scale: Option<&[u8]>,
    ) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("dequantize"))
    }

    /// `tcp`: the frames in bytes that come in these chunks, after which the other end stops sending or not.
    fn tcp_split(&self, chunks: &[Vec<u8>], ended: bool) -> Result<Split, Failure> {
        Err(Failure::unsupported("tcp_split"))
    }

    /// `tcp`: frames as they are sent.
    fn tcp_join(&self, frames: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("tcp_join"))
    }

    /// `rs`: the parity of data shards. `k` and `r` can be out of range.
    fn rs_encode(&self, k: u32, r: u32, shards: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failure> {
        Err(Failure::unsupported("rs_encode"))
    }

    /// `rs`: all shards, from those that are there; `None` stands for a missing one.
    fn rs_decode(
        &self,
        k: u32,
        r: u32,
        shards: &[Option<Vec<u8>>],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        Err(Failure::unsupported("rs_decode"))
    }

    /// `fec`: the repair datagrams of a group of frames.
    fn repair_encode(&self, group: &Group, frames: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failure> {
        Err(Failure::unsupported("repair_encode"))
    }

    /// `fec`: the frames of a group that are missing, from its repair and those that are there.
    fn repair_decode(
        &self,
        repair: &[Vec<u8>],
        frames: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        Err(Failure::unsupported("repair_decode"))
    }

    /// `adapt`: the smallest form of a tensor that is exact enough.
    fn adapt(&self, tensor: &Adaptable) -> Result<Adapted, Failure> {
        Err(Failure::unsupported("adapt"))
    }
}

/// The frames in the bytes of a connection, and its state behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The frames that are whole.
    pub frames: Vec<Vec<u8>>,
    /// `open`, `clean` or the code with which the connection is closed.
    pub end: &'static str,
    /// How many bytes wait for the rest of their frame.
    pub held: usize,
}

/// The place of the frames of a group, and the repair that it gets; any of it can be out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its stream_id.
    pub stream_id: u32,
    /// The number of its first frame.
    pub base: u64,
    /// How many repair datagrams it gets.
    pub r: u32,
    /// The distance of its numbers.
    pub step: u32,
}

/// A tensor to be adapted, and what its form has to satisfy; any of it can be out of range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adaptable {
    /// The type of its elements: f16, f32 or bf16.
    pub source: &'static str,
    /// The elements, little-endian.
    pub data: Vec<u8>,
    /// The dims, 1 to 255 of them.
    pub dims: Vec<u32>,
    /// The dtypes that it may have: f16, i8, q4 and sparse, each once.
    pub allow: Vec<&'static str>,
    /// The error that may remain, in 2⁻²⁴ of the energy.
    pub tolerance: i64,
    /// The bytes that it may take.
    pub budget: Option<i64>,
}

/// The form of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adapted {
    /// Its elements in binary16.
    F16(Vec<u8>),
    /// Codes and scales of I8.
    I8(Vec<u8>, Vec<u8>),
    /// Codes and scales of Q4.
    Q4(Vec<u8>, Vec<u8>),
    /// Values and index of SparseCoo.
    Sparse(Vec<u8>, Vec<u8>),
}

/// Options of `encode` besides the fields; none of them matters to a frame without transforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The key of a frame with XCHACHA.
    pub key: Option<Key>,
    /// Its nonce.
    pub nonce: Option<Nonce>,
    /// The level of a frame with ZSTD, 1 to 22.
    pub level: Option<u8>,
}

/// The key, nonce and associated data by which something is sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
    /// The key.
    pub key: Key,
    /// The nonce.
    pub nonce: Nonce,
    /// The associated data.
    pub aad: Vec<u8>,
}

/// A sparse tensor, which may be wrong on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparse {
    /// The dims of the dense tensor, 1 to 255 of them.
    pub dims: Vec<u32>,
    /// The values, binary16.
    pub values: Vec<u8>,
    /// The dims of the index.
    pub index_dims: Vec<u32>,
    /// The index, rows of u32.
    pub index: Vec<u8>,
}

//! The shared part of testees in Rust (specs/testee.md): the sockets, the datagrams, and the way from a request to its
//! reply. It knows no implementation.
//!
//! A testee is an [`Implementation`], a trait with a function for each op: `run(ops_of(mine), &[], Ok)`. Below that, and where
//! it has peers, a testee has a table of ops. Each says how its input is read and what is done with it; nothing is done with an input
//! that does not fit.
//!
//! ```no_run
//! use resonant_testee_kit::{greet, run, stop, Failure, Hello, Op, Ops};
//! use serde_json::{json, Value};
//!
//! fn tail_hash(data: Vec<u8>) -> Result<Value, Failure> {
//!     let sum: u8 = data.iter().fold(0, |sum, byte| sum ^ byte); // a call of your implementation
//!     if data.is_empty() {
//!         return Err(Failure::refused("LENGTH_MISMATCH"));
//!     }
//!     Ok(json!({"xxhash3_64": format!("{sum:016x}")}))
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     let hello = Hello { name: "mine", version: "1.0", language: "Rust", profiles: &["frame"] };
//!     let ops = Ops::from([
//!         ("hello", greet(&hello, &[])),
//!         ("tail_hash", Op::new(|input| input.bytes("data"), tail_hash)),
//!         ("stop", stop()),
//!     ]);
//!     run(ops, &[], Ok)
//! }
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod calls;
pub mod hex;
pub mod implementation;
mod lists;
mod ops;
pub mod peer_batch;
pub mod pieces;
pub mod requests;
pub mod schema;
pub mod server;
pub mod session;
mod shard_ops;
pub mod values;

pub use implementation::{
    Adaptable, Adapted, Group, Implementation, Options, Sealing, Sparse, Split,
};
pub use ops::ops_of;
pub use peer_batch::{peer_batch, Wire};
pub use requests::{answer, greet, stop, Failure, Hello, Op, Ops};
pub use schema::{BadRequest, Members};
pub use server::{read_arguments, run, serve, Arguments, Wires};
pub use values::{Fields, Key, Nonce, Slice};

//! Your implementation, as the testee calls it: fill in the four functions of the profile frame.
//!
//! Requests are checked before they come here. Return the result, or refuse the input: `Failure::refused(code)` with a
//! code of specs/README.md, or `Failure::rejected(error)` where your library names none. A panic is a crash, and the run
//! says so. For more than frame write further functions of `Implementation`: README.md lists them.
#![allow(unused_variables)] // of the functions that are not filled in

use resonant_testee_kit::{Failure, Fields, Hello, Implementation, Key, Options};

/// The implementation; give it members if yours needs something between two requests.
pub struct Yours;

impl Implementation for Yours {
    fn hello(&self) -> Hello<'_> {
        Hello {
            name: "@NAME@",
            version: "0.1",
            language: "Rust",
            profiles: &["frame"],
        }
    }

    /// A frame to its fields; its slices are a `Vec` of `resonant_testee_kit::Slice`.
    fn decode(&self, frame: &[u8], key: Option<&Key>) -> Result<Fields, Failure> {
        Err(Failure::unsupported("decode"))
    }

    /// Fields to a frame. They may be wrong on purpose: what your library would refuse is to be refused.
    fn encode(&self, fields: Fields, options: Options) -> Result<Vec<u8>, Failure> {
        Err(Failure::unsupported("encode"))
    }

    /// The space_hash32 of an embedding space.
    fn space_hash(&self, space_id: &str, arch: &str, data_sig: &str) -> Result<u32, Failure> {
        Err(Failure::unsupported("space_hash"))
    }

    /// The strong tail hash: XXH3, 64 bits, seed 0.
    fn tail_hash(&self, data: &[u8]) -> Result<u64, Failure> {
        Err(Failure::unsupported("tail_hash"))
    }
}

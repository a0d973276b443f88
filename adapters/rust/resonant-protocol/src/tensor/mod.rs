//! Tensors: what the payloads of one or two slices hold.

pub mod adapt;
mod binary16;
mod energy;
mod owned;
pub mod quant;
mod quant_blocks;
#[cfg(test)]
#[allow(clippy::expect_used, clippy::indexing_slicing)] // a case that is not there is a failure
mod quant_paths;
mod quantizer;
pub mod sparse;

pub use owned::{Tensor, TensorData};

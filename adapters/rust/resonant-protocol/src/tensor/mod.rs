//! Tensors: what the payloads of one or two slices hold.

mod owned;
pub mod quant;
mod quant_blocks;
mod quantizer;
pub mod sparse;

pub use owned::{Tensor, TensorData};

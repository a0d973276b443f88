//! The transforms of a frame's body: compressed, then sealed.

pub mod xchacha;
pub mod zstd;

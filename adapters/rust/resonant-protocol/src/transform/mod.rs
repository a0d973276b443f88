//! What may be done to the body of a frame: compressed, then sealed.

pub mod xchacha;
pub mod zstd;

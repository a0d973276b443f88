//! The testee protocol (family TST of the specification) around the crate `resonant-protocol`.
//!
//! [`datagram`] puts messages together and cuts them, [`session`] decides what is answered to whom,
//! [`ops`] holds the table of ops (those on payloads stand in a file of their own), [`shape`] checks requests against their schemas.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod datagram;
pub mod hexa;
pub mod ops;
mod payload;
pub mod session;
pub mod shape;

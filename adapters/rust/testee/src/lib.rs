//! The testee protocol (family TST of the specification) around the crate `resonant-protocol`.
//!
//! [`datagram`] puts messages together and cuts them, [`session`] decides what is answered to whom,
//! [`ops`] holds the table of ops (those on payloads and on peers stand in files of their own), [`peers`] has the
//! wire socket, [`shape`] checks requests against their schemas.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod datagram;
pub mod failure;
mod fields;
pub mod hexa;
pub mod ops;
mod payload;
mod peer_events;
mod peer_ops;
pub mod peers;
pub mod session;
pub mod shape;
mod wire;

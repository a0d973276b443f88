//! A testee around the crate `resonant-protocol`; what it has in common with others is `resonant-testee-kit`.
//!
//! [`ops`] holds the table of ops (those on payloads and on peers stand in files of their own), [`peers`] has the
//! wires.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod adapting;
mod failure;
mod fields;
mod framing;
mod open;
pub mod ops;
mod payload;
mod peer_config;
mod peer_events;
mod peer_ops;
mod peer_requests;
pub mod peers;
mod shards;
mod wires;

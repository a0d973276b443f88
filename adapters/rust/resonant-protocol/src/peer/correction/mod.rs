//! Forward error correction: groups of sent frames, and what is kept of received ones for their repair.

mod received;
mod sent;

pub(super) use received::{Correction, Taken};
pub(super) use sent::SentGroups;

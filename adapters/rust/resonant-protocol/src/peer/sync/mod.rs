//! Sync frames: the JSON in them, received and sent.

mod fault;
mod fields;
mod method;
mod offer;
mod read;
pub(super) mod write;

pub(super) use fault::{text, Added, Fault};
pub(super) use fields::{is_reset_code, malformed};
pub(super) use method::Method;
pub(super) use offer::Offer;
pub(super) use read::{
    read_head, read_quality, Capability, Managing, Ping, Reader, Report, Tail, MAX_URGENCY,
};

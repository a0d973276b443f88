//! Received frames, from the datagram through their checks to what they change.

mod check_table;
mod checks;
mod client;
mod data;
mod dispatch;
mod head;
mod mux;
mod received;
mod repair;
mod server;
mod tail;
mod verdict;

pub(super) use check_table::{first_verdict, Check, ASKED, ASKED_BEFORE_TENSORS};
pub(super) use received::Received;
pub(super) use verdict::Verdict;

//! The wires: sockets that are asked what has come on them, and never block for it beyond what the runner has sent.

mod outbox;
pub(crate) mod tcp;
pub(crate) mod udp;

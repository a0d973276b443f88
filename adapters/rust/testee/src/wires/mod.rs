//! The wires: sockets that are asked what has come on them, and never block for it beyond what the runner has sent.

mod outbox;
pub(crate) mod tcp;
pub(crate) mod udp;

/// A pause for a connection that is not there yet: the runner has made it, so it comes with the next look or two.
pub(crate) fn pause() {
    std::thread::sleep(std::time::Duration::from_micros(200));
}

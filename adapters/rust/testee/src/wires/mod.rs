//! The wires: sockets that are asked what has come on them, and never block for it beyond what the runner has sent.

mod outbox;
#[cfg_attr(not(feature = "quic"), path = "no_quic.rs")]
pub(crate) mod quic;
pub(crate) mod tcp;
pub(crate) mod udp;

/// The bytes of a link that the runner has sent, and whether it has ended it (TST-28).
#[derive(Debug)]
#[cfg_attr(not(feature = "quic"), allow(dead_code))] // `on` is looked at over QUIC alone
pub(crate) struct Arrived {
    pub(crate) link: String,
    /// Over QUIC, the number of the QUIC stream (TST-31).
    pub(crate) on: Option<u64>,
    pub(crate) bytes: u64,
    pub(crate) ended: bool,
}

/// The certificate and the key of a server over QUIC, PEM.
#[derive(Debug)]
#[cfg_attr(not(feature = "quic"), allow(dead_code))] // as above
pub(crate) struct Tls {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// A pause for a connection that is not there yet: the runner has made it, so it comes with the next look or two.
pub(crate) fn pause() {
    std::thread::sleep(std::time::Duration::from_micros(200));
}

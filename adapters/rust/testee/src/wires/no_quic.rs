//! The place of the wire for QUIC in a testee without it: nothing ever comes there.

use std::collections::BTreeMap;
use std::io;
use std::net::UdpSocket;
use std::time::Instant;

use resonant_protocol::endpoint::{Carried, Endpoint, Outputs};

use super::{Arrived, Tls};

const MISSING: &str = "this testee has no peers over QUIC: build it with the feature quic";

/// No wire.
#[derive(Debug)]
pub(crate) struct Quic;

/// No news.
pub(crate) enum News {}

impl News {
    pub(crate) fn apply(self, _: &mut Endpoint<String>, _: &str, _: u64) -> Outputs<String> {
        match self {}
    }
}

impl Quic {
    pub(crate) fn new(_: Option<UdpSocket>) -> io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn clear(&mut self) {}

    /// A certificate that nobody asks for does no harm.
    pub(crate) fn listen(&mut self, _: &Tls) -> Result<(), String> {
        Ok(())
    }

    pub(crate) fn connect(&mut self, _: &str, _: u16, _: &str) -> Result<bool, String> {
        Err(MISSING.to_owned())
    }

    pub(crate) fn knows(&self, _: &str) -> bool {
        false
    }

    pub(crate) fn is_satisfied(&self, _: &Arrived) -> bool {
        false
    }

    pub(crate) fn take(&mut self, _: &Arrived, _: Instant) -> Result<News, String> {
        Err(MISSING.to_owned())
    }

    pub(crate) fn carry(&mut self, _: &str, _: Carried) {}

    pub(crate) fn close(&mut self, _: &str, _: u64) {}

    pub(crate) fn unsent(&self, _: &str) -> usize {
        0
    }

    pub(crate) fn datagram_room(&self, _: &str) -> Option<usize> {
        None
    }

    pub(crate) fn tell_sent(&mut self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }

    pub(crate) fn tell_ends(&mut self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }
}

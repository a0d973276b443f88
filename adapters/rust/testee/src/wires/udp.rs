//! The wire socket: datagrams as they wait.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};

/// A socket that is asked what waits on it and never blocks for it.
#[derive(Debug)]
pub(crate) struct Wire {
    socket: UdpSocket,
    /// How many datagrams an op takes in a peer_batch; all that wait outside of one.
    pub(crate) at_most: Option<u32>,
    /// How many were sent to each link, which is counted for a peer_batch alone.
    sent: BTreeMap<String, u64>,
}

impl Wire {
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            at_most: None,
            sent: BTreeMap::new(),
        })
    }

    /// How many datagrams were sent to each link since the last call.
    pub(crate) fn count_sent(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.sent)
    }

    /// The datagram that has waited longest, its length and where it came from.
    pub(crate) fn next_datagram(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        loop {
            match self.socket.recv_from(buffer) {
                Ok(received) => return Some(received),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) if is_passing(&error) => {}
                Err(error) => {
                    eprintln!("resonant-testee: the wire socket: {error}");
                    return None;
                }
            }
        }
    }

    /// Throws away what waits. `buffer` has room for any datagram, as some systems refuse to cut one.
    pub(crate) fn discard(&self, buffer: &mut [u8]) {
        while self.next_datagram(buffer).is_some() {}
    }

    /// Sends a datagram. Where the system has no room for it, this waits until it has.
    pub(crate) fn send(&mut self, datagram: &[u8], link: &str, to: SocketAddr) -> io::Result<()> {
        match self.socket.send_to(datagram, to) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.socket.set_nonblocking(false)?;
                let sent = self.socket.send_to(datagram, to);
                self.socket.set_nonblocking(true)?;
                sent?;
            }
            sent => drop(sent?),
        }
        if self.at_most.is_some() {
            *self.sent.entry(link.to_owned()).or_default() += 1;
        }
        Ok(())
    }
}

/// Some systems report on a later receive that an earlier datagram found nobody.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        Interrupted | ConnectionReset | ConnectionRefused
    )
}

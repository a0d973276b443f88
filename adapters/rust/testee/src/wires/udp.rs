//! The wire socket: datagrams as they wait.

use std::io;
use std::net::{SocketAddr, UdpSocket};

/// A socket that is asked what waits on it and never blocks for it.
#[derive(Debug)]
pub(crate) struct Wire(UdpSocket);

impl Wire {
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self(socket))
    }

    /// The datagram that has waited longest, its length and where it came from.
    pub(crate) fn next_datagram(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        loop {
            match self.0.recv_from(buffer) {
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

    /// Throws away what waits.
    pub(crate) fn discard(&self) {
        let mut buffer = vec![0; resonant_protocol::MAX_FRAME_LEN]; // some systems refuse to cut a datagram
        while self.next_datagram(&mut buffer).is_some() {}
    }

    /// Sends a datagram. Where the system has no room for it, this waits until it has.
    pub(crate) fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        match self.0.send_to(datagram, to) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.0.set_nonblocking(false)?;
                let sent = self.0.send_to(datagram, to);
                self.0.set_nonblocking(true)?;
                sent
            }
            sent => sent,
        }
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

//! News of QUIC connections.

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;

use crate::endpoint::{Endpoint, Outputs};
use crate::error::RejectCode;

/// One QUIC connection: the remote address, and a number, since an address may have several connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuicLink {
    /// The remote address.
    pub remote: SocketAddr,
    /// The number of the connection among all of this end.
    pub number: u64,
}

impl fmt::Display for QuicLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.remote, self.number)
    }
}

/// News of a connection. `on` is the number of a QUIC stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuicNews {
    /// The other end made the connection.
    Accepted,
    /// Bytes came on main or on a uni, in these parts.
    Bytes {
        /// The QUIC stream.
        on: u64,
        /// The bytes.
        bytes: Vec<Bytes>,
    },
    /// The other end sent FIN.
    End {
        /// The QUIC stream.
        on: u64,
    },
    /// The other end reset one of its streams, or main.
    Reset {
        /// The QUIC stream.
        on: u64,
    },
    /// The other end asks that nothing be sent on an own stream any more.
    Stopped {
        /// The QUIC stream.
        on: u64,
        /// The stream whose uni it is; none for main.
        stream_id: Option<u32>,
        /// The number with which it was stopped.
        number: u64,
    },
    /// The other end opened a bidirectional stream that is not main (QUI-11).
    Created {
        /// The QUIC stream.
        on: u64,
    },
    /// A datagram came.
    Datagram(Bytes),
    /// The connection is over, with this reason (QUI-15). Nothing else comes of it.
    Closed {
        /// The reason.
        code: Option<RejectCode>,
    },
}

/// The number of main among the QUIC streams.
const MAIN: u64 = 0;

impl QuicNews {
    /// Has an endpoint take it in for its own name of the connection.
    pub fn apply<L: Ord + Clone>(
        &self,
        endpoint: &mut Endpoint<L>,
        link: &L,
        now_ms: u64,
    ) -> Outputs<L> {
        let now = now_ms;
        match self {
            Self::Accepted => endpoint.accept_quic(link.clone(), now),
            Self::Bytes { on: MAIN, bytes } => {
                let mut all = Outputs::default();
                for bytes in bytes {
                    all.append(endpoint.receive_bytes(link, bytes, now));
                }
                all
            }
            Self::Bytes { on, bytes } => {
                let parts = bytes.iter().map(|bytes| &bytes[..]);
                endpoint.receive_uni_parts(link, *on, parts, now)
            }
            Self::End { on: MAIN } => endpoint.end(link, now),
            Self::End { on } => endpoint.end_uni(link, *on, now),
            Self::Reset { on: MAIN }
            | Self::Stopped {
                stream_id: None, ..
            } => endpoint.reset(link, now),
            Self::Reset { on } => endpoint.reset_uni(link, *on, now),
            Self::Stopped {
                stream_id: Some(stream_id),
                number,
                ..
            } => endpoint.stop_own(link, *stream_id, *number, now),
            Self::Created { .. } => endpoint.end_quic(link, Some(RejectCode::StreamCreation), now),
            Self::Datagram(bytes) => endpoint.receive_datagram(link, bytes, now),
            Self::Closed { code } => endpoint.end_quic(link, *code, now),
        }
    }
}

/// The same on its way from a task.
pub(super) type Told = (QuicLink, QuicNews);

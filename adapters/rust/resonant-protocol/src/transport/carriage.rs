//! The carriages of a QUIC connection, and the numbers with which they and it are ended (QUI-4 to QUI-15).

use crate::error::RejectCode;
use crate::limits::MAX_QUIC_DATAGRAM_BYTES;

/// The carriage that a frame is to be sent on (QUI-4, QUI-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carriage {
    /// The first bidirectional QUIC stream.
    Main,
    /// The unidirectional QUIC stream of the stream with this stream_id.
    Uni(u32),
    /// Main, or a datagram where one may be sent: see [`may_be_datagram`].
    Any,
    /// A datagram, and none at all where it does not fit: it is repair (FEC-12, FEC-33).
    Datagram,
}

/// Whether a frame for [`Carriage::Any`] may go as a datagram of a connection that takes `most` bytes in one now, if it
/// takes any (QUI-5).
#[must_use]
pub fn may_be_datagram(frame: &[u8], most: Option<usize>) -> bool {
    let fits = |most: usize| frame.len() <= most.min(MAX_QUIC_DATAGRAM_BYTES);
    most.is_some_and(fits)
}

/// Each code that ends a carriage or a connection, and its number.
const NUMBERS: [(u64, RejectCode); 7] = [
    (1, RejectCode::FrameTooShort),
    (2, RejectCode::FrameTooLarge),
    (3, RejectCode::TruncatedFrame),
    (4, RejectCode::FrameTimeout),
    (5, RejectCode::StreamMismatch),
    (6, RejectCode::StreamCreation),
    (7, RejectCode::HandshakeTimeout),
];

/// The number with which a connection is closed for this reason: 0 without a code, and for one that has no number.
#[must_use]
pub fn number_of(code: Option<RejectCode>) -> u64 {
    let row = NUMBERS.iter().find(|(_, it)| Some(*it) == code);
    row.map_or(0, |(number, _)| *number)
}

/// The reason of a connection that was closed with this number (QUI-15).
#[must_use]
pub fn code_of(number: u64) -> Option<RejectCode> {
    if number == 0 {
        return None;
    }
    let row = NUMBERS.iter().find(|(it, _)| *it == number);
    Some(row.map_or(RejectCode::ConnectionReset, |(_, code)| *code))
}

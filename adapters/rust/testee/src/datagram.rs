//! Pieces: the 12-byte head, putting a message together, cutting one up (section 2 of the testee protocol).

use std::net::SocketAddr;

/// Greatest number of payload bytes of a piece.
pub const MAX_PIECE: usize = 60_000;
/// Greatest number of pieces of a message.
pub const MAX_COUNT: u16 = 300;
/// Bytes of the head.
pub const HEAD_LEN: usize = 12;

const MAGIC: &[u8; 4] = b"RTP1";

/// One datagram's head and piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The message it belongs to.
    pub request_id: u32,
    /// Its place in the message.
    pub index: u16,
    /// The number of pieces of the message.
    pub count: u16,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Piece<'a> {
    /// Reads a datagram, or gives `None` for one that is to be ignored (TST-5).
    #[must_use]
    pub fn read(datagram: &'a [u8]) -> Option<Self> {
        let (magic, rest) = datagram.split_first_chunk()?;
        let (request_id, rest) = rest.split_first_chunk()?;
        let (index, rest) = rest.split_first_chunk()?;
        let (count, bytes) = rest.split_first_chunk()?;
        let piece = Self {
            request_id: u32::from_le_bytes(*request_id),
            index: u16::from_le_bytes(*index),
            count: u16::from_le_bytes(*count),
            bytes,
        };
        let counted = piece.index < piece.count && piece.count <= MAX_COUNT;
        let bounded = bytes.len() <= MAX_PIECE;
        (magic == MAGIC && counted && bounded).then_some(piece)
    }

    /// Whether it is the last of its message by place.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.index.checked_add(1) == Some(self.count)
    }
}

/// The message that is being received: one at a time.
#[derive(Debug, Default)]
pub struct Assembly {
    current: Option<(SocketAddr, u32)>,
    pieces: Vec<Option<Vec<u8>>>,
    missing: usize,
}

impl Assembly {
    /// Takes a piece in and returns the message if it is complete now (TST-4).
    ///
    /// A piece of another request, sender or count starts over, so that a message is never made of
    /// pieces that do not belong together.
    pub fn add(&mut self, from: SocketAddr, piece: Piece<'_>) -> Option<Vec<u8>> {
        let count = usize::from(piece.count);
        if self.current != Some((from, piece.request_id)) || self.pieces.len() != count {
            self.current = Some((from, piece.request_id));
            self.pieces = vec![None; count];
            self.missing = count;
        }
        let place = self.pieces.get_mut(usize::from(piece.index))?;
        if place.replace(piece.bytes.to_vec()).is_none() {
            self.missing = self.missing.saturating_sub(1);
        }
        if self.missing > 0 {
            return None;
        }
        self.current = None;
        Some(self.pieces.drain(..).flatten().flatten().collect())
    }
}

/// Cuts a message into datagrams, or gives `None` if it takes more than 300.
#[must_use]
pub fn cut(request_id: u32, message: &[u8]) -> Option<Vec<Vec<u8>>> {
    let count = message.len().div_ceil(MAX_PIECE).max(1);
    let count = u16::try_from(count)
        .ok()
        .filter(|count| *count <= MAX_COUNT)?;
    let datagram = |index: u16| {
        let start = usize::from(index) * MAX_PIECE;
        let end = message.len().min(start + MAX_PIECE);
        let bytes = message.get(start..end)?;
        let mut datagram = Vec::with_capacity(HEAD_LEN + bytes.len());
        datagram.extend_from_slice(MAGIC);
        datagram.extend_from_slice(&request_id.to_le_bytes());
        datagram.extend_from_slice(&index.to_le_bytes());
        datagram.extend_from_slice(&count.to_le_bytes());
        datagram.extend_from_slice(bytes);
        Some(datagram)
    };
    (0..count).map(datagram).collect()
}

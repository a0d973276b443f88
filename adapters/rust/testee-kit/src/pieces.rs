//! Pieces: the 12-byte head, putting a message together, cutting one up (section 3 of the testee protocol).

use std::net::SocketAddr;

/// Greatest number of payload bytes of a piece.
pub const MAX_PIECE: usize = 60_000;
/// Greatest number of pieces of a message.
pub const MAX_COUNT: u16 = 300;
/// Bytes of the head.
pub const HEAD_LEN: usize = 12;

const MAGIC: &[u8; 4] = b"RTP1";
const ASK_MAGIC: &[u8; 4] = b"RTPA";

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
        let piece = Self::behind(MAGIC, datagram)?;
        (piece.bytes.len() <= MAX_PIECE).then_some(piece)
    }

    /// The numbers of a datagram with this magic and whatever is behind them.
    fn behind(magic: &[u8; 4], datagram: &'a [u8]) -> Option<Self> {
        let rest = datagram.strip_prefix(magic)?;
        let (request_id, rest) = rest.split_first_chunk()?;
        let (index, rest) = rest.split_first_chunk()?;
        let (count, bytes) = rest.split_first_chunk()?;
        let piece = Self {
            request_id: u32::from_le_bytes(*request_id),
            index: u16::from_le_bytes(*index),
            count: u16::from_le_bytes(*count),
            bytes,
        };
        (piece.index < piece.count && piece.count <= MAX_COUNT).then_some(piece)
    }

    /// Whether it is the last of its message by place.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.index.checked_add(1) == Some(self.count)
    }
}

/// Asks the other end for one piece of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The message it belongs to.
    pub request_id: u32,
    /// Its place in the message.
    pub index: u16,
    /// The number of pieces of the message.
    pub count: u16,
}

impl Ask {
    /// Reads a datagram, or gives `None` for one that is no ask, which is nothing but its head.
    #[must_use]
    pub fn read(datagram: &[u8]) -> Option<Self> {
        let head = Piece::behind(ASK_MAGIC, datagram)?;
        head.bytes.is_empty().then_some(Self {
            request_id: head.request_id,
            index: head.index,
            count: head.count,
        })
    }

    /// The datagram.
    #[must_use]
    pub fn datagram(self) -> Vec<u8> {
        datagram(ASK_MAGIC, self, &[])
    }
}

fn datagram(magic: &[u8; 4], head: Ask, bytes: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(HEAD_LEN + bytes.len());
    datagram.extend_from_slice(magic);
    datagram.extend_from_slice(&head.request_id.to_le_bytes());
    datagram.extend_from_slice(&head.index.to_le_bytes());
    datagram.extend_from_slice(&head.count.to_le_bytes());
    datagram.extend_from_slice(bytes);
    datagram
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
        let pieces: Vec<Vec<u8>> = self.pieces.drain(..).flatten().collect();
        Some(pieces.concat()) // byte by byte it takes ten times as long
    }

    /// Asks for the first piece that the message lacks; `None` while no message is incomplete.
    #[must_use]
    pub fn ask(&self) -> Option<Ask> {
        let (_, request_id) = self.current?;
        Some(Ask {
            request_id,
            index: u16::try_from(self.pieces.iter().position(Option::is_none)?).ok()?,
            count: u16::try_from(self.pieces.len()).ok()?,
        })
    }
}

/// Cuts a message into datagrams, or gives `None` if it takes more than 300.
#[must_use]
pub fn cut(request_id: u32, message: &[u8]) -> Option<Vec<Vec<u8>>> {
    let count = message.len().div_ceil(MAX_PIECE).max(1);
    let count = u16::try_from(count)
        .ok()
        .filter(|count| *count <= MAX_COUNT)?;
    let piece = |index: u16| {
        let start = usize::from(index) * MAX_PIECE;
        let bytes = message.get(start..message.len().min(start + MAX_PIECE))?;
        let head = Ask {
            request_id,
            index,
            count,
        };
        Some(datagram(MAGIC, head, bytes))
    };
    (0..count).map(piece).collect()
}

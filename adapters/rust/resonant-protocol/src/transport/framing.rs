//! Frames behind their lengths (TCP-1 to TCP-5).

use crate::error::{FrameError, RejectCode};
use crate::limits::{LENGTH_BYTES, MAX_FRAME_LEN, MAX_UNSENT_BYTES, MIN_FRAME_LEN};

/// Finds the frames in the bytes of one direction of a connection.
///
/// It holds no more than one frame that is not whole, its length included (TCP-5), and never asks for memory for bytes
/// that have not come.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    held: Vec<u8>,
    fault: Option<FrameError>,
}

impl Splitter {
    /// A splitter at the beginning of a connection.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            held: Vec::new(),
            fault: None,
        }
    }

    /// Takes the next bytes, however they are divided, and gives every frame that is whole to `take`.
    ///
    /// # Errors
    /// `FRAME_TOO_SHORT` or `FRAME_TOO_LARGE` for a length out of range, as soon as its four bytes are there: the
    /// connection is to be closed. Whatever is pushed afterwards has the same error.
    pub fn push(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), FrameError> {
        while self.fault.is_none() && !bytes.is_empty() {
            bytes = if self.held.is_empty() {
                self.whole(bytes, &mut take)
            } else {
                self.rest(bytes, &mut take)
            };
        }
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// How many bytes wait for the rest of their frame, its length included.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Asks whether the connection may end here.
    ///
    /// # Errors
    /// `TRUNCATED_FRAME` inside a length or a frame (TCP-11); an earlier fault again.
    pub fn end(&self) -> Result<(), FrameError> {
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None if self.held.is_empty() => Ok(()),
            None => {
                let detail = format!("{} bytes of a frame have come", self.held.len());
                let code = RejectCode::TruncatedFrame;
                Err(FrameError::new(code, "TCP-11", detail))
            }
        }
    }

    /// Takes a frame that stands whole at the beginning of the bytes, without a copy, or begins to hold it. What is
    /// left is returned.
    fn whole<'bytes>(&mut self, bytes: &'bytes [u8], take: &mut impl FnMut(&[u8])) -> &'bytes [u8] {
        let Some((length, behind)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
            self.held.extend_from_slice(bytes);
            return &[];
        };
        let Some(length) = self.checked(*length) else {
            return &[];
        };
        if let Some((frame, left)) = behind.split_at_checked(length) {
            take(frame);
            return left;
        }
        self.held.extend_from_slice(bytes);
        &[]
    }

    /// Adds to what is held as much as its length or its frame lacks. What is left is returned.
    fn rest<'bytes>(&mut self, bytes: &'bytes [u8], take: &mut impl FnMut(&[u8])) -> &'bytes [u8] {
        let Some((length, frame)) = self.held.split_first_chunk::<LENGTH_BYTES>() else {
            let left = self.hold(bytes, LENGTH_BYTES.saturating_sub(self.held.len()));
            if let Some(length) = self.held.first_chunk() {
                self.checked(*length);
            }
            return left;
        };
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(MAX_FRAME_LEN);
        let left = self.hold(bytes, length.saturating_sub(frame.len()));
        if let Some((_, frame)) = self.held.split_first_chunk::<LENGTH_BYTES>()
            && frame.len() == length
        {
            take(frame);
            self.held.clear();
        }
        left
    }

    fn hold<'bytes>(&mut self, bytes: &'bytes [u8], lacking: usize) -> &'bytes [u8] {
        let (taken, left) = bytes.split_at(lacking.min(bytes.len()));
        self.held.extend_from_slice(taken);
        left
    }

    /// A length in range. Any other is a fault, after which nothing is held.
    fn checked(&mut self, length: [u8; LENGTH_BYTES]) -> Option<usize> {
        let length = u32::from_le_bytes(length);
        let length = check(usize::try_from(length).unwrap_or(usize::MAX));
        match length {
            Ok(length) => Some(length),
            Err(fault) => {
                self.held = Vec::new();
                self.fault = Some(fault);
                None
            }
        }
    }
}

/// Puts a frame behind its length at the end of `out` (TCP-1).
///
/// # Errors
/// `FRAME_TOO_SHORT` below 33 bytes and `FRAME_TOO_LARGE` above 65,536 (TCP-23); `out` is then as it was.
pub fn join(frame: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    out.extend_from_slice(&length_before(frame)?);
    out.extend_from_slice(frame);
    Ok(())
}

/// The length that goes before a frame. Errors as those of [`join`].
pub(crate) fn length_before(frame: &[u8]) -> Result<[u8; LENGTH_BYTES], FrameError> {
    let length = check(frame.len())?;
    let length = u32::try_from(length).unwrap_or(u32::MAX); // in range, as was checked
    Ok(length.to_le_bytes())
}

/// Asks whether another frame may wait to be sent where so many bytes of a connection wait already.
///
/// # Errors
/// `BUFFER_LIMIT` where a frame of the greatest length would exceed [`MAX_UNSENT_BYTES`] (TCP-20).
pub fn check_unsent(waiting: usize) -> Result<(), FrameError> {
    let most = MAX_UNSENT_BYTES.saturating_sub(LENGTH_BYTES.saturating_add(MAX_FRAME_LEN));
    if waiting > most {
        let detail = format!("{waiting} bytes wait for the other end to read");
        return Err(FrameError::new(RejectCode::BufferLimit, "TCP-20", detail));
    }
    Ok(())
}

fn check(length: usize) -> Result<usize, FrameError> {
    let (code, clause) = match length {
        MIN_FRAME_LEN..=MAX_FRAME_LEN => return Ok(length),
        ..MIN_FRAME_LEN => (RejectCode::FrameTooShort, "TCP-3"),
        _ => (RejectCode::FrameTooLarge, "TCP-4"),
    };
    let detail = format!("the length is {length}, {MIN_FRAME_LEN} to {MAX_FRAME_LEN} are possible");
    Err(FrameError::new(code, clause, detail))
}

//! The encoder: checks, then one pass that writes the frame (FRM-32 to FRM-36).

use super::owned::VFrame;
use super::slice::SliceMeta;
use crate::error::{FrameError, RejectCode};
use crate::limits::{
    HEADER_BYTES, MAX_FRAME_LEN, MAX_SLICE_DIMS, MIN_FRAME_LEN, MIN_SLICE_DIMS, NONCE_BYTES,
    TAG_BYTES, VERSION,
};
use crate::transform::xchacha::{self, Key, Nonce};
use crate::transform::zstd::{self, DEFAULT_LEVEL};
use crate::wire_values::{length_mismatch, Flags};

/// The options of encode. Only the flags of the frame decide what is used (XCH-7).
///
/// ```
/// use resonant_protocol::*;
/// # fn main() -> std::result::Result<(), FrameError> {
/// let (key, nonce) = ([42u8; 32], [13u8; 24]);
/// let mut frame = VFrame::new(MsgType::Ask, Modality::Mixed, vec![])?;
/// frame.hdr.flags = Flags::ZSTD | Flags::XCHACHA;
/// let bytes = frame.encode_with(&EncodeOptions::new().key(&key).nonce(&nonce).level(19))?;
/// assert_eq!(VFrame::decode_with_key(&bytes, &key)?.hdr, frame.hdr);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct EncodeOptions<'a> {
    key: Option<&'a Key>,
    nonce: Option<&'a Nonce>,
    level: i32,
}

impl Default for EncodeOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> EncodeOptions<'a> {
    /// No key, no nonce, level [`DEFAULT_LEVEL`].
    #[must_use]
    pub const fn new() -> Self {
        Self {
            key: None,
            nonce: None,
            level: DEFAULT_LEVEL,
        }
    }

    /// The key to seal a frame with XCHACHA.
    #[must_use]
    pub const fn key(mut self, key: &'a Key) -> Self {
        self.key = Some(key);
        self
    }

    /// The nonce to seal a frame with XCHACHA; never use one twice under one key (XCH-11).
    #[must_use]
    pub const fn nonce(mut self, nonce: &'a Nonce) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// The compression level of a frame with ZSTD, 1 to 22.
    #[must_use]
    pub const fn level(mut self, level: i32) -> Self {
        self.level = level;
        self
    }
}

impl VFrame {
    /// Encodes a frame that is not to be sealed, compressing at [`DEFAULT_LEVEL`] if ZSTD is set.
    ///
    /// # Errors
    /// As [`VFrame::encode_with`]; `KEY_REQUIRED` if XCHACHA is set.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        self.encode_with(&EncodeOptions::new())
    }

    /// Encodes the frame. [`VFrame::crc32`] is not looked at: the CRC is computed.
    ///
    /// # Errors
    /// `BAD_VERSION`, `BAD_SLICE_TABLE` (`num_slices` or the number of `slice_len` entries is not the
    /// number of slices), `BAD_RANK`, `LENGTH_MISMATCH` (payload against dims, or against its `slice_len`
    /// entry), `PLAIN_TOO_LARGE` or `FRAME_TOO_LARGE` (FRM-34, ZST-11, XCH-14), `KEY_REQUIRED` (XCH-8),
    /// `FIELD_RANGE` (compression level).
    pub fn encode_with(&self, options: &EncodeOptions<'_>) -> Result<Vec<u8>, FrameError> {
        let mut out = Vec::new();
        self.encode_into_with(&mut out, options)?;
        Ok(out)
    }

    /// Encodes as [`VFrame::encode`] does, in memory that is used again: `out` then holds the frame and nothing else.
    ///
    /// What `out` held is lost, and its capacity is kept, so that a sender that hands the same `out` in each time
    /// allocates once.
    ///
    /// ```
    /// use resonant_protocol::*;
    /// # fn main() -> std::result::Result<(), FrameError> {
    /// let meta = SliceMeta { dtype: DType::F16, shape: vec![1, 2048] };
    /// let mut frame = VFrame::new(MsgType::Think, Modality::Text, vec![(meta, vec![0; 4096])])?;
    /// let mut datagram = Vec::new();
    /// for frame_seq in 0..3 {
    ///     frame.hdr.frame_seq = frame_seq;
    ///     frame.encode_into(&mut datagram)?;
    ///     assert_eq!(VFrameView::parse(&datagram)?.frame_seq(), frame_seq); // send it instead
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`VFrame::encode`]. `out` is empty then, so that nothing stale can be sent.
    pub fn encode_into(&self, out: &mut Vec<u8>) -> Result<(), FrameError> {
        self.encode_into_with(out, &EncodeOptions::new())
    }

    /// Encodes as [`VFrame::encode_with`] does, in memory that is used again (see [`VFrame::encode_into`]).
    ///
    /// # Errors
    /// As [`VFrame::encode_with`]. `out` is empty then.
    pub fn encode_into_with(
        &self,
        out: &mut Vec<u8>,
        options: &EncodeOptions<'_>,
    ) -> Result<(), FrameError> {
        out.clear();
        let written = self.write(out, options);
        if written.is_err() {
            out.clear(); // what could not be sealed lies there in plain text
        }
        written
    }

    /// Writes the frame behind the end of `out`, which is empty.
    fn write(&self, out: &mut Vec<u8>, options: &EncodeOptions<'_>) -> Result<(), FrameError> {
        let plain_size = self.check()?;
        let seal = self.seal_parameters(options)?;
        let compressed = if self.hdr.flags.contains(Flags::ZSTD) {
            let mut plain = Vec::with_capacity(plain_size);
            self.write_slices(&mut plain);
            Some(zstd::compress_body(&plain, options.level)?)
        } else {
            None
        };
        let header_len = HEADER_BYTES + 4 * self.slices.len();
        let unsealed_len = match &compressed {
            Some(body) => header_len + body.len() + 4,
            None => plain_size,
        };
        let extra = seal.map_or(0, |_| NONCE_BYTES + TAG_BYTES);
        let total = checked_total(unsealed_len + extra, self.hdr.flags)?;

        out.reserve_exact(total);
        self.write_header(out);
        if let Some((_, nonce)) = seal {
            out.extend_from_slice(nonce); // XCH-2
        }
        match &compressed {
            Some(body) => out.extend_from_slice(body),
            None => self.write_slices(out),
        }
        if let Some((key, nonce)) = seal {
            seal_tail(out, header_len, key, nonce)?;
        }
        let crc = crc32fast::hash(out); // FRM-24
        out.extend_from_slice(&crc.to_le_bytes());
        Ok(())
    }

    /// Every check that needs no transform. Returns the plain size, which is within the limit.
    pub(crate) fn check(&self) -> Result<usize, FrameError> {
        if self.hdr.version != VERSION {
            let detail = format!("version is {}", self.hdr.version);
            return Err(FrameError::new(RejectCode::BadVersion, "FRM-2", detail));
        }
        let count = self.slices.len();
        if usize::try_from(self.hdr.num_slices) != Ok(count) || self.hdr.slice_len.len() != count {
            let (announced, entries) = (self.hdr.num_slices, self.hdr.slice_len.len());
            let detail = format!("num_slices {announced}, {entries} table entries, {count} slices");
            return Err(FrameError::new(RejectCode::BadSliceTable, "FRM-7", detail));
        }
        let mut plain_size = MIN_FRAME_LEN;
        for ((meta, payload), &entry) in self.slices.iter().zip(&self.hdr.slice_len) {
            check_slice(meta, payload, entry)?;
            // At most 4 + 2 + 4·255 beyond a payload that exists in memory.
            let head = 6 + 4 * meta.shape.len();
            plain_size = plain_size
                .saturating_add(head)
                .saturating_add(payload.len());
        }
        if plain_size > MAX_FRAME_LEN {
            let transformed = Flags::ZSTD | Flags::XCHACHA;
            let code = if self.hdr.flags.bits() & transformed.bits() == 0 {
                RejectCode::FrameTooLarge
            } else {
                RejectCode::PlainTooLarge
            };
            let detail = format!("the plain size is {plain_size} bytes");
            return Err(FrameError::new(code, "FRM-34", detail));
        }
        Ok(plain_size)
    }

    fn seal_parameters<'a>(
        &self,
        options: &EncodeOptions<'a>,
    ) -> Result<Option<(&'a Key, &'a Nonce)>, FrameError> {
        if !self.hdr.flags.contains(Flags::XCHACHA) {
            return Ok(None);
        }
        let both = options.key.zip(options.nonce);
        both.map(Some).ok_or_else(|| {
            let detail = "the frame is to be sealed, which takes a key and a nonce";
            FrameError::new(RejectCode::KeyRequired, "XCH-8", detail)
        })
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        let hdr = &self.hdr;
        out.extend_from_slice(&[hdr.version, hdr.mtype.to_wire()]);
        out.extend_from_slice(&hdr.flags.bits().to_le_bytes());
        out.extend_from_slice(&hdr.stream_id.to_le_bytes());
        out.extend_from_slice(&hdr.frame_seq.to_le_bytes());
        out.extend_from_slice(&hdr.num_slices.to_le_bytes());
        for len in &hdr.slice_len {
            out.extend_from_slice(&len.to_le_bytes());
        }
        out.extend_from_slice(&hdr.space_hash32.to_le_bytes());
        out.push(hdr.modality.to_wire());
    }

    fn write_slices(&self, out: &mut Vec<u8>) {
        for (meta, payload) in &self.slices {
            out.push(meta.dtype.to_wire());
            // check_slice has refused every rank that is not a u8.
            out.extend(u8::try_from(meta.shape.len()));
            for dim in &meta.shape {
                out.extend_from_slice(&dim.to_le_bytes());
            }
            out.extend_from_slice(payload);
        }
    }
}

/// Rank, payload against dims, and payload against the table entry (FRM-9, FRM-33).
fn check_slice(meta: &SliceMeta, payload: &[u8], entry: u32) -> Result<(), FrameError> {
    let rank = meta.shape.len();
    if !(MIN_SLICE_DIMS..=MAX_SLICE_DIMS).contains(&rank) {
        let detail = format!("a slice has rank {rank}");
        return Err(FrameError::new(RejectCode::BadRank, "FRM-33", detail));
    }
    let len = u64::try_from(payload.len()).unwrap_or(u64::MAX);
    let elements = meta.elements();
    if !meta.dtype.accepts_len(elements, len) {
        return Err(length_mismatch(meta.dtype, elements, len));
    }
    if u64::from(entry) != len {
        let detail = format!("slice_len says {entry}, the payload has {len} bytes");
        return Err(FrameError::new(RejectCode::LengthMismatch, "FRM-9", detail));
    }
    Ok(())
}

/// The transforms may have made the frame longer (XCH-14, ZST-11).
fn checked_total(total: usize, flags: Flags) -> Result<usize, FrameError> {
    if total > MAX_FRAME_LEN {
        let detail = format!("the frame would be {total} bytes long");
        let clause = if flags.contains(Flags::XCHACHA) {
            "XCH-14"
        } else {
            "ZST-11"
        };
        return Err(FrameError::new(RejectCode::FrameTooLarge, clause, detail));
    }
    Ok(total)
}

/// Encrypts what stands behind header and nonce, with the header as associated data (XCH-3).
fn seal_tail(
    out: &mut Vec<u8>,
    header_len: usize,
    key: &Key,
    nonce: &Nonce,
) -> Result<(), FrameError> {
    let split = header_len.min(out.len());
    let (header, body) = out.split_at_mut(split);
    let content = body.get_mut(NONCE_BYTES..).unwrap_or_default();
    let tag = xchacha::seal_in_place(key, nonce, header, content)?;
    out.extend_from_slice(&tag);
    Ok(())
}

//! The sums of a stream.

use ::md5::{Digest, Md5};
use xxhash_rust::xxh3::Xxh3;

/// The sums over the stream bytes of received or sent data frames (STM-1).
pub(crate) struct Sums {
    pub(crate) frames: u64,
    pub(crate) total_len: u64,
    hash: Option<Box<Xxh3>>,
    md5: Option<Md5>,
}

impl Sums {
    /// Those of a stream at its receiver.
    pub(crate) fn received(with_md5: bool) -> Self {
        Self {
            frames: 0,
            total_len: 0,
            hash: Some(Box::default()),
            md5: with_md5.then(Md5::new),
        }
    }

    /// Those of a stream at its sender, which gives the hash in a TAIL with STRONG_TAIL alone.
    pub(crate) fn sent(is_strong: bool) -> Self {
        Self {
            frames: 0,
            total_len: 0,
            hash: is_strong.then(Box::default),
            md5: None,
        }
    }

    pub(crate) fn add(&mut self, frame: &[u8]) {
        let len = u64::try_from(frame.len()).unwrap_or(u64::MAX);
        self.frames = self.frames.saturating_add(1);
        self.total_len = self.total_len.saturating_add(len);
        if let Some(hash) = &mut self.hash {
            hash.update(frame);
        }
        if let Some(md5) = &mut self.md5 {
            md5.update(frame);
        }
    }

    pub(crate) fn xxhash3_64(&self) -> Option<u64> {
        Some(self.hash.as_ref()?.digest())
    }

    pub(crate) fn md5(&self) -> Option<[u8; 16]> {
        let md5 = self.md5.as_ref()?;
        Some(md5.clone().finalize().into())
    }
}

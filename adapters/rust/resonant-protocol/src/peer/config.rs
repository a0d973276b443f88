//! The configuration of a peer: its role, its own values, and the names that stand in lists.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::{FrameError, RejectCode};
use crate::limits::{
    MAX_GROUP_FRAMES, MAX_GROUP_REPAIRS, MAX_JSON_INTEGER, MAX_MUX_FRAMES, MAX_MUX_STREAMS,
    MAX_SPACE_ID_CHARS, MAX_STEP_NUMBERS, MAX_TOLERANCE, MIN_MUX_FRAMES, MIN_MUX_STREAMS,
};
use crate::transform::xchacha::{Key, Salt};
use crate::wire_values::{DType, Modality};

/// The role of a peer: its end of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The end that begins: it pings.
    Client,
    /// The end that answers pings.
    Server,
}

/// A peer's own values. Each list is in the order of its preference.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Name of the embedding space, empty for none.
    pub embedding_space_id: String,
    /// Fingerprint of the embedding space, 0 for none; see [`crate::space_hash32`].
    pub space_hash32: u32,
    /// Width of the model, 1 to 9007199254740991.
    pub d_model: u64,
    /// Of `text`, `image`, `audio`, `graph` and `mixed`.
    pub modality: Vec<String>,
    /// Of `zstd` and `none`; `lz4` can be named and is never agreed (HSK-7).
    pub compress: Vec<String>,
    /// Of `xchacha20poly1305` and `none`; `aes256gcm` can be named and is never agreed (HSK-7).
    pub crypto: Vec<String>,
    /// Of `f16`, `i8`, `q4` and `sparse`.
    pub dtype: Vec<String>,
    /// Whether it takes part in Critique messages.
    pub critique: bool,
    /// Whether it insists on sealed frames.
    pub require_crypto: bool,
    /// For XCHACHA.
    pub key: Option<Key>,
    /// For XCHACHA: 16 random bytes that no other peer under this key has. A peer that goes on after a loss
    /// goes on with its numbers as well, so that no nonce comes twice (STM-25).
    pub salt: Salt,
    /// For multiplexing: the room that this peer grants the other; `None` takes no part in it (MUX-1).
    pub mux: Option<Mux>,
    /// For forward error correction: of `rs8` and `none`; `None` takes no part in it (FEC-4).
    pub fec: Option<Vec<String>>,
    /// The groups of sent frames for which repair is sent, where `rs8` is chosen; `None` sends none (FEC-26).
    pub repair: Option<RepairGroups>,
    /// For adaptive messages: the error that may remain in their tensors; `None` sends none (ADA-13).
    pub adaptive: Option<Adaptive>,
}

impl Config {
    /// Whether every value is in its range, and no list has a name twice (FRM-36).
    pub(super) fn check(&self) -> Result<(), FrameError> {
        let refuse = |detail: String| {
            let code = RejectCode::FieldRange;
            Err(FrameError::new(code, "FRM-36", detail))
        };
        if !(1..=MAX_JSON_INTEGER).contains(&self.d_model) {
            return refuse(format!("d_model is {}", self.d_model));
        }
        if !is_space_id(&self.embedding_space_id) {
            let most = MAX_SPACE_ID_CHARS;
            return refuse(format!(
                "embedding_space_id has more than {most} characters"
            ));
        }
        for (name, list) in [
            ("modality", &self.modality),
            ("compress", &self.compress),
            ("crypto", &self.crypto),
            ("dtype", &self.dtype),
            ("fec", self.fec.as_ref().unwrap_or(&Vec::new())),
        ] {
            if list.iter().collect::<BTreeSet<_>>().len() != list.len() {
                return refuse(format!("{name} has a name twice"));
            }
        }
        for (name, is_right) in [
            ("mux", self.mux.is_none_or(Mux::is_right)),
            ("repair", self.repair.is_none_or(RepairGroups::is_right)),
            ("adaptive", self.adaptive.is_none_or(Adaptive::is_right)),
        ] {
            if !is_right {
                return refuse(format!("{name} is not in its ranges"));
            }
        }
        Ok(())
    }
}

/// Whether it is an embedding_space_id: at most 1,024 characters (HSK-10).
pub(super) fn is_space_id(id: &str) -> bool {
    id.chars().count() <= MAX_SPACE_ID_CHARS
}

/// The room that a peer grants the streams of the other (MUX-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mux {
    /// Number of those that may be open, 1 to 1,024.
    pub streams: u16,
    /// Number of frames by which each may run ahead of what was delivered of it, 16 to 1,024.
    pub frames: u16,
}

impl Mux {
    pub(super) fn is_right(self) -> bool {
        (MIN_MUX_STREAMS..=MAX_MUX_STREAMS).contains(&self.streams)
            && (MIN_MUX_FRAMES..=MAX_MUX_FRAMES).contains(&self.frames)
    }
}

/// The groups of frames that a peer makes repair of: any `k` of a group's frames and its repair give back the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepairGroups {
    /// Number of frames of a group, 1 to 128.
    pub k: u8,
    /// Number of repair datagrams, 1 to 32.
    pub r: u8,
    /// The step from the number of one frame to that of the next, 1 to 16: above 1, a burst of losses falls on several
    /// groups.
    pub step: u8,
}

impl RepairGroups {
    pub(super) fn is_right(self) -> bool {
        let within = |value: u8, max| (1..=max).contains(&usize::from(value));
        within(self.k, MAX_GROUP_FRAMES)
            && within(self.r, MAX_GROUP_REPAIRS)
            && within(self.step, MAX_STEP_NUMBERS)
    }
}

/// The error that may remain in the tensors of adaptive messages (section 5 of adaptive.md).
///
/// Tolerances are in 2⁻²⁴ of the energy of a tensor, 0 to 16,777,216: 167,772 lets pass an error 20 dB below it, 16,777 one
/// of 30 dB, and 0 none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adaptive {
    /// The tolerance of every tensor but those of a Cache that have one of their own.
    pub tolerance: u32,
    /// That of the keys of a Cache.
    pub keys: Option<u32>,
    /// That of the values of a Cache.
    pub values: Option<u32>,
    /// Whether the three follow the losses of own streams, within 1,024 and 1,048,576 (ADA-17 to ADA-19): good where
    /// datagrams are lost.
    pub controller: bool,
}

impl Adaptive {
    /// One tolerance for all tensors, whatever is lost.
    #[must_use]
    pub const fn within(tolerance: u32) -> Self {
        Self {
            tolerance,
            keys: None,
            values: None,
            controller: false,
        }
    }

    pub(super) fn is_right(self) -> bool {
        let all = [Some(self.tolerance), self.keys, self.values];
        let mut all = all.into_iter().flatten();
        all.all(|tolerance| i64::from(tolerance) <= MAX_TOLERANCE)
    }
}

/// Key and salt are left out.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("embedding_space_id", &self.embedding_space_id)
            .field("space_hash32", &self.space_hash32)
            .field("d_model", &self.d_model)
            .field("modality", &self.modality)
            .field("compress", &self.compress)
            .field("crypto", &self.crypto)
            .field("dtype", &self.dtype)
            .field("critique", &self.critique)
            .field("require_crypto", &self.require_crypto)
            .field("mux", &self.mux)
            .field("fec", &self.fec)
            .field("repair", &self.repair)
            .field("adaptive", &self.adaptive)
            .finish_non_exhaustive()
    }
}

pub(super) const NONE: &str = "none";
pub(super) const ZSTD: &str = "zstd";
pub(super) const XCHACHA: &str = "xchacha20poly1305";
pub(super) const CRITIQUE: &str = "critique";
pub(super) const RS8: &str = "rs8";

/// The names that can be agreed (HSK-7).
pub(super) const COMPRESS: [&str; 2] = [ZSTD, NONE];
pub(super) const CRYPTO: [&str; 2] = [XCHACHA, NONE];
pub(super) const FEC: [&str; 2] = [RS8, NONE];
pub(super) const DTYPE: [&str; 4] = ["f16", "i8", "q4", "sparse"];
pub(super) const MODALITY: [&str; 5] = ["text", "image", "audio", "graph", "mixed"];

pub(super) const fn dtype_name(dtype: DType) -> &'static str {
    match dtype {
        DType::F16 => "f16",
        DType::I8 => "i8",
        DType::Q4 => "q4",
        DType::SparseCoo => "sparse",
    }
}

pub(super) const fn modality_name(modality: Modality) -> &'static str {
    match modality {
        Modality::Text => "text",
        Modality::Image => "image",
        Modality::Audio => "audio",
        Modality::Graph => "graph",
        Modality::Mixed => "mixed",
    }
}

/// The direction of a stream that the peer of this role receives.
pub(super) const fn direction_to(receiver: Role) -> &'static str {
    match receiver {
        Role::Server => "up",
        Role::Client => "down",
    }
}

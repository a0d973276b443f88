//! The agreement of two peers, and the data frames that it permits (HSK-7, HSK-14, HSK-25, HSK-26, HSK-36).

use crate::peer::config::{
    dtype_name, Config, Mux, COMPRESS, CRITIQUE, CRYPTO, DTYPE, FEC, MODALITY, NONE, RS8, XCHACHA,
    ZSTD,
};
use crate::peer::event::Established;
use crate::peer::sync::Offer;
use crate::wire_values::{DType, Flags};

/// The agreement. The lists are in own order.
#[derive(Clone, Debug)]
pub(crate) struct Agreement {
    pub(crate) modality: Vec<&'static str>,
    pub(crate) compress: Vec<&'static str>,
    pub(crate) crypto: Vec<&'static str>,
    pub(crate) dtype: Vec<&'static str>,
    pub(crate) critique: bool,
    /// The room that the other end grants, if both ends had the member (MUX-3).
    pub(crate) mux: Option<Mux>,
    /// The agreed names, if both ends had the member (FEC-7).
    pub(crate) fec: Option<Vec<&'static str>>,
    /// The choices for own frames (HSK-26).
    pub(crate) own_compress: &'static str,
    pub(crate) own_crypto: &'static str,
}

impl Agreement {
    /// Both ends' lists taken together. `insists` says whether the other end is known to require crypto.
    pub(crate) fn new(own: &Config, offer: &Offer, insists: bool) -> Self {
        let compress = both(&COMPRESS, &own.compress, offer.compress.as_deref());
        let mut crypto = both(&CRYPTO, &own.crypto, offer.crypto.as_deref());
        crypto.retain(|name| *name != XCHACHA || own.key.is_some()); // HSK-7
        let insists = insists || own.require_crypto;
        let sealing = crypto.iter().find(|name| insists && **name != NONE);
        Self {
            modality: both(&MODALITY, &own.modality, offer.modality.as_deref()),
            dtype: both(&DTYPE, &own.dtype, offer.dtype.as_deref()),
            critique: own.critique && offer.critique,
            mux: own.mux.and(offer.mux),
            fec: own
                .fec
                .as_ref()
                .zip(offer.fec.as_ref())
                .map(|(own, other)| both(&FEC, own, Some(other))),
            own_compress: compress.first().copied().unwrap_or(NONE),
            own_crypto: sealing.or(crypto.first()).copied().unwrap_or(NONE),
            compress,
            crypto,
        }
    }

    pub(crate) fn event(&self) -> Established {
        Established {
            agreed_proto: 1,
            compress: self.own_compress,
            crypto: self.own_crypto,
            dtype: self.dtype.clone(),
            modality: self.modality.clone(),
            critique: self.critique,
            mux: self.mux,
            fec: self.fec.is_some().then(|| self.own_fec()),
        }
    }

    /// The choice for own frames (FEC-8).
    pub(crate) fn own_fec(&self) -> &'static str {
        let names = self.fec.iter().flatten();
        names.copied().next().unwrap_or(NONE)
    }

    /// Whether the other end's repair is taken (FEC-9).
    pub(crate) fn has_rs8(&self) -> bool {
        self.fec.iter().flatten().any(|name| *name == RS8)
    }

    /// The flags of the transforms of an own frame (HSK-4, HSK-5).
    pub(crate) fn transforms(&self, is_data: bool) -> Flags {
        let mut flags = Flags::empty();
        if is_data && self.own_compress == ZSTD {
            flags |= Flags::ZSTD;
        }
        if self.own_crypto == XCHACHA {
            flags |= Flags::XCHACHA;
        }
        flags
    }

    /// Whether tensors may be of a dtype.
    pub(crate) fn has_dtype(&self, dtype: DType) -> bool {
        self.dtype.contains(&dtype_name(dtype))
    }

    /// Whether frames may use a transform, or be Critiques.
    pub(crate) fn has_feature(&self, name: &'static str) -> bool {
        match name {
            CRITIQUE => self.critique,
            transform => self.compress.contains(&transform) || self.crypto.contains(&transform),
        }
    }
}

/// The names of `own` that can be agreed and that the other end has as well.
fn both(agreeable: &[&'static str], own: &[String], other: Option<&[String]>) -> Vec<&'static str> {
    let known = own
        .iter()
        .filter_map(|name| agreeable.iter().find(|known| *known == name));
    let has = |name: &str| other.is_none_or(|names| names.iter().any(|other| other == name));
    known.copied().filter(|name| has(name)).collect()
}

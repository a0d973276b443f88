//! What two peers can do together, and what a data frame may therefore be (HSK-7, HSK-14, HSK-25, HSK-26, HSK-36).

use crate::error::RejectCode;
use crate::peer::config::{
    dtype_name, modality_name, Config, COMPRESS, CRITIQUE, CRYPTO, DTYPE, MODALITY, NONE, XCHACHA,
    ZSTD,
};
use crate::peer::event::Established;
use crate::peer::sync::{text, Fault, Offer};
use crate::wire_values::{DType, Flags, Modality, MsgType};

/// What is agreed. The lists are in own order.
#[derive(Clone, Debug)]
pub(crate) struct Agreement {
    pub(crate) modality: Vec<&'static str>,
    pub(crate) compress: Vec<&'static str>,
    pub(crate) crypto: Vec<&'static str>,
    pub(crate) dtype: Vec<&'static str>,
    pub(crate) critique: bool,
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
        }
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

    /// `UNSUPPORTED_FEATURE` for a transform that is not agreed.
    pub(crate) fn check_transforms(&self, flags: Flags) -> Result<(), Fault> {
        if flags.contains(Flags::ZSTD) && !self.compress.contains(&ZSTD) {
            return Err(unsupported_feature(ZSTD));
        }
        if flags.contains(Flags::XCHACHA) && !self.crypto.contains(&XCHACHA) {
            return Err(unsupported_feature(XCHACHA));
        }
        Ok(())
    }

    /// `UNSUPPORTED_FEATURE` for a Critique, then `UNSUPPORTED_MODALITY`.
    pub(crate) fn check_kind(&self, mtype: MsgType, modality: Modality) -> Result<(), Fault> {
        if mtype == MsgType::Critique && !self.critique {
            return Err(unsupported_feature(CRITIQUE));
        }
        let name = modality_name(modality);
        if !self.modality.contains(&name) {
            let code = RejectCode::UnsupportedModality;
            return Err(not_agreed(code, "modality", name));
        }
        Ok(())
    }

    /// `UNSUPPORTED_DTYPE`.
    pub(crate) fn check_dtypes(&self, dtypes: impl Iterator<Item = DType>) -> Result<(), Fault> {
        let mut names = dtypes.map(dtype_name);
        let code = RejectCode::UnsupportedDtype;
        match names.find(|name| !self.dtype.contains(name)) {
            Some(name) => Err(not_agreed(code, "dtype", name)),
            None => Ok(()),
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

fn unsupported_feature(name: &'static str) -> Fault {
    not_agreed(RejectCode::UnsupportedFeature, "feature", name)
}

fn not_agreed(code: RejectCode, member: &'static str, name: &'static str) -> Fault {
    let detail = format!("{name} is not agreed");
    Fault::new(code, "HSK-36", detail, vec![(member, text(name))])
}

//! The remote peer's description of itself in ping and capability.

use crate::peer::config::{Config, Mux};

/// The abilities that the remote peer states. A list that is not there takes nothing away.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    pub(crate) modality: Option<Vec<String>>,
    pub(crate) compress: Option<Vec<String>>,
    pub(crate) crypto: Option<Vec<String>>,
    pub(crate) dtype: Option<Vec<String>>,
    pub(crate) critique: bool,
    /// Of a peer that takes part in multiplexing, as far as this one does.
    pub(crate) mux: Option<Mux>,
    /// That of a peer that takes part in forward error correction, as far as this one does.
    pub(crate) fec: Option<Vec<String>>,
}

/// An embedding space as a frame or a configuration names it: an empty id and the hash 0 name none.
#[derive(Debug, Default)]
pub(crate) struct Space {
    pub(crate) id: String,
    pub(crate) hash: u32,
}

impl Space {
    /// HSK-12.
    pub(crate) fn is_other_than(&self, own: &Config) -> bool {
        let id = &own.embedding_space_id;
        let other_id = !self.id.is_empty() && !id.is_empty() && self.id != *id;
        let named = self.hash != 0 && own.space_hash32 != 0;
        other_id || named && self.hash != own.space_hash32
    }
}

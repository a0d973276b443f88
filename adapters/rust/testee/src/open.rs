//! The endpoint that is open, and the names of its remote ends.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::net::SocketAddr;

use resonant_protocol::crypto::Salt;
use resonant_protocol::endpoint::Endpoint;
use resonant_protocol::peer::{Config, Role};
use resonant_protocol::FrameError;

/// Greatest number of remote ends at a time.
const MAX_PEERS: usize = 1024;

#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) role: Role,
    pub(crate) config: Config,
    pub(crate) endpoint: Endpoint<String>,
    /// The addresses of links over UDP.
    pub(crate) addresses: BTreeMap<String, SocketAddr>,
    /// The link of a client.
    pub(crate) own: Option<String>,
    /// Links whose connection has ended (TCP-16).
    pub(crate) ended: BTreeSet<String>,
}

impl Open {
    /// The first remote end has the salt of the configuration, further ones have drawn ones. What a dialogue shows
    /// after a loss is the same peer (STM-25).
    pub(crate) fn new(role: Role, config: Config) -> Result<Self, FrameError> {
        let salts = iter::once(config.salt).chain(iter::from_fn(draw_salt));
        let endpoint = Endpoint::new(role, config.clone(), salts)?;
        Ok(Self {
            role,
            config,
            endpoint: endpoint.with_limit(MAX_PEERS).keeping_lost(),
            addresses: BTreeMap::new(),
            own: None,
            ended: BTreeSet::new(),
        })
    }

    pub(crate) fn know(&mut self, link: &str, address: SocketAddr) {
        self.addresses.insert(link.to_owned(), address);
    }

    /// The link of a datagram's sender; none for a client that does not know it.
    pub(crate) fn link_of(&mut self, from: SocketAddr) -> Option<String> {
        if self.role == Role::Client {
            let link = self.own.clone()?;
            return (self.addresses.get(&link) == Some(&from)).then_some(link);
        }
        let link = format!("udp-{}", from.port());
        self.know(&link, from);
        Some(link)
    }

    /// The link of that name, or the only one that has a connection, as far as it has one.
    pub(crate) fn link(&self, named: Option<&str>) -> Result<Option<String>, String> {
        let own = self.own.as_deref();
        if let Some(link) = named.or(own).map(str::to_owned) {
            let is_known = self.endpoint.peer(&link).is_some() || self.ended.contains(&link);
            return match self.role {
                Role::Client if own != Some(&link) => {
                    Err("input.link is not the server".to_owned())
                }
                Role::Client => Ok(Some(link)),
                Role::Server => Ok(is_known.then_some(link)),
            };
        }
        let mut links = self.endpoint.links();
        match (links.next(), links.next()) {
            (only, None) => Ok(only.cloned()),
            _ => Err("input.link is needed for one of several peers".to_owned()),
        }
    }
}

/// XCH-15.
fn draw_salt() -> Option<Salt> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).ok().map(|()| salt)
}

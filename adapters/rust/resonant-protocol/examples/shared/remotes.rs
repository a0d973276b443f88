//! The peers of a server, one for each remote address, never more than a given number.
//!
//! Whoever is new finds room: the remote that is worth least is forgotten, and told so by `HANDSHAKE_REQUIRED`
//! if it comes again. Each standing has a few places less than the one below, so that a flood of strangers costs
//! nobody a session, and a flood of pings costs nobody a session in which the client has spoken.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use resonant_protocol::peer::{Event, Peer};

/// The worth of a remote address; the least goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// No session: anybody's datagram gets so far.
    Stranger,
    /// A session, and not a word in it: anybody's ping gets so far.
    Greeted,
    /// A session in which something came after the handshake.
    InUse,
}

struct Remote {
    peer: Peer,
    /// The number of its last datagram, among all that came.
    heard: u64,
    standing: Standing,
    open_streams: BTreeSet<u32>,
}

impl Remote {
    /// The sort key; the greatest is kept longest: those with open streams, and then those that were heard last.
    fn worth(&self) -> (Standing, bool, u64) {
        let has_open = !self.open_streams.is_empty();
        (self.standing, has_open, self.heard)
    }
}

/// Peers by address.
pub struct Remotes {
    most: usize,
    datagrams: u64,
    known: BTreeMap<SocketAddr, Remote>,
}

impl Remotes {
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            datagrams: 0,
            known: BTreeMap::new(),
        }
    }

    /// The peer for a datagram from this address, made where there is none yet.
    pub fn hear<E>(
        &mut self,
        from: SocketAddr,
        make: impl FnOnce() -> Result<Peer, E>,
    ) -> Result<&mut Peer, E> {
        self.datagrams += 1;
        match self.known.get_mut(&from) {
            Some(remote) => {
                remote.heard = self.datagrams;
                if remote.standing == Standing::Greeted {
                    remote.standing = Standing::InUse;
                    self.make_room(from, Standing::InUse);
                }
            }
            None => self.make_room(from, Standing::Stranger),
        }
        let remote = match self.known.entry(from) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Remote {
                peer: make()?,
                heard: self.datagrams,
                standing: Standing::Stranger,
                open_streams: BTreeSet::new(),
            }),
        };
        Ok(&mut remote.peer)
    }

    /// Follows the beginning and the end of a session, and of the streams in it.
    pub fn note(&mut self, remote: SocketAddr, event: &Event) {
        let Some(known) = self.known.get_mut(&remote) else {
            return;
        };
        match event {
            Event::Established(_) if known.standing == Standing::Stranger => {
                known.standing = Standing::Greeted;
                self.make_room(remote, Standing::Greeted);
            }
            Event::Opened { stream_id, .. } => {
                known.open_streams.insert(*stream_id);
            }
            Event::Complete { stream_id, .. } | Event::Failed { stream_id, .. } => {
                known.open_streams.remove(stream_id);
            }
            // A new peer draws a new salt.
            Event::Lost => drop(self.known.remove(&remote)),
            _ => {}
        }
    }

    /// The peers with their addresses.
    pub fn peers(&mut self) -> impl Iterator<Item = (SocketAddr, &mut Peer)> {
        let known = self.known.iter_mut();
        known.map(|(remote, known)| (*remote, &mut known.peer))
    }

    /// Forgets the least of the others where this address is one too many of its standing or higher ones.
    fn make_room(&mut self, newest: SocketAddr, reached: Standing) {
        let spare = (self.most / 16).max(1);
        let room = self.most.saturating_sub(reached as usize * spare).max(1);
        let others = self
            .known
            .iter()
            .filter(|(remote, known)| **remote != newest && known.standing >= reached);
        let others: Vec<_> = others
            .map(|(remote, known)| (known.worth(), *remote))
            .collect();
        if others.len() >= room {
            if let Some((_, least)) = others.into_iter().min() {
                self.known.remove(&least);
            }
        }
    }
}

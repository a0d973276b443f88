//! Connections by link: which is due next, and which makes room for another.
//!
//! Whoever is new finds room: of the others, the connection that is worth least is forgotten. Each standing has a few
//! places less than the one below, so that a flood of strangers costs nobody a session, and a flood of pings costs
//! nobody a session in which the other end has spoken.

use std::collections::{BTreeMap, BTreeSet};

use crate::peer::Peer;

/// The worth of a connection: what would be lost with it. The least goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// No session: anybody's datagram gets so far.
    Stranger,
    /// A session, and not a word in it: anybody's ping gets so far.
    Greeted,
    /// A session in which something came after the handshake.
    InUse,
}

impl Standing {
    /// How many connections of at least this standing there may be. Where there is no place, whoever reaches it is
    /// the only one.
    fn places(self, limit: usize) -> usize {
        let spare = (limit / 16).max(1);
        let taken = match self {
            Self::Stranger => 0,
            Self::Greeted => spare,
            Self::InUse => spare.saturating_mul(2),
        };
        limit.saturating_sub(taken)
    }
}

struct Connection {
    peer: Peer,
    /// The number of its last datagram, among all that came.
    heard: u64,
    /// Whether something came in the session after its handshake, as of the last datagram.
    has_spoken: bool,
    /// The peer's deadline, under which the connection stands among those that are due.
    due: Option<u64>,
}

impl Connection {
    const fn standing(&self) -> Standing {
        match (self.peer.is_established(), self.has_spoken) {
            (false, _) => Standing::Stranger,
            (true, false) => Standing::Greeted,
            (true, true) => Standing::InUse,
        }
    }

    /// The sort key; the greatest is kept longest: those with open streams, and then those that were heard last.
    fn worth(&self) -> (Standing, bool, u64) {
        (self.standing(), self.peer.has_open_streams(), self.heard)
    }
}

/// A connection that made room for another.
pub(super) struct Forgotten<L> {
    pub(super) link: L,
    pub(super) had_session: bool,
}

/// Connections by link, never more than a given number.
pub(super) struct Connections<L> {
    limit: usize,
    datagrams: u64,
    by_link: BTreeMap<L, Connection>,
    /// Exactly the connections that have a deadline.
    by_deadline: BTreeSet<(u64, L)>,
}

impl<L: Ord + Clone> Connections<L> {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            datagrams: 0,
            by_link: BTreeMap::new(),
            by_deadline: BTreeSet::new(),
        }
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// Meant for the beginning: it forgets nobody.
    pub(super) const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub(super) fn peer(&self, link: &L) -> Option<&Peer> {
        self.by_link.get(link).map(|connection| &connection.peer)
    }

    /// A peer, to be changed in nothing that its deadline or its standing depends on.
    pub(super) fn peer_mut(&mut self, link: &L) -> Option<&mut Peer> {
        let connection = self.by_link.get_mut(link)?;
        Some(&mut connection.peer)
    }

    pub(super) fn links(&self) -> impl Iterator<Item = &L> {
        self.by_link.keys()
    }

    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.by_deadline.first().map(|(time, _)| *time)
    }

    /// The connection that is due first, if it is by `now_ms`, and when. The caller has its peer meet the deadline.
    pub(super) fn take_due(&mut self, now_ms: u64) -> Option<(u64, L)> {
        self.deadline_ms().filter(|time| *time <= now_ms)?;
        self.by_deadline.pop_first()
    }

    /// Begins a connection on a link that has none. The one that makes room for it is returned.
    pub(super) fn begin(&mut self, link: L, peer: Peer) -> Option<Forgotten<L>> {
        let forgotten = self.make_room(&link, Standing::Stranger);
        self.datagrams = self.datagrams.saturating_add(1);
        let due = peer.deadline_ms();
        self.by_deadline
            .extend(due.map(|time| (time, link.clone())));
        let connection = Connection {
            peer,
            heard: self.datagrams,
            has_spoken: false,
            due,
        };
        self.by_link.insert(link, connection);
        forgotten
    }

    /// Ends a connection. Whether there was a session is returned.
    pub(super) fn forget(&mut self, link: &L) -> bool {
        let Some(connection) = self.by_link.remove(link) else {
            return false;
        };
        if let Some(time) = connection.due {
            self.by_deadline.remove(&(time, link.clone()));
        }
        connection.peer.is_established()
    }

    /// Notes that a datagram came on a link. The connection that makes room for this one is returned.
    pub(super) fn hear(&mut self, link: &L) -> Option<Forgotten<L>> {
        self.datagrams = self.datagrams.saturating_add(1);
        let connection = self.by_link.get_mut(link)?;
        connection.heard = self.datagrams;
        let before = connection.standing();
        connection.has_spoken = connection.peer.is_established();
        self.rise(link, before)
    }

    /// Has a peer do something. The result is returned with the connection that makes room for this one, or
    /// nothing if the link has no connection.
    pub(super) fn update<T>(
        &mut self,
        link: &L,
        act: impl FnOnce(&mut Peer) -> T,
    ) -> Option<(T, Option<Forgotten<L>>)> {
        let connection = self.by_link.get_mut(link)?;
        let before = connection.standing();
        let result = act(&mut connection.peer);
        let due = connection.peer.deadline_ms();
        let former = std::mem::replace(&mut connection.due, due);
        if let Some(time) = former {
            self.by_deadline.remove(&(time, link.clone()));
        }
        self.by_deadline
            .extend(due.map(|time| (time, link.clone())));
        Some((result, self.rise(link, before)))
    }

    /// Makes room in the standing that a connection has reached.
    fn rise(&mut self, link: &L, before: Standing) -> Option<Forgotten<L>> {
        let reached = self.by_link.get(link)?.standing();
        if reached <= before {
            return None;
        }
        self.make_room(link, reached)
    }

    /// Forgets the least of the others where `newest` is one too many of this standing or higher ones. It
    /// is returned.
    fn make_room(&mut self, newest: &L, reached: Standing) -> Option<Forgotten<L>> {
        let others = self.by_link.iter();
        let rivals =
            others.filter(|(link, connection)| *link != newest && connection.standing() >= reached);
        let rivals: Vec<(&L, &Connection)> = rivals.collect();
        if rivals.len() < reached.places(self.limit) {
            return None;
        }
        let least = rivals
            .into_iter()
            .min_by_key(|(_, connection)| connection.worth());
        let link = least.map(|(link, _)| link.clone())?;
        let had_session = self.forget(&link);
        Some(Forgotten { link, had_session })
    }
}

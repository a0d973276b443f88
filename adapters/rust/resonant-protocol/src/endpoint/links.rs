//! The endpoint of a program: connections by link, and what comes in, is asked for and falls due on any of them.

use std::collections::BTreeMap;
use std::fmt;

use super::connections::{Connections, Forgotten};
use super::outputs::Outputs;
use crate::error::{FrameError, RejectCode};
use crate::limits::MAX_CONNECTIONS;
use crate::peer::{Config, Event, Output, Peer, Role};
use crate::transform::xchacha::Salt;
use crate::transport::{Connection, Unis};

/// One end of any number of connections, each on a link of its own.
///
/// Times are in milliseconds from any beginning and never go back. Of deadlines at the same instant, the order is that
/// of the links.
pub struct Endpoint<L> {
    pub(super) role: Role,
    config: Config,
    salts: Box<dyn Iterator<Item = Salt> + Send>,
    keeps_lost: bool,
    pub(super) connections: Connections<L>,
    /// Of the links that are byte streams, what is kept of them besides their peers.
    pub(super) streams: BTreeMap<L, Connection>,
    /// Of those over QUIC, where that is of their main carriage, their unis.
    pub(super) unis: BTreeMap<L, Unis>,
    /// The latest time that it was told.
    pub(super) clock_ms: u64,
}

impl<L: Ord + Clone> Endpoint<L> {
    /// An endpoint without connections. Each takes the next of `salts` in place of the configuration's: 16 bytes
    /// drawn at random (XCH-15). Once there are no more, no connection begins.
    ///
    /// # Errors
    /// As [`Peer::new`].
    pub fn new(
        role: Role,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
    ) -> Result<Self, FrameError> {
        Peer::new(role, config.clone(), 0)?; // refused now or never
        Ok(Self {
            role,
            config,
            salts: Box::new(salts),
            keeps_lost: false,
            connections: Connections::new(MAX_CONNECTIONS),
            streams: BTreeMap::new(),
            unis: BTreeMap::new(),
            clock_ms: 0,
        })
    }

    /// Lets it have this many connections at a time, at least 1, in place of [`MAX_CONNECTIONS`].
    ///
    /// When there are as many and a new link comes, the connection that is worth least is forgotten: first those
    /// without a session, then those in whose session nothing came after the handshake, then those without an open
    /// stream; of equals, the one that was silent for longest. [`Event::Lost`] tells of a session that was forgotten;
    /// the other end learns of it by `HANDSHAKE_REQUIRED`. [`Event::Closed`] tells of a byte stream, which the program
    /// then ends. A sixteenth of the places is out of reach for sessions, and
    /// another one for those in use, so that neither strangers nor mere pings in any number cost anybody more.
    #[must_use]
    pub fn with_limit(mut self, connections: usize) -> Self {
        self.set_limit(connections);
        self
    }

    pub(crate) const fn limit(&self) -> usize {
        self.connections.limit()
    }

    pub(crate) const fn set_limit(&mut self, connections: usize) {
        self.connections.set_limit(connections);
    }

    /// Lets a server keep the connection whose session was lost, so that a next session on the link has the same peer,
    /// which goes on with its salt and its numbers (STM-25). By default it is forgotten, so that a next session has a
    /// salt of its own.
    #[must_use]
    pub const fn keeping_lost(mut self) -> Self {
        self.keeps_lost = true;
        self
    }

    /// The links that have a connection, in their order.
    pub fn links(&self) -> impl Iterator<Item = &L> {
        self.connections.links()
    }

    /// The peer of a link, if it has a connection.
    #[must_use]
    pub fn peer(&self, link: &L) -> Option<&Peer> {
        self.connections.peer(link)
    }

    /// Begins a connection with a handshake on `stream_id`. One that the link has is forgotten: to renegotiate, have
    /// its peer ping.
    ///
    /// # Errors
    /// `STREAM_STATE` for a server, `KEY_REQUIRED` where there is no salt any more. Then no connection begins.
    pub fn connect(
        &mut self,
        link: L,
        stream_id: u32,
        now_ms: u64,
    ) -> Result<Outputs<L>, FrameError> {
        self.greet(link, stream_id, now_ms, None, None)
    }

    /// As [`Endpoint::connect`], on a TCP connection or its like: what comes there is for [`Endpoint::receive_bytes`],
    /// and what is sent goes behind its length ([`join`](crate::transport::join)).
    ///
    /// # Errors
    /// As [`Endpoint::connect`].
    pub fn connect_over_tcp(
        &mut self,
        link: L,
        stream_id: u32,
        now_ms: u64,
    ) -> Result<Outputs<L>, FrameError> {
        self.greet(link, stream_id, now_ms, Some(Connection::made()), None)
    }

    pub(super) fn greet(
        &mut self,
        link: L,
        stream_id: u32,
        now_ms: u64,
        connection: Option<Connection>,
        unis: Option<Unis>,
    ) -> Result<Outputs<L>, FrameError> {
        let peer = self.new_peer(now_ms).ok_or_else(|| {
            let detail = "there are no more salts";
            FrameError::new(RejectCode::KeyRequired, "XCH-15", detail)
        })?;
        let mut peer = match (&connection, &unis) {
            (_, Some(_)) => peer.over_quic(),
            (Some(_), None) => peer.over_connection(),
            (None, None) => peer,
        };
        let output = peer.ping(stream_id, now_ms)?;
        let mut outputs = Outputs::default();
        self.drop_link(&link, &mut outputs);
        let forgotten = self.connections.begin(link.clone(), peer);
        self.streams.extend(connection.map(|it| (link.clone(), it)));
        self.unis.extend(unis.map(|it| (link.clone(), it)));
        self.gather(&link, output, forgotten, &mut outputs);
        Ok(outputs)
    }

    /// Takes in one datagram of a link. Deadlines of any peer that have passed by then are met first.
    ///
    /// A server begins a connection on a link that it does not know; a client hears only links that it connected.
    pub fn receive(&mut self, link: L, datagram: &[u8], now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        let forgotten = if self.connections.peer(&link).is_some() {
            self.connections.hear(&link)
        } else if self.role == Role::Client {
            return outputs;
        } else if let Some(peer) = self.new_peer(now_ms) {
            self.connections.begin(link.clone(), peer)
        } else {
            return outputs;
        };
        self.tell(forgotten, &mut outputs);
        self.act(&link, &mut outputs, |peer| peer.receive(datagram, now_ms));
        outputs
    }

    /// Lets the time pass up to `now_ms`. Every deadline of every link on the way is met at its own time, in the order
    /// of the times.
    ///
    /// This alone closes byte streams whose time is over (TCP-8, TCP-9): before it is called, everything that has come
    /// on them by then is to be taken in (TCP-24).
    pub fn advance(&mut self, now_ms: u64) -> Outputs<L> {
        let mut outputs = Outputs::default();
        while let Some((time, link, ending)) = self.ending().filter(|(time, ..)| *time <= now_ms) {
            outputs.append(self.advance_peers(time.saturating_sub(1)));
            self.end_late(&link, ending, &mut outputs); // TCP-17
        }
        outputs.append(self.advance_peers(now_ms));
        outputs
    }

    /// The same without those deadlines of byte streams.
    pub(crate) fn advance_peers(&mut self, now_ms: u64) -> Outputs<L> {
        self.clock_ms = self.clock_ms.max(now_ms);
        let mut outputs = Outputs::default();
        while let Some((time, link)) = self.connections.take_due(now_ms) {
            self.act(&link, &mut outputs, |peer| peer.advance(time));
        }
        outputs
    }

    /// The latest time for the next call of [`Endpoint::advance`], if nothing else happens before.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        let times = [self.peers_due_ms(), self.ending_ms()];
        times.into_iter().flatten().min()
    }

    /// The time of the first deadline that [`Endpoint::advance_peers`] meets.
    pub(crate) fn peers_due_ms(&self) -> Option<u64> {
        self.connections.deadline_ms()
    }

    /// The time of the first deadline of a byte stream itself.
    pub(crate) fn ending_ms(&self) -> Option<u64> {
        self.ending().map(|(time, ..)| time)
    }

    /// Has the peer of a link do what is asked for, such as [`Peer::send`]. Deadlines that have passed wait for the
    /// next call of [`Endpoint::advance`] or [`Endpoint::receive`].
    ///
    /// # Errors
    /// Those of the peer, and `HANDSHAKE_REQUIRED` for a link without a connection.
    pub fn request(
        &mut self,
        link: &L,
        ask: impl FnOnce(&mut Peer) -> Result<Output, FrameError>,
    ) -> Result<Outputs<L>, FrameError> {
        let asked = self.connections.update(link, ask);
        let (output, forgotten) = asked.ok_or_else(|| {
            let detail = "the link has no connection";
            FrameError::new(RejectCode::HandshakeRequired, "HSK-57", detail)
        })?;
        let mut outputs = Outputs::default();
        self.gather(link, output?, forgotten, &mut outputs);
        Ok(outputs)
    }

    /// Takes datagrams back that were sent, so that the next ones to the same links need no memory of their own
    /// (see [`Peer::reuse`]).
    pub fn reuse(&mut self, datagrams: impl IntoIterator<Item = (L, Vec<u8>)>) {
        for (link, datagram) in datagrams {
            if let Some(peer) = self.connections.peer_mut(&link) {
                peer.reuse([datagram]);
            }
        }
    }

    /// Ends a connection without a word: the protocol has none for it. No event tells of it.
    pub fn forget(&mut self, link: &L) {
        self.connections.forget(link);
        self.forget_carriages(link);
    }

    /// Forgets what is kept of a connection besides its peer. Whether there was anything is returned.
    pub(super) fn forget_carriages(&mut self, link: &L) -> bool {
        self.unis.remove(link);
        self.streams.remove(link).is_some()
    }

    /// A peer with a salt of its own.
    pub(super) fn new_peer(&mut self, now_ms: u64) -> Option<Peer> {
        let mut config = self.config.clone();
        config.salt = self.salts.next()?;
        Peer::new(self.role, config, now_ms).ok()
    }

    pub(super) fn act(
        &mut self,
        link: &L,
        outputs: &mut Outputs<L>,
        act: impl FnOnce(&mut Peer) -> Output,
    ) {
        if let Some((output, forgotten)) = self.connections.update(link, act) {
            self.gather(link, output, forgotten, outputs);
        }
    }

    /// Adds what the peer of a link gave, and that another session made room for it.
    fn gather(
        &mut self,
        link: &L,
        output: Output,
        forgotten: Option<Forgotten<L>>,
        outputs: &mut Outputs<L>,
    ) {
        if let Some(unis) = self.unis.get_mut(link) {
            for event in &output.events {
                if let Event::Opened { stream_id, .. } = event {
                    unis.lose_head(*stream_id); // whatever carriage its HEAD came on, this is another
                }
            }
        }
        let was_lost = output.events.contains(&Event::Lost);
        outputs.extend(link, output, self.unis.contains_key(link));
        self.tell(forgotten, outputs);
        if was_lost && self.role == Role::Server && !self.keeps_lost {
            self.connections.forget(link);
            self.begin_anew(link);
        }
    }
}

/// The role and how many connections there are: the rest is secret or long.
impl<L: Ord + Clone> fmt::Debug for Endpoint<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("role", &self.role)
            .field("connections", &self.links().count())
            .finish_non_exhaustive()
    }
}

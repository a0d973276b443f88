//! Links that are byte streams: their bytes, their ends and their timers.

use super::connections::Forgotten;
use super::links::Endpoint;
use super::outputs::{Carried, Outputs};
use crate::error::RejectCode;
use crate::peer::{Event, Peer, Role};
use crate::transport::{number_of, Connection};

/// The consequence of a carriage's own timer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    /// The connection is closed with this code.
    Close(RejectCode),
    /// The uni with this number is stopped.
    Stop(u64),
}

impl<L: Ord + Clone> Endpoint<L> {
    /// Begins a connection on a TCP connection, or its like, that a server has accepted.
    ///
    /// Without a session it is closed 15 s later (TCP-9). One that the link has ends.
    pub fn accept(&mut self, link: L, now_ms: u64) -> Outputs<L> {
        self.accept_by(link, now_ms, Peer::over_connection)
    }

    pub(super) fn accept_by(
        &mut self,
        link: L,
        now_ms: u64,
        over: impl FnOnce(Peer) -> Peer,
    ) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        let Some(peer) = self.new_peer(now_ms).filter(|_| self.role == Role::Server) else {
            let code = None;
            outputs.events.push((link, Event::Closed { code }));
            return outputs;
        };
        self.drop_link(&link, &mut outputs);
        let forgotten = self.connections.begin(link.clone(), over(peer));
        self.streams.insert(link, Connection::accepted(now_ms));
        self.tell(forgotten, &mut outputs);
        outputs
    }

    /// Takes in bytes of a link that was accepted or connected over TCP, however they are divided. Deadlines of any
    /// peer that have passed by then are met first; those of byte streams are not, as bytes that are there were not late
    /// (TCP-24).
    ///
    /// Where [`Event::Closed`] comes of it the program sends what is to be sent, ends the connection on its side, and
    /// gives no more bytes of it.
    pub fn receive_bytes(&mut self, link: &L, bytes: &[u8], now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        let Some(mut connection) = self.streams.remove(link) else {
            return outputs; // closed already (TCP-7), or forgotten
        };
        let pushed = connection.push(bytes, now_ms, |frame| {
            let forgotten = self.connections.hear(link);
            self.tell(forgotten, &mut outputs);
            self.act(link, &mut outputs, |peer| peer.receive(frame, now_ms));
        });
        if let Err(fault) = pushed {
            self.close(link, Some(fault.code()), &mut outputs);
        } else if let Some(peer) = self.connections.peer(link) {
            if peer.is_established() {
                connection.has_session();
            }
            self.streams.insert(link.clone(), connection);
        }
        outputs
    }

    /// Takes in that the other end of such a link stops sending (TCP-10, TCP-11).
    pub fn end(&mut self, link: &L, now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        if let Some(connection) = self.streams.get(link) {
            let code = connection.code_at_end();
            self.close(link, code, &mut outputs);
        }
        outputs
    }

    /// Takes in that such a link was reset, or could not be made (TCP-12).
    pub fn reset(&mut self, link: &L, now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        if self.streams.contains_key(link) {
            self.close(link, Some(RejectCode::ConnectionReset), &mut outputs);
        }
        outputs
    }

    /// The carriage whose own timer ends first: when, and what comes of it.
    pub(super) fn ending(&self) -> Option<(u64, L, Ending)> {
        let connections = self.streams.iter().filter_map(|(link, connection)| {
            let (time, code) = connection.due()?;
            Some((time, link, Ending::Close(code)))
        });
        let unis = self.unis.iter().filter_map(|(link, unis)| {
            let (time, uni) = unis.due()?;
            Some((time, link, Ending::Stop(uni)))
        });
        let (time, link, ending) = connections.chain(unis).min_by_key(|(time, ..)| *time)?;
        Some((time, link.clone(), ending))
    }

    pub(super) fn end_late(&mut self, link: &L, ending: Ending, outputs: &mut Outputs<L>) {
        match ending {
            Ending::Close(code) => self.close(link, Some(code), outputs),
            Ending::Stop(uni) => self.stop(link, uni, RejectCode::FrameTimeout, outputs),
        }
    }

    /// Stops a uni of the other end, and fails the stream on it (QUI-8, QUI-9).
    pub(super) fn stop(&mut self, link: &L, uni: u64, code: RejectCode, outputs: &mut Outputs<L>) {
        let number = number_of(Some(code));
        let stop = Carried::Stop { uni, number };
        outputs.carried.push((link.clone(), stop));
        self.break_off(link, uni, outputs);
    }

    /// Forgets a uni, and fails the stream whose HEAD came on it if that is open.
    pub(super) fn break_off(&mut self, link: &L, uni: u64, outputs: &mut Outputs<L>) {
        let unis = self.unis.get_mut(link);
        let opened = unis.and_then(|unis| unis.remove(uni)?.opened);
        if let Some(stream_id) = opened {
            self.act(link, outputs, |peer| peer.break_off(stream_id));
        }
    }

    /// Ends a connection that is a byte stream (TCP-14, TCP-15).
    pub(super) fn close(&mut self, link: &L, code: Option<RejectCode>, outputs: &mut Outputs<L>) {
        self.forget_carriages(link);
        if self.connections.forget(link) {
            outputs.events.push((link.clone(), Event::Lost));
        }
        outputs.events.push((link.clone(), Event::Closed { code }));
    }

    /// On a connection that goes on, a next session has a peer of its own.
    pub(super) fn begin_anew(&mut self, link: &L) {
        if self.streams.contains_key(link)
            && let Some(peer) = self.new_peer(self.clock_ms)
        {
            let peer = if self.unis.contains_key(link) {
                peer.over_quic()
            } else {
                peer.over_connection()
            };
            self.connections.begin(link.clone(), peer);
        }
    }

    /// Forgets the connection that a link has, if it has one, for another on the same link.
    pub(super) fn drop_link(&mut self, link: &L, outputs: &mut Outputs<L>) {
        let (link, had_session) = (link.clone(), self.connections.forget(link));
        self.tell(Some(Forgotten { link, had_session }), outputs);
    }

    /// Adds that a connection was forgotten, if one was: a session is as good as lost, and a byte stream ends (TCP-15).
    pub(super) fn tell(&mut self, forgotten: Option<Forgotten<L>>, outputs: &mut Outputs<L>) {
        let Some(Forgotten { link, had_session }) = forgotten else {
            return;
        };
        if had_session {
            outputs.events.push((link.clone(), Event::Lost));
        }
        if self.forget_carriages(&link) {
            let code = None;
            outputs.events.push((link, Event::Closed { code }));
        }
    }
}

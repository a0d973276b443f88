//! Links that are QUIC connections: their carriages, and how these end (specs/quic.md).

use super::links::Endpoint;
use super::outputs::{Carried, Outputs};
use crate::error::{FrameError, RejectCode};
use crate::peer::{Event, Output, Peer, Role};
use crate::transport::{Connection, Unis};

impl<L: Ord + Clone> Endpoint<L> {
    /// As [`Endpoint::accept`], of a QUIC connection. What comes on main is for [`Endpoint::receive_bytes`], FIN there
    /// for [`Endpoint::end`], and its reset for [`Endpoint::reset`].
    pub fn accept_quic(&mut self, link: L, now_ms: u64) -> Outputs<L> {
        let outputs = self.accept_by(link.clone(), now_ms, Peer::over_quic);
        if self.role == Role::Server && self.streams.contains_key(&link) {
            self.unis.insert(link, Unis::default());
        }
        outputs
    }

    /// As [`Endpoint::connect`], on a QUIC connection: what is to be sent is in [`Outputs::carried`].
    ///
    /// # Errors
    /// As [`Endpoint::connect`].
    pub fn connect_over_quic(
        &mut self,
        link: L,
        stream_id: u32,
        now_ms: u64,
    ) -> Result<Outputs<L>, FrameError> {
        let (main, unis) = (Some(Connection::made()), Some(Unis::default()));
        self.greet(link, stream_id, now_ms, main, unis)
    }

    /// Takes in bytes of a uni of the other end, by the number of its QUIC stream. Deadlines are met as in
    /// [`Endpoint::receive_bytes`].
    ///
    /// Where [`Carried::Stop`] comes of it, the program gives no more of that uni.
    pub fn receive_uni(&mut self, link: &L, uni: u64, bytes: &[u8], now_ms: u64) -> Outputs<L> {
        self.receive_uni_parts(link, uni, [bytes], now_ms)
    }

    /// As [`Endpoint::receive_uni`], of several parts that came one behind the other.
    pub fn receive_uni_parts<'bytes>(
        &mut self,
        link: &L,
        uni: u64,
        parts: impl IntoIterator<Item = &'bytes [u8]>,
        now_ms: u64,
    ) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        let Some(unis) = self.unis.get_mut(link) else {
            return outputs; // closed already, or forgotten
        };
        let mut taken = unis.take(uni);
        let mut opened = taken.opened;
        let mut take = |frame: &[u8]| {
            let before = outputs.events.len();
            self.hear(link, &mut outputs, |peer| peer.receive(frame, now_ms));
            opened = opened_by(outputs.events.get(before..), link).or(opened);
        };
        let pushed = parts
            .into_iter()
            .try_for_each(|bytes| taken.push(bytes, now_ms, &mut take));
        taken.opened = opened;
        let Some(unis) = self.unis.get_mut(link) else {
            return outputs; // it made room for another
        };
        unis.insert(uni, taken);
        if let Err(code) = pushed {
            self.stop(link, uni, code, &mut outputs);
        }
        outputs
    }

    /// Tells the peer of a QUIC connection how many bytes a datagram holds there now, as [`Peer::set_datagram_room`].
    pub fn set_datagram_room(&mut self, link: &L, room: Option<usize>) {
        if let Some(peer) = self.connections.peer_mut(link) {
            peer.set_datagram_room(room);
        }
    }

    /// Takes in a datagram of a QUIC connection (QUI-3).
    pub fn receive_datagram(&mut self, link: &L, datagram: &[u8], now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        if self.unis.contains_key(link) {
            self.hear(link, &mut outputs, |peer| {
                peer.receive_datagram(datagram, now_ms)
            });
        }
        outputs
    }

    /// Takes in that the other end sent FIN on a uni.
    pub fn end_uni(&mut self, link: &L, uni: u64, now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        if let Some(unis) = self.unis.get_mut(link) {
            let taken = unis.take(uni);
            if taken.is_truncated() {
                unis.insert(uni, taken);
                self.break_off(link, uni, &mut outputs);
            }
        }
        outputs
    }

    /// Takes in that the other end reset a uni (QUI-9).
    pub fn reset_uni(&mut self, link: &L, uni: u64, now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        self.break_off(link, uni, &mut outputs);
        outputs
    }

    /// Takes in that the other end stopped, with this number, the uni of an own stream (QUI-10).
    pub fn stop_own(&mut self, link: &L, stream_id: u32, number: u64, now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        if self.unis.contains_key(link) {
            if let Some(peer) = self.connections.peer_mut(link) {
                peer.give_up(stream_id);
            }
            let reset = Carried::Reset { stream_id, number };
            outputs.carried.push((link.clone(), reset));
        }
        outputs
    }

    /// Takes in that a QUIC connection is over with this reason, or that it has to be (QUI-11, QUI-15).
    pub fn end_quic(&mut self, link: &L, code: Option<RejectCode>, now_ms: u64) -> Outputs<L> {
        let mut outputs = self.advance_peers(now_ms);
        if self.unis.contains_key(link) {
            self.close(link, code, &mut outputs);
        }
        outputs
    }

    /// Has the peer of a link receive a frame.
    fn hear(
        &mut self,
        link: &L,
        outputs: &mut Outputs<L>,
        receive: impl FnOnce(&mut Peer) -> Output,
    ) {
        let forgotten = self.connections.hear(link);
        self.tell(forgotten, outputs);
        self.act(link, outputs, receive);
        let peer = self.connections.peer(link);
        let main = self.streams.get_mut(link);
        if let Some(main) = main.filter(|_| peer.is_some_and(Peer::is_established)) {
            main.has_session();
        }
    }
}

/// The stream that a HEAD opened in these events of a link.
fn opened_by<L: PartialEq>(events: Option<&[(L, Event)]>, own: &L) -> Option<u32> {
    let mut events = events.unwrap_or_default().iter();
    events.find_map(|(link, event)| match event {
        Event::Opened { stream_id, .. } if link == own => Some(*stream_id),
        _ => None,
    })
}

//! The steps of a received frame, in order (section 4 of the handshake specification).

use super::arrival::Arrival;
use super::verdict::Stop;
use crate::error::{FrameError, RejectCode};
use crate::frame::VFrameView;
use crate::json::JsonObject;
use crate::limits::HEADER_BYTES;
use crate::peer::config::Role;
use crate::peer::event::Output;
use crate::peer::state::Peer;
use crate::peer::sync::{Fault, Method, Sync};
use crate::transform::xchacha::frame_nonce;
use crate::wire_values::{Flags, MsgType};

impl Peer {
    /// Takes in one datagram of the remote address. Deadlines that have passed by then are met first.
    pub fn receive(&mut self, datagram: &[u8], now_ms: u64) -> Output {
        self.meet_deadlines(now_ms);
        let key = self.config.key;
        let view = match &key {
            Some(key) => VFrameView::parse_with_key(datagram, key),
            None => VFrameView::parse(datagram),
        };
        match view {
            Ok(view) => self.take_view(&view, datagram),
            Err(error) => self.drop_frame(error.code()), // HSK-31
        }
        self.take_output()
    }

    fn take_view(&mut self, view: &VFrameView<'_>, bytes: &[u8]) {
        let is_sealed = view.flags().contains(Flags::XCHACHA);
        let arrival = Arrival {
            view,
            bytes,
            is_sealed,
            is_counted: is_sealed || !self.config.require_crypto,
        };
        match self.take(&arrival) {
            Ok(()) => {}
            Err(Stop::Drop(code)) => self.drop_frame(code),
            Err(Stop::Refuse(fault)) => self.refuse(&fault, arrival.reference()),
        }
    }

    fn take(&mut self, arrival: &Arrival<'_>) -> Result<(), Stop> {
        if self.is_silent {
            return Err(Stop::Drop(RejectCode::Ignored)); // HSK-29
        }
        if self.is_reflection(arrival) {
            return Err(Stop::Drop(RejectCode::Reflected)); // HSK-32
        }
        if arrival.view.mtype() != MsgType::Sync {
            self.check_number(arrival, None)?;
            return self.take_data(arrival);
        }
        let sync = Sync::read(arrival.view);
        if self.role == Role::Server && sync.is(Method::Ping) && self.knows_answer(arrival) {
            return self.repeat_answer(arrival); // HSK-33
        }
        self.check_number(arrival, Some(&sync))?;
        match sync {
            Sync::Heart => self.take_heart(arrival),
            Sync::Unreadable(error) => self.take_unreadable(&error),
            Sync::Method(method, object) => self.take_method(arrival, method, &object),
        }
    }

    fn take_method(
        &mut self,
        arrival: &Arrival<'_>,
        method: Method,
        object: &JsonObject,
    ) -> Result<(), Stop> {
        match (method, self.role) {
            (Method::Head, _) => self.take_head(arrival, object),
            (Method::Tail, _) => self.take_tail(arrival, object),
            (Method::Error, _) => self.take_error(arrival, object),
            (Method::Ping, Role::Server) => self.take_ping(arrival, object),
            (Method::Capability, Role::Client) => self.take_capability(arrival, object),
            _ => {
                self.check_place(arrival)?;
                self.accept(arrival); // HSK-9
                Ok(())
            }
        }
    }

    /// HSK-19, HSK-40.
    fn take_unreadable(&self, error: &FrameError) -> Result<(), Stop> {
        match self.role {
            Role::Server => Err(Fault::bad_message(error).into()),
            Role::Client => Err(Stop::Drop(RejectCode::BadMessage)),
        }
    }

    /// Whether the nonce is one of the peer's own (XCH-12).
    fn is_reflection(&self, arrival: &Arrival<'_>) -> bool {
        // In front of the body stands the header, whose length the frame layer has checked.
        let header = arrival.view.slices().len().saturating_mul(4) + HEADER_BYTES;
        let nonce = arrival.bytes.get(header..).unwrap_or_default();
        let own = frame_nonce(&self.config.salt, arrival.stream_id(), 0);
        arrival.is_sealed && nonce.first_chunk::<16>() == own.first_chunk::<16>()
    }

    /// `CLOSED` (STM-19), `DUPLICATE` and `STALE` (HSK-34, STM-9). `sync` is what a Sync frame holds.
    fn check_number(&self, arrival: &Arrival<'_>, sync: Option<&Sync>) -> Result<(), Stop> {
        let window = self.windows.get(arrival.stream_id());
        let is = |method| sync.is_some_and(|sync| sync.is(method));
        let is_aside = is(Method::Ping) || is(Method::Capability) || is(Method::Error);
        if window.is_some_and(|window| window.closed) && !is_aside {
            return Err(Stop::Drop(RejectCode::Closed));
        }
        if !arrival.is_counted {
            return Ok(()); // HSK-35
        }
        if let Some(stream) = self.incoming.get(&arrival.stream_id()) {
            if stream.knows(arrival.frame_seq()) {
                return Err(Stop::Drop(RejectCode::Duplicate));
            }
        } else if let Some(window) = window.filter(|_| !is(Method::Head)) {
            window.check(arrival.frame_seq()).map_err(Stop::Drop)?;
        }
        Ok(())
    }

    /// Whether an open stream has a place for the frame (STM-8, STM-15).
    pub(crate) fn check_place(&self, arrival: &Arrival<'_>) -> Result<(), Stop> {
        let stream = self.incoming.get(&arrival.stream_id());
        let Some(stream) = stream.filter(|_| arrival.is_counted) else {
            return Ok(());
        };
        let waiting = self.held.saturating_add(arrival.bytes.len());
        let place = stream.check_place(arrival.frame_seq(), waiting);
        place.map_err(Stop::Drop)
    }
}

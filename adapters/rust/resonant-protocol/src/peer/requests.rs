//! Requests of the application to send (HSK-6, HSK-57, HSK-58, STM-4, STM-5, STM-23).

use super::config::Role;
use super::emit::Action;
use super::event::{Announce, Output, Reference};
use super::handshake::{write as handshake_write, Waiting};
use super::receive::{Received, ASKED};
use super::request_checks::state;
use super::state::Peer;
use super::stream::USUAL_URGENCY;
use super::sync::{write, MAX_URGENCY};
use crate::error::{FrameError, RejectCode};
use crate::frame::VFrame;

impl Peer {
    /// Begins a handshake on `stream_id`, or renegotiates. It is sent again and given up by itself; a ping
    /// that still waits is given up for this one.
    ///
    /// # Errors
    /// `STREAM_STATE` for a server, and for a stream_id on which something was sent (HSK-30, HSK-59).
    pub fn ping(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.clock = self.clock.max(now_ms);
        let refuse = |clause, detail| {
            let code = RejectCode::StreamState;
            Err(FrameError::new(code, clause, detail))
        };
        if self.role == Role::Server {
            return refuse("HSK-59", "a server does not ping");
        }
        if self.send_numbers.has_sent(stream_id) {
            return refuse("HSK-30", "something was sent on the stream_id");
        }
        let json = handshake_write::ping(&self.config, self.clock);
        let frame_seq = self.emit_json(stream_id, Action::Ping, &json)?;
        let datagram = self.out.datagrams.last().cloned();
        self.waiting = Some(Waiting {
            ping: Reference {
                stream_id,
                frame_seq,
            },
            datagram: datagram.unwrap_or_default(),
            first_sent: self.clock,
            resent: 0,
        });
        self.is_silent = false;
        Ok(self.take_output())
    }

    /// Sends a data frame: a single message, or the next of a stream that is open on `stream_id`.
    ///
    /// Type, modality and slices are those of `frame`, for which [`crate::Message::to_frame`] is good; the other
    /// fields of its header are the peer's to set.
    ///
    /// # Errors
    /// The first that applies of (HSK-57): `HANDSHAKE_REQUIRED`; `SPACE_MISMATCH` if the other end told another
    /// space; `ENCRYPTION_REQUIRED`; `STREAM_STATE` after a TAIL (STM-4), or on the 65,537th stream_id (HSK-72);
    /// `FIELD_RANGE` for a Sync frame; `UNSUPPORTED_FEATURE`, `UNSUPPORTED_MODALITY`, a code of the message layer and
    /// `UNSUPPORTED_DTYPE`, as the other end would say; a code of the frame layer, or `FRAME_TOO_LARGE` for what no
    /// datagram holds (HSK-1); `BUFFER_LIMIT` where the frame would wait and too much does already (MUX-12).
    pub fn send(
        &mut self,
        stream_id: u32,
        frame: VFrame,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        self.prepare_data(stream_id, frame.hdr.mtype, now_ms)?;
        self.send_data(stream_id, frame)
    }

    /// As [`Peer::send`], for a frame that the program keeps, so that its memory serves for the next one as well: payloads
    /// are written into it in place. The fields of its header that are the peer's to set are then as they were sent.
    ///
    /// # Errors
    /// As [`Peer::send`].
    pub fn send_by_ref(
        &mut self,
        stream_id: u32,
        frame: &mut VFrame,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        self.prepare_data(stream_id, frame.hdr.mtype, now_ms)?;
        if !self.send_at_once(stream_id, frame)? {
            self.wait(stream_id, frame.clone())?;
        }
        Ok(self.take_output())
    }

    /// Sends a data frame, or lets it wait. The request is prepared.
    pub(super) fn send_data(
        &mut self,
        stream_id: u32,
        mut frame: VFrame,
    ) -> Result<Output, FrameError> {
        if !self.send_at_once(stream_id, &mut frame)? {
            self.wait(stream_id, frame)?;
        }
        Ok(self.take_output())
    }

    /// Sends a data frame, unless it has to wait.
    fn send_at_once(&mut self, stream_id: u32, frame: &mut VFrame) -> Result<bool, FrameError> {
        frame.hdr.flags = self.flags(stream_id, Action::Data);
        self.check_agreed(ASKED, &Received::asked(frame))?;
        let waits = self.would_wait(stream_id);
        if waits {
            self.check_encodes(stream_id, frame)?;
        } else {
            self.emit(stream_id, Action::Data, frame)?;
        }
        Ok(!waits)
    }

    /// Opens a stream with HEAD. `is_strong` sets STRONG_TAIL on all its frames; `announce` says beforehand
    /// what it will be.
    ///
    /// # Errors
    /// `HANDSHAKE_REQUIRED` or `ENCRYPTION_REQUIRED`; `STREAM_STATE` for a stream_id on which something was
    /// sent (STM-4); `STREAM_LIMIT` for one stream more than the other end grants (MUX-23).
    pub fn open_stream(
        &mut self,
        stream_id: u32,
        is_strong: bool,
        announce: Option<&Announce>,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        self.open_own(stream_id, is_strong, announce, None, now_ms)
    }

    /// As [`Peer::open_stream`], with an urgency of 0 to 7, without which it is 3. Where multiplexing is agreed, what waits of
    /// more urgent streams, those with lower numbers, goes first (MUX-30); where it is not, the urgency is not told (MUX-35).
    ///
    /// # Errors
    /// As [`Peer::open_stream`], and `FIELD_RANGE` for an urgency over 7.
    pub fn open_urgent_stream(
        &mut self,
        stream_id: u32,
        is_strong: bool,
        announce: Option<&Announce>,
        urgency: u8,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        if urgency > MAX_URGENCY {
            let detail = format!("urgency {urgency} is over {MAX_URGENCY}");
            return Err(FrameError::new(RejectCode::FieldRange, "MUX-6", detail));
        }
        self.open_own(stream_id, is_strong, announce, Some(urgency), now_ms)
    }

    fn open_own(
        &mut self,
        stream_id: u32,
        is_strong: bool,
        announce: Option<&Announce>,
        urgency: Option<u8>,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        self.prepare(now_ms)?;
        if self.send_numbers.has_sent(stream_id) {
            return Err(state("something was sent on the stream_id"));
        }
        self.check_room(stream_id)?;
        let granted = self.agreement().and_then(|it| it.mux);
        if granted.is_some_and(|mux| self.own_open() >= usize::from(mux.streams)) {
            let detail = "the other end grants no further stream";
            return Err(FrameError::new(RejectCode::StreamLimit, "MUX-23", detail));
        }
        let told = urgency.filter(|_| granted.is_some()); // MUX-35
        let head = write::head(self.role, announce, told);
        self.send_streams.open(stream_id, is_strong);
        if let Err(error) = self.emit_json(stream_id, Action::Head, &head) {
            self.send_streams.forget(stream_id);
            return Err(error);
        }
        if let Some(mux) = granted {
            let urgency = urgency.unwrap_or(USUAL_URGENCY);
            self.sent_managed
                .open(stream_id, mux.frames.into(), urgency);
        }
        Ok(self.take_output())
    }

    /// Ends a stream with TAIL. What was sent is kept for 10 s to be repaired, as long as the memory for it
    /// suffices.
    ///
    /// # Errors
    /// `HANDSHAKE_REQUIRED` or `ENCRYPTION_REQUIRED`; `STREAM_STATE` for a stream_id without open stream
    /// (STM-4).
    pub fn close_stream(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.prepare(now_ms)?;
        if self
            .sent_managed
            .get(stream_id)
            .is_some_and(|it| it.has_tail)
        {
            return Err(state("the stream has ended"));
        }
        self.end_own(stream_id)?;
        Ok(self.take_output())
    }

    /// Sends a sign of life. A peer in a session does so by itself when it has been quiet (STM-22).
    ///
    /// # Errors
    /// `HANDSHAKE_REQUIRED` or `ENCRYPTION_REQUIRED`; `STREAM_STATE` after a TAIL (STM-4).
    pub fn heart(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.prepare(now_ms)?;
        self.check_not_ended(stream_id)?;
        self.check_room(stream_id)?;
        self.emit_heart(stream_id)?;
        Ok(self.take_output())
    }

    /// Takes datagrams back that were sent, so that the next ones need no memory of their own. A few are kept.
    ///
    /// ```
    /// # use resonant_protocol::{peer::*, *};
    /// # fn send(peer: &mut Peer, frame: VFrame, socket: std::net::UdpSocket) -> std::io::Result<()> {
    /// let sent = peer.send(1, frame, 20).map_err(std::io::Error::other)?;
    /// for datagram in &sent.datagrams {
    ///     socket.send(datagram)?;
    /// }
    /// peer.reuse(sent.datagrams);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reuse(&mut self, datagrams: impl IntoIterator<Item = Vec<u8>>) {
        for datagram in datagrams {
            self.spares.put(datagram);
        }
    }
}

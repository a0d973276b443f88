//! Requests about managed streams: hold, resume, cancel, reset, cork and uncork (MUX-19 to MUX-21, MUX-25, MUX-26).

use super::emit::Action;
use super::event::Output;
use super::state::Peer;
use super::sync::{is_reset_code, write};
use crate::error::{FrameError, RejectCode};

impl Peer {
    /// Holds a managed stream of the other end: nothing of it is delivered and no credit is granted until
    /// [`Peer::resume`]. Other streams go on.
    ///
    /// # Errors
    /// `STREAM_STATE` where no managed stream is open.
    pub fn hold(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.clock = self.clock.max(now_ms);
        self.check_managed(stream_id)?;
        if let Some(stream) = self.recv_streams.get_mut(&stream_id) {
            stream.is_held = true;
        }
        Ok(self.take_output())
    }

    /// Goes on with a stream that is held. To one that is not it does nothing.
    ///
    /// # Errors
    /// As [`Peer::hold`].
    pub fn resume(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.clock = self.clock.max(now_ms);
        self.check_managed(stream_id)?;
        if let Some(stream) = self.recv_streams.get_mut(&stream_id) {
            stream.is_held = false;
        }
        self.go_on(stream_id);
        self.grant(stream_id);
        Ok(self.take_output())
    }

    /// Gives up a managed stream of the other end, which is told.
    ///
    /// # Errors
    /// As [`Peer::hold`].
    pub fn cancel(&mut self, stream_id: u32, now_ms: u64) -> Result<Output, FrameError> {
        self.clock = self.clock.max(now_ms);
        self.check_managed(stream_id)?;
        self.cancel_stream(stream_id);
        Ok(self.take_output())
    }

    /// Gives up an own managed stream before its TAIL. `code`, 1 to 64 characters of A to Z, 0 to 9 and _, tells the other
    /// end why.
    ///
    /// # Errors
    /// `FIELD_RANGE` for another code; `HANDSHAKE_REQUIRED` or `ENCRYPTION_REQUIRED`; `STREAM_STATE` where no own managed
    /// stream is open.
    pub fn reset_stream(
        &mut self,
        stream_id: u32,
        code: &str,
        now_ms: u64,
    ) -> Result<Output, FrameError> {
        if !is_reset_code(code) {
            let detail = format!("{code:?} is no code of a reset");
            return Err(FrameError::new(RejectCode::FieldRange, "MUX-25", detail));
        }
        self.prepare(now_ms)?;
        let stream = self.sent_managed.get(stream_id);
        if stream.is_none_or(|stream| stream.is_ended) {
            let detail = "no managed stream is open";
            return Err(FrameError::new(RejectCode::StreamState, "MUX-25", detail));
        }
        self.emit_json(stream_id, Action::Managing, &write::reset(code))?;
        self.own_resets.add(self.clock);
        self.break_own(stream_id);
        Ok(self.take_output())
    }

    /// Lets the data frames of managed streams wait until [`Peer::uncork`], which then sends them by their urgency.
    pub fn cork(&mut self, now_ms: u64) -> Output {
        self.clock = self.clock.max(now_ms);
        self.sent_managed.is_corked = true;
        self.take_output()
    }

    /// Sends what waited for it.
    pub fn uncork(&mut self, now_ms: u64) -> Output {
        self.clock = self.clock.max(now_ms);
        self.sent_managed.is_corked = false;
        self.go();
        self.take_output()
    }

    fn check_managed(&self, stream_id: u32) -> Result<(), FrameError> {
        let stream = self.recv_streams.get(&stream_id);
        if stream.is_some_and(|stream| stream.managed.is_some()) {
            return Ok(());
        }
        let detail = "no managed stream of the other end is open";
        Err(FrameError::new(RejectCode::StreamState, "MUX-19", detail))
    }
}

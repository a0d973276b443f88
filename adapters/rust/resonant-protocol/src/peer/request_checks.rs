//! The checks of requests, before anything that is asked for is sent (HSK-6, HSK-57, HSK-58).

use super::receive::{first_verdict, Check, Received, Verdict};
use super::state::Peer;
use crate::error::{FrameError, RejectCode};
use crate::wire_values::MsgType;

impl Peer {
    /// The preparation of every request. Deadlines that have passed wait for the next call that can tell of them.
    pub(super) fn prepare(&mut self, now_ms: u64) -> Result<(), FrameError> {
        self.clock = self.clock.max(now_ms);
        self.check_session()?;
        self.check_not_mute()
    }

    /// The preparation of a request to send a data frame of this type.
    pub(super) fn prepare_data(
        &mut self,
        stream_id: u32,
        mtype: MsgType,
        now_ms: u64,
    ) -> Result<(), FrameError> {
        self.clock = self.clock.max(now_ms);
        self.check_session()?;
        self.check_space()?;
        self.check_not_mute()?;
        self.check_not_ended(stream_id)?;
        self.check_room(stream_id)?;
        if mtype == MsgType::Sync {
            let detail = "a Sync frame is no data frame";
            return Err(FrameError::new(RejectCode::FieldRange, "HSK-6", detail));
        }
        Ok(())
    }

    fn check_session(&self) -> Result<(), FrameError> {
        if self.session.is_none() {
            let (code, detail) = (RejectCode::HandshakeRequired, "there is no session");
            return Err(FrameError::new(code, "HSK-57", detail));
        }
        Ok(())
    }

    /// The other end would refuse data of another space than its own, and said which that is (HSK-57).
    fn check_space(&self) -> Result<(), FrameError> {
        let session = self.session.as_ref();
        let other = session.map_or(0, |session| session.other_hash);
        let own = self.config.space_hash32;
        if other != 0 && other != own {
            let detail = format!("the other end is of space {other}, not {own}");
            return Err(FrameError::new(RejectCode::SpaceMismatch, "HSK-57", detail));
        }
        Ok(())
    }

    fn check_not_mute(&self) -> Result<(), FrameError> {
        if self.is_mute() {
            let detail = "crypto is required and none could be chosen";
            let code = RejectCode::EncryptionRequired;
            return Err(FrameError::new(code, "HSK-46", detail));
        }
        Ok(())
    }

    /// Fails for a frame that the remote peer would reject (HSK-6).
    pub(super) fn check_agreed(
        &self,
        checks: &'static [Check],
        received: &Received<'_>,
    ) -> Result<(), FrameError> {
        match (first_verdict(checks, self, received), &received.content) {
            (None, _) => Ok(()),
            (Some((clause, Verdict::Reject(fault))), content) => match content {
                // The message layer's own code.
                Err(error) if fault.code == RejectCode::BadMessage => Err(error.clone()),
                _ => Err(FrameError::new(fault.code, clause, fault.detail)),
            },
            (Some((clause, _)), _) => {
                let detail = "the other end would drop the frame";
                Err(FrameError::new(
                    RejectCode::UnsupportedFeature,
                    clause,
                    detail,
                ))
            }
        }
    }

    pub(super) fn check_not_ended(&self, stream_id: u32) -> Result<(), FrameError> {
        if self.send_numbers.is_ended(stream_id) {
            return Err(state("the stream has ended"));
        }
        Ok(())
    }
}

/// The refusal of a request that does not fit what was sent on the stream_id (STM-4).
pub(super) fn state(detail: &'static str) -> FrameError {
    FrameError::new(RejectCode::StreamState, "STM-4", detail)
}

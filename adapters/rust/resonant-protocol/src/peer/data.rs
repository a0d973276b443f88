//! Data frames and HEART: what is refused, delivered and held (HSK-36, HSK-37, HSK-41, STM-3, STM-7, STM-8).

use super::agreement::Agreement;
use super::config::XCHACHA;
use super::event::Event;
use super::fault::{text, Fault, Stop};
use super::incoming::Held;
use super::receive::Arrival;
use super::Peer;
use crate::error::RejectCode;
use crate::json::Json;
use crate::message_slices::MessageSlices;
use crate::view::VFrameView;

impl Peer {
    pub(super) fn take_data(&mut self, arrival: &Arrival<'_>) -> Result<(), Stop> {
        self.check_data(arrival)?;
        self.check_flag(arrival)?;
        self.check_place(arrival)?;
        self.note_accepted();
        let (stream_id, number) = (arrival.stream_id(), arrival.frame_seq());
        let Some(stream) = self.incoming.get_mut(&stream_id) else {
            let window = self.windows.touch(stream_id);
            window.accept(number);
            self.tell(Event::Message(arrival.view.to_frame())); // HSK-41
            return Ok(());
        };
        if stream.is_next(number) {
            stream.sums.add(arrival.bytes);
            stream.pass(self.clock);
            self.tell(Event::Message(arrival.view.to_frame()));
        } else {
            stream.hold(number, Held::Data(arrival.bytes.into()), self.clock);
            self.held = self.held.saturating_add(arrival.bytes.len());
        }
        self.go_on(stream_id);
        Ok(())
    }

    pub(super) fn take_heart(&mut self, arrival: &Arrival<'_>) -> Result<(), Stop> {
        if self.session.is_none() {
            return Err(Stop::Drop(RejectCode::Ignored));
        }
        self.check_sync(arrival)?;
        self.check_flag(arrival)?;
        self.check_place(arrival)?;
        self.accept(arrival);
        Ok(())
    }

    /// Accepts a Sync frame that has its place, HEAD and TAIL apart.
    pub(super) fn accept(&mut self, arrival: &Arrival<'_>) {
        self.note_accepted();
        if !arrival.is_counted {
            return;
        }
        let (stream_id, number) = (arrival.stream_id(), arrival.frame_seq());
        if let Some(stream) = self.incoming.get_mut(&stream_id) {
            stream.hold(number, Held::Sync(arrival.bytes.len()), self.clock);
            self.held = self.held.saturating_add(arrival.bytes.len());
            self.go_on(stream_id);
        } else {
            self.windows.touch(stream_id).accept(number);
        }
    }

    /// Delivers what was held and has its turn now, and ends the stream if it is whole (STM-7, STM-14).
    pub(super) fn go_on(&mut self, stream_id: u32) {
        let Some(stream) = self.incoming.get_mut(&stream_id) else {
            return;
        };
        while let Some(frame) = stream.take_next() {
            self.held = self.held.saturating_sub(frame.len());
            let Held::Data(bytes) = frame else {
                continue;
            };
            stream.sums.add(&bytes);
            // It was decoded before, so it decodes again.
            let view = match &self.config.key {
                Some(key) => VFrameView::parse_with_key(&bytes, key),
                None => VFrameView::parse(&bytes),
            };
            let message = view.map(|view| Event::Message(view.to_frame()));
            self.out.events.extend(message);
        }
        self.finish(stream_id);
    }

    /// HSK-36.
    fn check_data(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        let view = arrival.view;
        let agreement = self.agreement()?;
        let (own, got) = (self.config.space_hash32, view.space_hash32());
        if own != 0 && own != got {
            return Err(space_mismatch(own, got, Vec::new()));
        }
        self.check_sealed(arrival)?;
        agreement.check_transforms(view.flags())?;
        agreement.check_kind(view.mtype(), view.modality())?;
        let message = MessageSlices::of_view(view);
        let message = message.map_err(|error| Fault::bad_message(&error))?;
        agreement.check_dtypes(message.dtypes())
    }

    /// HSK-37, but for what is malformed.
    pub(super) fn check_sync(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        let agreement = self.agreement()?;
        self.check_sealed(arrival)?;
        agreement.check_transforms(arrival.view.flags())
    }

    /// What is agreed, or `HANDSHAKE_REQUIRED`.
    pub(super) fn agreement(&self) -> Result<&Agreement, Fault> {
        let agreement = self.session.as_ref().map(|session| &session.agreement);
        agreement.ok_or_else(|| {
            let (code, detail) = (RejectCode::HandshakeRequired, "there is no session");
            Fault::new(code, "HSK-36", detail, Vec::new())
        })
    }

    fn check_sealed(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        if self.config.require_crypto && !arrival.is_sealed {
            let (code, detail) = (RejectCode::EncryptionRequired, "the frame is not sealed");
            return Err(Fault::new(code, "HSK-36", detail, Vec::new()));
        }
        Ok(())
    }

    /// STM-3.
    pub(super) fn check_flag(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        let stream = self.incoming.get(&arrival.stream_id());
        if stream.is_some_and(|stream| stream.is_strong != arrival.is_strong()) {
            let code = RejectCode::StreamFlagMismatch;
            let detail = "STRONG_TAIL differs from the HEAD of the stream";
            return Err(Fault::new(code, "STM-3", detail, Vec::new()));
        }
        Ok(())
    }

    /// `ENCRYPTION_REQUIRED` where nothing can be sealed that must be (HSK-4).
    pub(super) fn check_can_seal(&self, agreement: &Agreement) -> Result<(), Fault> {
        if self.config.require_crypto && agreement.own_crypto != XCHACHA {
            let detail = "crypto is required and none could be chosen";
            let code = RejectCode::EncryptionRequired;
            return Err(Fault::new(code, "HSK-4", detail, Vec::new()));
        }
        Ok(())
    }
}

/// `SPACE_MISMATCH`, with what a ping's adds to it.
pub(super) fn space_mismatch(own: u32, got: u32, names: Vec<(&'static str, String)>) -> Fault {
    let mut added = vec![
        ("expected_hash", Json::Integer(own.into())),
        ("got_hash", Json::Integer(got.into())),
    ];
    let names = names.into_iter().map(|(member, name)| (member, text(name)));
    added.extend(names);
    let detail = "the frame is from another embedding space";
    Fault::new(RejectCode::SpaceMismatch, "HSK-36", detail, added)
}

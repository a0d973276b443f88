//! Data frames and HEART: what is refused, delivered and held (HSK-36, HSK-37, HSK-41, STM-3, STM-7, STM-8).

use super::arrival::Arrival;
use super::verdict::Stop;
use crate::error::RejectCode;
use crate::message::MessageSlices;
use crate::peer::event::Event;
use crate::peer::state::Peer;
use crate::peer::stream::Held;
use crate::peer::sync::{space_mismatch, Fault};

impl Peer {
    pub(crate) fn take_data(&mut self, arrival: &Arrival<'_>) -> Result<(), Stop> {
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

    pub(crate) fn take_heart(&mut self, arrival: &Arrival<'_>) -> Result<(), Stop> {
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
    pub(crate) fn accept(&mut self, arrival: &Arrival<'_>) {
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
    pub(crate) fn check_sync(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        let agreement = self.agreement()?;
        self.check_sealed(arrival)?;
        agreement.check_transforms(arrival.view.flags())
    }

    fn check_sealed(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        if self.config.require_crypto && !arrival.is_sealed {
            let (code, detail) = (RejectCode::EncryptionRequired, "the frame is not sealed");
            return Err(Fault::new(code, "HSK-36", detail, Vec::new()));
        }
        Ok(())
    }

    /// STM-3.
    pub(crate) fn check_flag(&self, arrival: &Arrival<'_>) -> Result<(), Fault> {
        let stream = self.incoming.get(&arrival.stream_id());
        if stream.is_some_and(|stream| stream.is_strong != arrival.is_strong()) {
            let code = RejectCode::StreamFlagMismatch;
            let detail = "STRONG_TAIL differs from the HEAD of the stream";
            return Err(Fault::new(code, "STM-3", detail, Vec::new()));
        }
        Ok(())
    }
}

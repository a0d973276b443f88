//! Frames on their way out: numbers, flags, seal and size (HSK-1 to HSK-5).

use super::config::{RepairGroups, RS8};
use super::event::{Event, Reference};
use super::state::{Lossy, Peer};
use super::sync::write::check_carried;
use super::sync::{write, Fault};
use crate::error::{FrameError, RejectCode};
use crate::frame::{EncodeOptions, VFrame};
use crate::json::Json;
use crate::limits::MAX_PROTECTED_BYTES;
use crate::repair::{place_of, MAGIC};
use crate::transform::xchacha::frame_nonce;
use crate::transport::{may_be_datagram, Carriage};
use crate::wire_values::{Flags, Modality, MsgType};

/// The kind of a sent frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Error,
    Capability,
    Ping,
    Head,
    Tail,
    /// Credit, blocked, done and reset.
    Managing,
    /// Any other Sync frame, such as HEART.
    Sync,
    Data,
}

impl Action {
    /// Ping, capability and error, which are never sealed (HSK-45).
    const fn is_clear(self) -> bool {
        matches!(self, Self::Error | Self::Capability | Self::Ping)
    }

    /// Whether a frame of this length is in a group, for which repair is sent (FEC-27).
    const fn is_protected(self, len: usize) -> bool {
        let ends = matches!(
            self,
            Self::Ping | Self::Capability | Self::Head | Self::Tail
        );
        !ends && len <= MAX_PROTECTED_BYTES
    }
}

impl Peer {
    /// The flags of the next frame of this action (HSK-4, HSK-45, HSK-5, STM-3).
    pub(super) fn flags(&self, stream_id: u32, action: Action) -> Flags {
        if action.is_clear() {
            return Flags::empty(); // HSK-45
        }
        let agreement = self.agreement();
        let transforms = agreement.map(|it| it.transforms(action == Action::Data));
        let mut flags = transforms.unwrap_or(Flags::empty());
        if action != Action::Managing && self.send_streams.is_strong(stream_id) {
            flags |= Flags::STRONG_TAIL;
        }
        flags
    }

    /// Sends a frame with the stream_id's next number, which is returned. A refused frame takes no number.
    pub(super) fn emit(
        &mut self,
        stream_id: u32,
        action: Action,
        frame: &mut VFrame,
    ) -> Result<u64, FrameError> {
        self.check_room(stream_id)?;
        let frame_seq = self.send_numbers.next(stream_id)?;
        let datagram = self.encoded(stream_id, frame_seq, action, frame)?;
        self.send_numbers.count(stream_id);
        let carriage = self.carriage(stream_id, action);
        self.send_streams
            .record(stream_id, carriage, &datagram, action == Action::Data);
        match self.own_groups() {
            None => self.put(datagram, carriage),
            Some(groups) if self.is_protected(action, carriage, &datagram) => {
                let place = (stream_id, frame_seq);
                let repair = self.sent_groups.add(groups, place, &datagram, self.clock);
                self.put(datagram, carriage);
                self.put_repair(repair);
            }
            Some(groups) => {
                let repair = self.sent_groups.end_all(stream_id, groups.r);
                self.put_repair(repair);
                self.put(datagram, carriage);
            }
        }
        self.note_wait(stream_id);
        Ok(frame_seq)
    }

    /// Writes a frame as it goes out with this number.
    fn encoded(
        &mut self,
        stream_id: u32,
        frame_seq: u64,
        action: Action,
        frame: &mut VFrame,
    ) -> Result<Vec<u8>, FrameError> {
        frame.hdr.flags = self.flags(stream_id, action);
        frame.hdr.stream_id = stream_id;
        frame.hdr.frame_seq = frame_seq;
        frame.hdr.space_hash32 = self.config.space_hash32; // HSK-3
        let nonce = frame_nonce(&self.config.salt, stream_id, frame_seq);
        let mut options = EncodeOptions::new().nonce(&nonce);
        if let Some(key) = &self.config.key {
            options = options.key(key);
        }
        let mut datagram = self.spares.take();
        let encoded = frame.encode_into_with(&mut datagram, &options);
        if let Err(error) = encoded.and_then(|()| check_carried(datagram.len(), self.max_carried)) {
            self.spares.put(datagram);
            return Err(error);
        }
        Ok(datagram)
    }

    /// Whether a data frame could be sent now, whatever its number is. It is as it will be but for the number.
    pub(super) fn check_encodes(
        &mut self,
        stream_id: u32,
        frame: &mut VFrame,
    ) -> Result<(), FrameError> {
        let frame_seq = self.send_numbers.next(stream_id)?;
        let datagram = self.encoded(stream_id, frame_seq, Action::Data, frame)?;
        self.spares.put(datagram);
        Ok(())
    }

    /// Whether a frame is in a group (FEC-27).
    fn is_protected(&self, action: Action, carriage: Carriage, frame: &[u8]) -> bool {
        let can_be_lost = match self.lossy {
            Lossy::All => true,
            Lossy::None => false,
            Lossy::Datagrams(room) => carriage == Carriage::Any && may_be_datagram(frame, room),
        };
        can_be_lost && action.is_protected(frame.len())
    }

    /// The groups that repair is sent for, if it is (FEC-26).
    pub(super) fn own_groups(&self) -> Option<RepairGroups> {
        let chosen = self.agreement().is_some_and(|it| it.own_fec() == RS8);
        self.config.repair.filter(|_| chosen)
    }

    /// Hands repair over to be sent, which is no sign of life (FEC-3).
    pub(super) fn put_repair(&mut self, repair: Vec<Vec<u8>>) {
        for datagram in repair {
            self.out.datagrams.push(datagram);
            self.out.carriages.push(Carriage::Datagram);
        }
    }

    pub(super) fn emit_json(
        &mut self,
        stream_id: u32,
        action: Action,
        json: &Json,
    ) -> Result<u64, FrameError> {
        self.emit(stream_id, action, &mut write::sync_frame(json)?)
    }

    /// The carriage of the next frame of this action (QUI-4, QUI-5).
    fn carriage(&self, stream_id: u32, action: Action) -> Carriage {
        match action {
            _ if action.is_clear() || action == Action::Managing => Carriage::Main,
            _ if self.send_streams.has(stream_id) => Carriage::Uni(stream_id),
            Action::Data => Carriage::Any,
            _ => Carriage::Main,
        }
    }

    /// Hands a datagram over to be sent.
    pub(super) fn put(&mut self, datagram: Vec<u8>, carriage: Carriage) {
        self.last_sent = self.clock;
        self.out.datagrams.push(datagram);
        self.out.carriages.push(carriage);
    }

    /// Lets go of an own stream: nothing of it is sent again, and its uni ends (QUI-12).
    pub(super) fn let_go(&mut self, stream_id: u32) {
        if self.send_streams.has(stream_id) {
            self.send_streams.forget(stream_id);
            self.out.finished.push(stream_id);
        }
    }

    /// Whether a reply would be the ninth within a second (HSK-42), or on one stream_id too many (HSK-72).
    pub(super) fn is_limited(&self, stream_id: u32) -> bool {
        self.replies.is_reached(self.clock) || !self.send_numbers.has_room(stream_id)
    }

    /// Refuses to send on one stream_id too many (HSK-72).
    pub(super) fn check_room(&self, stream_id: u32) -> Result<(), FrameError> {
        if self.send_numbers.has_room(stream_id) {
            return Ok(());
        }
        let (code, detail) = (RejectCode::StreamState, "no further stream_id can be used");
        Err(FrameError::new(code, "HSK-72", detail))
    }

    /// Sends capability or error. The caller has looked at the limit.
    pub(super) fn reply(&mut self, stream_id: u32, action: Action, json: &Json) -> Option<Vec<u8>> {
        self.replies.count(self.clock);
        let place = self.out.datagrams.len();
        // What a reply says is bounded and fits; only an exhausted stream_id remains without it.
        let frame_seq = self.emit_json(stream_id, action, json).ok()?;
        let mut sent = self.out.datagrams.iter().skip(place);
        let is_it = |datagram: &&Vec<u8>| place_of(datagram) == Some((stream_id, frame_seq));
        sent.find(|it| is_it(it) && !it.starts_with(&MAGIC))
            .cloned() // repair may be around it
    }

    /// Answers the frame with an error on its stream_id.
    pub(super) fn reply_error(
        &mut self,
        clause: &str,
        fault: &Fault,
        reference: Reference,
    ) -> Option<Vec<u8>> {
        let error = write::error(clause, fault, reference);
        self.reply(reference.stream_id, Action::Error, &error)
    }

    /// Answers a frame with an error, which is returned, or drops it if that would be a reply too many (HSK-42).
    pub(super) fn refuse(
        &mut self,
        clause: &str,
        fault: &Fault,
        reference: Reference,
    ) -> Option<Vec<u8>> {
        if self.is_limited(reference.stream_id) {
            self.drop_frame(RejectCode::ReplyLimit);
            return None;
        }
        let datagram = self.reply_error(clause, fault, reference);
        self.tell_refused(fault.code, reference);
        datagram
    }

    pub(super) fn tell_refused(&mut self, code: RejectCode, reference: Reference) {
        self.tell(Event::ErrorSent {
            code,
            stream_id: reference.stream_id,
            frame_seq: reference.frame_seq,
        });
    }

    pub(super) fn emit_heart(&mut self, stream_id: u32) -> Result<u64, FrameError> {
        let mut frame = VFrame::new(MsgType::Sync, Modality::Text, Vec::new())?;
        self.emit(stream_id, Action::Sync, &mut frame)
    }
}

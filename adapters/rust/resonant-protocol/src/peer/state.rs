//! The state of a peer, and what changes it as a whole.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::config::{Config, Role, XCHACHA};
use super::correction::{Correction, SentGroups};
use super::event::{Event, Output, Reference};
use super::handshake::write::check_size;
use super::handshake::{Agreement, Answers, Waiting};
use super::rate_limit::RateLimit;
use super::spares::Spares;
use super::stream::{
    ClosedStreams, FailedStreams, RecvStream, ReplayWindows, Resets, SendNumbers, SendStreams,
    SentManaged,
};
use super::tolerances::Tolerances;
use crate::error::{FrameError, RejectCode};
use crate::limits::{MAX_DATAGRAM_BYTES, MAX_FRAME_LEN};

/// One end of a connection.
pub struct Peer {
    pub(super) role: Role,
    pub(super) config: Config,
    /// The latest time that it was told.
    pub(super) clock: u64,
    /// The output of the call in progress.
    pub(super) out: Output,
    pub(super) session: Option<Session>,
    /// A client's ping without an answer.
    pub(super) waiting: Option<Waiting>,
    /// Whether a client's handshake failed and left no session (HSK-29).
    pub(super) is_silent: bool,
    pub(super) answers: Answers,
    pub(super) send_numbers: SendNumbers,
    /// The time at which a frame was last sent.
    pub(super) last_sent: u64,
    pub(super) replies: RateLimit,
    pub(super) repairs: RateLimit,
    pub(super) replay_windows: ReplayWindows,
    /// The numbers of the streams that are over (STM-35, STM-36).
    pub(super) closed_streams: ClosedStreams,
    /// The other end's open streams.
    pub(super) recv_streams: BTreeMap<u32, RecvStream>,
    /// Bytes of the frames that wait in them (STM-8).
    pub(super) waiting_bytes: usize,
    pub(super) send_streams: SendStreams,
    /// Own streams that multiplexing manages.
    pub(super) sent_managed: SentManaged,
    /// Resets of own streams, and of the other end's.
    pub(super) own_resets: Resets,
    pub(super) resets: Resets,
    /// The other end's streams that failed.
    pub(super) failed: FailedStreams,
    /// Whether there is credit: not over QUIC (section 2 of mux.md).
    pub(super) has_credit: bool,
    pub(super) spares: Spares,
    /// Whether the frame that is being dealt with was accepted.
    pub(super) has_accepted: bool,
    /// The received frames that are kept for repair, and the groups that are known.
    pub(super) correction: Correction,
    /// The groups of sent frames.
    pub(super) sent_groups: SentGroups,
    /// Greatest length of a frame that the transport carries (HSK-1, TCP-18).
    pub(super) max_carried: usize,
    /// The frames that can be lost by themselves.
    pub(super) lossy: Lossy,
}

/// The frames that can be lost by themselves on a transport, so that repair is of use (FEC-11, FEC-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lossy {
    /// Those in datagrams over UDP: all.
    All,
    /// Those on a connection: none.
    None,
    /// Those in datagrams of QUIC, which hold so many bytes, if any go there.
    Datagrams(Option<usize>),
}

/// The session, from its establishment to its loss.
pub(super) struct Session {
    pub(super) agreement: Agreement,
    /// Whether multiplexing was agreed in it, now or before (MUX-33).
    pub(super) knows_mux: bool,
    /// That of the last handshake (STM-22).
    pub(super) stream_id: u32,
    pub(super) last_accepted: u64,
    /// The other end's, as it told in that handshake; 0 for none (HSK-57).
    pub(super) other_hash: u32,
    /// Of a peer that has such an own value.
    pub(super) tolerances: Option<Tolerances>,
}

impl Peer {
    /// A peer that has said nothing yet. A client begins with [`Peer::ping`].
    ///
    /// # Errors
    /// `FIELD_RANGE` for a `d_model` that is not in 1 to 9007199254740991, for an `embedding_space_id` that is too
    /// long, for a list with a name twice and for what is out of its range in `mux`, `repair` and `adaptive`,
    /// `FRAME_TOO_LARGE` for values that
    /// no ping or capability could carry (HSK-1).
    pub fn new(role: Role, config: Config, now_ms: u64) -> Result<Self, FrameError> {
        config.check()?;
        check_size(&config)?;
        Ok(Self {
            role,
            config,
            clock: now_ms,
            out: Output::default(),
            session: None,
            waiting: None,
            is_silent: false,
            answers: Answers::default(),
            send_numbers: SendNumbers::default(),
            last_sent: now_ms,
            replies: RateLimit::default(),
            repairs: RateLimit::default(),
            replay_windows: ReplayWindows::default(),
            closed_streams: ClosedStreams::default(),
            recv_streams: BTreeMap::new(),
            waiting_bytes: 0,
            send_streams: SendStreams::default(),
            sent_managed: SentManaged::default(),
            own_resets: Resets::default(),
            resets: Resets::default(),
            failed: FailedStreams::default(),
            has_credit: true,
            spares: Spares::default(),
            has_accepted: false,
            correction: Correction::default(),
            sent_groups: SentGroups::default(),
            max_carried: MAX_DATAGRAM_BYTES,
            lossy: Lossy::All,
        })
    }

    /// Has the peer send frames of any length that a frame may have: its transport is a connection (TCP-18), not UDP.
    #[must_use]
    pub fn over_connection(mut self) -> Self {
        self.max_carried = MAX_FRAME_LEN;
        self.config.fec = None; // FEC-11
        self.lossy = Lossy::None;
        self
    }

    /// As [`Peer::over_connection`], on a QUIC connection, whose streams have flow control of their own and whose datagrams
    /// can be lost.
    #[must_use]
    pub const fn over_quic(mut self) -> Self {
        self.max_carried = MAX_FRAME_LEN;
        self.has_credit = false;
        self.lossy = Lossy::Datagrams(None);
        self
    }

    /// Tells a peer over QUIC how many bytes a datagram of the connection holds now, if the program sends frames for
    /// [`Carriage::Any`](crate::transport::Carriage::Any) in datagrams: repair is sent for these alone (FEC-27).
    pub const fn set_datagram_room(&mut self, room: Option<usize>) {
        if let Lossy::Datagrams(_) = self.lossy {
            self.lossy = Lossy::Datagrams(room);
        }
    }

    /// The peer's end of the conversation.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether there is a session.
    #[must_use]
    pub const fn is_established(&self) -> bool {
        self.session.is_some()
    }

    /// Whether a stream is open, of either end.
    #[must_use]
    pub fn has_open_streams(&self) -> bool {
        !self.recv_streams.is_empty() || self.send_streams.has_open()
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.out.events.push(event);
    }

    pub(super) fn take_output(&mut self) -> Output {
        std::mem::take(&mut self.out)
    }

    pub(super) fn drop_frame(&mut self, code: RejectCode) {
        self.tell(Event::Dropped { code });
    }

    /// Notes that the other end lives (STM-24).
    pub(super) fn note_accepted(&mut self) {
        self.has_accepted = true;
        if let Some(session) = &mut self.session {
            session.last_accepted = self.clock;
        }
    }

    /// The agreement of the session, if there is one.
    pub(super) fn agreement(&self) -> Option<&Agreement> {
        self.session.as_ref().map(|session| &session.agreement)
    }

    /// Whether nothing can be sealed that must be (HSK-46).
    pub(super) fn is_mute(&self) -> bool {
        let own_crypto = self.agreement().map(|agreement| agreement.own_crypto);
        self.config.require_crypto && own_crypto.is_some_and(|name| name != XCHACHA)
    }

    /// Whether the number of a received frame is looked for and remembered (HSK-35).
    pub(super) const fn is_numbered(&self, is_sealed: bool) -> bool {
        is_sealed || !self.config.require_crypto
    }

    /// Begins a session, or renegotiates the one there is (HSK-17, HSK-25).
    pub(super) fn establish(&mut self, agreement: Agreement, stream_id: u32, other_hash: u32) {
        self.tell(Event::Established(agreement.event()));
        if !agreement.has_rs8() {
            self.end_correction();
        }
        let (own, now) = (self.config.adaptive, self.clock);
        let knew_mux = self.knows_mux();
        let tolerances = match self.session.take() {
            Some(session) => session.tolerances,
            None => own.map(|own| Tolerances::begin(own, now)),
        };
        self.session = Some(Session {
            knows_mux: knew_mux || agreement.mux.is_some(),
            agreement,
            stream_id,
            last_accepted: now,
            other_hash,
            tolerances,
        });
    }

    /// Whether the methods of multiplexing are known (MUX-33).
    pub(super) fn knows_mux(&self) -> bool {
        self.session.as_ref().is_some_and(|it| it.knows_mux)
    }

    /// The tolerances of the session, of a peer that has them.
    pub(super) fn tolerances(&self) -> Option<&Tolerances> {
        self.session.as_ref()?.tolerances.as_ref()
    }

    /// The same, to be changed.
    pub(super) fn tolerances_mut(&mut self) -> Option<&mut Tolerances> {
        self.session.as_mut()?.tolerances.as_mut()
    }

    /// Ends the session with everything that belongs to it (HSK-65, STM-24).
    pub(super) fn end_session(&mut self) {
        self.session = None;
        self.end_correction();
        self.answers = Answers::default();
        self.replay_windows = ReplayWindows::default();
        self.closed_streams = ClosedStreams::default();
        self.recv_streams.clear();
        self.waiting_bytes = 0;
        self.send_numbers.end_session();
        self.out.finished.extend(self.send_streams.stream_ids()); // QUI-12
        self.send_streams = SendStreams::default();
        self.sent_managed = SentManaged::default(); // MUX-29
        self.own_resets = Resets::default();
        self.resets = Resets::default();
        self.failed = FailedStreams::default();
    }

    /// FEC-10.
    fn end_correction(&mut self) {
        self.correction.clear();
        self.sent_groups.clear();
    }

    /// Ends a handshake without agreement. An earlier one holds on (HSK-29, HSK-64).
    pub(super) fn fail(&mut self, code: Cow<'static, str>, reference: Option<Reference>) {
        self.waiting = None;
        self.is_silent = self.session.is_none();
        self.tell(Event::ErrorReceived { code, reference });
    }
}

/// The role and whether there is a session: the rest is secret or long.
impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("role", &self.role)
            .field("is_established", &self.is_established())
            .finish_non_exhaustive()
    }
}

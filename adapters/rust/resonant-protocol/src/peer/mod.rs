//! Peers: the handshake, single messages and streams between two addresses, without input and output (HSK, STM).
//!
//! A [`Peer`] is one conversation with one remote address. It is given what was received, what is asked for and
//! what time it is, and gives datagrams to send and [`Event`]s. Time is in milliseconds from any beginning; it
//! never goes back. Nothing that is received makes it panic or hold more than its limits allow.
//!
//! ```
//! use resonant_protocol::peer::*;
//! use resonant_protocol::*;
//!
//! # fn main() -> std::result::Result<(), FrameError> {
//! let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
//! let config = Config {
//!     embedding_space_id: "demo".to_owned(),
//!     space_hash32: space_hash32("demo", "gpt", "v1")?,
//!     d_model: 2048,
//!     modality: names(&["text"]),
//!     compress: names(&["zstd", "none"]),
//!     crypto: names(&["none"]),
//!     dtype: names(&["f16"]),
//!     critique: false,
//!     require_crypto: false,
//!     key: None,
//!     salt: [0; 16], // with a key: drawn at random
//! };
//! let mut server = Peer::new(Role::Server, config.clone(), 0)?;
//! let mut client = Peer::new(Role::Client, config, 0)?;
//!
//! let ping = client.ping(1, 0)?;
//! let capability = server.receive(&ping.datagrams[0], 5);
//! let answered = client.receive(&capability.datagrams[0], 10);
//! assert!(matches!(answered.events[..], [Event::Established(_)]));
//!
//! let data = TensorData::F16 { values: vec![0; 4096] };
//! let hidden = Tensor { dims: vec![1, 2048], data };
//! let think = Message::Think { hidden }.to_frame(Modality::Text)?;
//! let sent = client.send(1, think, 20)?;
//! let received = server.receive(&sent.datagrams[0], 25);
//! assert!(matches!(&received.events[..], [Event::Message(frame)] if frame.hdr.frame_seq == 1));
//! # Ok(())
//! # }
//! ```

mod agreement;
mod client;
mod config;
mod counters;
mod data;
mod emit;
mod event;
mod fault;
mod incoming;
mod members;
mod outgoing;
mod receive;
mod recent;
mod requests;
mod server;
mod streams;
mod sync_read;
mod sync_write;
mod tails;
mod timers;
mod window;

use std::collections::BTreeMap;
use std::fmt;

pub use config::{Config, Role};
pub use event::{Announce, Established, Event, Mismatch, Output, Reference};

use crate::error::{FrameError, RejectCode};
use agreement::Agreement;
use client::Waiting;
use counters::{Counters, Limit};
use incoming::Incoming;
use outgoing::Outbox;
use server::Answers;
use window::Windows;

/// One end of a conversation with one remote address.
pub struct Peer {
    role: Role,
    config: Config,
    /// The latest time that it was told.
    clock: u64,
    /// What the call in progress gives.
    out: Output,
    session: Option<Session>,
    /// A client's ping without an answer.
    waiting: Option<Waiting>,
    /// Whether a client's handshake failed and left no session (HSK-29).
    is_silent: bool,
    answers: Answers,
    sent: Counters,
    /// When a frame was last sent.
    last_sent: u64,
    replies: Limit,
    repairs: Limit,
    windows: Windows,
    /// The other end's open streams.
    incoming: BTreeMap<u32, Incoming>,
    /// Bytes of the frames that wait in them (STM-8).
    held: usize,
    outbox: Outbox,
}

/// What holds from an establishment to a loss.
struct Session {
    agreement: Agreement,
    /// That of the last handshake (STM-22).
    stream_id: u32,
    last_accepted: u64,
}

impl Peer {
    /// A peer that has said nothing yet. A client begins with [`Peer::ping`].
    ///
    /// # Errors
    /// `FIELD_RANGE` for a `d_model` that is not in 1 to 9007199254740991, `FRAME_TOO_LARGE` for values that
    /// no ping or capability could carry (HSK-1).
    pub fn new(role: Role, config: Config, now_ms: u64) -> Result<Self, FrameError> {
        if !(1..=9_007_199_254_740_991).contains(&config.d_model) {
            let detail = format!("d_model is {}", config.d_model);
            return Err(FrameError::new(RejectCode::FieldRange, "FRM-36", detail));
        }
        if !members::is_space_id(&config.embedding_space_id) {
            let detail = "embedding_space_id has more than 1,024 characters".to_owned();
            return Err(FrameError::new(RejectCode::FieldRange, "FRM-36", detail));
        }
        emit::check_size(&config)?;
        Ok(Self {
            role,
            config,
            clock: now_ms,
            out: Output::default(),
            session: None,
            waiting: None,
            is_silent: false,
            answers: Answers::default(),
            sent: Counters::default(),
            last_sent: now_ms,
            replies: Limit::default(),
            repairs: Limit::default(),
            windows: Windows::default(),
            incoming: BTreeMap::new(),
            held: 0,
            outbox: Outbox::default(),
        })
    }

    /// Which end it is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether there is a session.
    #[must_use]
    pub const fn is_established(&self) -> bool {
        self.session.is_some()
    }

    fn tell(&mut self, event: Event) {
        self.out.events.push(event);
    }

    fn take_output(&mut self) -> Output {
        std::mem::take(&mut self.out)
    }

    /// Begins a session, or renegotiates the one there is (HSK-17, HSK-25).
    fn establish(&mut self, agreement: Agreement, stream_id: u32) {
        self.tell(Event::Established(agreement.event()));
        self.session = Some(Session {
            agreement,
            stream_id,
            last_accepted: self.clock,
        });
    }

    /// Ends the session with everything that belongs to it (HSK-30, STM-24).
    fn end_session(&mut self) {
        self.session = None;
        self.answers = Answers::default();
        self.windows = Windows::default();
        self.incoming.clear();
        self.held = 0;
        self.sent.end_session();
        self.outbox = Outbox::default();
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

//! Peers: the handshake, single messages and streams of one connection, without input and output (HSK, STM).
//!
//! A [`Peer`] is one end of one connection; [`crate::endpoint`] has one for each link. It is given what was received,
//! what is asked for and what time it is, and gives datagrams to send and [`Event`]s. Time is in milliseconds from any beginning; it
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
//!     mux: None,
//!     fec: None,
//!     repair: None,
//!     adaptive: None,
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

#![deny(clippy::arithmetic_side_effects, clippy::unreachable)]

mod adaptive_requests;
mod carriages;
mod config;
mod correction;
mod emit;
mod event;
mod handshake;
mod managing;
mod mux_requests;
mod rate_limit;
mod receive;
mod request_checks;
mod requests;
mod spares;
mod state;
mod stream;
mod streams;
mod sync;
mod timers;
mod tolerances;

pub use adaptive_requests::{AdaptiveMessage, AdaptiveTensor};
pub use config::{Adaptive, Config, Mux, RepairGroups, Role};
pub use event::{Announce, Established, Event, Mismatch, Output, Reference};
pub use state::Peer;

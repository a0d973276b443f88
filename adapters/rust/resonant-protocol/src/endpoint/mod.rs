//! One end of any number of connections, without input and output: a [`Peer`](crate::peer::Peer) for each link.
//!
//! A *link* is whatever a program tells connections apart by: over UDP the remote address. An [`Endpoint`] is given
//! the datagrams of links, what is asked for and what time it is, and gives [`Outputs`]: datagrams to send and events,
//! each with its link. It opens no socket, reads no clock and draws nothing at random; salts are passed in.
//!
//! Nothing that is received makes it panic, and it remembers no more than its limit of connections, each within the
//! limits of a peer. What a call gives is the caller's: nothing waits in an endpoint to be fetched.
//!
//! ```
//! use resonant_protocol::endpoint::Endpoint;
//! use resonant_protocol::peer::{Config, Event, Role};
//! use resonant_protocol::*;
//!
//! # fn main() -> std::result::Result<(), FrameError> {
//! # let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
//! # let config = Config {
//! #     embedding_space_id: "demo".to_owned(),
//! #     space_hash32: space_hash32("demo", "gpt", "v1")?,
//! #     d_model: 2048,
//! #     modality: names(&["text"]),
//! #     compress: names(&["zstd", "none"]),
//! #     crypto: names(&["none"]),
//! #     dtype: names(&["f16"]),
//! #     critique: false,
//! #     require_crypto: false,
//! #     key: None,
//! #     salt: [0; 16],
//! #     mux: None,
//! #     fec: None,
//! #     repair: None,
//! #     adaptive: None,
//! # };
//! // With a key, every salt is drawn at random: getrandom::fill is good for it.
//! let salts = |first: u8| (first..).map(|number| [number; 16]);
//! let mut server = Endpoint::new(Role::Server, config.clone(), salts(0))?;
//! let mut client = Endpoint::new(Role::Client, config, salts(100))?;
//!
//! // Each end has its own name for the link between them.
//! let pinged = client.connect("the server", 1, 0)?;
//! let answered = server.receive("a client", &pinged.datagrams[0].1, 5);
//! assert!(matches!(answered.events[..], [("a client", Event::Established(_))]));
//! let agreed = client.receive("the server", &answered.datagrams[0].1, 10);
//! assert!(matches!(agreed.events[..], [("the server", Event::Established(_))]));
//!
//! let data = TensorData::F16 { values: vec![0; 4096] };
//! let think = Message::Think { hidden: Tensor { dims: vec![1, 2048], data } }.to_frame(Modality::Text)?;
//! let sent = client.request(&"the server", |peer| peer.send(1, think, 20))?;
//! let received = server.receive("a client", &sent.datagrams[0].1, 25);
//! assert!(matches!(received.events[..], [("a client", Event::Message(_))]));
//!
//! // A program waits for a datagram or until then, and in any case calls one of the two.
//! assert_eq!(server.deadline_ms(), Some(15_005));
//! let beaten = server.advance(15_005);
//! assert_eq!(beaten.datagrams.len(), 1);
//! # Ok(())
//! # }
//! ```

#![deny(clippy::arithmetic_side_effects, clippy::unreachable)]

mod connections;
mod links;
mod outputs;
mod quic;
mod streams;

pub use crate::limits::MAX_CONNECTIONS;
pub use links::Endpoint;
pub use outputs::{Carried, Outputs};

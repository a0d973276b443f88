//! TCP for programs: an [`Endpoint`](crate::endpoint::Endpoint) with sockets, threads and a clock around it. The feature
//! `quic` adds `QuicEndpoint`, the same over QUIC in a runtime of tokio.
//!
//! [`TcpEndpoint`] is a server ([`TcpEndpoint::listen`]) or a client ([`TcpEndpoint::connect`]). A program asks it for
//! [events](TcpEndpoint::next_event), which is when everything happens, and has its peers [do
//! things](TcpEndpoint::request).
//!
//! ```
//! use resonant_protocol::net::TcpEndpoint;
//! use resonant_protocol::peer::{Config, Event};
//! use resonant_protocol::*;
//!
//! # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
//! # let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
//! # let config = Config {
//! #     embedding_space_id: "demo".to_owned(),
//! #     space_hash32: 0,
//! #     d_model: 2048,
//! #     modality: names(&["text"]),
//! #     compress: names(&["none"]),
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
//! let mut server = TcpEndpoint::listen("127.0.0.1:0", config.clone(), salts(0))?;
//! let address = server.local_addr();
//! let answering = std::thread::spawn(move || loop {
//!     if let Some((from, Event::Message(think))) = server.next_event(None) {
//!         return (from, think);
//!     }
//! });
//!
//! let (mut client, link) = TcpEndpoint::connect(address, config, salts(100), 1)?;
//! while !matches!(client.next_event(None), Some((_, Event::Established(_)))) {}
//! let data = TensorData::F16 { values: vec![0; 4096] };
//! let think = Message::Think { hidden: Tensor { dims: vec![1, 2048], data } }.to_frame(Modality::Text)?;
//! client.request(&link, |peer, now_ms| peer.send(3, think, now_ms))?;
//! assert_eq!(answering.join().unwrap().1.hdr.stream_id, 3);
//! # Ok(())
//! # }
//! ```

mod late;
mod line;
#[cfg(feature = "quic")]
mod quic;
mod shared;
mod tcp;

#[cfg(feature = "quic")]
pub use quic::{client_tls, server_tls, QuicDone, QuicEndpoint, QuicLines, QuicLink, QuicNews};
pub use tcp::TcpEndpoint;

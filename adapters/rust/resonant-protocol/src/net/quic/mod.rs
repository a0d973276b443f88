//! QUIC for programs, by quinn: an [`Endpoint`](crate::endpoint::Endpoint) with connections, tasks and a clock around it.

mod endpoint;
mod line;
mod lines;
mod news;
mod tasks;
mod tls;

pub use endpoint::QuicEndpoint;
pub use line::QuicDone;
pub use lines::QuicLines;
pub use news::{QuicLink, QuicNews};
pub use tls::{client_tls, server_tls};

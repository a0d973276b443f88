//! Received frames, from the datagram to what they change (section 4 of the handshake specification).

mod arrival;
mod client;
mod data;
mod dispatch;
mod head;
mod server;
mod tail;
mod verdict;

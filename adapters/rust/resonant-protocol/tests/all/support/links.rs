//! Helpers for the tests of endpoints: endpoints whose links are numbers, and what their other ends send.

use resonant_protocol::crypto::Salt;
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::{Config, Event, Role};

use super::talk;

/// Salts that tell which of them it is: 1, 2, and so on, sixteen times.
pub fn salts() -> impl Iterator<Item = Salt> + Send {
    (1..=u8::MAX).cycle().map(|number| [number; 16])
}

pub fn endpoint<L: Ord + Clone>(role: Role, config: Config) -> Endpoint<L> {
    Endpoint::new(role, config, salts()).expect("a configuration")
}

pub fn server() -> Endpoint<u16> {
    endpoint(Role::Server, talk::config())
}

pub fn client<L: Ord + Clone>() -> Endpoint<L> {
    endpoint(Role::Client, talk::config())
}

pub fn known<L: Ord + Clone>(endpoint: &Endpoint<L>) -> Vec<L> {
    endpoint.links().cloned().collect()
}

/// A ping as another implementation would send it, with the first number of this stream.
pub fn ping(stream_id: u32) -> Vec<u8> {
    talk::wire_sync(r#"{"method":"ping","ts":0}"#, stream_id, 0)
}

pub fn datagrams<L>(outputs: Outputs<L>) -> Vec<Vec<u8>> {
    let datagrams = outputs.datagrams.into_iter();
    datagrams.map(|(_, datagram)| datagram).collect()
}

/// The links of sessions that ended.
pub fn lost<L: Clone>(outputs: &Outputs<L>) -> Vec<L> {
    let lost = outputs.events.iter().filter(|(_, it)| *it == Event::Lost);
    lost.map(|(link, _)| link.clone()).collect()
}

/// Hands what one end gives to the other, which knows the way between them by `link`.
pub fn carry<L: Ord + Clone, M>(
    sent: &Outputs<M>,
    to: &mut Endpoint<L>,
    link: &L,
    now: u64,
) -> Outputs<L> {
    let mut all = Outputs::default();
    for (_, datagram) in &sent.datagrams {
        let outputs = to.receive(link.clone(), datagram, now);
        all.datagrams.extend(outputs.datagrams);
        all.events.extend(outputs.events);
    }
    all
}

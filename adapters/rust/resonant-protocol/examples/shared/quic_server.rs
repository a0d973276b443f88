//! The server over QUIC: the certificate, and the same conversation on the connections of quinn.

use std::error::Error;
use std::io;
use std::path::Path;

use resonant_protocol::net::QuicEndpoint;
use resonant_protocol::peer::Event;
use tokio::runtime::Builder;

use crate::arguments::Arguments;
use crate::{certificate, setup};

/// The server: writes a certificate to the file and prints what happens.
pub fn receive(
    arguments: &Arguments,
    file: &Path,
    unbound: impl Fn(io::Error) -> io::Error,
) -> Result<(), Box<dyn Error>> {
    let tls = certificate::written(file)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = QuicEndpoint::listen(arguments.addr, tls, setup::config(), setup::salts());
        let mut server = server.map_err(unbound)?;
        setup::print_line(&format!("listening on {}", server.local_addr()?))?;
        let mut left = arguments.count;
        while left != Some(0) {
            let (link, event) = server.next_event().await;
            setup::print_event(link.remote, &event)?;
            if matches!(event, Event::Message(_)) {
                left = left.map(|left| left.saturating_sub(1));
            }
        }
        server.close().await;
        Ok(())
    })
}

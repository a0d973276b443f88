//! The server over QUIC: the certificate, and the same conversation on the connections of quinn.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use resonant_protocol::net::{server_tls, QuicEndpoint};
use resonant_protocol::peer::Event;
use tokio::runtime::Builder;

use crate::arguments::Arguments;
use crate::setup;

/// The name that the certificate is for, whatever the address is.
const NAME: &str = "localhost";

/// The server: writes a certificate to the file and prints what happens.
pub fn receive(
    arguments: &Arguments,
    file: &Path,
    unbound: impl Fn(io::Error) -> io::Error,
) -> Result<(), Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let written = fs::write(file, &certificate);
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let tls = server_tls(certificate.as_bytes(), key.as_bytes())?;
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

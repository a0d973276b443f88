//! The certificate that a client over QUIC trusts, as a server has written it.

use std::error::Error;
use std::fs;
use std::path::Path;

use quinn::rustls::ClientConfig;
use resonant_protocol::net::client_tls;

/// The name that the certificate is for, whatever the address is.
pub const NAME: &str = "localhost";

/// Trusts the certificate in the file.
pub fn read(file: &Path) -> Result<ClientConfig, Box<dyn Error>> {
    let trusted = fs::read(file);
    let trusted = trusted.map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    Ok(client_tls(&trusted)?)
}

//! The certificate that a server over QUIC shows: a new one, which is written where its clients look.

use std::error::Error;
use std::fs;
use std::path::Path;

use quinn::rustls::ServerConfig;
use resonant_protocol::net::server_tls;

/// The name that the certificate is for, whatever the address is.
const NAME: &str = "localhost";

/// Makes a certificate, and writes it to the file without its key.
pub fn written(file: &Path) -> Result<ServerConfig, Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let written = fs::write(file, &certificate);
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    Ok(server_tls(certificate.as_bytes(), key.as_bytes())?)
}

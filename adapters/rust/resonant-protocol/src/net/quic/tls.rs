//! The TLS of QUIC connections, and their transport parameters (QUI-1, QUI-2, QUI-16).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{HandshakeData, QuicClientConfig, QuicServerConfig};
use quinn::rustls::crypto::ring::default_provider;
use quinn::rustls::pki_types::pem::PemObject;
use quinn::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use quinn::rustls::version::TLS13;
use quinn::rustls::{self, RootCertStore};
use quinn::{IdleTimeout, TransportConfig, VarInt};

/// The protocol that both ends negotiate.
const ALPN: &[u8] = b"resonant/1";
/// Main, and one more, so that it is seen and closed with the connection (QUI-11).
const BIDI_STREAMS: u32 = 2;
const UNI_STREAMS: u32 = 128;
const STREAM_BYTES: u32 = 4 << 20;
const CONNECTION_BYTES: u32 = 16 << 20;
const IDLE: Duration = Duration::from_secs(90);
/// Between two PINGs of a connection on which nothing else is sent.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// TLS of a server that shows these certificates, its own first, for which it has this key; both PEM.
///
/// # Errors
/// If they cannot be read, or do not belong together.
pub fn server_tls(certificates: &[u8], key: &[u8]) -> io::Result<rustls::ServerConfig> {
    let chain = read_certificates(certificates)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(io::Error::other)?;
    rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(io::Error::other)
}

/// TLS of a client that trusts these certificates, PEM, and those that they vouch for.
///
/// # Errors
/// If they cannot be read.
pub fn client_tls(trusted: &[u8]) -> io::Result<rustls::ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(trusted)? {
        roots.add(certificate).map_err(io::Error::other)?;
    }
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13])
        .map_err(io::Error::other)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn read_certificates(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = read.map_err(io::Error::other)?;
    if certificates.is_empty() {
        return Err(io::Error::other("there is no certificate in the PEM"));
    }
    Ok(certificates)
}

/// Whatever a program sets, frames are neither sent nor taken before the handshake is over (QUI-2).
pub(super) fn server_config(mut tls: rustls::ServerConfig) -> io::Result<quinn::ServerConfig> {
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.max_early_data_size = 0;
    let crypto = QuicServerConfig::try_from(tls).map_err(io::Error::other)?;
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
    config.transport_config(Arc::new(transport()));
    Ok(config)
}

pub(super) fn client_config(mut tls: rustls::ClientConfig) -> io::Result<quinn::ClientConfig> {
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.enable_early_data = false;
    let crypto = QuicClientConfig::try_from(tls).map_err(io::Error::other)?;
    let mut config = quinn::ClientConfig::new(Arc::new(crypto));
    config.transport_config(Arc::new(transport()));
    Ok(config)
}

fn transport() -> TransportConfig {
    let mut config = TransportConfig::default();
    config
        .max_concurrent_bidi_streams(VarInt::from_u32(BIDI_STREAMS))
        .max_concurrent_uni_streams(VarInt::from_u32(UNI_STREAMS))
        .stream_receive_window(VarInt::from_u32(STREAM_BYTES))
        .receive_window(VarInt::from_u32(CONNECTION_BYTES))
        .max_idle_timeout(IdleTimeout::try_from(IDLE).ok())
        .keep_alive_interval(Some(KEEP_ALIVE));
    config
}

/// Whether both ends negotiated the protocol.
pub(super) fn is_ours(connection: &quinn::Connection) -> bool {
    let data = connection.handshake_data();
    let data = data.and_then(|data| data.downcast::<HandshakeData>().ok());
    data.is_some_and(|data| data.protocol.as_deref() == Some(ALPN))
}

"""Certificates for QUIC, which goes over TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

WITHOUT = "QUIC needs aioquic; pip install 'resonant-conformance[quic]'"
LOCALHOST = "localhost"


class MissingLibraryError(ImportError):
    """A transport needs a library that is not installed; the text says what to install."""


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM texts. A server has a certificate and its key, a client the certificates that it trusts, or the system's.

    server_name: the name that the server's certificate is for, if not the host that a client connects to.
    """

    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    trust: bytes = b""
    server_name: str = ""


def self_signed(name: str = LOCALHOST, days: int = 1) -> Tls:
    """A new certificate and its key that nobody has signed, for trials: whoever connects has to trust it by itself.

    Raises MissingLibraryError.
    """
    try:
        from cryptography import x509  # noqa: PLC0415 - it comes with aioquic
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import NameOID  # noqa: PLC0415
    except ImportError as error:
        raise MissingLibraryError(WITHOUT) from error
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = made.public_bytes(serialization.Encoding.PEM)
    return Tls(pem, key.private_bytes(*form), pem, name)

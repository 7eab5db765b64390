"""Certificates for servers on loopback, right and wrong ones."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """An authority of its own; `file` is what has to be trusted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Test authority")
        self.file = folder / "authority.pem"
        own = _builder(self._name, self._name, self._key, timedelta(days=1)).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def context(
        self, host: str = "127.0.0.1", *, ends_in: timedelta = timedelta(days=1)
    ) -> ssl.SSLContext:
        """For a server whose certificate is for `host` and was made by this authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(_name(host), self._name, key, ends_in).add_extension(
            x509.SubjectAlternativeName([_alternative(host)]), critical=False
        )
        return _context(self._folder, made.sign(self._key, hashes.SHA256()), key)


def self_signed(folder: Path) -> ssl.SSLContext:
    """For a server that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("127.0.0.1")
    made = _builder(name, name, key, timedelta(days=1)).sign(key, hashes.SHA256())
    return _context(folder, made, key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    ends_in: timedelta,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + ends_in)
    )


def _context(
    folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> ssl.SSLContext:
    path = folder / "server.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(plain + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

"""A certificate authority that lives as long as a test run, for upstreams over TLS."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    """Signs server certificates; `path` is its own certificate, for those who shall trust it."""

    path: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def create(cls, path: Path) -> "Authority":
        """Make a new authority whose certificate is at `path`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Tests")
        authority = cls(path, key, name)
        certificate = authority._sign(name, key, x509.BasicConstraints(ca=True, path_length=0))
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return authority

    def server_context(self, host: str = "localhost") -> ssl.SSLContext:
        """Return the context of a server with a certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(_name(host), key, x509.SubjectAlternativeName([x509.DNSName(host)]))
        chain = self.path.with_name(f"{host}-{certificate.serial_number}.pem")
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self.key, hashes.SHA256())
        )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

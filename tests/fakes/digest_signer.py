"""Signers of digests: one as KMS is, and a quick one for the trails that tests tamper with by the thousand."""

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.domain.audit.signature import ECDSA_SHA_256, Signed


@dataclass(frozen=True)
class EcdsaSigner:
    """Implements `Signer` with a private key of its own."""

    key_id: str = "alias/digests"
    algorithm: str = ECDSA_SHA_256
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        """Return the signature, in DER."""
        return self.private_key.sign(message, ec.ECDSA(SHA256()))

    def public_key(self, encoding: Encoding = Encoding.PEM) -> bytes:
        """Return the public key."""
        return self.private_key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class QuickSigner:
    """Implements `Signer` and `SignatureCheck` with a secret that both sides know."""

    key_id: str = "quick"
    algorithm: str = "HMAC"

    def sign(self, message: bytes) -> bytes:
        """Return a keyed hash in place of a signature."""
        return hmac.digest(self.key_id.encode(), message, hashlib.sha256)

    def holds(self, signed: Signed) -> bool:
        """Tell whether this signer has signed these very bytes."""
        return hmac.compare_digest(signed.signature, self.sign(signed.canonical))

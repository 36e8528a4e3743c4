"""Public keys of digests, through `cryptography`: what they verify is what KMS signs with `ECC_NIST_P256`, `ECDSA_SHA_256`."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from chalicelib.domain.audit.signature import ECDSA_SHA_256, Signed
from chalicelib.values import dataclass

PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Implements `SignatureCheck`: the keys that digests may be signed with, the present one and those before it.

    What a digest says of its key is not believed: each trusted key is tried.
    """

    keys: Sequence[ec.EllipticCurvePublicKey]

    @classmethod
    def read(cls, *keys: bytes) -> "TrustedKeys":
        """Return the keys of PEM texts, or of the DER that KMS's GetPublicKey answers.

        Raises:
            ValueError: one of them is no public key on P-256.
        """
        return cls([_read(key) for key in keys])

    def holds(self, signed: Signed) -> bool:
        """Tell whether a trusted key has signed these very bytes."""
        return signed.algorithm == ECDSA_SHA_256 and any(_has_signed(key, signed) for key in self.keys)


def pem_of(encoded: bytes) -> bytes:
    """Return a public key as a text (PEM).

    Raises:
        ValueError: it is no public key on P-256.
    """
    return _read(encoded).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _read(encoded: bytes) -> ec.EllipticCurvePublicKey:
    load = load_pem_public_key if encoded.startswith(PEM) else load_der_public_key
    key = load(encoded)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("digests are signed by a key on P-256")  # noqa: TRY004 (what the bytes say, not their type)
    return key


def _has_signed(key: ec.EllipticCurvePublicKey, signed: Signed) -> bool:
    try:
        key.verify(signed.signature, signed.canonical, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True

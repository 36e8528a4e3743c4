"""Signatures over digests: ECDSA on P-256 with SHA-256, as a KMS key `ECC_NIST_P256` makes them."""

from typing import Protocol

from chalicelib.values import dataclass

ECDSA_SHA_256 = "ECDSA_SHA_256"  # as KMS calls it: DER, over the SHA-256 of the message


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes and a signature over them; `key_id` and `algorithm` say what the signer says of itself, which proves nothing."""

    canonical: bytes
    signature: bytes
    key_id: str
    algorithm: str


class Signer(Protocol):
    """Signs with a key that is never seen."""

    @property
    def key_id(self) -> str:
        """Return the name of the key."""
        ...

    @property
    def algorithm(self) -> str:
        """Return the name of the algorithm."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message of at most 4,096 bytes, which is as much as KMS takes."""
        ...


class SignatureCheck(Protocol):
    """Knows which keys are trusted."""

    def holds(self, signed: Signed) -> bool:
        """Tell whether a trusted key has signed these very bytes; it never raises."""
        ...


def sign(canonical: bytes, signer: Signer) -> Signed:
    """Return bytes with their signature."""
    return Signed(canonical, signer.sign(canonical), signer.key_id, signer.algorithm)

"""Public keys of digests: what a trusted key has signed holds, and nothing else does."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.adapters.digest_keys import TrustedKeys
from chalicelib.domain.audit.signature import Signed, sign
from tests.fakes.digest_signer import EcdsaSigner

SIGNER, LATER, STRANGER = EcdsaSigner(), EcdsaSigner(), EcdsaSigner()
SIGNED = sign(b"a digest", SIGNER)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_what_the_trusted_key_has_signed_holds(encoding: Encoding) -> None:
    """Read the key as a file has it, and as KMS answers it."""
    assert TrustedKeys.read(SIGNER.public_key(encoding)).holds(SIGNED)


def test_a_key_that_was_replaced_is_still_trusted() -> None:
    """Trust two keys."""
    keys = TrustedKeys.read(LATER.public_key(), SIGNER.public_key())
    assert keys.holds(SIGNED)
    assert keys.holds(sign(b"a later digest", LATER))


@pytest.mark.parametrize(
    "signed",
    [
        replace(SIGNED, canonical=b"a Digest"),
        replace(SIGNED, signature=SIGNED.signature[:-1] + bytes([SIGNED.signature[-1] ^ 1])),
        replace(SIGNED, signature=b""),
        replace(SIGNED, algorithm="RSASSA_PSS_SHA_256"),
        sign(b"a digest", STRANGER),
    ],
    ids=["changed bytes", "changed signature", "no signature", "another algorithm", "another key of the same name"],
)
def test_nothing_else_holds(signed: Signed) -> None:
    """Change the bytes, the signature, the algorithm and the key."""
    assert not TrustedKeys.read(SIGNER.public_key()).holds(signed)
    assert not TrustedKeys.read().holds(SIGNED)


def test_keys_of_another_kind_are_refused() -> None:
    """Read a key on another curve, one of RSA, and none."""
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    curve, other_kind = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)
    for other in (curve.public_key(), other_kind.public_key()):
        with pytest.raises(ValueError, match=r"^digests are signed by a key on P-256$"):
            TrustedKeys.read(other.public_bytes(*spki))
    with pytest.raises(ValueError, match="key"):
        TrustedKeys.read(b"no key")

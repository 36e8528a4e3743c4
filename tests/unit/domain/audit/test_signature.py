"""Signing a digest: what was signed stands beside what its signer says of itself."""

from chalicelib.domain.audit.signature import Signed, sign
from tests.fakes.digest_signer import QuickSigner


def test_bytes_are_signed_as_they_are() -> None:
    """Sign with a signer that can be computed beside."""
    signer = QuickSigner("key-1", "HMAC")
    assert sign(b"a digest", signer) == Signed(b"a digest", signer.sign(b"a digest"), "key-1", "HMAC")

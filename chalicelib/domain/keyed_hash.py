"""Keyed hashes (HMAC-SHA-256): a bare hash of ten digits or of a small id can be read back by trying them all."""

import base64
import hashlib
import hmac
from typing import NoReturn

from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.canonical import Canonical, canonical_bytes


class HmacKey:
    """A secret with a public id; it never shows itself in `repr`.

    The id is derived from the secret, so a rotated key is told apart without another setting to keep right.
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.id = hmac.digest(secret, b"switchboard key id", hashlib.sha256).hex()[:8]

    def __repr__(self) -> str:
        return f"HmacKey(id={self.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the key of the keyed hashes is not written anywhere")

    def digest(self, purpose: str, *parts: Canonical) -> str:
        """Return `<key id>:<base64url>` over a purpose and its parts; equal parts under two purposes differ."""
        message = canonical_bytes([purpose, *parts])
        told = base64.urlsafe_b64encode(hmac.digest(self._secret, message, hashlib.sha256))
        return f"{self.id}:{told.rstrip(b'=').decode()}"

    def derived(self, purpose: str) -> bytes:
        """Return 32 bytes that are a key for one purpose, and tell nothing of this one or of those for others."""
        return hmac.digest(self._secret, canonical_bytes(["derived key", purpose]), hashlib.sha256)

    def made(self, digest: str) -> bool:
        """Tell whether this is the key that a digest names."""
        return digest.partition(":")[0] == self.id

    def fingerprint(self, request: BookingRequest) -> str:
        """Return the fingerprint of a validated request; spacing, member order and `32` against `32.00` are equal."""
        document = request.written(nulls=False)
        document["Credits"] = format(request.credits.normalize(), "f")
        document["Method"] = int(request.method)
        return self.digest("fingerprint", document)

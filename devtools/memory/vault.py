"""A vault in memory: it really seals, by a scheme of its own, and always in the same way."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from chalicelib.application.ports import AccountSeal
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline
from devtools.memory.register import InMemoryRegister

NONCE_LENGTH, TAG_LENGTH = 8, 32


class InMemoryVault:
    """Implements `Vault`. Equal runs give equal texts; `nonces` are counted unless they are given.

    Whoever it unlocks for has a row in `register`.
    """

    def __init__(self, nonces: Iterator[int] | None = None, register: InMemoryRegister | None = None) -> None:
        self.register = register
        self._erasures: dict[int, int] = {}
        self._nonces = count() if nonces is None else nonces

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account."""
        require_deadline(deadline)
        if self.register is not None:
            self.register.make(account, deadline)
        key = f"{account}, erased {self._erasures.get(account, 0)} times".encode()
        return _Seal(hashlib.sha256(key).digest(), self._nonces)

    def erase(self, account: int, deadline: Deadline) -> None:
        """Replace the key of an account."""
        require_deadline(deadline)
        self._erasures[account] = self._erasures.get(account, 0) + 1


@dataclass(frozen=True, slots=True)
class _Seal:
    """Text = base64url of nonce, plaintext XOR a keyed stream, HMAC of all of it and of the purpose."""

    key: bytes
    nonces: Iterator[int]

    def seal(self, plaintext: bytes, purpose: str) -> str:
        nonce = next(self.nonces).to_bytes(NONCE_LENGTH)
        body = nonce + self._masked(plaintext, nonce)
        return base64.urlsafe_b64encode(body + self._tag(body, purpose)).decode()

    def open(self, sealed: str, purpose: str) -> bytes:
        try:
            raw = base64.urlsafe_b64decode(sealed)
        except ValueError as error:
            raise SealBrokenError("this is no sealed text") from error
        body, tag = raw[:-TAG_LENGTH], raw[-TAG_LENGTH:]
        is_spelled_right = base64.urlsafe_b64encode(raw).decode() == sealed
        if not is_spelled_right or not hmac.compare_digest(tag, self._tag(body, purpose)):
            raise SealBrokenError("this was not sealed here, or it was changed")
        return self._masked(body[NONCE_LENGTH:], body[:NONCE_LENGTH])

    def _masked(self, text: bytes, nonce: bytes) -> bytes:
        stream = hashlib.shake_256(self.key + nonce).digest(len(text))
        return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))

    def _tag(self, body: bytes, purpose: str) -> bytes:
        return hmac.digest(self.key, body + b"|" + purpose.encode(), hashlib.sha256)

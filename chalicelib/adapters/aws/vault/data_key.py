"""The plaintext data key of one account, in memory for minutes."""

import hashlib
import hmac

SECRET_LENGTH = 32  # AES-256
ID_LENGTH = 8


class DataKey:
    """A secret with a public id; it never shows itself in `repr`, `str`, logs or tracebacks.

    The id is derived from the secret, so a key that came out of its wrapping changed is told apart at once.
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_LENGTH:
            msg = f"a data key has {SECRET_LENGTH} bytes"
            raise ValueError(msg)
        self._secret = secret
        self.id = hmac.digest(secret, b"switchboard data key id", hashlib.sha256)[:ID_LENGTH]

    def reveal(self) -> bytes:
        """Return the secret, for the cipher and nothing else."""
        return self._secret

    def __repr__(self) -> str:
        return f"DataKey(id={self.id.hex()!r})"

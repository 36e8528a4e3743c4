"""Sealing by AES-256-GCM: what is sealed cannot be read, changed, or passed off as another account's or purpose's.

The text is base64url, without padding, of: format version (1 byte), key id (8), nonce (12), ciphertext with its tag (16).
"""

import base64
from collections.abc import Callable

from chalicelib.adapters.aws.vault.data_key import ID_LENGTH, DataKey
from chalicelib.domain.errors import SealBrokenError
from chalicelib.values import dataclass

FORMAT = b"\x01"
ACCOUNT_LENGTH = 8
# Nonces are random, so two equal ones are a matter of chance. NIST SP 800-38D (8.3) allows 2**32 messages under one key:
# an account that books thirty times a day, at a handful of sealed texts each, needs tens of thousands of years for that.
NONCE_LENGTH = 12
TAG_LENGTH = 16
HEADER_LENGTH = len(FORMAT) + ID_LENGTH
BODY_AT = HEADER_LENGTH + NONCE_LENGTH
SHORTEST = BODY_AT + TAG_LENGTH

# `cryptography` takes about 10 ms to import: inside the methods, so that only a call that seals or opens pays for it.


@dataclass(frozen=True, slots=True)
class AesGcmSeal:
    """An AccountSeal under one data key; `random_bytes` returns that many fresh random bytes."""

    account: int
    key: DataKey
    random_bytes: Callable[[int], bytes]

    def seal(self, plaintext: bytes, purpose: str) -> str:
        """Return the sealed text, bound to the account and to `purpose`."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (see above)

        header = FORMAT + self.key.id
        nonce = self.random_bytes(NONCE_LENGTH)
        ciphertext = AESGCM(self.key.reveal()).encrypt(nonce, plaintext, self._bound(header, purpose))
        return _text(header + nonce + ciphertext)

    def open(self, sealed: str, purpose: str) -> bytes:
        """Return what was sealed.

        Raises:
            SealBrokenError: not sealed by this key for this purpose and account, or changed since.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 (see above)
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (see above)

        raw = _bytes(sealed)
        header, nonce, ciphertext = raw[:HEADER_LENGTH], raw[HEADER_LENGTH:BODY_AT], raw[BODY_AT:]
        if len(raw) < SHORTEST or header != FORMAT + self.key.id:
            raise _broken()
        try:
            return AESGCM(self.key.reveal()).decrypt(nonce, ciphertext, self._bound(header, purpose))
        except InvalidTag as error:
            raise _broken() from error

    def _bound(self, header: bytes, purpose: str) -> bytes:
        """Return what is authenticated beside the text; all parts but the last have a fixed length, so none can shift."""
        return header + self.account.to_bytes(ACCOUNT_LENGTH) + purpose.encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Return the bytes of a text that is spelled as `_text` spells it; base64 has many spellings for the same bytes."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise _broken() from error
    if _text(raw) != text:
        raise _broken()
    return raw


def _broken() -> SealBrokenError:
    return SealBrokenError("Sealed data cannot be opened: its key is gone, or it was changed.")

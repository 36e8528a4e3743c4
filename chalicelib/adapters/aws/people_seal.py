"""Who an operation is of, sealed beside its claim: for the day on which the table of the operations is lost.

The key is derived from the secret of the keyed hashes, so that no call is needed. What is sealed is: id of that secret (4
bytes), nonce (12), ciphertext with its tag; the operation's id is bound to it.
"""

import struct
from collections.abc import Callable, Sequence

from chalicelib import log
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.keyed_hash import HmacKey

PURPOSE = "people of operations"
FORM = struct.Struct(">II")  # AdultWork's UserIDs are of 31 bits
ID_LENGTH, NONCE_LENGTH = 4, 12


def load_cipher() -> Callable[[bytes], object]:
    """Return what makes the cipher of a key; the library takes about 10 ms to import."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (see above)

    return AESGCM


class AesPeopleSeal:
    """A PeopleSeal; `random_bytes` draws that many bytes, `load` returns the cipher of a key."""

    def __init__(
        self, random_bytes: Callable[[int], bytes], load: Callable[[], Callable[[bytes], object]] = load_cipher
    ) -> None:
        self._random_bytes = random_bytes
        self._load = load

    def prepare(self) -> None:
        """Load the cipher; where that fails, sealing says so."""
        try:
            self._load()
        except Exception as error:  # noqa: BLE001 (whatever a library raises: no booking fails for it)
            log.failure("people.unsealed", error)

    def seal(self, key: HmacKey, operation_id: str, account: int, candidate: int) -> bytes | None:
        """Return the UserIDs of client and candidate, sealed; None where there is no cipher."""
        try:
            cipher = self._load()(key.derived(PURPOSE))
        except Exception as error:  # noqa: BLE001 (the same)
            log.failure("people.unsealed", error, metric="PeopleUnsealed", operation_id=operation_id)
            return None
        nonce = self._random_bytes(NONCE_LENGTH)
        sealed: bytes = cipher.encrypt(nonce, FORM.pack(account, candidate), operation_id.encode())  # type: ignore[attr-defined]
        return bytes.fromhex(key.id) + nonce + sealed


def opened(sealed: bytes, operation_id: str, keys: Sequence[HmacKey]) -> tuple[int, int] | None:
    """Return the UserIDs of client and candidate; None where the secret that sealed them is none of `keys`.

    Raises:
        SealBrokenError: it was not sealed for this operation, or changed since.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 (bookings only seal)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 (the same)

    key = next((one for one in keys if one.id == sealed[:ID_LENGTH].hex()), None)
    if key is None:
        return None
    nonce, ciphertext = sealed[ID_LENGTH : ID_LENGTH + NONCE_LENGTH], sealed[ID_LENGTH + NONCE_LENGTH :]
    try:
        account, candidate = FORM.unpack(AESGCM(key.derived(PURPOSE)).decrypt(nonce, ciphertext, operation_id.encode()))
    except (InvalidTag, ValueError, struct.error) as error:
        raise SealBrokenError("who the operation is of was not sealed for it, or changed since") from error
    return account, candidate

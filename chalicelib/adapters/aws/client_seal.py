"""What clients keep of a sign-in, sealed under a key that is made of the key of the keyed hashes: one secret less to rotate."""

import base64
from collections.abc import Callable

from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.application.ports import HmacKeys
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.values import dataclass

NOBODY = 0  # no account: whose it is stands inside


@dataclass(frozen=True, slots=True)
class ClientSeal:
    """A Seal under the current key; what was sealed under the one before is opened too, so no rotation ends a session."""

    keys: HmacKeys
    random_bytes: Callable[[int], bytes]

    def seal(self, plaintext: bytes, purpose: str) -> str:
        """Return the sealed text. Raises what `Seal.seal` raises."""
        return self._under(self.keys.in_use()[0]).seal(plaintext, purpose)

    def open(self, sealed: str, purpose: str) -> bytes | None:
        """Return what was sealed; None when it was not."""
        for key in self.keys.in_use():
            try:
                return self._under(key).open(sealed, purpose)
            except SealBrokenError:
                continue
        return None

    def _under(self, key: HmacKey) -> AesGcmSeal:
        drawn = key.digest("sign-in-seal").partition(":")[2]
        return AesGcmSeal(NOBODY, DataKey(base64.urlsafe_b64decode(drawn + "=")), self.random_bytes)

"""Sealed cookies: AES-256-GCM under a data key that KMS made, which lies beside the text, wrapped.

So the function holds no secret, no container needs another's, and nothing is to be rotated. KMS binds the wrapped key to what it
is for: with the rights that this takes, no key of an account can be made.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.review.calls import audit_errors, in_time
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.time_budget import Deadline

CONTEXT = {"purpose": "console"}
MOST_KEYS = 32  # of other containers, remembered by this one
# What KMS says of a wrapped key that is none, or is for something else.
FOREIGN = frozenset({"InvalidCiphertextException", "IncorrectKeyException", "ValidationException"})
# What we seal looks like this. What does not costs no call of KMS, whoever sends it, and however often.
_FORM = re.compile(r"[A-Za-z0-9_-]{40,600}\.[A-Za-z0-9_-]{40,4000}")
NOT_SEALED = "The console's session could not be sealed or opened now. It is safe to try again."
NO_ACCOUNT = 0  # what is sealed here belongs to no account


@dataclass(slots=True)
class KmsBox:
    """A Box. `kms_key_id` is the key that wraps the data keys; each container makes one, at its first sign-in."""

    kms: Any
    kms_key_id: str
    random_bytes: Callable[[int], bytes]
    _own: tuple[str, AesGcmSeal] | None = field(default=None, init=False)
    _seals: dict[str, AesGcmSeal] = field(default_factory=dict, init=False)

    @audit_errors(NOT_SEALED)
    def seal(self, plain: bytes, purpose: str, deadline: Deadline) -> str:
        """Return the wrapped key and the sealed text."""
        if self._own is None:
            made = in_time(
                lambda: self.kms.generate_data_key(KeyId=self.kms_key_id, KeySpec="AES_256", EncryptionContext=CONTEXT),
                deadline,
            )
            wrapped = base64.urlsafe_b64encode(made["CiphertextBlob"]).rstrip(b"=").decode()
            self._own = wrapped, self._kept(wrapped, made["Plaintext"])
        wrapped, seal = self._own
        return f"{wrapped}.{seal.seal(plain, purpose)}"

    @audit_errors(NOT_SEALED)
    def open(self, sealed: str, purpose: str, deadline: Deadline) -> bytes | None:
        """Return what was sealed."""
        if not _FORM.fullmatch(sealed):
            return None
        wrapped, _, text = sealed.partition(".")
        seal = self._seal(wrapped, deadline)
        if seal is None:
            return None
        try:
            return seal.open(text, purpose)
        except SealBrokenError:
            return None

    def _seal(self, wrapped: str, deadline: Deadline) -> AesGcmSeal | None:
        """Return the seal of a wrapped key; None for one that KMS does not know."""
        if wrapped not in self._seals:
            try:
                blob = base64.urlsafe_b64decode(wrapped + "=" * (-len(wrapped) % 4))
                opened = in_time(
                    lambda: self.kms.decrypt(CiphertextBlob=blob, KeyId=self.kms_key_id, EncryptionContext=CONTEXT),
                    deadline,
                )
            except (ValueError, ClientError) as error:
                if isinstance(error, ClientError) and error.response["Error"]["Code"] not in FOREIGN:
                    raise
                return None
            return self._kept(wrapped, opened["Plaintext"])
        return self._seals[wrapped]

    def _kept(self, wrapped: str, secret: bytes) -> AesGcmSeal:
        """Return the seal of a key, and remember it; when they are many, all others are forgotten."""
        seal = AesGcmSeal(NO_ACCOUNT, DataKey(secret), self.random_bytes)
        if len(self._seals) >= MOST_KEYS:
            self._seals = {}
        self._seals[wrapped] = seal
        return seal

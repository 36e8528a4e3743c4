"""The vault on KMS and DynamoDB."""

import time
from collections.abc import Callable

from chalicelib import log
from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.faults import RETRY_AFTER_SECONDS, store_errors
from chalicelib.adapters.aws.kms import Kms
from chalicelib.adapters.aws.tries import Tries
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.key_cache import KeyCache
from chalicelib.adapters.aws.vault.name_cache import NameCache
from chalicelib.adapters.aws.vault.person_rows import PersonRow, PersonRows, WrappedKey
from chalicelib.adapters.aws.vault.register import DynamoDBRegister
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal, LoadCipher, load_cipher
from chalicelib.adapters.aws.vault.wrapping import WrappingKey
from chalicelib.application.ports import AccountSeal, Clock, Concurrency
from chalicelib.domain.errors import StoreUnavailableError, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.cause import cause_of

NOT_UNLOCKED = "The key that seals the account's data could not be had. It is safe to try again."
OUT_OF_TIME = "The time of this call ran out before the account's data key could be had."
NOT_ERASED = "The account's data key could not be erased; erase it again."


class KmsVault:
    """A Vault. `kms_key_id` is the id, ARN or alias of the wrapping key, `random_bytes` draws that many bytes.

    A call on a known account costs nothing, on a cold cache two hops, at the account's first time too: a new key is asked for
    beside the row that tells whether there is one, and forgotten where there is. The row is the person's in the register, so
    `names` learn the account's pseudonym by it, also where no key can be had. What the cipher needs is loaded here, so that
    a seal that could be had never fails for want of it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 (what it is wired with)
        self,
        kms: Kms,
        dynamodb: DynamoDB,
        operations_table: str,
        kms_key_id: str,
        clock: Clock,
        concurrency: Concurrency,
        *,
        random_bytes: Callable[[int], bytes],
        names: NameCache | None = None,
        sleep: Callable[[float], None] = time.sleep,
        load_cipher: LoadCipher = load_cipher,
    ) -> None:
        tries = Tries(sleep, OUT_OF_TIME)
        self._wrapping_key = WrappingKey(kms, kms_key_id, tries)
        self._rows = PersonRows(dynamodb, operations_table, tries)
        self._cache = KeyCache(clock)
        self._names = names if names is not None else NameCache(clock)
        self._draw = DynamoDBRegister(dynamodb, operations_table, clock, self._names, random_bytes, sleep).draw
        self._clock = clock
        self._concurrency = concurrency
        self._random_bytes = random_bytes
        self._load_cipher = load_cipher

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account, making its data key at the first time. A booking goes on without, so a line says why.

        Raises:
            StoreUnavailableError: the key could not be had by the deadline, KMS does not open it, or there is no cipher.
        """
        try:
            with store_errors(NOT_UNLOCKED):
                key = self._cache.get(account)
                if key is None or self._names.get(account) is None:
                    key = self._standing_key(account, deadline)
                    self._cache.put(account, key)
                return AesGcmSeal(account, key, self._random_bytes, self._load_cipher)
        except StoreUnavailableError as error:
            log.failure("vault.locked", error, cause=cause_of(error))
            raise

    def erase(self, account: int, deadline: Deadline) -> None:
        """Delete the data key of an account: nothing that was sealed under it can be opened again.

        Other containers may hold the key in memory for five more minutes, and the table's point-in-time backups hold it
        wrapped until they run out: what is restored from one must be erased again. A later unlock makes a new key.

        Raises:
            StoreUnavailableError: it may still be there.
        """
        try:
            with store_errors(NOT_ERASED):
                self._rows.delete(account, deadline)
        finally:
            self._cache.drop(account)
            self._names.drop(account)

    def _standing_key(self, account: int, deadline: Deadline) -> DataKey:
        """Return the key that every container uses, the faster one's where two made the first."""
        new_key = self._concurrency.start(lambda: self._wrapping_key.new_key(account, deadline), deadline)
        row = self._known(account, self._rows.read(account, deadline))
        if row is None or row.key is None:
            name = self._draw() if row is None else row.pseudonym
            try:
                key, wrapped = _in_time(new_key)
            except Exception:
                if row is None:  # the register does not wait for KMS
                    self._known(account, self._rows.make(account, name, self._clock.now(), deadline))
                raise
            made = WrappedKey(key.id, wrapped)
            row = self._rows.make(account, name, self._clock.now(), deadline, made)
            self._known(account, row)
            if row.key == made:
                return key
        return self._unwrapped(account, row, deadline)

    def _known(self, account: int, row: PersonRow | None) -> PersonRow | None:
        """Remember what the audit calls the account's client."""
        if row is not None:
            self._names.put(account, row.pseudonym)
        return row

    def _unwrapped(self, account: int, row: PersonRow, deadline: Deadline) -> DataKey:
        """Return the key of a row.

        Raises:
            ValueError: the row names another key than the one it holds.
        """
        stored = row.key
        if stored is None:
            msg = "the row has no key, though one was just written"
            raise ValueError(msg)
        key = self._wrapping_key.unwrap(account, stored.wrapped, deadline)
        if key.id != stored.id:
            msg = "the wrapped key is not the one that its row names"
            raise ValueError(msg)
        return key


def _in_time(new_key: Callable[[], tuple[DataKey, bytes]]) -> tuple[DataKey, bytes]:
    """Return the key that was asked for beside the row."""
    try:
        return new_key()
    except UpstreamUnavailableError as error:  # how a call beside ours is late
        raise StoreUnavailableError(NOT_UNLOCKED, retry_after_seconds=RETRY_AFTER_SECONDS) from error

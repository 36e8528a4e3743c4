"""The intents of one user, in storage until their outcome is known."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from switchboard_client.contract import BookingRequest
from switchboard_client.core.effects import Steps, kept
from switchboard_client.storage import Storage


class IntentOverError(Exception):
    """The intent is over, or another user's; a new booking needs a new one."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A booking that a user wants: one key and one body, kept until its outcome is known."""

    key: str
    booking: BookingRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an intent: each body that was sent under its key, the last one being the one that counts."""

    key: str
    bodies: Sequence[str] = field(repr=False)

    @property
    def body(self) -> str:
        """Return the body that counts, as JSON."""
        return self.bodies[-1]

    @property
    def intent(self) -> Intent:
        """Return what the program is shown of it."""
        return Intent(self.key, json.loads(self.body))


@dataclass(frozen=True, slots=True)
class Intents:
    """The intents of `account`; `new_key` draws a key that nobody can foresee."""

    account: str
    new_key: Callable[[], str]

    def make(self, booking: BookingRequest) -> Steps[Intent]:
        """Return the intent to make a booking: the one that is kept already, if its body is the same to the letter."""
        body = written(booking)

        def work(storage: Storage) -> Intent:
            equal = next((one for one in self._all(storage) if one.body == body), None)
            return (equal or self._write(storage, Kept(self.new_key(), [body]))).intent

        return kept(work)

    def all(self) -> Steps[list[Intent]]:
        """Return all intents of the account."""
        return kept(lambda storage: [one.intent for one in self._all(storage)])

    def read(self, key: str) -> Steps[Kept]:
        """Return one intent.

        Raises:
            IntentOverError: it is not there.
        """

        def work(storage: Storage) -> Kept:
            found = self._read(storage, key)
            if found is None:
                raise IntentOverError("This intent is over, or another user's. Make a new one for a new booking.")
            return found

        return kept(work)

    def mend(self, key: str, booking: BookingRequest) -> Steps[Intent]:
        """Put another body under the key. The earlier ones are kept: one of them may have booked."""
        body = written(booking)

        def work(storage: Storage) -> Intent:
            found = self._read(storage, key)
            earlier = [one for one in found.bodies if one != body] if found else []
            return self._write(storage, Kept(key, [*earlier, body])).intent

        return kept(work)

    def back(self, one: Kept) -> Steps[Kept | None]:
        """Go back to the body before the last one; None when there is none."""

        def work(storage: Storage) -> Kept | None:
            return self._write(storage, Kept(one.key, one.bodies[:-1])) if len(one.bodies) > 1 else None

        return kept(work)

    def forget(self, key: str) -> Steps[None]:
        """Forget an intent."""
        return kept(lambda storage: storage.remove(self._name(key)))

    def _all(self, storage: Storage) -> list[Kept]:
        prefix = self._name("")
        keys = sorted(name.removeprefix(prefix) for name in storage.names() if name.startswith(prefix))
        return [one for key in keys if (one := self._read(storage, key)) is not None]

    def _read(self, storage: Storage, key: str) -> Kept | None:
        text = storage.get(self._name(key))
        return None if text is None else Kept(key, json.loads(text))

    def _write(self, storage: Storage, one: Kept) -> Kept:
        storage.set(self._name(one.key), json.dumps(list(one.bodies)))
        return one

    def _name(self, key: str) -> str:
        return f"switchboard/{quote(self.account, safe='')}/{key}"


def written(booking: object) -> str:
    """Return a body as it is sent and kept."""
    return json.dumps(booking, ensure_ascii=False, separators=(",", ":"))

"""The intents of one user to make one call, in storage until their outcome is known."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from switchboard_client.core.calls import Call
from switchboard_client.core.effects import Steps, kept
from switchboard_client.storage import Storage

Of = TypeVar("Of")


class IntentOverError(Exception):
    """The intent is over, or another user's; a new wish needs a new one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an intent: each body that was sent under its key, the last one being the one that counts."""

    key: str
    bodies: Sequence[str] = field(repr=False)

    @property
    def body(self) -> str:
        """Return the body that counts, as JSON."""
        return self.bodies[-1]


@dataclass(frozen=True, slots=True)
class Intents(Generic[Of]):
    """The intents of `account` to make one call; `new_key` draws a key that nobody can foresee."""

    account: str
    new_key: Callable[[], str]
    call: Call[Any, Of, Any]

    def make(self, request: object) -> Steps[Of]:
        """Return the intent to ask for something: the one that is kept already, if its body is the same to the letter."""
        body = written(request)

        def work(storage: Storage) -> Of:
            equal = next((one for one in self._all(storage) if one.body == body), None)
            return self.shown(equal or self._write(storage, Kept(self.new_key(), [body])))

        return kept(work)

    def all(self) -> Steps[list[Of]]:
        """Return all intents of the account."""
        return kept(lambda storage: [self.shown(one) for one in self._all(storage)])

    def read(self, key: str) -> Steps[Kept]:
        """Return one intent.

        Raises:
            IntentOverError: it is not there.
        """

        def work(storage: Storage) -> Kept:
            found = self._read(storage, key)
            if found is None:
                raise IntentOverError("This intent is over, or another user's. Make a new one for a new wish.")
            return found

        return kept(work)

    def mend(self, key: str, request: object) -> Steps[Of]:
        """Put another body under the key. The earlier ones are kept: one of them may have been carried out."""
        body = written(request)

        def work(storage: Storage) -> Of:
            found = self._read(storage, key)
            earlier = [one for one in found.bodies if one != body] if found else []
            return self.shown(self._write(storage, Kept(key, [*earlier, body])))

        return kept(work)

    def back(self, one: Kept) -> Steps[Kept | None]:
        """Go back to the body before the last one; None when there is none."""

        def work(storage: Storage) -> Kept | None:
            return self._write(storage, Kept(one.key, one.bodies[:-1])) if len(one.bodies) > 1 else None

        return kept(work)

    def forget(self, key: str) -> Steps[None]:
        """Forget an intent."""
        return kept(lambda storage: storage.remove(self._name(key)))

    def shown(self, one: Kept) -> Of:
        """Return what the program is shown of an intent."""
        return self.call.intent(one.key, json.loads(one.body))

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
        return f"{self.call.kept}/{quote(self.account, safe='')}/{key}"


def written(booking: object) -> str:
    """Return a body as it is sent and kept."""
    return json.dumps(booking, ensure_ascii=False, separators=(",", ":"))

"""Hold what an endpoint works with."""

import re
from dataclasses import dataclass
from datetime import datetime

from sandbox.adultwork.cast import Account
from sandbox.adultwork.refusal import invalid
from sandbox.adultwork.world import World
from sandbox.connection.message import Request

_NUMBER = re.compile("[0-9]{1,18}")


@dataclass(frozen=True)
class Call:
    """Hold an authorised request; `now` is London time without a zone."""

    request: Request
    account: Account
    world: World
    now: datetime

    def number(self, name: str, default: int | None = None) -> int:
        """Read a whole number from the query; one without a default is required."""
        text = self.request.query.get(name.lower())
        if text is None and default is not None:
            return default
        if text is None:
            raise invalid({name: f"The {name} parameter is required."})
        if not _NUMBER.fullmatch(text):
            raise invalid({name: f"The {name} parameter must be a whole number."})
        return int(text)

    def text(self, name: str, default: str) -> str:
        """Read a text from the query."""
        return self.request.query.get(name.lower(), default)

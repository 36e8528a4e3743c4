"""Hold one API request together with the means to answer it; faults are written in these terms."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sandbox.connection.message import Answer, Request
from sandbox.connection.wire import Send, Step
from sandbox.writing.documents import Reply
from sandbox.writing.representation import negotiate, represent

Setting: TypeAlias = str | int | float | bool | None
"""A value that a fault's parameter can take."""


@dataclass(frozen=True)
class Exchange:
    """Hold a request, the way to carry it out, and the settings of the fault in force.

    `perform` does what the request asks (a booking is made and paid) and returns the honest reply.
    """

    request: Request
    perform: Callable[[], Reply]
    url: str
    settings: Mapping[str, Setting]

    def answer(self, reply: Reply, media_type: str | None = None) -> Answer:
        """Write a reply in a media type, by default the one that Accept asks for."""
        return represent(reply, media_type or negotiate(self.request.header("Accept")))

    def honest_answer(self, media_type: str | None = None) -> Answer:
        """Carry the request out and write what a sound service would answer."""
        return self.answer(self.perform(), media_type)

    def perform_if_told(self) -> None:
        """Carry the request out when the fault's `commit` setting says so, and drop the reply."""
        if self.flag("commit"):
            self.perform()

    def with_settings(self, settings: Mapping[str, Setting]) -> "Exchange":
        """Return the exchange under a fault's settings."""
        return replace(self, settings=settings)

    def number(self, name: str) -> float:
        """Return a setting that is a number."""
        value = self.settings[name]
        return float(value) if isinstance(value, int | float) else 0.0

    def integer(self, name: str, default: int = 0) -> int:
        """Return a setting that is a whole number, or the default where it is not set."""
        value = self.settings[name]
        return value if isinstance(value, int) else default

    def flag(self, name: str) -> bool:
        """Return a setting that is true or false."""
        return self.settings[name] is True

    def text(self, name: str, default: str = "") -> str:
        """Return a setting that is a text, or the default where it is not set."""
        value = self.settings[name]
        return value if isinstance(value, str) else default


def play_straight(exchange: Exchange) -> Iterator[Step]:
    """Answer as a sound service does."""
    yield Send(exchange.honest_answer())

"""A read from its request to its value, with one more try in the other format where the document is none at all."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from chalicelib.adapters.adultwork import faults
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.http.answer import UnparsableAnswerError, UpstreamAnswer
from chalicelib.domain.access import AccessToken
from chalicelib.domain.time_budget import Deadline

XML, JSON = "application/xml", "application/json"

T = TypeVar("T")


def read(  # noqa: PLR0913, PLR0917 (one request, and how it is read)
    client: AdultWorkClient,
    path: str,
    token: AccessToken,
    deadline: Deadline,
    interpret: Callable[[UpstreamAnswer], T],
    query: Mapping[str, str | int] | None = None,
) -> T:
    """Return what an answer says, as `interpret` reads it.

    A control character in a text makes XML that no parser takes, and is harmless in JSON: so what cannot be parsed is asked for
    once more in the other format.

    Raises:
        SwitchboardError: as `faults.classify_read`, or the answer is not the document that was asked for.
    """
    with faults.translated_reads():
        try:
            return interpret(client.get(path, token, deadline, query))
        except UnparsableAnswerError:
            other = XML if client.accept == JSON else JSON
            return interpret(client.get(path, token, deadline, query, accept=other))

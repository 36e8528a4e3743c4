"""List every fault: its name, what it does, and what can be set."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sandbox.connection.wire import Step
from sandbox.faults import broken_answers as answers
from sandbox.faults import broken_content as content
from sandbox.faults import broken_transport as transport
from sandbox.faults.exchange import Exchange, play_straight
from sandbox.faults.settings import Parameter, choice, count, either, flag, seconds, status, text

CONNECT_REFUSE = "connect-refuse"


@dataclass(frozen=True)
class Fault:
    """Hold one fault: its name, a line of description, its parameters, and the function that plays it."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    play: Callable[[Exchange], Iterator[Step]]


def _fault(play: Callable[[Exchange], Iterator[Step]], *parameters: Parameter) -> Fault:
    name = play.__name__.replace("_", "-")
    return Fault(name, (play.__doc__ or "").strip(), parameters, play)


_NO_COMMIT = flag("commit", default=False)
_SCOPE = text("scope", None)
_STATUS_WORD = text("status", "revoked")

_TABLE = (
    _fault(transport.latency, seconds("seconds", 1.0)),
    _fault(transport.slow_answer, seconds("seconds", 1.0)),
    Fault(
        CONNECT_REFUSE,
        "Refuse connections for `seconds`, at once or when `after_requests` more API requests have been answered.",
        (seconds("seconds", 1.0), count("after_requests", 0)),
        play_straight,
    ),
    _fault(transport.reset_before_commit),
    _fault(transport.reset_after_commit),
    _fault(transport.commit_then_drop),
    _fault(transport.drop_then_commit, seconds("seconds", 1.0)),
    _fault(transport.drip, seconds("interval", 0.5), choice("part", "all", "headers", "body")),
    _fault(transport.stall, seconds("seconds", 60.0)),
    _fault(transport.truncation, count("at", None)),
    _fault(transport.truncation_with_matching_length, count("at", None)),
    _fault(transport.close_after_answer),
    _fault(transport.framing, choice("form", *transport.FRAMINGS)),
    _fault(
        answers.status,
        status(500),
        _NO_COMMIT,
        either("retry_after", None),
        text("message", "The sandbox was told to answer so."),
    ),
    _fault(answers.html, status(200), _NO_COMMIT),
    _fault(answers.redirect, status(307), text("location", None), _NO_COMMIT),
    _fault(answers.empty, status(200), flag("commit", default=True)),
    _fault(answers.not_found),
    _fault(answers.accepted),
    _fault(answers.created),
    _fault(answers.content_coding, choice("coding", "gzip", "deflate")),
    _fault(answers.huge_body, count("bytes", 300_000)),
    _fault(answers.wrong_content_type, text("content_type", "text/plain; charset=utf-8")),
    _fault(answers.json_instead),
    _fault(answers.xml_instead),
    _fault(answers.wrong_namespace),
    _fault(answers.garbled),
    _fault(answers.doctype),
    _fault(answers.odd_encoding, choice("encoding", "utf-16", "utf-7", "iso-8859-1"), flag("is_true", default=False)),
    _fault(content.echo_differs, choice("field", *content.ECHOED), either("value", None)),
    _fault(content.odd_entry, choice("field", *content.MEMBERS_OF_ENTRIES)),
    _fault(content.permission_status, _SCOPE, _STATUS_WORD),
    _fault(content.permission_conflict, _SCOPE, _STATUS_WORD),
    _fault(content.method_names, text("number", "Id"), text("available", "Available")),
    _fault(content.unreadable_methods, choice("form", *content.UNREADABLE_FORMS)),
    _fault(
        content.list_names,
        text("bookings", "Items"),
        text("page_count", "Pages"),
        text("page_number", "Page"),
    ),
)

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _TABLE})

"""Misbehave in what a well-formed answer says."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox.adultwork.cast import PHONE_CHAT_SCOPE
from sandbox.adultwork.shapes import permission
from sandbox.connection.wire import Send, Step
from sandbox.faults.exchange import Exchange
from sandbox.writing.documents import Listing, Record, Value, with_member, with_names

OTHER_USER = 999999
OTHER_DATE = "2001-02-03T04:05:00"
ECHOED: dict[str, int | str] = {
    "Candidate.UserID": OTHER_USER,
    "SessionDate": OTHER_DATE,
    "Duration": 999,
    "Credits": 999,
    "Method": 9,
    "BookingID": 0,
    "PhoneNumber": "44*********",
    "LastUpdated": "21/01/2026",
    "Candidate.Ratings": "4.5 of 5",
}
UNREADABLE_TEXT = "soon"
MEMBERS_OF_ENTRIES = tuple(name for name in ECHOED if name not in {"PhoneNumber", "Candidate.Ratings"})


def echo_differs(exchange: Exchange) -> Iterator[Step]:
    """Carry out rightly, but answer another `value` (a wrong one by default) in the booking's `field`."""
    field = exchange.text("field")
    given = exchange.settings["value"]
    value = given if isinstance(given, str | int) else ECHOED[field]
    yield from _changed(exchange, lambda record: with_member(record, field, lambda _: value))


def odd_entry(exchange: Exchange) -> Iterator[Step]:
    """Carry out, and list another booking first whose `field` cannot be read; an empty list stays empty."""
    field = exchange.text("field")

    def with_another(items: tuple[Record, ...]) -> tuple[Record, ...]:
        if not items:
            return items
        another = with_member(items[0], "Candidate.UserID", lambda _: OTHER_USER)
        another = with_member(another, "SessionDate", lambda _: OTHER_DATE)
        return (with_member(another, field, lambda _: UNREADABLE_TEXT), *items)

    yield from _changed(exchange, lambda record: _with_items(record, "Bookings", with_another))


def permission_status(exchange: Exchange) -> Iterator[Step]:
    """List the permission `scope` with another `status` than granted."""
    scope, status = exchange.text("scope", PHONE_CHAT_SCOPE), exchange.text("status")

    def relabelled(items: tuple[Record, ...]) -> tuple[Record, ...]:
        others = tuple(item for item in items if ("Permission", scope) not in item.members)
        return (*others, permission(scope, status))

    yield from _changed(exchange, lambda record: _with_items(record, "Permissions", relabelled))


def permission_conflict(exchange: Exchange) -> Iterator[Step]:
    """List the permission `scope` twice: granted, then with `status`."""
    scope, status = exchange.text("scope", PHONE_CHAT_SCOPE), exchange.text("status")

    def doubled(items: tuple[Record, ...]) -> tuple[Record, ...]:
        others = tuple(item for item in items if ("Permission", scope) not in item.members)
        return (*others, permission(scope), permission(scope, status))

    yield from _changed(exchange, lambda record: _with_items(record, "Permissions", doubled))


def method_names(exchange: Exchange) -> Iterator[Step]:
    """Name a method's number `number` and its availability `available` in the booking requirements."""
    names = {"MethodID": exchange.text("number"), "IsAvailable": exchange.text("available")}
    yield from _changed(exchange, lambda record: _with_methods(record, lambda method: with_names(method, names)))


def unreadable_methods(exchange: Exchange) -> Iterator[Step]:
    """Describe the methods so that availability cannot be told: `form` says how."""
    reshape = _UNREADABLE[exchange.text("form")]
    yield from _changed(exchange, lambda record: _with_methods(record, reshape))


def list_names(exchange: Exchange) -> Iterator[Step]:
    """Name the members of the MadeBookings wrapper otherwise."""
    names = {
        "Bookings": exchange.text("bookings"),
        "PageCount": exchange.text("page_count"),
        "PageNumber": exchange.text("page_number"),
    }
    yield from _changed(exchange, lambda record: with_names(record, names))


def _changed(exchange: Exchange, change: Callable[[Record], Record]) -> Iterator[Step]:
    """Carry out, and change the answer's document if it is an object; refusals stay as they are."""
    reply = exchange.perform()
    if isinstance(reply.document, Record):
        reply = replace(reply, document=change(reply.document))
    yield Send(exchange.answer(reply))


def _with_items(record: Record, name: str, change: Callable[[tuple[Record, ...]], tuple[Record, ...]]) -> Record:
    def changed(value: Value) -> Value:
        return replace(value, items=change(value.items)) if isinstance(value, Listing) else value

    return with_member(record, name, changed)


def _with_methods(record: Record, change: Callable[[Record], Record]) -> Record:
    return _with_items(record, "Methods", lambda items: tuple(change(item) for item in items))


_UNREADABLE: dict[str, Callable[[Record], Record]] = {
    "no-flag": lambda method: replace(method, members=method.members[:1]),
    "no-number": lambda method: replace(method, members=method.members[1:]),
    "two-flags": lambda method: replace(method, members=(*method.members, ("IsPreferred", False))),
    "texts": lambda method: with_member(method, "IsAvailable", lambda value: "Yes" if value else "No"),
}
UNREADABLE_FORMS = tuple(_UNREADABLE)

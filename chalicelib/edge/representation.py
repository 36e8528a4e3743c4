"""Domain values as JSON text. We serialise every body ourselves: Chalice would turn a Decimal into a float."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

import simplejson

from chalicelib.domain.booking.booking import Booking
from chalicelib.edge.strict_json import Number

Document: TypeAlias = "Mapping[str, Document] | list[Document] | Decimal | bool | int | str | None"


def to_json(document: Document) -> str:
    """Return compact ASCII JSON, members in their order; a Decimal is written exactly and in its shortest form."""
    return simplejson.dumps(_with_shortest_numbers(document), use_decimal=True, separators=(",", ":"))


def booking_json(booking: Booking) -> str:
    """Return a booking under the upstream's names and in its order; what is not known is null."""
    return to_json(booking.written(nulls=True))


def instant(moment: datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC with milliseconds; None when there is none."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _with_shortest_numbers(value: Document) -> Document:
    if isinstance(value, Mapping):
        return {name: _with_shortest_numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_shortest_numbers(item) for item in value]
    return Number(_shortest(value)) if isinstance(value, Decimal) else value


def _shortest(number: Decimal) -> str:
    """Return the digits without an exponent and without trailing zeros: `8.0000` is `8`, `8.5000` is `8.5`."""
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits

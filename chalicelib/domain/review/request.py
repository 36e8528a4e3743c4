"""What claims tell of what they book: whether two are for one request, and which session they hold until when."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from chalicelib.domain.audit.stored_event import StoredEvent

_COMPARED = ("session_date", "accept_by", "duration", "method", "comments_length", "booking_ids", "reason_length")


def is_same_request(first: StoredEvent, other: StoredEvent) -> bool:
    """Tell whether two claims are for one request.

    Fingerprints tell, where one key made both. Its secret may have changed since; then what is told of the requests is
    compared, but for the contact, which is told by keyed hashes as well.
    """
    one, two = str(first.document["fingerprint"]), str(other.document["fingerprint"])
    if one.partition(":")[0] == two.partition(":")[0]:
        return one == two
    return _described(first.document["request"]) == _described(other.document["request"])


def session_of(claim: StoredEvent, client: str) -> tuple[str, str | None, str]:
    """Return what a claim books: client, candidate and minute; or what it changes. At any time, one operation holds it.

    The claim need not name the client yet, so whoever knows the chain says who it is.
    """
    if claim.change is not None:
        ids = _member(claim.document.get("request"), "booking_ids")
        return client, claim.change, ",".join(sorted(map(str, ids))) if isinstance(ids, list) else ""
    return client, claim.candidate, str(_member(claim.document.get("request"), "session_date"))


def guard_until(claim: StoredEvent) -> datetime | None:
    """Return until when the guard of a claim holds, None where it does not say so."""
    seconds = claim.document.get("guard_until")
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
    except (OverflowError, ValueError, OSError):  # a time that no calendar has
        return None


def _described(request: object) -> list[Any]:
    return [*(_member(request, name) for name in _COMPARED), _amount(_member(request, "credits"))]


def _member(request: object, name: str) -> Any:  # noqa: ANN401 (whatever stands there)
    return request.get(name) if isinstance(request, Mapping) else None


def _amount(told: object) -> Decimal | None:
    """Return an amount as a number, so that `8.00` is `8`."""
    try:
        return Decimal(str(told))
    except InvalidOperation:
        return None

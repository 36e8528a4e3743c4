"""Change bookings and accounts from outside, as candidates, operators and other devices would."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sandbox.adultwork.booking import (
    ACCEPTED,
    CANCELLED,
    CONFIRMED,
    REJECTED,
    STATUSES,
    Booking,
    accepted,
    cancelled,
    confirmed,
    rejected,
)
from sandbox.adultwork.rules import MOST_CREDITS
from sandbox.adultwork.world import World
from sandbox.writing.json_writer import SCALE

DEFAULT_REASON = "Changed by hand"


def amend_booking(world: World, key: str, changes: Mapping[str, object], now: datetime) -> Booking:
    """Move a booking to `Status`, with `Reason` and `Credits` if given.

    Raise LookupError for an unknown booking and ValueError for changes that cannot be read.
    """
    _require_known(changes, {"Status", "Reason", "Credits"})
    reason = changes.get("Reason", DEFAULT_REASON)
    if not isinstance(reason, str):
        message = "Reason takes a text"
        raise ValueError(message)  # noqa: TRY004 - all faults of a body are answered alike
    step = _step(changes.get("Status"), reason, now)
    with world.lock:
        booking = world.booking(_number(key))
        if booking is None:
            message = f"there is no booking {key}"
            raise LookupError(message)
        money = _money(changes["Credits"]) if "Credits" in changes else booking.credits
        return world.move(booking.booking_id, lambda before: step(replace(before, credits=money)))


def amend_account(world: World, key: str, changes: Mapping[str, object]) -> None:
    """Set an account's `credits` or `scopes`.

    Raise LookupError for an unknown account and ValueError for changes that cannot be read.
    """
    _require_known(changes, {"credits", "scopes"})
    user_id = _number(key)
    if world.account(user_id) is None:
        message = f"there is no account {key}"
        raise LookupError(message)
    scopes = changes.get("scopes", [])
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        message = "scopes takes a list of texts"
        raise ValueError(message)
    if "credits" in changes:
        world.set_credits(user_id, _money(changes["credits"]))
    if "scopes" in changes:
        world.set_scopes(user_id, frozenset(scopes))


def _step(status: object, reason: str, now: datetime) -> Callable[[Booking], Booking]:
    steps: dict[object, Callable[[Booking], Booking]] = {
        None: lambda booking: replace(booking, last_updated=now),
        ACCEPTED: lambda booking: accepted(booking, now),
        CONFIRMED: lambda booking: confirmed(booking, now),
        REJECTED: lambda booking: rejected(booking, now, reason),
        CANCELLED: lambda booking: cancelled(booking, now, reason, booking.candidate.nickname),
    }
    if not isinstance(status, str | None) or status not in steps:
        message = f"Status takes one of {', '.join(STATUSES[1:])}"
        raise ValueError(message)
    return steps[status]


def _require_known(changes: Mapping[str, object], known: set[str]) -> None:
    if not changes or not set(changes) <= known:
        message = f"the body takes {', '.join(sorted(known))}"
        raise ValueError(message)


def _number(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else -1


def _money(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        message = f"credits take a number, not {value!r}"
        raise ValueError(message) from error
    if not amount.is_finite() or abs(amount) > MOST_CREDITS:
        message = f"credits take a number up to {MOST_CREDITS}"
        raise ValueError(message)
    return amount.quantize(SCALE)

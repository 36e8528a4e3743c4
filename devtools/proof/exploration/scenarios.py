"""What is explored: two devices of one account and what each does when; everything else is chosen.

No scenario is made for a wrong protocol. They are the ways in which two requests for one booking can meet: at once, while the
first one's outcome is unknown, when it can be known, when the day is over, and after the booking has ended; and an app that
takes a new key whenever it is told that one is safe; two bookings for a candidate whom nobody has met, by a client who is as
new; and containers that may not send, beside one that does and after it. `CHANGING` are the ways in which two requests for
one change of one booking can meet.
"""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import (
    ACCEPT_RECEIVED_BOOKING,
    CANCEL_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    RE_INVITE,
    RESCHEDULE_MADE_BOOKING,
)
from chalicelib.domain.keyed_hash import HmacKey
from devtools.proof.simulation.world.keys import NEW, OLD

ROTATING = ((OLD,), (NEW, OLD))
AT_ONCE, SOON, SETTLED, NEXT_DAY = 60.0, 120.0, 1260.0, 90_060.0  # the first leaves time to let tokens be known


class Does(StrEnum):
    """What a device does."""

    BOOK = "books"
    BOOK_OTHER = "books with other credits"
    BOOK_LATER = "books another minute"
    BOOK_AS_TOLD = "books, and does as it is told"
    BOOK_LATER_AS_TOLD = "books another minute, and does as it is told"
    ASK = "asks how the operation stands"
    CANCEL = "cancels in AdultWork's own app"
    BOOK_ELSEWHERE = "books nearly the same in AdultWork's own app"
    SWEEP = "is the hourly sweep"
    CHANGE = "changes the booking"
    CHANGE_OTHER = "changes another booking"


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing that a device does, at a second.

    `key` names the Idempotency-Key, `is_known` tells that the token is cached, `is_calm` that nothing is left open: what can
    go wrong there is explored in other scenarios. Where it `is_paused`, its container may not send.
    """

    at: float
    does: Does = Does.BOOK
    key: str | None = None
    is_known: bool = False
    is_calm: bool = False
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the devices do, and the world they do it in.

    `keys` are the HMAC keys that the container of each device knows; in the middle of a rotation they differ.
    `is_elsewhere` lets AdultWork's clock be of another zone than is inferred, `is_short_of_credits` the balance suffice once.
    Where `are_people_new`, the register has a row of nobody, and each container remembers whom it has met; else all are known.
    With a `change`, that is made of a booking which is there already, and nothing is booked.
    """

    name: str
    devices: tuple[tuple[Visit, ...], ...]
    keys: tuple[tuple[HmacKey, ...], ...] = ((NEW, OLD), (NEW, OLD))
    is_elsewhere: bool = False
    is_short_of_credits: bool = False
    are_people_new: bool = False
    change: Change | None = None


def _at_once(
    name: str, first: str | None, second: str | None, *, is_known: bool, is_rotating: bool = False
) -> Scenario:
    """Both book at once, with tokens that are fresh or known."""
    devices = tuple((Visit(AT_ONCE, key=key, is_known=is_known),) for key in (first, second))
    return Scenario(name, devices, keys=ROTATING) if is_rotating else Scenario(name, devices)


def _again(  # noqa: PLR0913 (what the second visits are like)
    name: str, at: float, does: Does, key: str | None = None, *, is_known: bool = False, is_elsewhere: bool = False
) -> Scenario:
    """One books; later it books again, and at the same time the other does something."""
    again = Visit(at, key="a", is_known=is_known)
    other = Visit(at, does, key=key, is_known=is_known)
    return Scenario(name, ((Visit(AT_ONCE, key="a"), again), (other,)), is_elsewhere=is_elsewhere)


SCENARIOS = (
    _at_once("same-key", "a", "a", is_known=False),
    _at_once("same-key-rotating", "a", "a", is_known=True, is_rotating=True),
    _at_once("other-key-rotating", "a", "b", is_known=False, is_rotating=True),
    _at_once("no-key", "a", None, is_known=True),
    Scenario(
        "other-body",
        (
            (Visit(AT_ONCE, key="a", is_known=True),),
            (Visit(AT_ONCE, Does.BOOK_OTHER, key="a", is_known=True),),
        ),
    ),
    Scenario(
        "short-of-credits",
        ((Visit(AT_ONCE, key="a", is_known=True),), (Visit(AT_ONCE, key="a", is_known=True),)),
        is_short_of_credits=True,
    ),
    _again("soon-other-key", SOON, Does.BOOK, "b", is_known=True),
    _again("soon-ask", SOON, Does.ASK),
    _again("settled-other-key", SETTLED, Does.BOOK, "b"),
    _again("settled-no-key-elsewhere", SETTLED, Does.BOOK, is_known=True, is_elsewhere=True),
    _again("settled-ask", SETTLED, Does.ASK),
    _again("next-day-sweep", NEXT_DAY, Does.SWEEP),
    Scenario(
        "new-people",
        ((Visit(AT_ONCE, key="a", is_known=True),), (Visit(AT_ONCE, Does.BOOK_LATER, key="b", is_known=True),)),
        are_people_new=True,
    ),
    Scenario(
        "paused",
        (
            (Visit(AT_ONCE, key="a", is_known=True), Visit(SOON, key="a", is_known=True, is_paused=True)),
            (Visit(AT_ONCE, key="a", is_known=True, is_paused=True), Visit(SOON, Does.ASK, is_paused=True)),
        ),
    ),
    Scenario(
        "cancelled",
        (
            (
                Visit(AT_ONCE, key="a", is_calm=True),
                Visit(SOON, Does.CANCEL),
                Visit(SETTLED, key="b", is_known=True),
            ),
            (Visit(SETTLED, key="c", is_known=True),),
        ),
    ),
    Scenario(
        "booked-elsewhere",
        (
            (Visit(AT_ONCE, key="a"), Visit(SETTLED, key="a", is_known=True)),
            (Visit(AT_ONCE, Does.BOOK_ELSEWHERE), Visit(SETTLED, key="b", is_known=True)),
        ),
    ),
    Scenario(
        "as-told",
        (
            (
                Visit(AT_ONCE, Does.BOOK_AS_TOLD, key="a"),
                Visit(SOON, Does.BOOK_LATER_AS_TOLD, key="a", is_known=True),
            ),
            (Visit(SOON, Does.ASK, is_known=True),),
        ),
    ),
)


def _changes(  # noqa: PLR0913 (what the visits are like)
    name: str,
    change: Change,
    second: str | None,
    *,
    at: float = AT_ONCE,
    does: Does = Does.CHANGE,
    is_known: bool = True,
) -> Scenario:
    """Both change one booking, at once; or the first tries again later, and the other does something then."""
    first = Visit(AT_ONCE, Does.CHANGE, key="a", is_known=is_known)
    again = () if at == AT_ONCE else (Visit(at, Does.CHANGE, key="a"),)
    other = Visit(at, does, key=second, is_known=is_known and at == AT_ONCE)
    return Scenario(name, ((first, *again), (other,)), change=change)


CHANGING = (
    _changes("change-same-key", CANCEL_MADE_BOOKING, "a", is_known=False),
    _changes("change-other-key", CANCEL_MADE_BOOKING, "b"),
    _changes("change-no-key", CANCEL_MADE_BOOKING, None),
    _changes("change-other-booking", CANCEL_MADE_BOOKING, "a", does=Does.CHANGE_OTHER),
    _changes("change-soon-other-key", CANCEL_MADE_BOOKING, "b", at=SOON),
    _changes("change-soon-ask", CANCEL_MADE_BOOKING, None, at=SOON, does=Does.ASK),
    _changes("change-settled-other-key", CANCEL_MADE_BOOKING, "b", at=SETTLED),
    _changes("change-settled-ask", CANCEL_MADE_BOOKING, None, at=SETTLED, does=Does.ASK),
    _changes("change-next-day-sweep", CANCEL_MADE_BOOKING, None, at=NEXT_DAY, does=Does.SWEEP),
    _changes("change-elsewhere", CANCEL_MADE_BOOKING, None, at=SOON, does=Does.CANCEL),
    _changes("accept-other-key", ACCEPT_RECEIVED_BOOKING, "b"),
    _changes("accept-settled-no-key", ACCEPT_RECEIVED_BOOKING, None, at=SETTLED),
    _changes("accept-next-day-sweep", ACCEPT_RECEIVED_BOOKING, None, at=NEXT_DAY, does=Does.SWEEP),
    _changes("reschedule-no-key", RESCHEDULE_MADE_BOOKING, None),
    _changes("reschedule-settled-other-key", RESCHEDULE_MADE_BOOKING, "b", at=SETTLED),
    _changes("delete-other-key", DELETE_MADE_BOOKINGS, "b"),
    _changes("delete-soon-no-key", DELETE_MADE_BOOKINGS, None, at=SOON),
    _changes("re-invite-other-key", RE_INVITE, "b"),
    _changes("re-invite-soon-ask", RE_INVITE, None, at=SOON, does=Does.ASK),
    Scenario(
        "change-paused",
        (
            (
                Visit(AT_ONCE, Does.CHANGE, key="a", is_known=True),
                Visit(SOON, Does.CHANGE, key="a", is_known=True, is_paused=True),
            ),
            (
                Visit(AT_ONCE, Does.CHANGE, key="a", is_known=True, is_paused=True),
                Visit(SOON, Does.ASK, is_paused=True),
            ),
        ),
        change=CANCEL_MADE_BOOKING,
    ),
)


def scenario_of(name: str) -> Scenario:
    """Return the scenario of this name.

    Raises:
        ValueError: there is none.
    """
    for scenario in (*SCENARIOS, *CHANGING):
        if scenario.name == name:
            return scenario
    names = ", ".join(one.name for one in (*SCENARIOS, *CHANGING))
    raise ValueError(f"there is no scenario {name}; there are {names}")

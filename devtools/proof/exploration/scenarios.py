"""What is explored: two devices of one account and what each does when; everything else is chosen.

No scenario is made for a wrong protocol. They are the ways in which two requests for one booking can meet: at once, while the
first one's outcome is unknown, when it can be known, when the day is over, and after the booking has ended; and an app that
takes a new key whenever it is told that one is safe; two bookings for a candidate whom nobody has met, by a client who is as
new; and containers that may not send, beside one that does and after it.
"""

from dataclasses import dataclass
from enum import StrEnum

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
    """

    name: str
    devices: tuple[tuple[Visit, ...], ...]
    keys: tuple[tuple[HmacKey, ...], ...] = ((NEW, OLD), (NEW, OLD))
    is_elsewhere: bool = False
    is_short_of_credits: bool = False
    are_people_new: bool = False


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


def scenario_of(name: str) -> Scenario:
    """Return the scenario of this name.

    Raises:
        ValueError: there is none.
    """
    for scenario in SCENARIOS:
        if scenario.name == name:
            return scenario
    raise ValueError(f"there is no scenario {name}; there are {', '.join(one.name for one in SCENARIOS)}")

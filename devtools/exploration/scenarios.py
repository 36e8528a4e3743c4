"""What is explored: two devices of one account and what each does when; everything else is chosen.

No scenario is made for a wrong protocol. They are the ways in which two requests for one booking can meet: at once, while the
first one's outcome is unknown, when it can be known, when the day is over, and after the booking has ended.
"""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.keyed_hash import HmacKey
from devtools.simulation.keys import NEW, OLD

ROTATING = ((OLD,), (NEW, OLD))
AT_ONCE, SOON, SETTLED, NEXT_DAY = 60.0, 120.0, 1260.0, 90_060.0  # the first leaves time to let tokens be known


class Does(StrEnum):
    """What a device does."""

    BOOK = "books"
    BOOK_OTHER = "books with other credits"
    ASK = "asks how the operation stands"
    CANCEL = "cancels in AdultWork's own app"
    BOOK_ELSEWHERE = "books nearly the same in AdultWork's own app"
    SWEEP = "is the hourly sweep"


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing that a device does, at a second; `key` names the Idempotency-Key, `is_known` tells that the token is cached."""

    at: float
    does: Does = Does.BOOK
    key: str | None = None
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the devices do, and the world they do it in.

    `keys` are the HMAC keys that the container of each device knows; in the middle of a rotation they differ.
    `is_elsewhere` lets AdultWork's clock be of another zone than is inferred, `is_short_of_credits` the balance suffice once.
    """

    name: str
    devices: tuple[tuple[Visit, ...], ...]
    keys: tuple[tuple[HmacKey, ...], ...] = ((NEW, OLD), (NEW, OLD))
    is_elsewhere: bool = False
    is_short_of_credits: bool = False


def _at_once(
    name: str, first: str | None, second: str | None, *, is_known: bool, is_rotating: bool = False
) -> Scenario:
    """Both book at once, with tokens that are fresh or known."""
    devices = tuple((Visit(AT_ONCE, key=key, is_known=is_known),) for key in (first, second))
    return Scenario(name, devices, keys=ROTATING) if is_rotating else Scenario(name, devices)


def _again(name: str, at: float, second: Visit, *, is_elsewhere: bool = False) -> Scenario:
    """One books; later it books again, and at the same time the other does something."""
    return Scenario(name, ((Visit(AT_ONCE, key="a"), Visit(at, key="a")), (second,)), is_elsewhere=is_elsewhere)


SCENARIOS = (
    _at_once("same-key", "a", "a", is_known=False),
    _at_once("same-key-known-rotating", "a", "a", is_known=True, is_rotating=True),
    _at_once("other-key", "a", "b", is_known=False),
    _at_once("other-key-known", "a", "b", is_known=True),
    _at_once("no-key-rotating", "a", None, is_known=False, is_rotating=True),
    _at_once("no-keys-known", None, None, is_known=True),
    Scenario(
        "other-body",
        ((Visit(AT_ONCE, key="a", is_known=True),), (Visit(AT_ONCE, Does.BOOK_OTHER, key="a", is_known=True),)),
    ),
    Scenario("short-of-credits", ((Visit(AT_ONCE, key="a"),), (Visit(AT_ONCE, key="a"),)), is_short_of_credits=True),
    _again("soon-other-key", SOON, Visit(SOON, key="b")),
    _again("soon-ask", SOON, Visit(SOON, Does.ASK)),
    _again("settled-other-key", SETTLED, Visit(SETTLED, key="b")),
    _again("settled-no-key-elsewhere", SETTLED, Visit(SETTLED), is_elsewhere=True),
    _again("settled-ask", SETTLED, Visit(SETTLED, Does.ASK)),
    _again("next-day-sweep", NEXT_DAY, Visit(NEXT_DAY, Does.SWEEP)),
    Scenario(
        "cancelled",
        (
            (Visit(AT_ONCE, key="a"), Visit(SOON, Does.CANCEL), Visit(SETTLED, key="b", is_known=True)),
            (Visit(SETTLED, key="c", is_known=True),),
        ),
    ),
    Scenario(
        "booked-elsewhere",
        (
            (Visit(AT_ONCE, key="a"), Visit(SETTLED, key="a")),
            (Visit(AT_ONCE, Does.BOOK_ELSEWHERE), Visit(SETTLED, key="b")),
        ),
    ),
)

"""What an endpoint answers, as far as AdultWork documents it; what it does not document is passed on as it comes."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from chalicelib.values import dataclass


class Leaf(Enum):
    """A simple value, or one whose form nobody documents (`ANY`)."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    ANY = "any"


class Known(Enum):
    """A document that the booking path reads as well, so that both read it alike."""

    BOOKING = "booking"
    BOOKINGS = "bookings"
    REQUIREMENTS = "requirements"


@dataclass(frozen=True, slots=True)
class Record:
    """An object: `members` are those that are documented, null where they are not there; others are passed on as `Leaf.ANY`."""

    members: Mapping[str, "Shape"]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values of one shape."""

    item: "Shape"


Shape: TypeAlias = Leaf | Known | Record | Items

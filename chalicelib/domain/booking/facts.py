"""What the upstream says about the candidate and the client before a booking."""

from collections.abc import Mapping
from decimal import Decimal

from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class BookingRequirements:
    """The answer of GetUserBookingRequirements.

    `is_bookable` is false when AdultWork refuses the candidate. `price_per_minute` is in credits, None when the
    candidate set no price. `methods` tells for each method id whether this candidate offers it; None when the list
    could not be read (the upstream's member names are not documented).
    """

    is_bookable: bool
    price_per_minute: Decimal | None = None
    methods: Mapping[int, bool] | None = None

    @property
    def offers_something(self) -> bool:
        """Tell whether this user can be booked at all: AdultWork does not refuse, and not every method is off."""
        return self.is_bookable and (self.methods is None or any(self.methods.values()))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules of a booking are checked against; None is unknown, `balance` is in credits."""

    requirements: BookingRequirements | None
    balance: Decimal | None

"""The operational limits of a booking; each is a setting."""

from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class BookingPolicy:
    """What Switchboard takes. `zone` is the upstream's clock, durations are in minutes, text lengths in code points."""

    zone: tzinfo
    minimum_duration_minutes: int = 5
    maximum_duration_minutes: int = 1440
    maximum_comments_length: int = 2000
    refuse_premium_numbers: bool = True

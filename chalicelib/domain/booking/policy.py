"""The operational limits of a booking; each is a setting."""

from datetime import tzinfo

from chalicelib.values import dataclass

MAXIMUM_COMMENTS_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class BookingPolicy:
    """What Switchboard takes. `zone` is the upstream's clock, durations are in minutes, text lengths in code points."""

    zone: tzinfo
    minimum_duration_minutes: int = 5
    maximum_duration_minutes: int = 1440
    maximum_comments_length: int = MAXIMUM_COMMENTS_LENGTH
    refuse_premium_numbers: bool = True

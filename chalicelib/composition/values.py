"""What settings become: values of the domain and of adapters, for `bootstrap`."""

from zoneinfo import ZoneInfo

from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.links import Links
from chalicelib.settings import Settings

DAY_SECONDS, MINUTE_SECONDS = 86_400, 60


def booking_policy(settings: Settings) -> BookingPolicy:
    """Return the policy of bookings."""
    return BookingPolicy(
        zone=ZoneInfo(settings.adultwork_timezone),
        maximum_duration_minutes=settings.maximum_duration_minutes,
        maximum_comments_length=settings.maximum_comments_length,
        refuse_premium_numbers=settings.refuse_premium_numbers,
    )


def time_budget(settings: Settings) -> TimeBudget:
    """Return the time that each step may take."""
    return TimeBudget(
        call=settings.call_seconds,
        function=settings.function_timeout_seconds,
        read=settings.read_seconds,
        reads=settings.reads_seconds,
        claim=settings.claim_seconds,
        post=settings.post_seconds,
        conclusion=settings.conclusion_seconds,
        reconcile=settings.reconcile_seconds,
    )


def rate_limits(settings: Settings) -> tuple[RateLimit, ...]:
    """Return the limits that are on."""
    limits = (
        RateLimit(settings.bookings_per_minute, MINUTE_SECONDS),
        RateLimit(settings.bookings_per_day, DAY_SECONDS),
    )
    return tuple(limit for limit in limits if limit.limit)


def edge_settings(settings: Settings) -> EdgeSettings:
    """Return what the edge answers and documents by."""
    return EdgeSettings(
        allowed_origins=settings.allowed_origins,
        allowed_headers=settings.allowed_headers,
        maximum_body_bytes=settings.body_bytes,
        links=Links(problem_type_base=settings.problem_type_base),
        policy=booking_policy(settings),
        has_sign_in=settings.sign_in,
        has_secure_cookies=settings.adultwork_login_url.lower().startswith("https:"),
    )

"""Faults of settings that no single member shows.

They are found beside the last member they are about, not after all members are sound: so they come in the same report as the
others. A member that is wrong itself is missing from `info.data`.
"""

from math import inf

from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.setting_kinds import Others


def require_one_source(key: str | None, info: Others) -> str | None:
    """Return the key, if exactly one source of it is set."""
    if "secrets_name" in info.data and (key is None) == (info.data["secrets_name"] is None):
        msg = "set exactly one of HMAC_KEY (local) and SECRETS_NAME (deployed)"
        raise ValueError(msg)
    return key


def require_room_for_comments(length: int, info: Others) -> int:
    """Return the length, if a body with such comments is taken."""
    needed = longest_form_bytes(length)
    if (info.data.get("maximum_body_bytes") or needed) < needed:
        msg = f"MAXIMUM_BODY_BYTES must be {needed} or more, or bookings that no rule refuses are too large"
        raise ValueError(msg)
    return length


def require_end_before_the_platform(call: float, info: Others) -> float:
    """Return the time, if the platform leaves it."""
    if call >= info.data.get("function_timeout_seconds", inf):
        msg = "CALL_SECONDS must be less than FUNCTION_TIMEOUT_SECONDS, or the platform cuts the answer off"
        raise ValueError(msg)
    return call


def require_time_to_send(conclusion: float, info: Others) -> float:
    """Return the time, if something can be sent before it."""
    if info.data.get("post_seconds", 0) + conclusion + 1 > info.data.get("call_seconds", inf):
        msg = "CALL_SECONDS must leave POST_SECONDS, CONCLUSION_SECONDS and 1 more, or nothing is ever sent"
        raise ValueError(msg)
    return conclusion

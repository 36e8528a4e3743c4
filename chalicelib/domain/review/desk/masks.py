"""What reviewers see of a person's contact fields: whether they are there, and no more, unless they unmask them."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.review.desk.chain import Members

MASK = "masked"
# The last digits of a phone, the keyed hashes that tie bookings to one phone, and the sealed text itself.
CONTACT_MEMBERS = frozenset({"phone_last_3", "phone_hmac", "skype_hmac", "sealed_contact", "sealed_contact_sha256"})


def masked(members: Members) -> dict[str, Any]:
    """Return what an event says with every contact member masked, at any depth."""
    return {name: MASK if name in CONTACT_MEMBERS else _inside(value) for name, value in members.items()}


def _inside(value: object) -> object:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list):
        return [_inside(item) for item in value]
    return value

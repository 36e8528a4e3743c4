"""Audit events: append-only, chained per operation, each over its own stored bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.booking import BookingRequest
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.keyed_hash import HmacKey

GENESIS = "0" * 64
VERSION = 1


class EventKind(StrEnum):
    """What happened."""

    REFUSED = "refused"
    REFUSALS_COUNTED = "refusals-counted"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NOT_SENT = "not-sent"
    UNKNOWN = "unknown"
    NOT_CREATED = "not-created"
    AMBIGUOUS = "ambiguous"
    EXPIRED = "expired"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event of an operation; `details` holds text, integers and lists of them, never personal data in clear.

    `sequence` counts from 1, `previous_hash` is the hash of the event before (64 zeros for the first). `at` is UTC.
    """

    operation_id: str
    sequence: int
    at: datetime
    kind: EventKind
    account: int
    request_id: str
    candidate: int | None = None
    booking_id: int | None = None
    previous_hash: str = GENESIS
    details: Mapping[str, Canonical] = field(default_factory=dict)

    def canonical(self) -> bytes:
        """Return the bytes that are stored and hashed."""
        return canonical_bytes(
            {
                "version": VERSION,
                "operation_id": self.operation_id,
                "sequence": self.sequence,
                "at": self.at.isoformat(timespec="milliseconds"),
                "kind": self.kind.value,
                "account": self.account,
                "candidate": self.candidate,
                "booking_id": self.booking_id,
                "request_id": self.request_id,
                "previous_hash": self.previous_hash,
                **self.details,
            }
        )


def event_hash(canonical: bytes) -> str:
    """Return the hash of an event: SHA-256 over its stored bytes, 64 hex digits."""
    return hashlib.sha256(canonical).hexdigest()


def describe_request(request: BookingRequest, key: HmacKey) -> dict[str, Canonical]:
    """Return what an event tells of a request: the phone as its last 3 digits and an HMAC, comments as their length."""
    contact: dict[str, Canonical] = {}
    if request.phone_number is not None:
        contact["phone_last_3"] = request.phone_number[-3:]
        contact["phone_hmac"] = key.digest("phone", request.phone_number)
    if request.skype_name is not None:
        contact["skype_hmac"] = key.digest("skype", request.skype_name)
    return {
        "session_date": request.session_date,
        "accept_by": request.accept_by,
        "duration": request.duration,
        "method": int(request.method),
        "credits": format(request.credits, "f"),
        "comments_length": len(request.comments or ""),
        "contact": contact,
    }

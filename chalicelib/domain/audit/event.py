"""Audit events: append-only, chained per operation, each over its own stored bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.values import dataclass

GENESIS = "0"
VERSION = 1
LONGEST_REQUEST_ID = 40  # a UUID or a ULID is told as it is
LONGEST_CONTACT_INSIDE = 240  # characters: a phone number and some words, and the event stays below a kilobyte


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

    `sequence` counts from 1, `previous_hash` is the hash of the event before (GENESIS for the first). `at` is UTC.
    `sealed_contact` holds the contact fields in full. A short one is told in the event, a long one kept beside it; the hash
    covers the sealed text or its digest, so erasing the account's key leaves the chain whole.
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
    sealed_contact: str | None = None
    _canonical: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def contact_beside(self) -> str | None:
        """Return the sealed contact if it is kept beside the event."""
        return self.sealed_contact if len(self.sealed_contact or "") > LONGEST_CONTACT_INSIDE else None

    @property
    def hash(self) -> str:
        """Return the hash over the stored bytes, which the next event is chained to."""
        return event_hash(self.canonical())

    def canonical(self) -> bytes:
        """Return the bytes that are stored and hashed; they are made once."""
        if not self._canonical:
            self._canonical.append(self._written())
        return self._canonical[0]

    def _written(self) -> bytes:
        return canonical_bytes(
            {
                "version": VERSION,
                "operation_id": self.operation_id,
                "sequence": self.sequence,
                "at": self.at.isoformat(timespec="milliseconds"),
                "kind": self.kind.value,
                "account": self.account,
                "request_id": told_request_id(self.request_id),
                "previous_hash": self.previous_hash,
                **{name: value for name, value in self._known().items() if value is not None},
                **self.details,
                **self._contact(),
            }
        )

    def _known(self) -> dict[str, Canonical]:
        """Return what an event may not know; it is left out then."""
        return {"candidate": self.candidate, "booking_id": self.booking_id}

    def _contact(self) -> dict[str, Canonical]:
        """Return what the event itself tells of the sealed contact."""
        if self.sealed_contact is None:
            return {}
        if self.contact_beside is None:
            return {"sealed_contact": self.sealed_contact}
        return {"sealed_contact_sha256": hashlib.sha256(self.sealed_contact.encode()).hexdigest()}


def told_request_id(request_id: str) -> str:
    """Return what events tell of a request id: itself, or its digest where it is the client's own and long."""
    if len(request_id) <= LONGEST_REQUEST_ID:
        return request_id
    return f"sha256:{hashlib.sha256(request_id.encode()).hexdigest()}"[:LONGEST_REQUEST_ID]


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

"""Audit events: append-only, chained per operation, each over its own stored bytes."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.values import dataclass

GENESIS = "0"
VERSION = 1
CHANGE = "change"  # the member that names what an operation changes; one that books has none
WINDOW = "window_s"  # the member with how long after the claim the protocol had to wait for this event, in seconds
LONGEST_REQUEST_ID = 29  # characters of what events tell of a request id that is not told as it is
NO_REQUEST_ID = "unknown"  # what the edge says where nothing has named the request
# Ids that are drawn: UUIDs of chance (version 4) or of time and chance (7), and ULIDs. Whatever else callers send may be
# words of theirs, and the UserID of somebody.
_DRAWN = re.compile(
    "[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}", re.IGNORECASE
)
_DIGEST = re.compile("sha256:[0-9a-f]{22}")
HASH_CHARACTERS = 10  # 60 bits tell the contacts of a house apart, and an event has to stay below a kilobyte
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
    `client` and `candidate` are pseudonyms; `account`, whose refusals are counted by it, is not told. With `tells_client` it is
    the first event of the operation that names its client, so that an index leads here; `begun_at` is then when the operation
    began. `people` are the UserIDs, sealed, in the row beside what is told: to make a lost table again, and for nothing else.

    `sealed_contact` holds the contact fields in full. A short one is told in the event, a long one kept beside it; the hash
    covers the sealed text or its digest, so erasing the account's key leaves the chain whole.
    """

    operation_id: str
    sequence: int
    at: datetime
    kind: EventKind
    account: int
    request_id: str
    client: str | None = None
    candidate: str | None = None
    booking_id: int | None = None
    previous_hash: str = GENESIS
    details: Mapping[str, Canonical] = field(default_factory=dict)
    sealed_contact: str | None = None
    tells_client: bool = False
    begun_at: datetime | None = None
    people: bytes | None = field(default=None, repr=False)
    _canonical: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def contact_beside(self) -> str | None:
        """Return the sealed contact if it is kept beside the event."""
        return self.sealed_contact if len(self.sealed_contact or "") > LONGEST_CONTACT_INSIDE else None

    @property
    def changes_booking(self) -> int | None:
        """Return the upstream booking that is to be changed; None where there is none, or more than one."""
        request = self.details.get("request")
        named = request.get("booking_ids") if isinstance(request, dict) else None
        one = named[0] if isinstance(named, list) and len(named) == 1 else None
        return one if isinstance(one, int) else None

    @property
    def names(self) -> Names:
        """Return what it calls client and candidate."""
        return Names(self.client, self.candidate)

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
                "request_id": told_request_id(self.request_id),
                "previous_hash": self.previous_hash,
                **{name: value for name, value in self._known().items() if value is not None},
                **self.details,
                **self._contact(),
            }
        )

    def _known(self) -> dict[str, Canonical]:
        """Return what an event may not know; it is left out then."""
        return {"client": self.client, "candidate": self.candidate, "booking_id": self.booking_id}

    def _contact(self) -> dict[str, Canonical]:
        """Return what the event itself tells of the sealed contact."""
        if self.sealed_contact is None:
            return {}
        if self.contact_beside is None:
            return {"sealed_contact": self.sealed_contact}
        return {"sealed_contact_sha256": hashlib.sha256(self.sealed_contact.encode()).hexdigest()}


def told_request_id(request_id: str) -> str:
    """Return what records tell of a request id: itself where it is a drawn one, else its digest.

    The digest of a digest is itself, so a reviewer may search by either.
    """
    if request_id == NO_REQUEST_ID or _DRAWN.fullmatch(request_id) or _DIGEST.fullmatch(request_id):
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
        contact["phone_hmac"] = _short(key.digest("phone", request.phone_number))
    if request.skype_name is not None:
        contact["skype_hmac"] = _short(key.digest("skype", request.skype_name))
    return {
        "session_date": request.session_date,
        "accept_by": request.accept_by,
        "duration": request.duration,
        "method": int(request.method),
        "credits": format(request.credits, "f"),
        "comments_length": len(request.comments or ""),
        "contact": contact,
    }


def _short(digest: str) -> str:
    """Return a keyed hash, cut, under the id of its key."""
    key_id, _, hashed = digest.partition(":")
    return f"{key_id}:{hashed[:HASH_CHARACTERS]}"

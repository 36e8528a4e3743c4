"""The rows of a lost operations table, made again from the events of the audit trail: pure, one chain at a time.

Events name nobody. Who an operation is of is told by the UserIDs that are sealed beside its claims, and what they are called by
the events: so the register is made again too. What cannot be made again: the answers that were kept for repeats, the accounts'
data keys, and the counts of bookings; and, where the secret that sealed the UserIDs is gone or somebody was erased, all but whose
booking it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from chalicelib.adapters.aws.dynamodb import changes, items, tables
from chalicelib.adapters.aws.dynamodb.items import KEPT_AFTER_GUARD, Item
from chalicelib.adapters.aws.person_row import person_row
from chalicelib.domain.audit.chain import StoredChain, broken_link
from chalicelib.domain.audit.event import CHANGE, EventKind, event_hash
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import FREES_GUARD, RETRYABLE_STATUSES
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.review.moves import STATES

# A claim does not tell the function's timeout. Nothing lives longer than this on Lambda, so nobody works on it any more.
LONGEST_LEASE = timedelta(minutes=15)
People: TypeAlias = tuple[int, int]
LEASE_OVER = "lease-over"  # as `events.lease_over` says it: the call that sent it died


class BrokenChainError(Exception):
    """The events of an operation are not what was written, so nothing is made from them."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The events of one operation: its claims, and what came last."""

    events: Sequence[bytes]
    documents: Sequence[dict[str, Any]]
    people: People | None = None

    @classmethod
    def read(cls, events: Sequence[bytes], people: People | None = None) -> "Chain":
        """Return a chain; `people` are the UserIDs of client and candidate, None where nobody can tell them any more.

        Raises:
            BrokenChainError: it is not whole.
        """
        documents = [json.loads(event) for event in events]
        operation_id = documents[0].get("operation_id") if documents else ""
        broken = broken_link(StoredChain(str(operation_id), events))
        if broken is not None:
            raise BrokenChainError(f"{operation_id}: the chain is broken at event {broken.sequence}")
        return cls(events, documents, people)

    @property
    def claim(self) -> dict[str, Any] | None:
        """Return the newest claim; None for a refusal, which has no operation."""
        return next((one for one in reversed(self.documents) if one["kind"] == EventKind.CLAIMED), None)

    def rows(self, now: datetime) -> list[Item]:
        """Return the rows that stood in the table, as far as they still hold at `now`; the operation comes last.

        An operation without its guard would be worse than none: who is interrupted goes on with those that are missing.
        """
        claim = self.claim
        if claim is None:
            return []
        if self.people is None:
            return self._booking()
        if CHANGE in claim:
            return self._change(claim, self.people[0], now)
        record, guard_until = self._record(claim, *self.people), _moment(claim["guard_until"])
        rows: list[Item] = self._register(*self.people, claim)
        if record.booking_id is not None:
            rows.append(items.booking(record.id, record.booking_id))
        if now <= guard_until and not self._is_guard_free(record):
            guard = items.guard_row(record.guard, record.id, guard_until)
            rows.append(guard)
        if now <= guard_until + KEPT_AFTER_GUARD:
            rows.append(items.operation_row(record, guard_until))
        return rows

    def freed_guard(self) -> str | None:
        """Return the guard that the operation held once and holds no more, None where it holds it or nobody can tell."""
        if self.claim is None or self.people is None:
            return None
        record = self._record(self.claim, *self.people)
        return record.guard if self._is_guard_free(record) else None

    def is_behind(self, row: Mapping[str, Any]) -> bool:
        """Tell whether an operation's row is as it was some events ago: its head is that of an earlier event of this chain."""
        number, head = int(row["events"]["N"]), bytes(row["head"]["B"]).hex()
        return 0 < number < len(self.events) and event_hash(self.events[number - 1]) == head

    def _change(self, claim: dict[str, Any], account: int, now: datetime) -> list[Item]:
        """Return the rows of an operation that changes bookings: it has no candidate, and ties no booking to itself."""
        record = ChangeRecord(
            change=claim[CHANGE],
            booking_ids=tuple(claim["request"]["booking_ids"]),
            **self._standing(claim, account),
        )
        guard_until, since = _moment(claim["guard_until"]), datetime.fromisoformat(claim["at"])
        client = self._client()
        rows: list[Item] = [] if client is None else [person_row(account, client, since)]
        if now <= guard_until and record.state not in record.freed_by:
            rows.append(items.guard_row(record.guard, record.id, guard_until))
        if now <= guard_until + KEPT_AFTER_GUARD:
            rows.append(changes.change_row(record, items.standing_row(record, guard_until)))
        return rows

    def _booking(self) -> list[Item]:
        """Return whose booking it is, which names nobody."""
        booking_id = self._booking_id()
        return [] if booking_id is None else [items.booking(str(self.documents[0]["operation_id"]), booking_id)]

    def _booking_id(self) -> int | None:
        return next((one["booking_id"] for one in reversed(self.documents) if "booking_id" in one), None)

    def _client(self) -> str | None:
        return next((one["client"] for one in self.documents if "client" in one), None)

    def _register(self, account: int, candidate: int, claim: dict[str, Any]) -> list[Item]:
        """Return the rows of the register, with the pseudonyms that the events have."""
        since = datetime.fromisoformat(claim["at"])
        named = ((account, self._client()), (candidate, claim.get("candidate")))
        return [person_row(user_id, name, since) for user_id, name in named if name is not None]

    def _is_guard_free(self, record: OperationRecord) -> bool:
        """Tell whether nothing stands any more that an equal booking would double."""
        is_released = any(one["kind"] == EventKind.RELEASED for one in self.documents)
        return is_released or record.state in FREES_GUARD

    def _record(self, claim: dict[str, Any], account: int, candidate: int) -> OperationRecord:
        request = claim["request"]
        return OperationRecord(
            book_user_id=candidate,
            session_date=request["session_date"],
            duration=request["duration"],
            method=request["method"],
            credits=Decimal(request["credits"]),
            booking_id=self._booking_id(),
            **self._standing(claim, account),
        )

    def _standing(self, claim: dict[str, Any], account: int) -> items.Standing:
        """Return how an operation of any kind stands; no answer was kept."""
        first, last = self.documents[0], self.documents[-1]
        claimed_at = datetime.fromisoformat(claim["at"])
        return {
            "id": claim["operation_id"],
            "account": account,
            "state": STATES[EventKind(last["kind"])],
            "attempt": claim["attempt"],
            "is_retryable": _is_retryable(last),
            "claimed_at": claimed_at,
            "lease_until": claimed_at + LONGEST_LEASE,
            "sequence": len(self.events),
            "head": event_hash(self.events[-1]),
            "fingerprint": claim["fingerprint"],
            "is_keyed": first["operation_id"] != first["call"],  # without a key it has the id of its first call
            "sealed_answer": None,
            "reason": self._reason(claim),
            "names": Names(self._client(), claim.get("candidate")),
        }

    def _reason(self, claim: dict[str, Any]) -> str | None:
        """Return why the outcome of the newest attempt was unknown, where the call that sent it lived to tell."""
        since = self.documents[self.documents.index(claim) :]
        told = (one["reason"] for one in since if one["kind"] == EventKind.UNKNOWN)
        return next((reason for reason in told if reason != LEASE_OVER), None)


def _is_retryable(last: dict[str, Any]) -> bool:
    """Tell whether the key of an operation may start another attempt."""
    if last["kind"] == EventKind.NOT_SENT:
        return True
    return last["kind"] == EventKind.REJECTED and last["upstream_status"] in RETRYABLE_STATUSES


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def key_of(row: Item) -> str:
    """Return the partition key of a row."""
    return row[tables.PARTITION_KEY]["S"]

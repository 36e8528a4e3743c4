"""Reconciliation: what became of operations whose outcome is unknown, told by reads alone."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, tzinfo

from chalicelib.application.audit import events
from chalicelib.application.operations import answers
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.made_bookings import MadeBookings, read_made_bookings
from chalicelib.application.ports import AnswerForm, BookingGateway, Clock, OperationStore, Resolution
from chalicelib.domain.audit.event import AuditEvent, event_hash
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.matching import (
    ReconciliationPolicy,
    Verdict,
    is_created_in_time,
    judge,
    may_be_ours,
    may_concern,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Settled:
    """An operation as it stands after reconciliation, and its final answer if reading has just told it."""

    record: OperationRecord
    answer: StoredAnswer | None = None


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Settle open operations of one account with one reading of its list."""

    gateway: BookingGateway
    store: OperationStore
    form: AnswerForm
    clock: Clock
    zone: tzinfo
    policy: ReconciliationPolicy

    def reconcile(self, caller: Caller, records: Sequence[OperationRecord], deadline: Deadline) -> tuple[Settled, ...]:
        """Return the operations as they stand afterwards, in the same order.

        It never sends and never raises: a list that cannot be read, or a store that cannot be written, leaves an operation
        for the next call. The caller's token must be of the operations' own account.
        """
        now = self.clock.now()
        settled = {record.id: Settled(record) for record in records}
        with suppress(SwitchboardError):  # what was settled so far stays settled; the rest waits for the next call
            for record in records:
                if record.state is OperationState.SENDING and record.is_open(now):
                    over = events.lease_over(record, self.clock.now(), caller.request_id)
                    settled[record.id] = Settled(self._move(record, Resolution(OperationState.UNKNOWN), over, deadline))
            unknown = [one.record for one in settled.values() if one.record.state is OperationState.UNKNOWN]
            if unknown:
                since = min(record.claimed_at for record in unknown)
                made = read_made_bookings(self.gateway, caller.token, since, self.zone, deadline)
                for record in unknown:
                    settled[record.id] = self._settle(caller, record, made, now, deadline)
        return tuple(settled[record.id] for record in records)

    def vouches_for(self, record: OperationRecord, booking: Booking, deadline: Deadline) -> bool:
        """Tell whether a booking that AdultWork has just named can be the operation's own.

        The store says whose it is; where it cannot be read, the date of creation has to do.
        """
        try:
            owners = self.store.owners([booking.booking_id], deadline)
        except StoreUnavailableError:
            return is_created_in_time(record, booking, self.zone, self.policy)
        return owners.get(booking.booking_id, record.id) == record.id

    def _settle(
        self, caller: Caller, record: OperationRecord, made: MadeBookings, read_at: datetime, deadline: Deadline
    ) -> Settled:
        """Judge one operation and write the verdict, if it says more than is known."""
        alike = [booking.booking_id for booking in made.bookings if may_concern(record, booking, self.zone)]
        odd = [entry for entry in made.unreadable if may_be_ours(record, entry, self.zone)]
        alike += [entry.booking_id for entry in odd if entry.booking_id is not None]
        verdict = judge(
            record,
            made.bookings,
            owners=self.store.owners(alike, deadline),
            unreadable=odd,
            is_complete=made.is_complete,
            read_at=read_at,
            zone=self.zone,
            policy=self.policy,
        )
        if verdict.state is OperationState.UNKNOWN:
            return Settled(record)
        evidence: dict[str, Canonical] = {
            "read_at": read_at.isoformat(timespec="milliseconds"),
            "pages": made.pages,
            "bookings_read": len(made.bookings),
            "is_complete": made.is_complete,
        }
        if made.unreadable:
            evidence["unreadable_entries"] = len(made.unreadable)
        event = events.reconciled(record, self.clock.now(), caller.request_id, verdict, evidence)
        answer = self._answer(record, verdict, caller.request_id)
        booking_id = None if verdict.booking is None else verdict.booking.booking_id
        resolution = Resolution(verdict.state, booking_id, _sealed(caller, record, answer))
        after = self._move(record, resolution, event, deadline)
        is_as_judged = (after.state, after.booking_id) == (verdict.state, booking_id)
        return Settled(after, answer if is_as_judged else None)

    def _answer(self, record: OperationRecord, verdict: Verdict, request_id: str) -> StoredAnswer | None:
        """Return the final answer that a verdict stands for, if it does."""
        if verdict.booking is not None:
            return self.form.booked(record.id, verdict.booking)
        if verdict.state is OperationState.NOT_CREATED:
            return self.form.refused(answers.not_created(record.id), request_id)
        return None

    def _move(
        self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline
    ) -> OperationRecord:
        """Write a new state; when somebody else was faster, return what they wrote."""
        if not self.store.resolve(record, resolution, event, deadline):
            return self.store.find(record.id, deadline) or record
        return replace(
            record,
            state=resolution.state,
            booking_id=resolution.booking_id,
            sealed_answer=resolution.sealed_answer,
            sequence=event.sequence,
            head=event_hash(event.canonical()),
        )


def answer_purpose(operation_id: str) -> str:
    """Return what a stored answer is sealed for."""
    return f"answer:{operation_id}"


def _sealed(caller: Caller, record: OperationRecord, answer: StoredAnswer | None) -> str | None:
    """Return an answer for the repeats of a request with a key, sealed; None when there is none to keep."""
    if answer is None or not record.is_keyed:
        return None
    seal = caller.seal()
    return None if seal is None else seal.seal(answer.to_bytes(), answer_purpose(record.id))

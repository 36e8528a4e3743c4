"""Reconciliation: what became of operations whose outcome is unknown, told by reads alone."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Generic, TypeAlias, TypeVar

from chalicelib.application.audit import events
from chalicelib.application.operations import answers
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.made_bookings import MadeBookings, read_made_bookings
from chalicelib.application.ports import AnswerForm, BookingGateway, Clock, Concurrency, OperationStore, Resolution
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.errors import SealBrokenError, StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.listing import Listing
from chalicelib.domain.operation.matching import ReconciliationPolicy, Verdict, is_created_in_time, judge, may_own
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.order import Sent
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

RecordT = TypeVar("RecordT", bound=AnyRecord)
Booked: TypeAlias = "Settled[OperationRecord]"
CLOCKS_APART = timedelta(seconds=5)  # between AdultWork's clock and ours, where nothing but a date can be trusted
SIDE_BY_SIDE = (
    4  # writes at a time: a throttled table is not made worse by one account, and threads are left for others
)


@dataclass(frozen=True, slots=True)
class Settled(Generic[RecordT]):
    """An operation as it stands after reconciliation, and its final answer if reading has just told it.

    Where another call was faster with the same and kept its answer, it is that one, if it can be opened.
    """

    record: RecordT
    answer: StoredAnswer | None = None


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Settle open operations of one account with one reading of its list, and a second one before anything is denied."""

    gateway: BookingGateway
    store: OperationStore
    form: AnswerForm
    clock: Clock
    concurrency: Concurrency
    zone: tzinfo
    policy: ReconciliationPolicy

    def reconcile(self, caller: Caller, records: Sequence[OperationRecord], deadline: Deadline) -> tuple[Booked, ...]:
        """Return the operations as they stand afterwards, in the same order.

        It never sends and never raises: a list that cannot be read, or a store that cannot be written, leaves an operation
        for the next call. The caller's token must be of the operations' own account.
        """
        now = self.clock.now()
        settled = {record.id: Settled(record) for record in records}
        over = [record for record in records if record.state is OperationState.SENDING and record.is_open(now)]
        settled |= self._each(over, lambda record: self._end_lease(caller, record, deadline), deadline)
        unknown = [one.record for one in settled.values() if one.record.state is OperationState.UNKNOWN]
        if unknown:
            settled |= self._settle_by_list(caller, unknown, now, deadline)
        return tuple(settled[record.id] for record in records)

    def vouches_for(self, sent: Sent, booking: Booking, deadline: Deadline) -> bool:
        """Tell whether a booking that AdultWork has just named can be the operation's own.

        The store says whose it is; where it cannot be read, the date of creation has to do. It counts from the claim on: an
        earlier booking may have been cancelled since, and its reply be repeated to us.
        """
        try:
            owners = self.store.owners([booking.booking_id], deadline)
        except StoreUnavailableError:
            return is_created_in_time(sent, booking, self.zone, replace(self.policy, before=CLOCKS_APART))
        return may_own(sent.id, booking.booking_id, owners)

    def _settle_by_list(
        self, caller: Caller, records: Sequence[OperationRecord], read_at: datetime, deadline: Deadline
    ) -> dict[str, Booked]:
        """Return the operations, by id, that the list has told more about; `read_at` is when its reading began (UTC).

        A booking that is found is told at once. Only what is missing when it should be there is looked for a second time.
        """
        since = min(record.claimed_at for record in records)
        read = partial(read_made_bookings, self.gateway, caller.token, since, self.zone, deadline)
        settled: dict[str, Booked] = {}
        with suppress(SwitchboardError):  # what was settled so far stays settled; the rest waits for the next call
            made = read()
            settled |= self._settle(caller, records, made, read_at, deadline)
            missing = [
                one for one in records if one.id not in settled and read_at >= one.claimed_at + self.policy.settle
            ]
            if missing and made.may_be_shown_whole:
                settled |= self._settle(caller, missing, made.confirmed_by(read()), read_at, deadline)
        return settled

    def _settle(
        self,
        caller: Caller,
        records: Sequence[OperationRecord],
        made: MadeBookings,
        read_at: datetime,
        deadline: Deadline,
    ) -> dict[str, Booked]:
        """Judge operations by a list, and write each verdict that says more than is known; return these, by id."""
        listing = Listing(made.bookings, made.unreadable, self.zone)
        near = {record.id: listing.near(record) for record in records}
        named = dict.fromkeys(booking_id for one in near.values() for booking_id in one.booking_ids())
        owners = self.store.owners(list(named), deadline)
        verdicts = {
            record.id: judge(
                record,
                near[record.id],
                owners=owners,
                is_complete=made.is_complete,
                read_at=read_at,
                zone=self.zone,
                policy=self.policy,
            )
            for record in records
        }
        told = [record for record in records if verdicts[record.id].state is not OperationState.UNKNOWN]
        evidence = _evidence(made, read_at)
        return self._each(
            told, lambda record: self._write(caller, record, verdicts[record.id], evidence, deadline), deadline
        )

    def _each(
        self, records: Sequence[OperationRecord], write: Callable[[OperationRecord], Booked], deadline: Deadline
    ) -> dict[str, Booked]:
        """Write about operations, some of them side by side: each changes rows of its own, on its own condition.

        Return them by id; what cannot be written is missing, and waits for the next call.
        """
        start = self.concurrency.start if len(records) > 1 else _in_turn
        settled: dict[str, Booked] = {}
        for first in range(0, len(records), SIDE_BY_SIDE):
            some = records[first : first + SIDE_BY_SIDE]
            for record, result in [(record, start(partial(write, record), deadline)) for record in some]:
                with suppress(SwitchboardError):
                    settled[record.id] = result()
        return settled

    def _end_lease(self, caller: Caller, record: OperationRecord, deadline: Deadline) -> Booked:
        """Write down that nobody works on an operation any more."""
        event = events.lease_over(record, self.clock.now(), caller.request_id, caller.name())
        return Settled(self._move(record, Resolution(OperationState.UNKNOWN), event, deadline))

    def _write(
        self,
        caller: Caller,
        record: OperationRecord,
        verdict: Verdict,
        evidence: Mapping[str, Canonical],
        deadline: Deadline,
    ) -> Booked:
        """Write a verdict down."""
        now, settle = self.clock.now(), self.policy.settle
        event = events.reconciled(record, now, caller.request_id, verdict, evidence, settle, caller.name())
        answer = self._answer(record, verdict, caller.request_id)
        booking_id = None if verdict.booking is None else verdict.booking.booking_id
        resolution = Resolution(verdict.state, booking_id, sealed(caller, record, answer))
        after = self._move(record, resolution, event, deadline)
        is_as_judged = (after.state, after.booking_id) == (verdict.state, booking_id)
        return Settled(after, told(caller, after, resolution, answer) if is_as_judged else None)

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
            head=event.hash,
            names=event.names,
        )


def _in_turn(call: Callable[[], Booked], deadline: Deadline) -> Callable[[], Booked]:
    """Start nothing: a call that nothing goes on beside is made when its result is asked for."""
    del deadline
    return call


def _evidence(made: MadeBookings, read_at: datetime) -> dict[str, Canonical]:
    """Return what an event tells of the list that a verdict rests on."""
    told: dict[str, Canonical] = {
        "read_at": read_at.isoformat(timespec="milliseconds"),
        "pages": made.pages,
        "bookings_read": len(made.bookings),
        "is_complete": made.is_complete,
    }
    return told | ({"unreadable_entries": len(made.unreadable)} if made.unreadable else {})


def answer_purpose(operation_id: str) -> str:
    """Return what a stored answer is sealed for."""
    return f"answer:{operation_id}"


def told(caller: Caller, after: AnyRecord, resolution: Resolution, answer: StoredAnswer | None) -> StoredAnswer | None:
    """Return what a call tells of its own reading: its answer, unless another call was faster and kept one for all repeats."""
    if after.sealed_answer in {None, resolution.sealed_answer}:
        return answer
    return kept_answer(caller, after)


def kept_answer(caller: Caller, record: AnyRecord) -> StoredAnswer | None:
    """Return the answer that is kept with an operation; None when there is none, or its key cannot be had or was erased."""
    if record.sealed_answer is None or (seal := caller.seal()) is None:
        return None
    try:
        return StoredAnswer.from_bytes(seal.open(record.sealed_answer, answer_purpose(record.id)))
    except SealBrokenError:
        return None


def sealed(caller: Caller, record: AnyRecord, answer: StoredAnswer | None) -> str | None:
    """Return an answer for the repeats of a request with a key, sealed; None when there is none to keep."""
    if answer is None or not record.is_keyed:
        return None
    seal = caller.seal()
    return None if seal is None else seal.seal(answer.to_bytes(), answer_purpose(record.id))

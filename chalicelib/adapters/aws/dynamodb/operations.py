"""Operations in DynamoDB: each step one transaction, written at most once however often it is tried."""

import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib import log
from chalicelib.adapters.aws.dynamodb import items, tables, transactions
from chalicelib.adapters.aws.dynamodb.faults import refused_rows
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.dynamodb.operation_reads import NOT_READ, OperationReader, OperationT, RecordT
from chalicelib.adapters.aws.dynamodb.rate_limit import Counter, RateLimit, counters
from chalicelib.adapters.aws.dynamodb.transactions import Row, Tables, Writes
from chalicelib.adapters.aws.faults import RETRY_AFTER_SECONDS, AwsError, store_errors
from chalicelib.adapters.aws.person_row import PSEUDONYM
from chalicelib.adapters.aws.tries import Tries
from chalicelib.application.audit import events
from chalicelib.application.ports import (
    BookingHeld,
    Claimed,
    KeyHeld,
    RateLimited,
    Resolution,
)
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import BookingTakenError, StoreUnavailableError
from chalicelib.domain.operation.operation import FOR_A_PERSON, AnyOutcome, Operation, OperationState, Outcome
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.call import note_state

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemsInputTypeDef

CLAIM_AGAIN = 2
CONCLUDE_AGAIN = 3
TAKE_BACK_SECONDS = 4.0  # after a claim of 4 s that began with 17 s left

NOT_CLAIMED = "The booking could not be recorded, so nothing was sent. It is safe to try again."
NOT_CONCLUDED = "The outcome of the booking could not be recorded."
NOT_RESOLVED = "What became of the operation could not be recorded."
BOOKING_TAKEN = "The booking that AdultWork named already belongs to another operation; a person must look."
NOT_BEING_SENT = "The operation is not waiting for the outcome of this attempt."


@dataclass(frozen=True)
class DynamoDBStore(OperationReader[OperationT, RecordT]):
    """A Store on two tables; `limits` are how often an account may claim operations of its kind.

    Events, and the contacts beside them, are kept for a time, for good where that is None.
    """

    audit_table: str
    limits: Sequence[RateLimit]
    events_kept_for: timedelta | None = None
    contacts_kept_for: timedelta | None = None

    def claim(
        self, operation: OperationT, event: AuditEvent, deadline: Deadline, previous: RecordT | None = None
    ) -> Claimed | KeyHeld[RecordT] | BookingHeld | RateLimited | NamedMeanwhile:
        """Record the operation and its first event, if neither its key nor its guard is held.

        A key that is held tells more than a guard that is held, so it is answered first; both tell more than a limit.

        Raises:
            StoreUnavailableError: it could not be recorded by the deadline; nothing may be sent.
        """
        counted = self.counted(operation)
        parts = self.claim_parts(operation, event, previous, counted)
        try:
            with store_errors(NOT_CLAIMED):
                refused = self.write(parts, CLAIM_AGAIN, deadline)
        except StoreUnavailableError:
            # The claim has used its time up; a call whose claim failed sends nothing any more, so there is time for this.
            self._take_back(operation, event, Deadline.after(deadline.monotonic, TAKE_BACK_SECONDS))
            raise
        if not refused or _is_ours(refused, event):
            return Claimed()
        with store_errors(NOT_CLAIMED):
            if held := self._held(refused, operation, previous):
                return held
        if used_up := _used_up(refused, counted):
            return _limited(used_up, operation.claimed_at)
        if Row.PERSON in refused:
            return NamedMeanwhile(refused[Row.PERSON][PSEUDONYM]["S"])
        raise StoreUnavailableError(NOT_CLAIMED, retry_after_seconds=RETRY_AFTER_SECONDS)

    def conclude(
        self,
        operation: OperationT,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Record the outcome of the attempt that was claimed; free its guard if nothing was booked.

        Raises:
            BookingTakenError: the upstream's BookingID belongs to another operation; nothing was written.
            StoreUnavailableError: it could not be recorded by the deadline, or the operation is not waiting for it.
        """
        if event.client is None:  # the register could not be read beside the POST, and the money path went first
            log.event("client.unnamed", level=logging.WARNING, metric="ClientUnnamed", operation_id=operation.id)
        parts = transactions.conclusion(self.tables, operation, outcome, event, sealed_answer)
        with store_errors(NOT_CONCLUDED):
            refused = self._write_what_stands(parts, deadline)
        if not refused or _is_ours(refused, event):
            note_state(outcome.state)
            self.note_lack(operation, outcome, event)
            return
        if Row.BOOKING in refused and Row.OPERATION not in refused:
            raise BookingTakenError(BOOKING_TAKEN)
        raise StoreUnavailableError(NOT_BEING_SENT)

    def resolve(self, record: RecordT, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write what reads have told; False when the operation no longer stands as `record` says."""
        parts = transactions.resolution(self.tables, record, resolution, event)
        with store_errors(NOT_RESOLVED):
            refused = self._write_what_stands(parts, deadline)
        is_written = not refused or _is_ours(refused, event)
        if is_written:
            note_state(resolution.state)
        if is_written and resolution.state in FOR_A_PERSON:
            _call_a_person(record, resolution.state)
        return is_written

    def note_lack(self, operation: OperationT, outcome: AnyOutcome, event: AuditEvent) -> None:
        """Say what a record that was concluded should have and has not, where this kind can lack something."""

    @abstractmethod
    def counted(self, operation: OperationT) -> Sequence[Counter]:
        """Return the rows that a claim is counted in."""

    @abstractmethod
    def claim_parts(
        self, operation: OperationT, event: AuditEvent, previous: RecordT | None, counted: Sequence[Counter]
    ) -> Writes:
        """Return the writes of a claim."""

    @property
    def tables(self) -> Tables:
        """Return where records are, and for how long."""
        return Tables(self.operations_table, self.audit_table, self.events_kept_for, self.contacts_kept_for)

    def _write_what_stands(self, parts: Writes, deadline: Deadline) -> dict[Row, Item]:
        """Run a transaction, without its guard when nothing else stands in the way; return what `_write` does.

        A guard expires, and may be another operation's by then: nothing of ours is left to free.
        """
        refused = self.write(parts, CONCLUDE_AGAIN, deadline)
        if refused.keys() == {Row.GUARD}:
            parts = {row: write for row, write in parts.items() if row is not Row.GUARD}
            refused = self.write(parts, CONCLUDE_AGAIN, deadline)
        return refused

    def write(self, parts: Writes, again: int, deadline: Deadline) -> dict[Row, Item]:
        """Run one transaction; return the old item of every row whose condition failed, nothing when it was applied.

        All tries carry the same token, so that DynamoDB applies it once.
        """
        asked: TransactWriteItemsInputTypeDef = {
            "TransactItems": list(parts.values()),
            "ClientRequestToken": transactions.request_token(parts),
        }
        try:
            Tries(self.sleep).run(lambda: self.client.transact_write_items(asked, deadline), again, deadline)
        except AwsError as error:
            if refused := refused_rows(error, parts):
                return refused
            raise
        return {}

    def _take_back(self, operation: OperationT, event: AuditEvent, deadline: Deadline) -> None:
        """Conclude a claim that failed but was applied after all as NOT_SENT, so that it holds nobody up.

        When this fails too, the operation stays SENDING until its lease is over, and reconciliation finds no booking.
        """
        with suppress(StoreUnavailableError):
            if self._was_applied(operation, event, deadline):
                outcome = Outcome(OperationState.NOT_SENT, "claim-unconfirmed")
                taken_back = events.concluded(event, self.clock.now(), outcome, {})
                self.conclude(operation, outcome, taken_back, deadline)

    def _was_applied(self, operation: OperationT, event: AuditEvent, deadline: Deadline) -> bool:
        """Tell whether the operation stands as `event` left it."""
        record = self.find(operation.id, deadline)
        return record is not None and record.head == items.head_hex(event)

    def _held(
        self, refused: Mapping[Row, Item], operation: OperationT, previous: RecordT | None
    ) -> KeyHeld[RecordT] | BookingHeld | None:
        """Return whose key or guard it is that stood in the way; None when it was neither, or DynamoDB does not say whose.

        The trail never forgets a key: where the operation's row is gone, its first event still stands in the way.

        Raises:
            StoreUnavailableError: the operation in the way is no one of this account.
        """
        if operation.is_keyed and (row := refused.get(Row.OPERATION)):
            return self.key_held(row, operation)
        if operation.is_keyed and previous is None and Row.EVENT in refused and Row.OPERATION not in refused:
            return KeyHeld(operation.id, None)
        if row := refused.get(Row.GUARD):
            return BookingHeld(row["operation_id"]["S"])
        return None


@dataclass(frozen=True)
class DynamoDBOperationStore(DynamoDBStore[Operation, OperationRecord]):
    """An OperationStore: the Store of bookings."""

    def note_lack(self, operation: Operation, outcome: AnyOutcome, event: AuditEvent) -> None:
        """Say so where the contact fields of what was sent are not in it."""
        if _lacks_contact(operation, outcome, event):
            log.event("contact.unsealed", level=logging.WARNING, metric="ContactUnsealed", operation_id=operation.id)

    def is_of_kind(self, row: Item) -> bool:
        """Tell whether a row is of an operation that books."""
        return items.CHANGE not in row

    def record_of(self, row: Item) -> OperationRecord:
        """Return the operation of a row."""
        return items.record(row)

    def counted(self, operation: Operation) -> Sequence[Counter]:
        """Return the rows that the account's bookings are counted in."""
        return counters(operation.account, self.limits, operation.claimed_at)

    def claim_parts(
        self, operation: Operation, event: AuditEvent, previous: OperationRecord | None, counted: Sequence[Counter]
    ) -> Writes:
        """Return the writes of a claim."""
        return transactions.claim(self.tables, operation, event, previous, counted)

    @store_errors(NOT_READ)
    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which upstream bookings belong to which operations already."""
        names = {tables.booking_row(booking_id): booking_id for booking_id in booking_ids}
        rows = self.rows_of(list(names), deadline)
        return {names[name]: row["operation_id"]["S"] for name, row in rows.items()}

    def release(self, record: OperationRecord, event: AuditEvent, deadline: Deadline) -> bool:
        """Free the guard of an operation whose booking ended upstream; False when it was not its guard any more."""
        parts = transactions.release(self.tables, record, event)
        with store_errors(NOT_RESOLVED):
            refused = self.write(parts, CONCLUDE_AGAIN, deadline)
        return not refused or _is_ours(refused, event)


def _call_a_person(record: AnyRecord, state: OperationState) -> None:
    """Say that reads will never settle an operation: its user waits for somebody who looks."""
    if state is OperationState.AMBIGUOUS:
        log.event("operation.ambiguous", level=logging.ERROR, metric="OperationAmbiguous", operation_id=record.id)
    else:  # the hourly function counts these, whatever becomes of its other ones
        log.event("operation.expired", level=logging.ERROR, operation_id=record.id)


def _lacks_contact(operation: Operation, outcome: AnyOutcome, event: AuditEvent) -> bool:
    """Tell whether contact fields were sent that no event tells: the account's seal could not be had."""
    request = operation.request
    given = (request.phone_number, request.skype_name, request.comments)
    is_sent = outcome.state is not OperationState.NOT_SENT
    return is_sent and event.sealed_contact is None and any(value is not None for value in given)


def _is_ours(refused: dict[Row, Item], event: AuditEvent) -> bool:
    """Tell whether the conditions failed on our own first write, whose answer was lost."""
    row = refused.get(Row.OPERATION)
    return row is not None and row.get("head") == items.head(event)


def _limited(used_up: Sequence[RateLimit], now: datetime) -> RateLimited:
    """Return the limit that holds longest: at the end of any other window the account would only be refused again."""
    longest = max(used_up, key=lambda limit: limit.reset_seconds(now))
    return RateLimited(longest.limit, longest.window_seconds, longest.reset_seconds(now))


def _used_up(refused: Mapping[Row, Item], counted: Sequence[Counter]) -> list[RateLimit]:
    """Return the limits that the rows of the counts name."""
    rows = ((refused.get(row), counter) for row, counter in zip(transactions.COUNTS, counted, strict=False))
    return [limit for row, counter in rows if row is not None for limit in counter.used_up(row)]

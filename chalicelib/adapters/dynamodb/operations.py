"""Operations in DynamoDB: each step one transaction, written at most once however often it is tried."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters.dynamodb import items, tables, transactions
from chalicelib.adapters.dynamodb.faults import RETRY_AFTER_SECONDS, refused_rows, store_errors
from chalicelib.adapters.dynamodb.items import Item, head
from chalicelib.adapters.dynamodb.transactions import Row, Tables, Writes
from chalicelib.adapters.dynamodb.tries import Tries
from chalicelib.application import events
from chalicelib.application.ports import BookingHeld, ClaimAnswer, Claimed, Clock, KeyHeld
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation import Operation, OperationState, Outcome
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import GetItemOutputTypeDef, TransactWriteItemsOutputTypeDef

CLAIM_AGAIN = 2
CONCLUDE_AGAIN = 3

NOT_CLAIMED = "The booking could not be recorded, so nothing was sent. It is safe to try again."
NOT_CONCLUDED = "The outcome of the booking could not be recorded."
NOT_READ = "The record of the operation could not be read."
BOOKING_TAKEN = "The booking that AdultWork named already belongs to another operation; a person must look."
NOT_BEING_SENT = "The operation is not waiting for the outcome of this attempt."


@dataclass(frozen=True, slots=True)
class DynamoDBOperationStore:
    """An OperationStore on two tables; `sleep` waits between tries, in seconds."""

    client: "DynamoDBClient"
    operations_table: str
    audit_table: str
    clock: Clock
    sleep: Callable[[float], None] = time.sleep

    def claim(self, operation: Operation, event: AuditEvent, deadline: Deadline) -> ClaimAnswer:
        """Record the operation and its first event, if neither its key nor its booking is held.

        A key that is held tells more than a booking that is held, so it is answered first.

        Raises:
            StoreUnavailableError: it could not be recorded by the deadline; nothing may be sent.
        """
        writes = transactions.claim(self._tables, operation, event)
        try:
            with store_errors(NOT_CLAIMED):
                refused = self._write(writes, CLAIM_AGAIN, deadline)
        except StoreUnavailableError:
            self._take_back(operation, event, deadline)
            raise
        if not refused or _is_ours(refused, event):
            return Claimed()
        if key := refused.get(Row.KEY):
            return _key_held(key)
        if guard := refused.get(Row.GUARD):
            return BookingHeld(guard["operation_id"]["S"])
        raise StoreUnavailableError(NOT_CLAIMED, retry_after_seconds=RETRY_AFTER_SECONDS)

    def conclude(self, operation: Operation, outcome: Outcome, event: AuditEvent, deadline: Deadline) -> None:
        """Record the outcome of the attempt that was claimed; free its guard if nothing was booked.

        Raises:
            StoreUnavailableError: it could not be recorded by the deadline; or the operation is not waiting for it; or
                the upstream's BookingID belongs to another operation, and then this one stays SENDING: a booking that
                is claimed twice proves nothing, so it must not be called CONFIRMED.
        """
        writes = transactions.conclusion(self._tables, operation, outcome, event)
        with store_errors(NOT_CONCLUDED):
            refused = self._write(writes, CONCLUDE_AGAIN, deadline)
        if refused and not _is_ours(refused, event):
            raise StoreUnavailableError(BOOKING_TAKEN if Row.BOOKING in refused else NOT_BEING_SENT)

    @property
    def _tables(self) -> Tables:
        return Tables(self.operations_table, self.audit_table)

    def _write(self, writes: Writes, again: int, deadline: Deadline) -> dict[Row, Item]:
        """Run one transaction; return the old item of every row whose condition failed, nothing when it was applied.

        All tries carry the same token, so that DynamoDB applies it once.
        """
        token = transactions.request_token(writes)

        def write() -> "TransactWriteItemsOutputTypeDef":
            return self.client.transact_write_items(TransactItems=list(writes.values()), ClientRequestToken=token)

        try:
            Tries(self.sleep).run(write, again, deadline)
        except ClientError as error:
            if refused := refused_rows(error, writes):
                return refused
            raise
        return {}

    def _take_back(self, operation: Operation, event: AuditEvent, deadline: Deadline) -> None:
        """Conclude a claim that failed but was applied after all as NOT_SENT, so that it holds nobody up.

        When this fails too, the operation stays SENDING until its lease is over, and reconciliation finds no booking.
        """
        with suppress(StoreUnavailableError):
            if self._was_applied(operation, event, deadline):
                outcome = Outcome(OperationState.NOT_SENT, "claim-unconfirmed")
                taken_back = events.concluded(event, self.clock.now(), outcome, {})
                self.conclude(operation, outcome, taken_back, deadline)

    def _was_applied(self, operation: Operation, event: AuditEvent, deadline: Deadline) -> bool:
        """Tell whether the operation stands as `event` left it."""

        def read() -> "GetItemOutputTypeDef":
            return self.client.get_item(
                TableName=self.operations_table,
                Key={tables.PARTITION_KEY: items.text(tables.operation_row(operation.id))},
                ConsistentRead=True,
            )

        with store_errors(NOT_READ):
            row = Tries(self.sleep).run(read, 0, deadline).get("Item")
        return row is not None and row["head"] == items.text(head(event))


def _is_ours(refused: dict[Row, Item], event: AuditEvent) -> bool:
    """Tell whether the conditions failed on our own first write, whose answer was lost."""
    row = refused.get(Row.OPERATION)
    return row is not None and row.get("head") == items.text(head(event))


def _key_held(row: Item) -> KeyHeld:
    """Return what the row of an Idempotency-Key says."""
    return KeyHeld(
        operation_id=row["operation_id"]["S"],
        fingerprint=row["fingerprint"]["S"],
        state=OperationState(row["state"]["S"]),
        lease_until=datetime.fromisoformat(row["lease_until"]["S"]),
    )

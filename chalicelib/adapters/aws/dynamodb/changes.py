"""Changes of bookings in DynamoDB: rows of the same tables, by the same transactions, loaded when somebody changes something."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from chalicelib.adapters.aws.dynamodb import items, tables, transactions
from chalicelib.adapters.aws.dynamodb.items import CHANGE, Item
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore, DynamoDBStore
from chalicelib.adapters.aws.dynamodb.rate_limit import Counter, counters
from chalicelib.adapters.aws.dynamodb.transactions import Writes
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.changing.operation import ChangeOperation, ChangeRecord
from chalicelib.domain.operation.operation import OperationState

BOOKINGS = "booking_ids"


@dataclass(frozen=True)
class DynamoDBChangeStore(DynamoDBStore[ChangeOperation, ChangeRecord]):
    """A ChangeStore: the Store of changes, which are counted apart from bookings."""

    @classmethod
    def beside(cls, store: DynamoDBOperationStore) -> "DynamoDBChangeStore":
        """Return the store of changes on the tables of a store of bookings."""
        return cls(**{member.name: getattr(store, member.name) for member in fields(store)})

    def is_of_kind(self, row: Item) -> bool:
        """Tell whether a row is of an operation that changes something."""
        return CHANGE in row

    def record_of(self, row: Item) -> ChangeRecord:
        """Return the operation of a row."""
        return record_of(row)

    def counted(self, operation: ChangeOperation) -> Sequence[Counter]:
        """Return the rows that the account's changes are counted in."""
        return counters(operation.account, self.limits, operation.claimed_at, tables.change_rate_row)

    def claim_parts(
        self,
        operation: ChangeOperation,
        event: AuditEvent,
        previous: ChangeRecord | None,
        counted: Sequence[Counter],
    ) -> Writes:
        """Return the writes of a claim."""
        record = ChangeRecord.of(operation, OperationState.SENDING, event.sequence, items.head_hex(event))
        row = change_row(record, items.standing_row(record, operation.guard_expires_at))
        return transactions.claim_of(self.tables, operation, row, event, previous, counted)


def record_of(row: Item) -> ChangeRecord:
    """Return the operation that a row tells of; one that changes something."""
    ids = tuple(map(int, row[BOOKINGS]["S"].split(",")))
    return ChangeRecord(change=row[CHANGE]["S"], booking_ids=ids, **items.standing(row))


def change_row(record: ChangeRecord, standing: Item) -> Item:
    """Return the row of a change: how it stands, and what it changes."""
    return standing | {CHANGE: items.text(record.change), BOOKINGS: items.text(",".join(map(str, record.booking_ids)))}

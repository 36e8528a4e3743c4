"""Both tables: keys, indexes and protections, in one place for the code, the local stack and the template.

`operations` is mutable and loses expired rows; `audit` grows, and loses what is past its retention. The reviewer finds
operations through the indexes of `audit`, so nobody ever needs a Scan. Only the event that opens a chain has the attributes of
these indexes, and the first event that names the client that of his: who has found it has found the operation, and reads the
rest of its events by the partition key. `by-hour` leads digests to the other operations that went on in an hour.

A partition takes 1,000 write units a second, and a throttled index throttles the writes of its table, also the conclusion
of what was sent. So what would gather under one value is spread over shards. At 5,000 bookings a second:

- `open`: each booking puts an entry and takes it away, 2 units: 10,000 / OPEN_SHARDS = 625 a second in a partition.
- `by-day`: each booking and each refusal puts one entry, 1 unit: 5,000 / DAY_SHARDS = 313, and 625 with as many refusals.
- `by-hour`: what a booking's own call writes is not in it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import CreateTableInputTypeDef

TEXT, NUMBER = "S", "N"

PARTITION_KEY = "pk"
SORT_KEY = "sk"
EXPIRES_AT = "expires_at"  # seconds since 1970; DynamoDB deletes late, so conditions compare it as well
ENDS = "ends"  # the same of the audit table, in whose events every byte of the first kilobyte counts
OPEN_SHARDS = DAY_SHARDS = 16


def guard_row(guard: str) -> str:
    """Return the partition key of what keeps an equal booking out."""
    return f"GUARD#{guard}"


def operation_row(operation_id: str) -> str:
    """Return the partition key of an operation, in `operations` and in `audit`."""
    return f"OP#{operation_id}"


def booking_row(booking_id: int) -> str:
    """Return the partition key that ties an upstream booking to its operation."""
    return f"BOOKING#{booking_id}"


def contact_row(operation_id: str) -> str:
    """Return the partition key, in `audit`, of the sealed contacts that are too long for their events."""
    return f"CONTACT#{operation_id}"


def rate_row(account: int, window_seconds: int, window: int) -> str:
    """Return the partition key of an account's count of bookings in one window of time."""
    return f"RATE#{account}#{window_seconds}#{window}"


def change_rate_row(account: int, window_seconds: int, window: int) -> str:
    """Return the same for its changes: whoever has booked too often may still cancel."""
    return f"RATE#{account}#changes#{window_seconds}#{window}"


def refusals_row(account: int, hour: datetime) -> str:
    """Return the partition key of an account's count of refusals in one hour (UTC)."""
    return f"REFUSED#{account}#{hour:%Y-%m-%dT%H}"


def sign_in_row(digest: str) -> str:
    """Return the partition key of a mark or count of sign-in, named by a keyed hash."""
    return f"SIGNIN#{digest}"


def open_shard(account: int) -> str:
    """Return the partition of the index of open operations that an account's are in."""
    return f"{crc32(str(account).encode()) % OPEN_SHARDS:02}"


def open_shards() -> Sequence[str]:
    """Return all partitions of the index of open operations."""
    return [f"{shard:02}" for shard in range(OPEN_SHARDS)]


def day_shard(moment: datetime, operation_id: str) -> str:
    """Return the partition of the index of days that an operation's first event is in: `2026-01-15#07`."""
    return day_shards(moment)[crc32(operation_id.encode()) % DAY_SHARDS]


def day_shards(moment: datetime) -> Sequence[str]:
    """Return all partitions of the index of days that a moment's UTC day has."""
    day = moment.astimezone(UTC).date().isoformat()
    return [f"{day}#{shard:02}" for shard in range(DAY_SHARDS)]


def hour_shard(moment: datetime, operation_id: str) -> str:
    """Return the partition of the index of hours that an event is in: `2026-01-15T12#07`."""
    return hour_shards(moment)[crc32(operation_id.encode()) % DAY_SHARDS]


def hour_shards(moment: datetime) -> Sequence[str]:
    """Return all partitions of the index of hours that a moment's UTC hour has."""
    hour = moment.astimezone(UTC)
    return [f"{hour:%Y-%m-%dT%H}#{shard:02}" for shard in range(DAY_SHARDS)]


def event_sort_key(sequence: int) -> str:
    """Return the sort key of an event; four digits keep text order and number order the same."""
    return f"{sequence:04d}"


@dataclass(frozen=True, slots=True)
class Index:
    """A way to find rows: all of one `attribute` value, by the time in `sort`; a copy has the keys and what is `included`."""

    name: str
    attribute: str
    kind: str
    sort: str = "at"
    included: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """Return the index as both CreateTable and CloudFormation spell it."""
        keys = _key_schema(self.attribute, self.sort)
        projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
        if self.included:
            projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(self.included)}
        return {"IndexName": self.name, "KeySchema": keys, "Projection": projection}


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table: its key attributes (all text), its indexes, and the attribute that ends a row's life, if any does."""

    keys: tuple[str, ...]
    indexes: tuple[Index, ...]
    expiry: str | None = None

    def create_arguments(self, name: str) -> "CreateTableInputTypeDef":
        """Return the arguments of CreateTable for a table called `name`."""
        return {"TableName": name, **self._shape()}  # type: ignore[typeddict-item]  # the shape serves two callers

    def cloudformation(self, kms_key: Mapping[str, Any]) -> dict[str, Any]:
        """Return the properties of the AWS::DynamoDB::Table; `kms_key` is the intrinsic that names the key.

        Restorable to any second of the last 35 days, encrypted under the customer's own key, and not deletable by
        mistake.
        """
        properties = self._shape() | {
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": dict(kms_key)},
            "DeletionProtectionEnabled": True,
        }
        if self.expiry is not None:
            properties["TimeToLiveSpecification"] = {"AttributeName": self.expiry, "Enabled": True}
        return properties

    def _shape(self) -> dict[str, Any]:
        """Return keys and indexes."""
        kinds = dict.fromkeys(self.keys, TEXT)
        for index in self.indexes:
            kinds |= {index.attribute: index.kind, index.sort: TEXT}
        return {
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
            "KeySchema": _key_schema(*self.keys),
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [index.arguments() for index in self.indexes],
        }


def _key_schema(*names: str) -> list[dict[str, str]]:
    """Return a key schema: the first name is the partition key, the second the sort key."""
    return [{"AttributeName": name, "KeyType": role} for name, role in zip(names, ("HASH", "RANGE"), strict=False)]


AT = "at"
BY_DAY = Index("by-day", "day", TEXT)
BY_CLIENT = Index("by-client", "client", TEXT)
# A change names no candidate; the one booking that it changes stands in that place, so that it is found by it.
BY_CANDIDATE = Index("by-candidate", "candidate", TEXT)
BY_REQUEST = Index("by-request", "request_id", TEXT)
# What is added to an operation after the call that began it: the only events that its beginning does not lead a digest to.
BY_HOUR = Index("by-hour", "hour", TEXT, SORT_KEY)

# Only operations without a final state have this attribute, so the index holds next to nothing.
ACCOUNT, CLAIMED_AT = "account", "claimed_at"
OPEN = Index("open", "open", TEXT, CLAIMED_AT, (ACCOUNT,))

# Who somebody is whom an event names, for reviewers: only the rows of the register have this attribute.
BY_PSEUDONYM = Index("by-pseudonym", "pseudonym", TEXT, PARTITION_KEY)

OPERATIONS = TableSchema(keys=(PARTITION_KEY,), indexes=(OPEN, BY_PSEUDONYM), expiry=EXPIRES_AT)
AUDIT = TableSchema(
    keys=(PARTITION_KEY, SORT_KEY),
    indexes=(BY_DAY, BY_CLIENT, BY_CANDIDATE, BY_REQUEST, BY_HOUR),
    expiry=ENDS,
)

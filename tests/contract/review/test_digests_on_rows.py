"""Digests over the rows that writers store, on the stand-in of DynamoDB, S3 and KMS; and each tampering with those rows."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords, DynamoDBOperationHeads
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf, key_of
from chalicelib.adapters.aws.review.digest_kms import KmsDigestKey, KmsTrustedKeys
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.adapters.digest_keys import TrustedKeys, pem_of
from chalicelib.application.review.audit_verification import Asked, AuditVerdict, AuditVerification
from chalicelib.application.review.door import Door
from chalicelib.application.review.make_digests import Made, MakeDigests
from chalicelib.domain.audit.coverage import DigestedHour, Stretch
from chalicelib.domain.audit.digest import HOUR, Listing
from chalicelib.domain.audit.event import GENESIS, AuditEvent, EventKind, event_hash
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.signature import Signed
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import create_table
from devtools.local.review.digests import create_digest_store, local_service
from tests.fakes.clock import FixedClock
from tests.fakes.review_desk import FakeVerifier, visit

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

START = datetime(2026, 1, 15, 10, tzinfo=UTC)
DEADLINE = Deadline.after(lambda: 0.0, 60.0)
READER = Reviewer("https://identity.example", "carl", frozenset({Role.CUSTODIAN}))
KINDS = (EventKind.CLAIMED, EventKind.CONFIRMED, EventKind.RELEASED, EventKind.RELEASED)
_numbers = count()


def chain(number: int, *minutes: int) -> list[AuditEvent]:
    """Return the events of an operation, at some minutes after START."""
    events: list[AuditEvent] = []
    for sequence, minute in enumerate(minutes, start=1):
        at = START + timedelta(minutes=minute, seconds=sequence)
        previous = events[-1].hash if events else GENESIS
        kind = KINDS[sequence - 1]
        events.append(
            AuditEvent(f"op_{number:026}", sequence, at, kind, 1001, "request-1", "p_1", "p_7", previous_hash=previous)
        )
    return events


FIRST, SECOND, THIRD = chain(1, 5, 5, 90, 95), chain(2, 65, 65), chain(3, 70, 70, 130, 135)


@dataclass
class Ground:
    """Tables, a bucket and a key of one test."""

    client: "DynamoDBClient"
    clock: FixedClock = field(default_factory=lambda: FixedClock(START + 2 * HOUR))
    name: str = field(default_factory=lambda: f"digests-{next(_numbers)}")

    def __post_init__(self) -> None:
        endpoint = self.client.meta.endpoint_url
        self.s3, self.kms = local_service("s3", endpoint), local_service("kms", endpoint)
        self.audit, self.operations, self.key = f"audit-{self.name}", f"operations-{self.name}", f"alias/{self.name}"
        create_table(self.client, tables.AUDIT, self.audit)
        create_table(self.client, tables.OPERATIONS, self.operations)
        create_digest_store(endpoint, self.name, self.key)
        self.records = DynamoDBAuditRecords.of(DynamoDBAuditIndex(self.client, self.audit, self.operations))
        self.shelf = S3DigestShelf(self.s3, self.name)

    def put(self, *events: AuditEvent) -> None:
        """Write events as the booking path does."""
        for event in events:
            self.client.put_item(TableName=self.audit, Item=items.audit_event(event))

    def make(self, **changes: int) -> Made:
        """Make the digests that are due."""
        key = KmsDigestKey(self.kms, self.key)
        return MakeDigests(self.records, self.shelf, key, self.clock, **changes).execute(DEADLINE)

    def digest_all(self) -> None:
        """Make the digests of all hours of the three operations, each in its time."""
        for hours in range(2, 6):
            self.clock = FixedClock(START + hours * HOUR)
            self.make()

    def verify(self, asked: Asked | None = None) -> AuditVerdict:
        """Verify."""
        heads = DynamoDBOperationHeads(self.client, self.operations)
        keys = KmsTrustedKeys(self.kms, (self.key,), TrustedKeys.read, pem_of)
        return AuditVerification(self.records, heads, self.shelf, keys, self.clock).verify(asked or Asked(), DEADLINE)

    def found(self, asked: Asked | None = None) -> list[tuple[object, str | None, int]]:
        """Return what hashes and digests tell."""
        return [
            (one.kind, one.operation_id, one.sequence)
            for one in self.verify(asked or Asked(START - HOUR)).records.findings
        ]

    def delete(self, event: AuditEvent) -> None:
        """Delete the row of an event."""
        self.client.delete_item(TableName=self.audit, Key=_key(event))

    def overwrite(self, event: AuditEvent, canonical: bytes) -> None:
        """Put other bytes into the row of an event; its indexes stay."""
        row: dict[str, Any] = {**items.audit_event(event), "canonical": {"S": canonical.decode()}}
        self.client.put_item(TableName=self.audit, Item=row)


def _key(event: AuditEvent) -> Any:  # noqa: ANN401 (a key of boto3)
    row = items.audit_event(event)
    return {"pk": row["pk"], "sk": row["sk"]}


@pytest.fixture(scope="module")
def digested(review_client: "DynamoDBClient") -> Ground:
    """Return three operations with the digests of their hours, which take seconds to make: no test changes these."""
    made = Ground(review_client)
    made.put(*FIRST, *SECOND, *THIRD)
    made.digest_all()
    return made


@pytest.fixture
def ground(digested: Ground) -> Ground:
    """Return the same rows and digests in places of a test's own, under another name of the same key."""
    ground = Ground(digested.client, digested.clock)
    ground.put(*FIRST, *SECOND, *THIRD)
    key = ground.kms.describe_key(KeyId=digested.key)["KeyMetadata"]["KeyId"]
    ground.kms.update_alias(AliasName=ground.key, TargetKeyId=key)
    for one in ground.s3.list_objects_v2(Bucket=digested.name)["Contents"]:
        body = ground.s3.get_object(Bucket=digested.name, Key=one["Key"])["Body"].read()
        ground.s3.put_object(Bucket=ground.name, Key=one["Key"], Body=body, ChecksumAlgorithm="SHA256")
    return ground


def test_what_nobody_touched_is_clean(ground: Ground) -> None:
    """Every event is covered: also those that came an hour after their operation began."""
    verdict = ground.verify(Asked(START - HOUR))
    assert verdict.records.findings == ()
    assert (verdict.records.operations, verdict.records.events, verdict.records.digests) == (3, 10, 4)
    assert (verdict.records.not_yet_covered, verdict.records.unproved, verdict.records.late) == (0, 0, 0)
    assert ground.found(Asked(operation_id=THIRD[0].operation_id)) == []
    assert ground.found(Asked(START + HOUR, START + 2 * HOUR)) == []


def change(ground: Ground) -> None:
    """Change a word of the second event."""
    ground.overwrite(FIRST[1], FIRST[1].canonical().replace(b"10:05:02", b"10:05:03"))


def remove(ground: Ground) -> None:
    """Delete the second event."""
    ground.delete(FIRST[1])


def remove_two(ground: Ground) -> None:
    """Delete two beside each other."""
    ground.delete(FIRST[1])
    ground.delete(FIRST[2])


def remove_operation(ground: Ground) -> None:
    """Delete all events."""
    for event in FIRST:
        ground.delete(event)


def add(ground: Ground) -> None:
    """Put an event behind the last, chained as it should be."""
    ground.put(
        AuditEvent(FIRST[0].operation_id, 5, FIRST[3].at, EventKind.RELEASED, 9, "r", previous_hash=FIRST[3].hash)
    )


def swap(ground: Ground) -> None:
    """Exchange the bytes of two rows."""
    ground.overwrite(FIRST[1], FIRST[2].canonical())
    ground.overwrite(FIRST[2], FIRST[1].canonical())


def truncate(ground: Ground) -> None:
    """Delete the last two."""
    ground.delete(FIRST[2])
    ground.delete(FIRST[3])


def restore(ground: Ground) -> None:
    """Put the table back to a moment in the second hour, when two operations had not ended."""
    for event in (FIRST[3], *THIRD[2:]):
        ground.delete(event)


OPERATION = FIRST[0].operation_id


@pytest.mark.parametrize(
    ("tamper", "kind", "sequence"),
    [
        (change, Tampering.CHANGED, 2),
        (remove, Tampering.REMOVED, 2),
        (remove_two, Tampering.SEVERAL_REMOVED, 2),
        (remove_operation, Tampering.OPERATION_REMOVED, 1),
        (add, Tampering.ADDED, 5),
        (swap, Tampering.SWAPPED, 2),
        (truncate, Tampering.TRUNCATED, 3),
        (restore, Tampering.RESTORED, 4),
    ],
)
def test_each_tampering_with_stored_rows_is_named(
    ground: Ground, tamper: Callable[[Ground], None], kind: Tampering, sequence: int
) -> None:
    """In the whole trail, and in the span of its hour."""
    tamper(ground)
    assert ground.found() == [(kind, OPERATION, sequence)]
    assert ground.found(Asked(START, START + 3 * HOUR)) == [(kind, OPERATION, sequence)]


def looked(ground: Ground) -> list[dict[str, Any]]:
    """Write two looks and a deed of a reader as the door does, with digests of their hours; return the rows."""
    trail, looked_at = DynamoDBLookTrail(ground.client, ground.audit), (6 * HOUR, 7 * HOUR, 7 * HOUR)
    for action, hours in zip((Action.SEARCH, Action.HOLD, Action.ERASE), looked_at, strict=True):
        ground.clock = FixedClock(START + hours)
        Door(FakeVerifier(), trail, ground.clock).record(visit(), READER, action, {"person": "p_1"}, 1, DEADLINE)
    ground.clock = FixedClock(START + 9 * HOUR)
    ground.make()
    (chain,) = [one for piece in ground.records.looked(START, START + 9 * HOUR, DEADLINE) for one in piece]
    found: Any = ground.client.query(
        TableName=ground.audit,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": chain.operation_id}},
    )
    return list(found["Items"])


def test_looks_and_deeds_are_covered_and_each_tampering_with_their_rows_is_named(ground: Ground) -> None:
    """Changed, removed from the middle, cut off, removed as a whole, and put behind the end."""
    rows = looked(ground)
    name, audit = rows[0]["pk"]["S"], ground.audit
    verdict = ground.verify(Asked(START - HOUR))
    assert (verdict.is_clean, verdict.records.looks, verdict.records.not_yet_covered) == (False, 3, 0)
    assert verdict.records.findings == ()
    changed = rows[1]["canonical"]["S"].replace("p_1", "p_2")
    forged = {**rows[2], "sk": {"S": "000004"}, "canonical": {"S": forged_behind(rows[2]["canonical"]["S"])}}
    for put, gone, kind, number in (
        ([{**rows[1], "canonical": {"S": changed}}], [], Tampering.CHANGED, 2),
        ([], [1], Tampering.REMOVED, 2),
        ([], [2], Tampering.TRUNCATED, 3),
        ([], [0, 1, 2], Tampering.LOOKS_REMOVED, 1),
        ([forged], [], Tampering.ADDED, 4),
    ):
        for row in put:
            ground.client.put_item(TableName=audit, Item=row)
        for index in gone:
            ground.client.delete_item(TableName=audit, Key={each: rows[index][each] for each in ("pk", "sk")})
        assert ground.found() == [(kind, name, number)]
        for row in rows:
            ground.client.put_item(TableName=audit, Item=row)
    ground.client.delete_item(TableName=audit, Key={"pk": rows[0]["pk"], "sk": forged["sk"]})
    assert ground.found() == []


def forged_behind(canonical: str) -> str:
    """Return a look that is chained behind another one as it should be."""
    told = json.loads(canonical)
    told |= {"sequence": told["sequence"] + 1, "previous_hash": event_hash(canonical.encode())}
    return canonical_bytes(told).decode()


def test_a_digest_that_another_key_signed_is_named(ground: Ground) -> None:
    """The key behind the alias was exchanged, and a digest signed again."""
    made = ground.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    ground.kms.update_alias(AliasName=ground.key, TargetKeyId=made["KeyMetadata"]["KeyId"])
    assert {kind for kind, _, _ in ground.found()} == {Tampering.RESIGNED}


def test_a_digest_that_is_gone_or_broken_is_named(ground: Ground) -> None:
    """Object Lock keeps its version; who may break the lock is found all the same."""
    second = START + HOUR
    ground.s3.put_object(Bucket=ground.name, Key=key_of(second), Body=b"nothing")
    assert (Tampering.DIGEST_CHANGED, None, 2) in ground.found()
    ground.s3.delete_object(Bucket=ground.name, Key=key_of(second))
    assert (Tampering.DIGEST_MISSING, None, 2) in ground.found()


def test_a_digest_cannot_be_replaced_and_is_made_once(ground: Ground) -> None:
    """A second run makes nothing; another one's digest is refused; the version is locked."""
    assert ground.make().digests == 0
    rival = DigestedHour(Signed(b"{}", b"", "", ""), Listing())
    assert not ground.shelf.add(START, rival, DEADLINE)
    (kept,) = ground.shelf.hours(Stretch(START, START + HOUR), DEADLINE)
    assert ground.shelf.add(START, kept, DEADLINE)
    version = ground.s3.head_object(Bucket=ground.name, Key=key_of(START))
    assert version["ObjectLockMode"] == "GOVERNANCE"
    with pytest.raises(ClientError):
        ground.s3.delete_object(Bucket=ground.name, Key=key_of(START), VersionId=version["VersionId"])


def test_after_an_outage_every_hour_gets_its_digest_some_at_a_time(review_client: "DynamoDBClient") -> None:
    """Three hours in one run, the rest in the next."""
    ground = Ground(review_client)
    ground.put(*FIRST, *SECOND, *THIRD)
    ground.make()
    ground.clock = FixedClock(START + 8 * HOUR)
    first = ground.make(most=3)
    assert (first.digests, first.is_behind, first.newest) == (3, True, START + 3 * HOUR)
    second = ground.make()
    assert (second.is_behind, second.newest) == (False, START + 6 * HOUR)
    assert ground.found() == []
    assert first.events + second.events + 2 == 10


def test_a_late_event_is_covered_by_the_next_digest(ground: Ground) -> None:
    """Its hour has a digest already."""
    late = chain(4, 125, 125)
    ground.put(*late)
    assert {kind for kind, _, _ in ground.found()} == {Tampering.ADDED}
    ground.clock = FixedClock(START + 6 * HOUR)
    ground.make()
    verdict = ground.verify(Asked(START - HOUR))
    assert (verdict.records.findings, verdict.records.late) == ((), 2)


def test_a_bucket_that_is_away_is_told(ground: Ground) -> None:
    """For reading, and for keeping; whatever is no digest in it is left alone."""
    ground.s3.put_object(Bucket=ground.name, Key="digests/readme.txt", Body=b"nothing")
    assert ground.shelf.first_hour(DEADLINE) == START
    away = S3DigestShelf(ground.s3, "nowhere")
    with pytest.raises(AuditUnavailableError):
        list(away.hours(Stretch(), DEADLINE))
    with pytest.raises(AuditUnavailableError):
        away.add(START, DigestedHour(Signed(b"{}", b"", "", ""), Listing()), DEADLINE)

"""A trail as rows of the tables and objects of the bucket, and what somebody did to it done to those."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords, DynamoDBOperationHeads
from chalicelib.adapters.aws.review.batches import pieces
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf, key_of
from chalicelib.adapters.aws.review.rows import chain_key, look_row
from chalicelib.adapters.digest_keys import TrustedKeys
from chalicelib.application.review.audit_verification import Asked, AuditVerification
from chalicelib.domain.audit import kept_digest
from chalicelib.domain.audit.digest import HOUR
from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.audit.signature import SignatureCheck
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.domain.audit.verification import Verdict
from chalicelib.domain.review.desk.look import Action, Look, LookEvent
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import REGION, create_table
from devtools.local.review.digests import local_service
from tests.builders import NOW, operation_record
from tests.fakes.clock import FixedClock
from tests.fakes.digest_signer import EcdsaSigner
from tests.trails import Trail

Key = tuple[str, str]
Rows = dict[Key, Any]

ROWS_AT_ONCE = 25
DEADLINE = Deadline.after(lambda: 0.0, 60.0)
_numbers = count()


class PublicKey:
    """Implements `TrustsKeys` with the public half of one key."""

    def __init__(self, signer: EcdsaSigner) -> None:
        self._check = TrustedKeys.read(signer.public_key())

    def check(self, deadline: Deadline) -> SignatureCheck:  # noqa: ARG002 (it is at hand)
        """Return the check."""
        return self._check


class StoredTrail:
    """Tables and a bucket that hold one trail after the other; `client` is boto3's for DynamoDB."""

    def __init__(self, client: Any, signer: EcdsaSigner) -> None:  # noqa: ANN401 (boto3's)
        self._client, self._keys = client, PublicKey(signer)
        number = next(_numbers)
        self.audit, self.operations, self.bucket = (
            f"{name}-stored-{number}" for name in ("audit", "operations", "digests")
        )
        create_table(client, tables.AUDIT, self.audit)
        create_table(client, replace(tables.OPERATIONS, expiry=None), self.operations)
        self._s3 = local_service("s3", client.meta.endpoint_url)
        self._s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        index = DynamoDBAuditIndex(client, self.audit, self.operations)
        self._records = DynamoDBAuditRecords.of(index)
        self._heads = DynamoDBOperationHeads(client, self.operations)
        self._shelf = S3DigestShelf(self._s3, self.bucket)
        self._rows: Rows = {}

    def hold(self, trail: Trail) -> None:
        """Store a trail as its writers do, in the place of the one before."""
        records = [_record(id_, chain) for id_, chain in trail.chains.items() if not is_of_looks(id_)]
        self._write(self.audit, self._change({}))
        self._write(self.operations, [{"PutRequest": {"Item": record}} for record in records])
        rows = [_row(id_, stored) for id_, chain in trail.chains.items() for stored in chain]
        self._write(self.audit, self._change({_key(row): row for row in rows}))
        self._keep(trail)

    def tamper(self, trail: Trail) -> None:
        """Make the rows and the objects those of a trail that somebody tampered with; the index of what was there stays."""
        changed: Rows = {}
        for operation_id, chain in trail.chains.items():
            for number, stored in enumerate(chain, start=1):
                sort_key = f"{number:06d}" if is_of_looks(operation_id) else tables.event_sort_key(number)
                key = (chain_key(operation_id), sort_key)
                changed[key] = {**(self._rows.get(key) or _added(key, number, stored)), "canonical": _attribute(stored)}
        self._write(self.audit, self._change(changed))
        self._keep(trail)

    def verdict(self, now: datetime) -> Verdict:
        """Verify what is stored, through the adapters."""
        parts = (self._records, self._heads, self._shelf, self._keys, FixedClock(now))
        return AuditVerification(*parts).verify(Asked(NOW - HOUR), DEADLINE).records

    def _keep(self, trail: Trail) -> None:
        for number, hour in enumerate(trail.hours):
            body = kept_digest.written(hour)
            self._s3.put_object(Bucket=self.bucket, Key=key_of(NOW + number * HOUR), Body=body)

    def _change(self, rows: Rows) -> list[Any]:
        """Return the writes that make the rows these."""
        gone = [{"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}} for pk, sk in self._rows.keys() - rows]
        put = [{"PutRequest": {"Item": row}} for key, row in rows.items() if self._rows.get(key) != row]
        self._rows = dict(rows)
        return [*gone, *put]

    def _write(self, table: str, writes: Sequence[Any]) -> None:
        for some in pieces(writes, ROWS_AT_ONCE):
            assert not self._client.batch_write_item(RequestItems={table: list(some)})["UnprocessedItems"]


def _event(stored: bytes) -> AuditEvent:
    """Return the event that bytes of `tests.trails` were written from."""
    told = json.loads(stored)
    names = ("operation_id", "sequence", "client", "request_id", "candidate", "previous_hash")
    members = {name: told[name] for name in names if name in told}
    at, kind = datetime.fromisoformat(told["at"]), EventKind(told["kind"])
    event = AuditEvent(at=at, kind=kind, account=1001, **members)  # the account is in no event, and in no row of one
    assert event.canonical() == stored
    return event


def _record(operation_id: str, chain: Sequence[bytes]) -> Any:  # noqa: ANN401 (a row of boto3)
    """Return the row of an operation that says where its chain ends."""
    last = _event(chain[-1])
    return items.operation_row(operation_record(id=operation_id, sequence=last.sequence, head=last.hash), NOW)


def _row(name: str, stored: bytes) -> Any:  # noqa: ANN401 (a row of boto3)
    """Return the row of an event, or of a look."""
    return look_row(_look(stored)) if is_of_looks(name) else items.audit_event(_event(stored))


def _look(stored: bytes) -> LookEvent:
    """Return the look that bytes of `tests.trails` were written from, or of `tests.tamperings`, which forge a short one."""
    told = json.loads(stored)
    reader = Reviewer(told.get("issuer", ""), told["by"], frozenset(map(Role, told.get("roles", ()))))
    at = datetime.fromisoformat(told["at"])
    look = Look(reader, Action(told["action"]), at, told.get("request_id", ""), told["found"], told.get("asked", {}))
    return LookEvent(look, told["sequence"], told["previous_hash"])


def _added(key: Key, number: int, stored: bytes) -> Any:  # noqa: ANN401 (the same)
    """Return a row that was not there; whoever adds an operation or a reader lets the index name it."""
    if number == 1:
        place = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        return {**_row(key[0], stored), **place}
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _attribute(stored: bytes) -> Any:  # noqa: ANN401 (the same)
    """Return bytes as rows hold them; what is no text any more can only be put as bytes."""
    try:
        return {"S": stored.decode()}
    except UnicodeDecodeError:
        return {"B": stored}


def _key(row: Mapping[str, Any]) -> Key:
    return row["pk"]["S"], row["sk"]["S"]

"""Where a command works and who gives it: the composition root of everything that asks AWS."""

import getpass
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import click

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.dynamodb.changes import DynamoDBChangeStore
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.people.register import DynamoDBPeopleRegister
from chalicelib.adapters.aws.people.traces import DynamoDBTraces
from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords, DynamoDBOperationHeads
from chalicelib.adapters.aws.review.batches import pieces
from chalicelib.adapters.aws.review.calls import CLIENT_CONFIG
from chalicelib.adapters.aws.review.contacts import KmsContacts
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf
from chalicelib.adapters.aws.review.digest_kms import KmsTrustedKeys
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.adapters.aws.review.register import DynamoDBPersons
from chalicelib.adapters.aws.service import Place
from chalicelib.adapters.digest_keys import TrustedKeys, pem_of
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock, ThreadConcurrency, UlidSource
from chalicelib.application.changing.resolve_change import ResolveChange
from chalicelib.application.operations.resolve_operation import ResolveOperation
from chalicelib.application.people.deeds import Deeds
from chalicelib.application.people.erase_person import ErasePerson
from chalicelib.application.people.hold_person import HoldPerson, LiftHold
from chalicelib.application.people.show_person import ShowPerson
from chalicelib.application.review.audit_verification import AuditVerification
from chalicelib.application.review.count_operations import CountOperations
from chalicelib.application.review.door import LONGEST_SECONDS, Door, Visit
from chalicelib.application.review.persons import Persons
from chalicelib.application.review.search_operations import SearchOperations
from chalicelib.application.review.show_operation import ShowOperation
from chalicelib.application.review.take_evidence import covering
from chalicelib.domain.access import AccessToken
from chalicelib.domain.audit.chain import Head, StoredChain
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.operation.matching import DEFAULT_EXPIRY
from chalicelib.domain.review.behaviour import Windows
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.time_budget import Deadline
from chalicelib.review_settings import days, hours
from chalicelib.setting_kinds import DEFAULT_DAYS
from switchboard_cli.tables.settlers import Settling

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

LOCAL_REGION = "eu-west-2"
LOCAL_HOST = "127.0.0.1"
DIGESTS_SECONDS = 300.0  # reading the digests of an operation that went on for days
LOOKS_AT_ONCE = 16  # chains of a day each
NO_TOKEN = AccessToken("command-line")  # who looks is known by the credentials of AWS, not by a token


class Operator:
    """Implements `TokenVerifier` for one person, in some roles; the rights of their credentials decide what those open."""

    def __init__(self, issuer: str, subject: str, *roles: Role) -> None:
        self.reviewer = Reviewer(issuer, subject, frozenset(roles or {Role.REVIEWER}))

    def verify(self, token: AccessToken, deadline: Deadline) -> Reviewer:  # noqa: ARG002 (there is nothing to ask)
        """Return the person."""
        return self.reviewer


class NoContacts:
    """Implements `Contacts` for who may not open any."""

    def opened(self, account: int, operation_id: str, sealed: str, deadline: Deadline) -> Mapping[str, str] | None:  # noqa: ARG002
        """Return None."""
        return None


class World:
    """The tables of an AWS account, or, with the port of a stand-in, of `make run`; `named` is who the person says they are."""

    def __init__(self, operations_table: str, audit_table: str, named: str | None, local_port: int | None) -> None:
        self.operations_table, self.audit_table = operations_table, audit_table
        self.clock = SystemClock()
        self._named = named
        self._endpoint = None if local_port is None else f"http://{LOCAL_HOST}:{local_port}"

    @cached_property
    def person(self) -> Reviewer:
        """Return who gives the command: as AWS knows the credentials, and as they are named."""
        if self._endpoint is not None:
            return Operator("local", self._named or getpass.getuser()).reviewer
        identity = self._session.client("sts", config=CLIENT_CONFIG).get_caller_identity()["Arn"]
        return Operator(identity, self._named or identity).reviewer

    def visit(self, why: str | None) -> Visit:
        """Return what every question has."""
        return Visit(NO_TOKEN, self.request_id(), LONGEST_SECONDS, why)

    def request_id(self) -> str:
        """Return an id for one question."""
        return "cli-" + UlidSource().operation_id(self.clock.now()).removeprefix("op_")

    @property
    def search(self) -> SearchOperations:
        """Return the search of the reviewers' API."""
        return SearchOperations(self.door, self._index, self._persons)

    @property
    def show(self) -> ShowOperation:
        """Return the timeline of the reviewers' API."""
        return ShowOperation(self.door, self._index, self._persons, NoContacts())

    def unsealing(self, key_id: str) -> ShowOperation:
        """Return the timeline with contact fields, for whose credentials may use the key that wraps the accounts' keys."""
        contacts = KmsContacts(self._client, self._service("kms"), self.operations_table, key_id)
        return ShowOperation(self._door(Role.REVIEWER, Role.UNMASK), self._index, self._persons, contacts)

    @property
    def count(self) -> CountOperations:
        """Return the statistics of the reviewers' API."""
        return CountOperations(self.door, self._index)

    def head(self, operation_id: str) -> Head | None:
        """Return where an operation's own record says that its chain ends; None for a refusal, which has none.

        Raises:
            BotoCoreError, ClientError: the table cannot be read.
        """
        key = {tables.PARTITION_KEY: {"S": tables.operation_row(operation_id)}}
        row = self._client.get_item(TableName=self.operations_table, Key=key, ConsistentRead=True).get("Item")
        return None if row is None else Head(int(row["events"]["N"]), bytes(row["head"]["B"]).hex())

    def hours(self, bucket: str, first: datetime, last: datetime) -> Iterator[DigestedHour]:
        """Yield the digests in a bucket that may cover events of a span: those of its hours, and what lists late ones.

        Raises:
            AuditUnavailableError: they cannot be read.
        """
        shelf = S3DigestShelf(self._service("s3"), bucket)
        deadline = Deadline.after(self.clock.monotonic, DIGESTS_SECONDS)
        return covering(shelf, first, last, deadline)

    def verification(self, bucket: str, key_ids: tuple[str, ...]) -> AuditVerification:
        """Return the verification of the reviewers' API, over what is stored."""
        return AuditVerification(
            DynamoDBAuditRecords.of(self._index),
            DynamoDBOperationHeads(self._client, self.operations_table),
            S3DigestShelf(self._service("s3"), bucket),
            self._keys(key_ids),
            self.clock,
            Windows(expiry=timedelta(hours=self._set("EXPIRY_HOURS", hours, DEFAULT_EXPIRY))),
            kept_for=self._kept_for("EVENTS_KEPT_DAYS"),
            looks_kept_for=self._kept_for("LOOKS_KEPT_DAYS"),
        )

    def looks(self, start: datetime | None, end: datetime | None, why: str) -> Iterator[StoredChain]:
        """Yield the chains of looks and deeds that began in a span, as they are stored: without a start, all that are kept.

        Reading them is a look as well, recorded before the first one is given.

        Raises:
            AuditUnavailableError: they cannot be read, or that cannot be recorded.
        """
        now, deadline = self.clock.now(), Deadline.after(self.clock.monotonic, DIGESTS_SECONDS)
        since, until = start or now - self._kept_for("LOOKS_KEPT_DAYS"), end or now
        records, door = DynamoDBAuditRecords.of(self._index), self.door
        names = [one.operation_id for piece in records.looked(since, until, deadline) for one in piece]
        asked: dict[str, Canonical] = {"looks": True, "from": since.isoformat(), "to": until.isoformat()}
        visit = self.visit(why)
        door.record(visit, self.person, Action.EXPORT, asked, len(names), door.deadline(visit))
        for some in pieces(names, LOOKS_AT_ONCE):
            yield from records.chains(some, deadline)

    def public_keys(self, key_ids: tuple[str, ...]) -> list[bytes]:
        """Return the public keys of digests, in PEM.

        Raises:
            AuditUnavailableError: KMS does not tell them.
        """
        deadline = Deadline.after(self.clock.monotonic, LONGEST_SECONDS)
        return self._keys(key_ids).published(deadline)

    @contextmanager
    def settling(self) -> Iterator[Settling]:
        """Give the use cases that settle an operation."""
        place = Place.of(self._environment(), Transport(self._trust()), self.clock)
        try:
            database = DynamoDB(place.service(DYNAMODB))
            names = self.operations_table, self.audit_table
            one = ThreadConcurrency(1)
            store = DynamoDBOperationStore(database, names[0], self.clock.sleep, self.clock, one, names[1], ())
            changes = DynamoDBChangeStore.beside(store)
            yield Settling(ResolveOperation(store, self.clock), ResolveChange(changes, self.clock))
        finally:
            place.transport.close()

    @property
    def door(self) -> Door:
        """Return the door: it records each look."""
        return self._door(Role.REVIEWER)

    @property
    def erase(self) -> ErasePerson:
        """Return the erasure of the reviewers' API."""
        return ErasePerson(self._deeds, self._traces)

    @property
    def hold(self) -> HoldPerson:
        """Return what sets a hold."""
        return HoldPerson(self._deeds, self._traces)

    @property
    def lift(self) -> LiftHold:
        """Return what lifts it."""
        return LiftHold(self._deeds, self._traces)

    @property
    def person_of(self) -> ShowPerson:
        """Return what tells of one person."""
        return ShowPerson(self._deeds)

    def _door(self, *roles: Role) -> Door:
        person = self.person
        trail = DynamoDBLookTrail(self._client, self.audit_table, self._kept_for("LOOKS_KEPT_DAYS"))
        return Door(Operator(person.issuer, person.subject, *roles), trail, self.clock)

    @property
    def _deeds(self) -> Deeds:
        tables_ = self.operations_table, self.audit_table
        register = DynamoDBPeopleRegister(self._client, *tables_, self._kept_for("LOOKS_KEPT_DAYS"))
        return Deeds(self._door(Role.CUSTODIAN), register)

    @property
    def _traces(self) -> DynamoDBTraces:
        events, contacts = (self._kept_for(name) for name in ("EVENTS_KEPT_DAYS", "CONTACTS_KEPT_DAYS"))
        return DynamoDBTraces(self._client, self.operations_table, self.audit_table, events, contacts)

    def _kept_for(self, name: str) -> timedelta:
        """Return how long a class of records is kept."""
        return timedelta(days=self._set(name, days, DEFAULT_DAYS))

    @staticmethod
    def _set(name: str, read: Callable[[str], float], default: int) -> float:
        """Return a number that the functions are set by, from the variable of the same name.

        Raises:
            UsageError: it may not be set so.
        """
        try:
            return read(os.environ.get(name) or str(default))
        except ValueError as error:
            raise click.UsageError(f"{name}: {error}") from error

    def _keys(self, key_ids: tuple[str, ...]) -> KmsTrustedKeys:
        return KmsTrustedKeys(self._service("kms"), key_ids, TrustedKeys.read, pem_of)

    @property
    def _persons(self) -> Persons:
        return Persons(DynamoDBPersons(self._client, self.operations_table))

    @cached_property
    def _index(self) -> DynamoDBAuditIndex:
        return DynamoDBAuditIndex(self._client, self.audit_table, self.operations_table)

    @cached_property
    def _session(self) -> boto3.session.Session:
        if self._endpoint is None:
            return boto3.session.Session()
        return boto3.session.Session("local", "local", region_name=LOCAL_REGION)

    @cached_property
    def _client(self) -> "DynamoDBClient":
        return self._session.client("dynamodb", endpoint_url=self._endpoint, config=CLIENT_CONFIG)

    def _service(self, name: Any) -> Any:  # noqa: ANN401 (boto3 has a type for each service)
        return self._session.client(name, endpoint_url=self._endpoint, config=CLIENT_CONFIG)

    def _trust(self) -> ssl.SSLContext:
        return tls_context(os.environ.get("AWS_CA_BUNDLE") or default_authorities())

    def _environment(self) -> dict[str, str]:
        """Return what leads our own calls of AWS to the same tables."""
        region = {"AWS_REGION": self._session.region_name or ""}  # a profile may name it
        if self._endpoint is None:
            return {**region, **os.environ}
        keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
        return {**region, **keys, "AWS_ENDPOINT_URL_DYNAMODB": self._endpoint}

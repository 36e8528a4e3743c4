"""The composition root of the reviewers' function; on first use, once per process. The booking path imports none of it."""

import os
from collections.abc import Mapping
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.adapters.aws.people.register import DynamoDBPeopleRegister
from chalicelib.adapters.aws.people.traces import DynamoDBTraces
from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords, DynamoDBOperationHeads
from chalicelib.adapters.aws.review.box import KmsBox
from chalicelib.adapters.aws.review.calls import audit_client, digest_client, key_client
from chalicelib.adapters.aws.review.contacts import KmsContacts
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf
from chalicelib.adapters.aws.review.digest_kms import KmsTrustedKeys
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.adapters.aws.review.register import DynamoDBPersons
from chalicelib.adapters.digest_keys import TrustedKeys, pem_of
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.oidc.code_flow import OidcCodeFlow
from chalicelib.adapters.oidc.fetching import Documents
from chalicelib.adapters.oidc.keys import KeyLocation, ProviderKeys
from chalicelib.adapters.oidc.verifier import OidcVerifier
from chalicelib.adapters.system import SystemClock, random_bytes
from chalicelib.application.people.deeds import Deeds
from chalicelib.application.people.erase_person import ErasePerson
from chalicelib.application.people.hold_person import HoldPerson, LiftHold
from chalicelib.application.people.show_person import ShowPerson
from chalicelib.application.people.show_retention import ShowRetention
from chalicelib.application.review.audit_verification import AuditVerification
from chalicelib.application.review.count_operations import CountOperations
from chalicelib.application.review.door import Door
from chalicelib.application.review.export_operations import ExportOperations
from chalicelib.application.review.list_open import ListOpen
from chalicelib.application.review.persons import Persons
from chalicelib.application.review.search_operations import SearchOperations
from chalicelib.application.review.show_operation import ShowOperation
from chalicelib.application.review.sign_in import SignIn
from chalicelib.application.review.take_evidence import TakeEvidence
from chalicelib.application.review.verify_audit import VerifyAudit
from chalicelib.domain.review.behaviour import Windows
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.links import Links
from chalicelib.edge.review.container import REASON_HEADER, Console, Custody, ReviewContainer
from chalicelib.review_settings import ReviewSettings, read_review_settings

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Identity: TypeAlias = tuple[OidcVerifier, Documents, ProviderKeys]

_lock = Lock()
_containers: list[ReviewContainer] = []


def container() -> ReviewContainer:
    """Return the process's one container, built from the environment at the first call.

    Raises:
        InvalidSettingsError: the environment cannot be used; the next call tries again.
    """
    with _lock:
        if not _containers:
            _containers.append(build(os.environ))
        return _containers[0]


def build(environment: Mapping[str, str]) -> ReviewContainer:
    """Wire everything for one environment; AWS's own variables name stand-ins for its services.

    Raises:
        InvalidSettingsError: a setting is wrong; the message lists all faults.
    """
    settings = read_review_settings(environment)
    clock = SystemClock()
    database = audit_client(endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or None)
    kms = key_client(endpoint=environment.get("AWS_ENDPOINT_URL_KMS") or None)
    verifier, documents, keys = _identity(settings, clock)
    index = DynamoDBAuditIndex(database, settings.audit_table, settings.operations_table)
    retention = settings.retention
    door = Door(verifier, DynamoDBLookTrail(database, settings.audit_table, retention.looks), clock)
    persons = Persons(DynamoDBPersons(database, settings.operations_table))
    queue = ListOpen(door, index, persons)
    contacts = KmsContacts(database, kms, settings.operations_table, settings.sealing_key_id)
    digests = digest_client(endpoint=environment.get("AWS_ENDPOINT_URL_S3") or None)
    shelf = S3DigestShelf(digests, settings.digest_bucket)
    digest_keys = KmsTrustedKeys(kms, settings.digest_key_ids, TrustedKeys.read, pem_of)
    verification = AuditVerification(
        DynamoDBAuditRecords.of(index),
        DynamoDBOperationHeads(database, settings.operations_table),
        shelf,
        digest_keys,
        clock,
        Windows(expiry=timedelta(hours=settings.expiry_hours)),
        kept_for=retention.events,
        looks_kept_for=retention.looks,
    )
    box = KmsBox(kms, settings.sealing_key_id, random_bytes)
    return ReviewContainer(
        search=SearchOperations(door, index, persons),
        show=ShowOperation(door, index, persons, contacts),
        count=CountOperations(door, index),
        verify=VerifyAudit(door, verification),
        custody=_custody(settings, door, database),
        settings=EdgeSettings(
            allowed_origins=settings.allowed_origins,
            allowed_headers=(REASON_HEADER, *settings.allowed_headers),
            links=Links(problem_type_base=settings.problem_type_base),
        ),
        console=_console(
            settings, (verifier, documents, keys), box, queue, TakeEvidence(door, index, shelf, digest_keys)
        ),
    )


def people(settings: ReviewSettings, database: "DynamoDBClient") -> tuple[DynamoDBPeopleRegister, DynamoDBTraces]:
    """Return the register and the traces of people."""
    tables, kept = (settings.operations_table, settings.audit_table), settings.retention
    register = DynamoDBPeopleRegister(database, *tables, kept.looks)
    return register, DynamoDBTraces(database, *tables, kept.events, kept.contacts)


def _custody(settings: ReviewSettings, door: Door, database: "DynamoDBClient") -> Custody:
    register, traces = people(settings, database)
    deeds = Deeds(door, register)
    return Custody(
        person=ShowPerson(deeds),
        hold=HoldPerson(deeds, traces),
        lift=LiftHold(deeds, traces),
        erase=ErasePerson(deeds, traces),
        retention=ShowRetention(door, register, settings.retention),
    )


def _identity(settings: ReviewSettings, clock: SystemClock) -> Identity:
    """Return who verifies access tokens, who fetches of the provider, and the keys."""
    transport = Transport(tls_context(settings.review_ca_bundle or default_authorities()))
    documents = Documents(transport, clock, settings.review_fetch_seconds)
    location = KeyLocation(settings.review_issuer, settings.review_jwks_url, documents)
    keys = ProviderKeys(location, clock.monotonic)
    verifier = OidcVerifier(
        keys=keys,
        issuer=settings.review_issuer,
        audience=settings.review_audience,
        roles_claim=settings.review_roles_claim,
        skew_seconds=settings.review_skew_seconds,
    )
    return verifier, documents, keys


def _console(
    settings: ReviewSettings, identity: Identity, box: KmsBox, queue: ListOpen, evidence: TakeEvidence
) -> Console | None:
    url, client_id = settings.review_console_url, settings.review_client_id
    if url is None or client_id is None:
        return None
    verifier, documents, keys = identity
    flow = OidcCodeFlow(
        issuer=settings.review_issuer,
        client_id=client_id,
        redirect_uri=f"{url}/callback",
        scope=settings.review_scope,
        documents=documents,
        keys=keys,
        skew_seconds=settings.review_skew_seconds,
    )
    clock = queue.door.clock
    signing = SignIn(flow, verifier, box, clock, random_bytes)
    export = ExportOperations(queue.door, queue.index, queue.persons)
    return Console(url, signing, queue, export, evidence, clock)

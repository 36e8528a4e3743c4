"""The composition root: settings, then clients, then adapters, then use cases; on first use, once per process."""

import gc
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import boto3
import certifi

from chalicelib.adapters.adultwork.account import AdultWorkIntrospector
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.connection import UpstreamAdapter, tls_context
from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.adapters.adultwork.phonechat import AdultWorkGateway
from chalicelib.adapters.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.dynamodb.client import dynamodb_client
from chalicelib.adapters.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.secrets_manager import SecretsOnFirstUse, fetch_secrets, read_secrets
from chalicelib.adapters.system import SystemClock, ThreadConcurrency, UlidSource, random_secret
from chalicelib.application.place_booking import PlaceBooking
from chalicelib.application.reads import Reads
from chalicelib.domain.policy import BookingPolicy
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.container import Container, EdgeSettings
from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

READ_THREADS = 16  # three serve one booking; the rest are for local servers that work on several at once

_lock = Lock()
_containers: list[Container] = []


def container() -> Container:
    """Return the process's one container, built from the environment at the first call.

    Raises:
        InvalidSettingsError: the environment cannot be used; the next call tries again.
    """
    with _lock:
        if not _containers:
            with _undisturbed():
                _containers.append(build(os.environ))
        return _containers[0]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector away from what lives as long as the process, while it is made and for good.

    Clients consist of so many small objects that it would look through all of them several times, to find nothing.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def build(environment: Mapping[str, str]) -> Container:
    """Wire everything for one environment.

    Raises:
        InvalidSettingsError: a setting is wrong; the message lists all faults.
    """
    settings = read_settings(environment)
    # Parsing the authorities and making the client take about as long, and the former lets other threads work meanwhile.
    with ThreadPoolExecutor(1) as aside:
        context = aside.submit(tls_context, settings.adultwork_ca_bundle or certifi.where())
        database = _database(environment)
    return Container(
        place_booking=_place_booking(settings, database, UpstreamAdapter(context.result())),
        settings=EdgeSettings(
            allowed_origins=settings.allowed_origins,
            maximum_body_bytes=settings.maximum_body_bytes,
            problem_type_base=settings.problem_type_base,
        ),
    )


def _database(environment: Mapping[str, str]) -> "DynamoDBClient":
    """Return the client of DynamoDB, or of the stand-in that the environment names in AWS's own variable."""
    return dynamodb_client(endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or None)


def _place_booking(settings: Settings, database: "DynamoDBClient", adapter: UpstreamAdapter) -> PlaceBooking:
    clock = SystemClock()
    zone = ZoneInfo(settings.adultwork_timezone)
    concurrency = ThreadConcurrency(READ_THREADS)
    secrets = _secrets(settings)
    client = _upstream(settings, adapter, clock, secrets)
    gateway = AdultWorkGateway(client, zone)
    cache = PermissionCache(clock, settings.permission_cache_seconds, random_secret())
    trail = DynamoDBAuditTrail(database, settings.audit_table)
    return PlaceBooking(
        reads=Reads(AdultWorkIntrospector(client, concurrency, cache), gateway, concurrency),
        gateway=gateway,
        store=DynamoDBOperationStore(database, settings.operations_table, settings.audit_table, clock),
        trail=trail,
        clock=clock,
        ids=UlidSource(),
        keys=secrets,
        policy=_policy(settings, zone),
        budget=_budget(settings),
    )


def _upstream(
    settings: Settings, adapter: UpstreamAdapter, clock: SystemClock, secrets: SecretsOnFirstUse
) -> AdultWorkClient:
    return AdultWorkClient(
        base_url=settings.adultwork_base_url,
        accept=settings.adultwork_accept,
        key_headers=secrets.key_headers if settings.adultwork_send_api_key else dict,
        adapter=adapter,
        clock=clock,
        read_seconds=settings.read_seconds,
    )


def _secrets(settings: Settings) -> SecretsOnFirstUse:
    """Return the secrets: given ones for local runs, else by name, fetched at start-up so that no booking waits a hop."""
    if settings.secrets_name is None:
        given = {
            "HMAC_KEY": settings.hmac_key,
            "ADULTWORK_API_KEY": settings.adultwork_api_key,
            "ADULTWORK_API_SECRET": settings.adultwork_api_secret,
        }
        return SecretsOnFirstUse(partial(read_secrets, given))
    secrets = SecretsOnFirstUse(partial(fetch_secrets, boto3.client("secretsmanager"), settings.secrets_name))
    secrets.prefetch()
    return secrets


def _policy(settings: Settings, zone: ZoneInfo) -> BookingPolicy:
    return BookingPolicy(
        zone=zone,
        maximum_duration_minutes=settings.maximum_duration_minutes,
        maximum_comments_length=settings.maximum_comments_length,
        refuse_premium_numbers=settings.refuse_premium_numbers,
    )


def _budget(settings: Settings) -> TimeBudget:
    return TimeBudget(
        call=settings.call_seconds,
        function=settings.function_timeout_seconds,
        read=settings.read_seconds,
        reads=settings.reads_seconds,
        claim=settings.claim_seconds,
        post=settings.post_seconds,
        conclusion=settings.conclusion_seconds,
    )

"""The composition root: settings, then clients, then adapters, then use cases; on first use, once per process."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta, tzinfo
from functools import cache, partial
from threading import Lock
from typing import Any

from chalicelib.adapters.adultwork.account import AdultWorkIntrospector
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.adapters.adultwork.phonechat import AdultWorkGateway
from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.kms import KMS, Kms
from chalicelib.adapters.aws.people_seal import AesPeopleSeal
from chalicelib.adapters.aws.secrets import (
    SECRETS_MANAGER,
    SecretsManager,
    SecretsOnFirstUse,
    fetch_secrets,
    read_secrets,
)
from chalicelib.adapters.aws.service import NoRegionError, Place
from chalicelib.adapters.aws.vault.kms_vault import KmsVault
from chalicelib.adapters.aws.vault.name_cache import NameCache
from chalicelib.adapters.aws.vault.register import DynamoDBRegister
from chalicelib.adapters.breaker import Breaker, BreakingGateway, BreakingIntrospector
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock, ThreadConcurrency, UlidSource, random_bytes
from chalicelib.application.booking.claiming import Claiming
from chalicelib.application.booking.concluding import Concluding
from chalicelib.application.booking.earlier import EarlierOperations
from chalicelib.application.booking.naming import Naming
from chalicelib.application.booking.place_booking import PlaceBooking
from chalicelib.application.booking.reads import Reads
from chalicelib.application.booking.refusals import Refusals
from chalicelib.application.booking.validate_booking import ValidateBooking
from chalicelib.application.operations.get_operation import GetOperation
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.application.operations.reconcile import Reconciler
from chalicelib.composition.values import edge_settings, rate_limits, time_budget
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.container import Container, LooksAtOpen, ReadsEndpoints
from chalicelib.edge.links import Links
from chalicelib.settings import InvalidSettingsError, Settings, read_settings
from chalicelib.values import dataclass

INIT_PHASE = "AWS_LAMBDA_INITIALIZATION_TYPE"  # Lambda sets it, to how the process was started
HANDLER, HOURLY = "_HANDLER", "app.expire_operations"  # and this, to what it calls in the process
READ_THREADS, INNER_THREADS = 384, 64  # as they are needed: six for a booking, all others for local servers

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


def prepare(environment: Mapping[str, str]) -> None:
    """Build the container in Lambda's init phase: it has a whole processor, and no caller waits for it yet.

    Elsewhere (packaging imports the app, too) nothing is built. What goes wrong is told by the first call, which tries again.
    """
    if INIT_PHASE in environment:
        with suppress(Exception):
            container()


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
    edge = edge_settings(settings)
    zone = edge.policy.zone
    form = HttpAnswers(edge.links)
    world = _world(settings, zone, environment)
    budget = time_budget(settings)
    policy = ReconciliationPolicy(
        settle=timedelta(minutes=settings.settle_minutes), expiry=timedelta(hours=settings.expiry_hours)
    )
    reconciler = Reconciler(world.gateway, world.store, form, world.clock, world.inner, zone, policy)
    # What fails beside a booking opens no breaker before it.
    quietly = replace(reconciler, gateway=world.gateway.gateway)
    earlier = EarlierOperations(world.store, world.gateway, reconciler, world.clock, world.secrets)
    housekeeping = Housekeeping(world.store, world.register, quietly, world.clock, world.concurrency, policy, budget)
    reads = Reads(world.introspector, world.gateway, world.concurrency)
    place_booking = PlaceBooking(
        reads=reads,
        naming=Naming(world.register, world.people, world.concurrency),
        gateway=world.gateway,
        claiming=Claiming(world.store, world.people, earlier, budget),
        concluding=Concluding(world.store, reconciler, form, budget),
        housekeeping=housekeeping,
        refusals=Refusals(world.trail, world.register, world.clock, budget),
        vault=world.vault,
        concurrency=world.concurrency,
        clock=world.clock,
        ids=UlidSource(),
        keys=world.secrets,
        policy=edge.policy,
        budget=budget,
        is_sending=settings.sending,
    )
    changes = cache(partial(_changes, world, place_booking, edge.links))
    return Container(
        place_booking=place_booking,
        validate_booking=ValidateBooking(reads, world.clock, edge.policy, budget),
        get_operation=GetOperation(
            introspector=world.introspector,
            store=world.store,
            vault=world.vault,
            register=world.register,
            reconciler=reconciler,
            concurrency=world.concurrency,
            clock=world.clock,
            budget=budget,
        ),
        settings=edge,
        read_endpoint=partial(_read_endpoint, world, budget),
        housekeeping=housekeeping,
        sign_in=cache(partial(_sign_in, settings, environment, world.secrets)),
        look_at_open=partial(_look_at_open, world.store, world.clock),
        changes=changes,
        also_expires=lambda: changes().housekeeping,
    )


def _look_at_open(store: DynamoDBOperationStore, clock: SystemClock) -> LooksAtOpen:
    from chalicelib.composition.hourly import look_at_open  # noqa: PLC0415 (no booking waits for it)

    return look_at_open(store, clock)


def _read_endpoint(world: "_World", budget: TimeBudget) -> ReadsEndpoints:
    from chalicelib.composition.reads import read_endpoint  # noqa: PLC0415 (no booking waits for it)

    return read_endpoint(world.introspector, world.upstream, world.gateway.breaker, world.clock, budget)


def _changes(world: "_World", booking: PlaceBooking, links: Links) -> Any:  # noqa: ANN401 (its type is loaded with it)
    from chalicelib.composition.changes import build_changes  # noqa: PLC0415 (no booking waits for it)

    return build_changes(booking, world.store, world.upstream, world.gateway, links)


def _sign_in(settings: Settings, environment: Mapping[str, str], secrets: SecretsOnFirstUse) -> object:
    from chalicelib.composition.sign_in import build_sign_in  # noqa: PLC0415 (no booking waits for it)

    return build_sign_in(settings, environment, secrets)


@dataclass(frozen=True, slots=True)
class _World:
    """The adapters: everything outside. What goes on beside a call uses `concurrency`, and waits for `inner` at most."""

    clock: SystemClock
    concurrency: ThreadConcurrency
    inner: ThreadConcurrency
    upstream: AdultWorkClient
    secrets: SecretsOnFirstUse
    introspector: BreakingIntrospector
    gateway: BreakingGateway
    store: DynamoDBOperationStore
    trail: DynamoDBAuditTrail
    vault: KmsVault
    register: DynamoDBRegister
    people: AesPeopleSeal


def _world(settings: Settings, zone: tzinfo, environment: Mapping[str, str]) -> _World:
    """Make the adapters; AWS's own variables name stand-ins for its services, and its authorities."""
    clock, concurrency, inner = SystemClock(), ThreadConcurrency(READ_THREADS), ThreadConcurrency(INNER_THREADS)
    authorities = default_authorities()
    aws = _aws(environment, Transport(tls_context(environment.get("AWS_CA_BUNDLE") or authorities)), clock)
    secrets = _secrets(settings, aws, clock, is_hourly=environment.get(HANDLER) == HOURLY)
    database = DynamoDB(aws.service(DYNAMODB))
    upstream = _upstream(settings, Transport(tls_context(settings.adultwork_ca_bundle or authorities)), clock, secrets)
    breaker = Breaker(clock, settings.breaker_failures, settings.breaker_seconds)
    cache = PermissionCache(clock, settings.permission_cache_seconds, random_bytes(32))
    names, operations = NameCache(clock), settings.operations_table
    kept, contacts_kept = (timedelta(days=d) for d in (settings.events_kept_days, settings.contacts_kept_days))
    return _World(
        clock=clock,
        concurrency=concurrency,
        inner=inner,
        upstream=upstream,
        secrets=secrets,
        introspector=BreakingIntrospector(AdultWorkIntrospector(upstream, concurrency, cache), breaker),
        gateway=BreakingGateway(AdultWorkGateway(upstream, zone), breaker),
        store=DynamoDBOperationStore(
            database,
            operations,
            clock.sleep,
            clock,
            inner,
            settings.audit_table,
            rate_limits(settings),
            kept,
            contacts_kept,
        ),
        trail=DynamoDBAuditTrail(
            database, settings.audit_table, operations, clock.sleep, settings.refusals_per_hour, kept
        ),
        vault=KmsVault(
            Kms(aws.service(KMS)),
            database,
            settings.operations_table,
            settings.sealing_key_id,
            clock,
            inner,
            random_bytes=random_bytes,
            names=names,
        ),
        register=DynamoDBRegister(database, settings.operations_table, clock, names, random_bytes, clock.sleep),
        people=AesPeopleSeal(random_bytes),
    )


def _aws(environment: Mapping[str, str], transport: Transport, clock: SystemClock) -> Place:
    """Return where AWS is.

    Raises:
        InvalidSettingsError: the environment does not say in which region.
    """
    try:
        return Place.of(environment, transport, clock)
    except NoRegionError as error:
        raise InvalidSettingsError(str(error)) from error


def _upstream(
    settings: Settings, transport: Transport, clock: SystemClock, secrets: SecretsOnFirstUse
) -> AdultWorkClient:
    return AdultWorkClient(
        base_url=settings.adultwork_base_url,
        accept=settings.adultwork_accept,
        key_headers=secrets.key_headers if settings.adultwork_send_api_key else dict,
        transport=transport,
        clock=clock,
        read_seconds=settings.read_seconds,
        sends_trace=settings.adultwork_send_trace,
    )


def _secrets(settings: Settings, aws: Place, clock: SystemClock, *, is_hourly: bool) -> SecretsOnFirstUse:
    """Return the secrets: given ones for local runs, else by name, fetched at start-up so that no booking waits a hop.

    The hourly function hashes nothing, and its role may not read them.
    """
    if settings.secrets_name is None:
        given = {
            "HMAC_KEY": settings.hmac_key,
            "HMAC_KEY_PREVIOUS": settings.hmac_key_previous,
            "ADULTWORK_API_KEY": settings.adultwork_api_key,
            "ADULTWORK_API_SECRET": settings.adultwork_api_secret,
            "ADULTWORK_CLIENT_SECRET": settings.adultwork_client_secret,
        }
        return SecretsOnFirstUse(partial(read_secrets, given))
    kept = SecretsManager(aws.service(SECRETS_MANAGER), clock.sleep)
    secrets = SecretsOnFirstUse(partial(fetch_secrets, kept, settings.secrets_name, settings.secrets_version))
    if not is_hourly:
        secrets.prefetch()
    return secrets

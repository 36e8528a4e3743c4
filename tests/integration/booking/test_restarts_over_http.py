"""A try in one container and its repeat in another, over real HTTP: new keys, a KMS that is away, a store that died."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from devtools.proof.trials.canary import DAY
from devtools.proof.trials.scene.client import Client
from devtools.proof.trials.scene.ground import Ground
from tests.integration.bookings import CREATE, MADE_BOOKINGS, PHONE, later
from tests.integration.exchange import SLACK_SECONDS, Answer
from tests.integration.proxy import Proxy
from tests.integration.service import FOREVER, OWN_KMS, Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEY, NEW_KEY = "the-key-of-the-first-try", "a-new-key-for-the-same"
OLD_SECRET, NEW_SECRET = "an older key of 32 characters or so", "a newer key of 32 characters or so"
TOKEN, REFRESHED = "client-token", "refreshed-client-token"
DUPLICATE = (409, "duplicate-booking")
LEASE_IS_OVER_SECONDS = 40.0


def require_replay(first: Answer, again: Answer) -> None:
    """Check that an answer is another one's repetition, to the byte."""
    assert (again.status, again.body, again.header("Idempotency-Replayed")) == (first.status, first.body, "true")


def test_a_repeat_after_a_deployment_gets_its_answer_again(service: Service) -> None:
    """Nothing that a repeat needs is in memory."""
    first = service.book(key=KEY)
    require_replay(first, service.restart().book(key=KEY))
    assert service.posts == 1


def test_a_repeat_after_the_key_of_the_hashes_was_rotated_gets_its_answer_again(
    configured: Callable[..., Service],
) -> None:
    """It is looked for under the new key and the previous one; so is the booking itself."""
    service = configured(HMAC_KEY=OLD_SECRET)
    first = service.book(key=KEY)
    service.restart(HMAC_KEY=NEW_SECRET, HMAC_KEY_PREVIOUS=OLD_SECRET)
    require_replay(first, service.book(key=KEY))
    assert service.book(key=NEW_KEY).kind == DUPLICATE
    assert service.book(later(1), key=KEY).kind == (422, "idempotency-key-reused")
    assert service.posts == 1


def test_an_unknown_outcome_is_settled_after_a_rotation(configured: Callable[..., Service]) -> None:
    """And its answer is kept where the repeat finds it."""
    service = configured(HMAC_KEY=OLD_SECRET)
    service.arm(CREATE, "commit-then-drop")
    service.arm(MADE_BOOKINGS, "status", FOREVER, status=503)
    assert service.book(key=KEY).kind == (502, "outcome-unknown")
    service.sandbox.faults.clear()
    service.restart(HMAC_KEY=NEW_SECRET, HMAC_KEY_PREVIOUS=OLD_SECRET)
    settled = service.book(key=KEY)
    assert settled.status == 201
    require_replay(settled, service.book(key=KEY))
    assert service.posts == 1


def test_an_attempt_that_may_be_made_again_is_made_after_a_rotation(configured: Callable[..., Service]) -> None:
    """Under the rows that the first one wrote."""
    service = configured(HMAC_KEY=OLD_SECRET)
    service.arm(CREATE, "status", status=429)
    assert service.book(key=KEY).status == 429
    service.restart(HMAC_KEY=NEW_SECRET, HMAC_KEY_PREVIOUS=OLD_SECRET)
    first = service.book(key=KEY)
    assert (first.status, service.records.operation()["attempt"]) == (201, 2)
    require_replay(first, service.book(key=KEY))


@pytest.fixture
def nowhere() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def test_without_kms_a_booking_is_made_and_nothing_personal_is_kept(
    configured: Callable[..., Service], nowhere: str
) -> None:
    """Its repeat is told that it was sent; what was never sealed cannot be told again, with or without KMS."""
    service = configured(**{OWN_KMS: nowhere})
    first = service.book(key=KEY)
    assert (first.status, first.header("Audit-Status")) == (201, None)
    again = service.book(key=KEY)
    assert again.kind == DUPLICATE
    assert again.document["operation_id"] == service.records.operation()["operation_id"]
    assert service.records.states() == ["CONFIRMED"]
    assert not [secret for secret in (PHONE, "Hello", "sealed", "answer") if secret in service.records.text()]
    told = service.ask(again.document["operation_id"]).document
    assert (told["operation_state"], told["BookingID"], told["answer"]) == (
        "CONFIRMED",
        first.document["BookingID"],
        None,
    )
    assert service.posts == 1


def test_an_answer_that_cannot_be_unsealed_now_is_told_later(configured: Callable[..., Service], nowhere: str) -> None:
    """KMS is away when the repeat comes, and back for the next one."""
    service = configured()
    first = service.book(key=KEY)
    service.restart(**{OWN_KMS: nowhere})
    assert service.book(key=KEY).kind == DUPLICATE
    service.restart(**{OWN_KMS: service.records.client.meta.endpoint_url})
    require_replay(first, service.book(key=KEY))


@pytest.fixture
def proxy(database: "DynamoDBClient") -> Iterator[Proxy]:
    """Run a proxy in front of the stand-in for AWS."""
    with Proxy(urlsplit(database.meta.endpoint_url).port or 0) as proxy:
        yield proxy


def test_a_mute_kms_costs_no_more_than_a_claims_time(configured: Callable[..., Service], proxy: Proxy) -> None:
    """The booking is made and its conclusion written, without the sealed part."""
    service = configured(**{OWN_KMS: proxy.url}, CLAIM_SECONDS="2")
    proxy.mute()
    answer = service.book(key=KEY)
    assert (answer.status, answer.header("Audit-Status")) == (201, None)
    assert answer.seconds < 2 + SLACK_SECONDS
    assert service.records.states() == ["CONFIRMED"]


def book_without_conclusion(ground: Ground, proxy: Proxy) -> Client:
    """Book with a store that dies between the claim and the conclusion; it is back afterwards."""
    ground.begin(AWS_ENDPOINT_URL_DYNAMODB=proxy.url, CONCLUSION_SECONDS="1")
    ground.start()
    client = Client(ground)
    client.book(TOKEN, NEW_KEY, SessionDate=f"{DAY} 20:00")  # so that neither token nor data key costs a call any more
    proxy.take_only(1)
    reply = client.book(TOKEN, KEY)
    proxy.mend()
    assert (reply.status, reply.headers["audit-status"]) == (201, "pending")
    assert [entry.state for entry in ground.ledger.operations()] == ["CONFIRMED", "SENDING"]
    return client


def test_a_booking_without_a_conclusion_is_concluded_when_it_is_asked_for(ground: Ground, proxy: Proxy) -> None:
    """Not before its lease is over; then the list tells, and a repeat gets an answer of the same booking."""
    client = book_without_conclusion(ground, proxy)
    entry = ground.ledger.operations()[-1]
    booking_id = client.told[-1].document["BookingID"]
    assert client.ask(TOKEN, entry.id).document["operation_state"] == "SENDING"
    assert client.book(TOKEN, KEY).problem == "operation-in-progress"
    ground.clock.move_on(LEASE_IS_OVER_SECONDS)
    told = client.ask(REFRESHED, entry.id).document
    assert (told["operation_state"], told["BookingID"]) == ("CONFIRMED", booking_id)
    again = client.book(REFRESHED, KEY)
    assert (again.headers["idempotency-replayed"], again.document["BookingID"]) == ("true", booking_id)
    assert ground.sandbox.journal.count(CREATE) == 2


def test_a_booking_without_a_conclusion_is_concluded_beside_the_accounts_next_call(
    ground: Ground, proxy: Proxy
) -> None:
    """Even when that is about another booking, in another container; AdultWork takes long enough for it."""
    client = book_without_conclusion(ground, proxy)
    ground.clock.move_on(LEASE_IS_OVER_SECONDS)
    ground.start()
    ground.sandbox.faults.arm(CREATE, "latency", seconds=2.0)
    assert client.book(REFRESHED, "a-key-of-something-else", SessionDate=f"{DAY} 22:30").status == 201
    entries = ground.ledger.operations()
    assert [entry.state for entry in entries] == ["CONFIRMED"] * 3
    assert len({entry.booking_id for entry in entries}) == 3


def test_the_caller_never_waits_for_operations_other_than_his_own(ground: Ground, proxy: Proxy) -> None:
    """Let AdultWork's list hang while there is something to settle: the answer is there at once, the rest is left."""
    client = book_without_conclusion(ground, proxy)
    ground.clock.move_on(LEASE_IS_OVER_SECONDS)
    ground.start()
    ground.sandbox.faults.arm(MADE_BOOKINGS, "latency", seconds=2.5)
    started = time.monotonic()
    assert client.book(REFRESHED, "a-key-of-something-else", SessionDate=f"{DAY} 22:30").status == 201
    assert time.monotonic() - started < 2.5
    first, left, last = (entry.state for entry in ground.ledger.operations())
    assert (first, last) == ("CONFIRMED", "CONFIRMED")
    assert left in {"SENDING", "UNKNOWN"}  # that its lease is over may be written by then, or not

"""DynamoDB dying at every step of a booking, over real HTTP: before the claim nothing is sent, after it nothing is hidden."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from chalicelib.adapters.aws.dynamodb.operations import TAKE_BACK_SECONDS
from devtools.local.dynamodb import LocalDynamoDB, create_tables
from tests.integration.bookings import CREATE, MADE_BOOKINGS, MEMBERS, PHONE, TOKEN, later
from tests.integration.exchange import SLACK_SECONDS, Answer, require_problem
from tests.integration.proxy import Proxy
from tests.integration.service import FOREVER, Service, wait_until

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEY, NEW_KEY = "the-key-of-the-first-try", "a-new-key-for-the-same"
HASTE = {"CLAIM_SECONDS": "1", "CONCLUSION_SECONDS": "1"}


@pytest.fixture
def proxy(database: "DynamoDBClient") -> Iterator[Proxy]:
    """Run a proxy in front of the database."""
    with Proxy(urlsplit(database.meta.endpoint_url).port or 0) as proxy:
        yield proxy


@pytest.fixture
def mortal(configured: Callable[..., Service], proxy: Proxy) -> Service:
    """Return a service whose database can be cut off."""
    return configured(AWS_ENDPOINT_URL_DYNAMODB=proxy.url, **HASTE)


def book_and_cut(service: Service, proxy: Proxy) -> Answer:
    """Book, and cut the database off while the POST is at the upstream: after the claim, before the conclusion."""
    service.arm(CREATE, "latency", seconds=0.3)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.book, key=KEY)
        wait_until(lambda: service.posts == 1)
        proxy.cut()
        return answer.result()


def warm(service: Service) -> int:
    """Book once, so that neither the token nor the account's data key costs a call any more; return the BookingID."""
    return int(service.book(later(0)).document["BookingID"])


def lines(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    """Return the log lines of one event."""
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in written if line["event"] == event]


def test_without_a_database_nothing_is_sent(mortal: Service, proxy: Proxy) -> None:
    """Its port is closed: 503 that a page may read, and no new key; when it is back, the same request books."""
    proxy.cut()
    answer = mortal.book(key=KEY)
    document = require_problem(answer, 503, "store-unavailable")
    assert document["safe_to_retry_with_new_key"] is False
    assert int(answer.header("Retry-After") or 0) > 0
    assert answer.seconds < 1 + SLACK_SECONDS
    assert mortal.posts == 0
    assert mortal.records.text() == "[[], []]"
    proxy.mend()
    assert mortal.book(key=KEY).status == 201


def test_killing_the_database_before_the_claim_sends_nothing(configured: Callable[..., Service]) -> None:
    """A server that was there for the first booking and is gone for the second."""
    with LocalDynamoDB() as doomed:
        create_tables(doomed.endpoint_url, "operations", "audit")
        service = configured(
            AWS_ENDPOINT_URL_DYNAMODB=doomed.endpoint_url, OPERATIONS_TABLE="operations", AUDIT_TABLE="audit", **HASTE
        )
        assert service.book(later(0)).status == 201
        doomed.stop()
        require_problem(service.book(later(1)), 503, "store-unavailable")
        assert (service.posts, len(service.sandbox.world.bookings)) == (1, 1)


def test_a_mute_database_costs_no_more_than_the_claims_time(mortal: Service, proxy: Proxy) -> None:
    """It takes the claim and says nothing: nothing is sent, within the claim's time and the look for what was applied."""
    mortal.book(later(0))
    proxy.mute()
    answer = mortal.book(later(1))
    assert answer.kind == (503, "store-unavailable")
    assert answer.seconds < 1 + TAKE_BACK_SECONDS + SLACK_SECONDS
    assert mortal.posts == 1


def test_missing_tables_are_a_problem_too(configured: Callable[..., Service]) -> None:
    """A wrong name in the settings is no reason to send."""
    service = configured(OPERATIONS_TABLE="no-such-table", AUDIT_TABLE="no-such-table-either")
    assert service.book().kind == (503, "store-unavailable")
    assert service.posts == 0


@pytest.mark.parametrize("lost", [1, 2])
def test_a_claim_whose_answer_is_lost_is_made_once(mortal: Service, proxy: Proxy, lost: int) -> None:
    """The next try carries the same token, so it is the same claim."""
    warm(mortal)
    proxy.lose_answers(lost)
    assert mortal.book(key=KEY).status == 201
    assert mortal.records.states() == ["CONFIRMED"] * 2
    assert mortal.records.kinds() == ["claimed", "confirmed"] * 2


def test_a_claim_that_nobody_confirms_is_taken_back(mortal: Service, proxy: Proxy) -> None:
    """Applied, all its answers lost: nothing is sent, the record says so, and a new key books at once."""
    warm(mortal)
    proxy.lose_answers(3)
    assert mortal.book(key=KEY).kind == (503, "store-unavailable")
    assert mortal.posts == 1
    assert mortal.records.states() == ["CONFIRMED", "NOT_SENT"]
    assert mortal.records.kinds()[2:] == ["claimed", "not-sent"]
    assert mortal.book(key=NEW_KEY).status == 201
    assert mortal.book(key=KEY).kind == (409, "duplicate-booking")


def test_a_claim_that_was_taken_back_may_be_made_again_under_its_own_key(mortal: Service, proxy: Proxy) -> None:
    """It is the next attempt of the same operation."""
    warm(mortal)
    proxy.lose_answers(3)
    assert mortal.book(key=KEY).kind == (503, "store-unavailable")
    assert mortal.book(key=KEY).status == 201
    assert mortal.records.states() == ["CONFIRMED"] * 2
    assert mortal.records.kinds()[2:] == ["claimed", "not-sent", "claimed", "confirmed"]


def test_a_booking_that_cannot_be_concluded_is_told_all_the_same(
    mortal: Service, proxy: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller learns the truth, and one emergency line, without anything personal, tells whom to ask about it."""
    answer = book_and_cut(mortal, proxy)
    assert (answer.status, answer.header("Audit-Status")) == (201, "pending")
    (booking,) = mortal.sandbox.world.bookings
    assert answer.document["BookingID"] == booking.booking_id
    assert mortal.records.states() == ["SENDING"]
    assert mortal.records.kinds() == ["claimed"]
    (line,) = lines(capsys, "audit.pending")
    assert line["level"] == "ERROR"
    assert line["operation_id"] == mortal.records.operation()["operation_id"]
    assert line["booking_id"] == booking.booking_id
    assert line["AuditPending"] == 1
    assert not [secret for secret in (PHONE, TOKEN, KEY, "Hello") if secret in json.dumps(line)]


@pytest.mark.parametrize(("key", "slug"), [(KEY, "operation-in-progress"), (NEW_KEY, "duplicate-booking")])
def test_a_booking_that_was_not_concluded_is_not_sent_again(mortal: Service, proxy: Proxy, key: str, slug: str) -> None:
    """The claim holds the key and the booking, whoever comes back."""
    warm(mortal)
    proxy.take_only(1)
    assert mortal.book(key=KEY).header("Audit-Status") == "pending"
    proxy.mend()
    assert mortal.book(key=key).kind == (409, slug)
    assert mortal.posts == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(402, (402, "upstream-refused")), (401, (401, "invalid-token")), (500, (502, "outcome-unknown"))],
)
def test_a_failure_that_cannot_be_concluded_is_told_all_the_same(
    mortal: Service, proxy: Proxy, capsys: pytest.CaptureFixture[str], status: int, kind: tuple[int, str]
) -> None:
    """Whatever the outcome is, the missing record does not change it, and does not go unnoticed."""
    warm(mortal)
    proxy.take_only(1)
    mortal.arm(CREATE, "status", status=status)
    answer = mortal.book()
    assert (answer.kind, answer.header("Audit-Status")) == (kind, "pending")
    assert mortal.records.states() == ["CONFIRMED", "SENDING"]
    (line,) = lines(capsys, "audit.pending")
    assert line["operation_id"] == answer.document["operation_id"]


def test_a_conclusion_whose_answers_are_lost_is_written_once(mortal: Service, proxy: Proxy) -> None:
    """Lost after the claim's own: the tries carry one token, and the event stands once."""
    mortal.arm(CREATE, "latency", seconds=0.2)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(mortal.book, MEMBERS, key=KEY)
        wait_until(lambda: mortal.posts == 1)
        proxy.lose_answers(2)
        assert answer.result().header("Audit-Status") is None
    assert mortal.records.states() == ["CONFIRMED"]
    assert mortal.records.kinds() == ["claimed", "confirmed"]


def test_broken_rules_are_not_told_before_it_is_known_whether_the_request_is_a_repeat(
    mortal: Service, proxy: Proxy
) -> None:
    """Perhaps it was the first try that spent the balance: without the record that is not known."""
    proxy.cut()
    answer = mortal.book(token="poor-token")
    assert (answer.kind, answer.header("Audit-Status")) == ((503, "store-unavailable"), None)
    proxy.mend()
    assert mortal.book(token="poor-token").kind == (422, "booking-rejected")


def test_a_refusal_that_cannot_be_recorded_is_the_same_refusal(
    mortal: Service, proxy: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller can mend it either way; the missing event is told in the header and in the log."""
    proxy.cut()
    answer = mortal.book(token="no-scope-token")
    assert (answer.kind, answer.header("Audit-Status")) == ((403, "insufficient-scope"), "pending")
    (line,) = lines(capsys, "audit.pending")
    assert line["operation_id"] == answer.document["operation_id"]


def test_a_reply_that_names_an_older_booking_is_not_believed(service: Service) -> None:
    """One upstream booking belongs to one operation: the list tells which one is ours."""
    older = service.book(later(0)).document["BookingID"]
    service.arm(CREATE, "echo-differs", field="BookingID", value=older)
    answer = service.book(later(1), key=KEY)
    assert (answer.status, answer.document["BookingID"]) == (201, service.sandbox.world.bookings[1].booking_id)
    assert service.records.states() == ["CONFIRMED", "CONFIRMED"]
    assert service.records.kinds()[2:] == ["claimed", "unknown", "confirmed"]
    assert len(service.records.rows("BOOKING")) == 2
    assert service.book(later(1), key=KEY).body == answer.body


def test_a_reply_that_names_an_older_booking_is_no_success_while_the_list_cannot_be_read(service: Service) -> None:
    """A success answer only if the operation is confirmed, or could not be concluded for want of a database."""
    older = service.book(later(0)).document["BookingID"]
    service.arm(CREATE, "echo-differs", field="BookingID", value=older)
    service.arm(MADE_BOOKINGS, "status", FOREVER, status=503)
    answer = service.book(later(1))
    require_problem(answer, 502, "outcome-unknown")
    assert service.records.states() == ["CONFIRMED", "UNKNOWN"]
    assert len(service.records.rows("BOOKING")) == 1
    service.sandbox.faults.clear()
    assert service.ask(answer.document["operation_id"]).document["operation_state"] == "CONFIRMED"

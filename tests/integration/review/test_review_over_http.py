"""Searching, showing and counting over real HTTP, and the record of each look."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.review.calls import key_client
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.adapters.system import random_bytes
from chalicelib.domain.audit.event import AuditEvent, EventKind, event_hash, told_request_id
from tests.builders import pseudonym
from tests.contract.review.test_audit_index import following, opening
from tests.integration.exchange import require_problem
from tests.integration.review.conftest import ORIGIN, ReviewService

OPERATIONS = "/v1/audit/operations"
STATS = "/v1/audit/stats"
REASON = "Complaint of a client"
CONTACT = {"PhoneNumber": "07700900123", "Comments": "Hello"}

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)  # noon of yesterday
DAY, DAY_BEFORE = f"{NOW:%Y-%m-%d}", f"{NOW - timedelta(days=1):%Y-%m-%d}"

BOOKED = opening(1, NOW, details={"request": {"session_date": "2026-01-20 21:30", "contact": {"phone_last_3": "123"}}})
CONFIRMED = following(BOOKED, booking_id=77, details={"upstream_status": 200, "reason": "booked"})
DECLINED = opening(2, NOW + timedelta(minutes=1), client=pseudonym(1002))
REJECTED = following(DECLINED, EventKind.REJECTED, details={"upstream_status": 402, "reason": "refused"})
REFUSED = opening(
    3,
    NOW + timedelta(minutes=2),
    kind=EventKind.REFUSED,
    candidate=pseudonym(9),
    details={"reason": "booking-rejected", "violations": ["duration-minimum/Duration", "unknown-member"]},
)
YESTERDAY = opening(4, NOW - timedelta(days=1))
ALL = (BOOKED, CONFIRMED, DECLINED, REJECTED, REFUSED, YESTERDAY)


@pytest.fixture
def filled(review: ReviewService) -> ReviewService:
    """Return the service with two operations, a refusal, and one of the day before."""
    review.put(*ALL)
    review.client.put_item(TableName=review.operations_table, Item=items.booking(BOOKED.operation_id, 77))
    return review


def found(service: ReviewService, **filters: object) -> list[int]:
    """Return the numbers of the operations that a search shows."""
    answer = service.ask(f"{OPERATIONS}?{urlencode(filters)}")
    assert answer.status == 200, answer.body
    return [int(each["operation_id"][3:]) for each in answer.document["operations"]]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [3, 2, 1, 4]),
        ({"from": DAY}, [3, 2, 1]),
        ({"to": f"{DAY}T00:00:00Z"}, [4]),
        ({"from": f"{DAY}T13:01:00+01:00", "to": f"{DAY}T12:02:00Z"}, [2]),
        ({"client": 1001}, [3, 1, 4]),
        ({"client": 1002}, [2]),
        ({"client": 5}, []),
        ({"candidate": 9}, [3]),
        ({"client": 1001, "candidate": 123456}, [1, 4]),
        ({"booking": 77}, [1]),
        ({"booking": 78}, []),
        ({"booking": 77, "client": 1002}, []),
        ({"operation": BOOKED.operation_id}, [1]),
        ({"operation": f"op_{99:026}"}, []),
        ({"request_id": "request-2"}, [2]),
        ({"state": "REFUSED"}, [3]),
        ({"state": "SENDING"}, [4]),
        ({"state": "CONFIRMED", "client": 1001}, [1]),
        ({"rule": "duration-minimum"}, [3]),
        ({"rule": "booking-rejected"}, [3]),
        ({"rule": "refused"}, []),
        ({"upstream_status": 402}, [2]),
        ({"limit": 2, "client": ""}, [3, 2]),
    ],
)
def test_filters_combine(filled: ReviewService, filters: dict[str, object], numbers: list[int]) -> None:
    """Each alone, and some together; newest first."""
    assert found(filled, **filters) == numbers


def test_an_entry_tells_what_a_list_shows(filled: ReviewService) -> None:
    """And an address at the entrance that the question came through."""
    document = filled.ask(f"/dev{OPERATIONS}?booking=77").document
    assert document["operations"] == [
        {
            "operation_id": BOOKED.operation_id,
            "url": f"/dev{OPERATIONS}/{BOOKED.operation_id}",
            "begun_at": f"{DAY}T12:00:00.000+00:00",
            "last_event_at": f"{DAY}T12:00:01.000+00:00",
            "state": "CONFIRMED",
            "change": None,
            "client": pseudonym(1001),
            "client_user_id": None,
            "candidate": pseudonym(123456),
            "candidate_user_id": None,
            "BookingIDs": [77],
            "SessionDate": "2026-01-20 21:30",
            "Duration": None,
            "Credits": None,
            "attempts": 1,
            "rules": [],
            "reasons": ["booked"],
            "upstream_statuses": [200],
            "request_id": told_request_id("request-1"),
            "event_count": 2,
        }
    ]
    assert (document["older"], document["newer"], document["bound_reached"]) == (None, None, False)


def pages(service: ReviewService, way: str, cursor: str | None, **filters: object) -> Iterator[list[int]]:
    """Follow cursors one way; yield the numbers of each page."""
    while cursor is not None:
        document = service.ask(f"{OPERATIONS}?{urlencode({**filters, 'cursor': cursor})}").document
        yield [int(each["operation_id"][3:]) for each in document["operations"]]
        cursor = document[way]


def test_cursors_lead_both_ways(filled: ReviewService) -> None:
    """To the oldest, and back."""
    first = filled.ask(f"{OPERATIONS}?limit=2").document
    assert next(pages(filled, "older", first["older"], limit=2)) == [1, 4]
    second = filled.ask(f"{OPERATIONS}?{urlencode({'limit': 2, 'cursor': first['older']})}").document
    assert next(pages(filled, "newer", second["newer"], limit=2)) == [3, 2]


def test_a_cursor_of_another_search_is_refused(filled: ReviewService) -> None:
    """And so is one that was changed."""
    cursor = filled.ask(f"{OPERATIONS}?limit=1").document["older"]
    for query in (f"cursor={cursor}&client=1001", f"cursor=x{cursor}", "cursor=AAAA", "cursor=@"):
        problem = require_problem(filled.ask(f"{OPERATIONS}?{query}"), 400, "invalid-query")
        assert [each["pointer"] for each in problem["violations"]] == ["/cursor"]


def test_all_faults_of_a_question_are_told_at_once(review: ReviewService) -> None:
    """Each with its parameter; an unknown one is not repeated; nothing is read, and nothing recorded."""
    query = (
        "from=yesterday&to=2026-02-30&client=0&candidate=x&booking=-1&operation=op_1&request_id=%20&state=DONE&rule=A"
        "&upstream_status=999&limit=101&%6Cimit=1&cursor=*&reason=no&secret=1"
    )
    problem = require_problem(review.ask(f"{OPERATIONS}?{query}"), 400, "invalid-query")
    pointers = {each["pointer"] for each in problem["violations"]}
    assert pointers == {
        "",
        *(f"/{name}" for name in ("from", "to", "client", "candidate", "booking", "operation", "request_id", "state")),
        *(f"/{name}" for name in ("rule", "upstream_status", "limit", "cursor", "reason")),
    }
    assert "secret" not in json.dumps(problem)
    assert review.looks() == []
    order = require_problem(review.ask(f"{OPERATIONS}?from=2026-01-02&to=2026-01-01"), 400, "invalid-query")
    assert [each["pointer"] for each in order["violations"]] == ["/to"]


def test_a_timeline_tells_every_event_with_its_contact_masked(filled: ReviewService) -> None:
    """With its hash, so that the chain can be followed."""
    document = filled.ask(f"{OPERATIONS}/{BOOKED.operation_id}").document
    assert [(each["number"], each["kind"], each["title"], each["words"][:35]) for each in document["events"]] == [
        (1, "claimed", "Recorded, about to be sent", f"Client {pseudonym(1001)}"),
        (2, "confirmed", "Booked", "AdultWork made the booking, and ans"),
    ]
    first, second = document["events"]
    assert first["hash"] == event_hash(BOOKED.canonical()) == second["members"]["previous_hash"]
    assert first["members"]["request"]["contact"] == {"phone_last_3": "masked"}
    assert (document["state"], document["contact_state"], document["contact"]) == ("CONFIRMED", "none", None)


def test_a_flag_is_one_or_nought(filled: ReviewService) -> None:
    """In either spelling; anything else is refused, not guessed."""
    path = f"{OPERATIONS}/{BOOKED.operation_id}"
    assert [filled.ask(f"{path}?unmask={text}").status for text in ("0", "false", "maybe")] == [200, 200, 400]


def test_what_the_audit_does_not_have_is_not_found(review: ReviewService) -> None:
    """Nor is what is no id; the look in vain is recorded."""
    require_problem(review.ask(f"{OPERATIONS}/{BOOKED.operation_id}"), 404, "not-found")
    assert [json.loads(row["canonical"]["S"])["found"] for row in review.looks()] == [0]
    require_problem(review.ask(f"{OPERATIONS}/op_1"), 404, "not-found")


def sealed(service: ReviewService, event: AuditEvent, contact: dict[str, str]) -> str:
    """Seal contact fields as the booking path does: under a data key of the account, which KMS wraps."""
    kms = key_client(endpoint=service.client.meta.endpoint_url)
    made = kms.generate_data_key(
        KeyId="alias/switchboard", KeySpec="AES_256", EncryptionContext={"account": str(event.account)}
    )
    kms.close()
    key = DataKey(made["Plaintext"])
    row: Any = {
        "pk": {"S": f"PERSON#{event.account}"},
        "pseudonym": {"S": pseudonym(event.account)},
        "key_id": {"B": key.id},
        "wrapped": {"B": made["CiphertextBlob"]},
    }
    service.client.put_item(TableName=service.operations_table, Item=row)
    packed = zlib.compress(json.dumps(contact).encode())
    return AesGcmSeal(event.account, key, random_bytes).seal(packed, f"contact:{event.operation_id}")


@pytest.mark.parametrize(
    "comment", ["Hello", " ".join(str(number * 7919) for number in range(120))], ids=["inside", "beside"]
)
def test_contact_fields_are_opened_for_the_role_and_a_reason(review: ReviewService, comment: str) -> None:
    """Inside the event or beside it; without a reason, or once the key is erased, they stay closed."""
    contact = {**CONTACT, "Comments": comment}
    text = sealed(review, BOOKED, contact)
    event = following(BOOKED, sealed_contact=text)
    review.put(BOOKED, event)
    if event.contact_beside is not None:
        review.client.put_item(TableName=review.audit_table, Item=items.contact(event, text))
    path = f"{OPERATIONS}/{BOOKED.operation_id}?unmask=1"

    closed = review.ask(path.partition("?")[0], "uma").document
    assert (closed["contact_state"], closed["contact"]) == ("masked", None)
    assert text not in json.dumps(closed)

    problem = require_problem(review.ask(path, "uma"), 400, "invalid-query")
    assert [each["pointer"] for each in problem["violations"]] == ["/reason"]

    opened = review.ask(path, "uma", review_reason=REASON).document
    assert (opened["contact_state"], opened["contact"]) == ("opened", contact)
    last = json.loads(review.looks()[-1]["canonical"]["S"])
    assert (last["action"], last["by"], last["why"], last["asked"]) == (
        "unmask",
        "uma",
        REASON,
        {"operation": BOOKED.operation_id},
    )
    assert "07700900123" not in json.dumps(review.looks())

    review.client.delete_item(TableName=review.operations_table, Key={"pk": {"S": f"PERSON#{BOOKED.account}"}})
    lost = review.ask(path, "uma", review_reason=REASON).document
    assert (lost["contact_state"], lost["contact"]) == ("lost", None)


def test_counts_by_day_state_and_rule(filled: ReviewService) -> None:
    """And what is open now, which only the first answer tells."""
    document = filled.ask(f"{STATS}?from={DAY_BEFORE}&to={DAY}T23:59:59Z").document
    assert document["days"] == [
        {"day": DAY, "states": {"CONFIRMED": 1, "REFUSED": 1, "REJECTED": 1}},
        {"day": DAY_BEFORE, "states": {"SENDING": 1}},
    ]
    assert document["refusals_by_rule"] == {"duration-minimum": 1, "unknown-member": 1}
    assert (document["open_now"], document["open_now_is_complete"], document["examined"]) == ({}, True, 4)
    require_problem(filled.ask(STATS), 400, "invalid-query")


def test_every_look_is_an_event_of_a_chain(filled: ReviewService) -> None:
    """Who, what by, how many and why; each names the hash of the one before."""
    filled.ask(f"{OPERATIONS}?client=1001&reason=Monthly%20check")
    filled.ask(f"{OPERATIONS}/{BOOKED.operation_id}")
    filled.ask(f"{STATS}?from={DAY}")
    rows = filled.looks()
    told = [json.loads(row["canonical"]["S"]) for row in rows]
    assert [(each["action"], each["by"], each["found"], each.get("why"), each["asked"]) for each in told] == [
        ("search", "rita", 3, "Monthly check", {"client": pseudonym(1001)}),
        ("show", "rita", 1, None, {"operation": BOOKED.operation_id}),
        ("count", "rita", 3, None, {"start": f"{DAY}T00:00:00.000+00:00"}),
    ]
    hashes = ["0", *(event_hash(row["canonical"]["S"].encode()) for row in rows)]
    assert [each["previous_hash"] for each in told] == hashes[:-1]
    assert {row["pk"]["S"] for row in rows} == {f"REVIEW#{told[0]['chain']}"}
    assert [("day" in row, row["sk"]["S"]) for row in rows] == [(True, "000001"), (False, "000002"), (False, "000003")]


def test_without_a_record_there_is_no_answer(filled: ReviewService) -> None:
    """Take the table away between the doors: the read fails or the record does, and nothing is told."""
    filled.configure(AUDIT_TABLE="there-is-none")
    for path in (OPERATIONS, f"{OPERATIONS}?booking=78", f"{STATS}?from={DAY}"):
        answer = filled.ask(path)
        require_problem(answer, 503, "audit-unavailable")
        assert answer.header("Retry-After") == "5"


def test_pages_of_the_console_may_ask_and_others_may_not(review: ReviewService) -> None:
    """A preflight allows the header of the reason; every answer has the headers of the rest."""
    answer = review.get(OPERATIONS, method="OPTIONS")
    assert (answer.status, answer.header("Access-Control-Allow-Origin")) == (204, ORIGIN)
    assert str(answer.header("Access-Control-Allow-Headers")).endswith(", Review-Reason")
    assert answer.header("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS"
    for path in (OPERATIONS, "/health", "/nowhere", "/problems/role-missing"):
        told = review.get(path)
        assert (told.header("Cache-Control"), told.header("X-Content-Type-Options")) == ("no-store", "nosniff")
        assert str(told.header("Vary")).startswith("Origin")
        assert told.header("X-Request-Id") is not None
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        require_problem(review.get(OPERATIONS, method=method), 405, "method-not-allowed")
    require_problem(review.get("/v1/PhoneChat/CreateBooking", method="POST"), 404, "not-found")
    assert review.get("/health").status == 200
    assert review.ask(OPERATIONS, method="HEAD").body == b""

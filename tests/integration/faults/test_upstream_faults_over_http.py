"""Every way in which the upstream may misbehave, over real HTTP, taken from the sandbox's own table of faults.

A booking whose answer was lost is looked for in the account's list, in the same call: there the truth is told after all.
What holds for any fault is checked for any fault, so a new one is covered as soon as it is in the table; what is known
of each is checked beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.faults.broken_content import ECHOED, MEMBERS_OF_ENTRIES
from sandbox.faults.table import FAULTS
from tests.integration.bookings import CREATE, MADE_BOOKINGS, READS
from tests.integration.exchange import SLACK_SECONDS, Answer
from tests.integration.service import FOREVER, Service

POST_SECONDS = 0.6  # less than the second that the slow faults wait by default
KEY, NEW_KEY = "the-key-of-the-first-try", "a-new-key-for-the-same"
STATE_OF = {"upstream-unavailable": "NOT_SENT", "outcome-unknown": "UNKNOWN"}  # any other problem: REJECTED
REFUSALS = (400, 401, 402, 403, 404, 405, 409, 410, 413, 414, 415, 422, 429, 431)
UNCLEAR = (202, 204, 206, 304, 408, 418, 500, 503, 520)
REDIRECTS = (301, 302, 303, 307, 308)
FOR_SHOW = ("PhoneNumber", "LastUpdated", "Candidate.Ratings")


@dataclass(frozen=True)
class Case:
    """One fault with its settings, and where its answer alone must lead if that is known: status, state and reason."""

    fault: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    leads_to: tuple[int, str, str] | None = None

    def __str__(self) -> str:
        """Return the name of the test."""
        return " ".join([self.fault, *(f"{name}={value}" for name, value in self.settings.items())])


BOOKED = (201, "CONFIRMED", "booked")
LATE = (504, "UNKNOWN", "late")
LOST = (502, "UNKNOWN", "connection-lost")
UNREADABLE = (502, "UNKNOWN", "unreadable-answer")
# With the settings that the table has by default.
KNOWN: Mapping[str, tuple[int, str, str]] = {
    "latency": LATE,
    "slow-answer": LATE,
    "connect-refuse": (503, "NOT_SENT", "connection-refused"),
    "reset-before-commit": LOST,
    "reset-after-commit": LOST,
    "commit-then-drop": LOST,
    "drop-then-commit": LOST,
    "drip": LATE,
    "stall": LATE,
    "truncation": LOST,
    "truncation-with-matching-length": UNREADABLE,
    "close-after-answer": BOOKED,
    "framing": BOOKED,
    "status": (502, "UNKNOWN", "server-error"),
    "html": (502, "UNKNOWN", "html-answer"),
    "redirect": (502, "UNKNOWN", "redirected"),
    "empty": (502, "UNKNOWN", "empty-answer"),
    "not-found": (422, "REJECTED", "refused"),
    "accepted": (502, "UNKNOWN", "unexpected-status"),
    "created": BOOKED,
    "content-coding": BOOKED,
    "huge-body": (502, "UNKNOWN", "answer-too-large"),
    "wrong-content-type": UNREADABLE,
    "json-instead": BOOKED,
    "xml-instead": BOOKED,
    "wrong-namespace": UNREADABLE,
    "garbled": UNREADABLE,
    "doctype": UNREADABLE,
    "odd-encoding": UNREADABLE,
    "echo-differs": (502, "UNKNOWN", "echo-differs"),
}


def _of_the_table() -> list[Case]:
    """Return every fault of the table as it is by default; refused connections begin after the four reads."""
    settings = {"connect-refuse": {"after_requests": len(READS), "seconds": 60}}
    return [Case(name, settings.get(name, {}), KNOWN.get(name)) for name in FAULTS]


def _status_of_refusal(status: int) -> int:
    return status if status in {401, 402, 403, 409, 429} else 422


def _unknown(status: int) -> tuple[int, str, str]:
    """Return where a status leads that is neither a success nor a definite refusal."""
    reason = {2: "unexpected-status", 3: "redirected", 4: "unexpected-status", 5: "server-error"}[status // 100]
    return 502, "UNKNOWN", reason


VARIANTS = [
    *(Case("status", {"status": status}, (_status_of_refusal(status), "REJECTED", "refused")) for status in REFUSALS),
    *(Case("status", {"status": status}, _unknown(status)) for status in UNCLEAR),
    Case("status", {"status": 500, "commit": True}, (502, "UNKNOWN", "server-error")),
    *(Case("html", {"status": status}, (502, "UNKNOWN", "html-answer")) for status in (201, 401, 403, 429)),
    Case("html", {"status": 503}, (502, "UNKNOWN", "server-error")),
    Case("html", {"commit": True}, (502, "UNKNOWN", "html-answer")),
    *(Case("redirect", {"status": status}, (502, "UNKNOWN", "redirected")) for status in REDIRECTS),
    Case("redirect", {"location": CREATE, "commit": True}, (502, "UNKNOWN", "redirected")),
    *(Case("empty", {"status": status}) for status in (201, 204, 500)),
    Case("empty", {"status": 400, "commit": False}, (422, "REJECTED", "refused")),
    *(Case("drip", {"part": part, "interval": 0.05}, LATE) for part in ("headers", "body")),
    *(Case("truncation", {"at": at}, LOST) for at in (0, 1)),
    *(Case("truncation-with-matching-length", {"at": at}) for at in (0, 1, 60)),
    Case("echo-differs", {"field": "SessionDate"}, (502, "UNKNOWN", "echo-differs")),
    Case("echo-differs", {"field": "Duration"}, (502, "UNKNOWN", "echo-differs")),
    Case("echo-differs", {"field": "Method"}, (502, "UNKNOWN", "echo-differs")),
    Case("echo-differs", {"field": "Credits"}, (502, "UNKNOWN", "echo-differs")),
    Case("echo-differs", {"field": "Credits", "value": 32}, BOOKED),
    Case("echo-differs", {"field": "BookingID"}, UNREADABLE),
    Case("echo-differs", {"field": "BookingID", "value": 2**31}, UNREADABLE),
    *(Case("echo-differs", {"field": name}, BOOKED) for name in FOR_SHOW),
    *(Case("framing", {"form": form}, BOOKED) for form in ("repeated-length", "chunked")),
    *(Case("framing", {"form": form}, LOST) for form in ("two-lengths", "broken-head")),
    Case("content-coding", {"coding": "deflate"}, BOOKED),
    *(Case("echo-differs", {"field": name}) for name in ECHOED if name not in FOR_SHOW),
    *(Case("odd-encoding", {"encoding": "utf-16", "is_true": is_true}, UNREADABLE) for is_true in (True, False)),
    *(Case("odd-encoding", {"encoding": encoding}, UNREADABLE) for encoding in ("utf-7", "iso-8859-1")),
    Case("wrong-content-type", {"content_type": "text/html"}, (502, "UNKNOWN", "html-answer")),
    Case("huge-body", {"bytes": 262_145}, (502, "UNKNOWN", "answer-too-large")),
    Case("huge-body", {"bytes": 262_144}, BOOKED),
]


@pytest.mark.parametrize("case", [*_of_the_table(), *VARIANTS], ids=str)
def test_whatever_the_upstream_does_with_the_booking_it_is_sent_once_and_told_truly(
    configured: Callable[..., Service], case: Case
) -> None:
    """At most one POST; the answer, the record and the world agree; a repeat sends again only where that is safe."""
    service = configured(POST_SECONDS=str(POST_SECONDS))
    service.arm(CREATE, case.fault, **case.settings)
    answer = service.book(key=KEY)
    assert answer.seconds < POST_SECONDS + SLACK_SECONDS
    operation = service.records.operation()
    _require_agreement(service, answer, operation)
    if case.leads_to is not None:
        _status, state, reason = case.leads_to
        is_found = state == "UNKNOWN" and service.sandbox.world.bookings
        expected = (201, "CONFIRMED", reason) if is_found else case.leads_to
        assert (answer.status, operation["state"], service.records.events()[1]["reason"]) == expected
        assert ("unknown" in service.records.kinds()) is (state == "UNKNOWN")
    assert service.posts == (operation["state"] != "NOT_SENT")
    _require_safe_repeats(service, answer, operation)


def _require_safe_repeats(service: Service, answer: Answer, operation: Mapping[str, Any]) -> None:
    """Repeat the request, under its key and under a new one, at an upstream that is well and knows of no booking."""
    service.sandbox.reset()
    same, other = service.book(key=KEY), service.book(key=NEW_KEY)
    duplicate = (409, "duplicate-booking")
    if operation.get("is_retryable", False):
        assert (same.status, same.header("Idempotency-Replayed"), other.kind) == (201, None, duplicate)
        assert service.records.operation()["attempt"] == 2
    elif operation["state"] == "UNKNOWN":
        assert (same.kind, other.kind) == (answer.kind, duplicate)  # it is as true as the first time
        assert same.document["detail"] == answer.document["detail"]
        assert service.records.states() == ["UNKNOWN"]
    else:
        assert (same.status, same.body, same.header("Idempotency-Replayed")) == (answer.status, answer.body, "true")
        assert other.kind == ((201, None) if operation["state"] == "REJECTED" else duplicate)
    assert service.posts == (operation.get("is_retryable", False) or operation["state"] == "REJECTED")


def _require_agreement(service: Service, answer: Answer, operation: Mapping[str, Any]) -> None:
    """Check that answer, record and world tell one story."""
    state, bookings = operation["state"], service.sandbox.world.bookings
    kinds = [kind for kind in service.records.kinds() if kind != "unknown" or state == "UNKNOWN"]
    assert kinds == ["claimed", state.lower().replace("_", "-")]
    if answer.status == 201:
        assert state == "CONFIRMED"
        (booking,) = bookings
        assert operation["booking_id"] == answer.document["BookingID"] == booking.booking_id
        told = answer.document
        assert (told["Duration"], told["Candidate"]["UserID"]) == (booking.duration, booking.candidate.user_id)
        return
    document = answer.document
    assert answer.status in {401, 402, 403, 409, 422, 429, 502, 503, 504}
    assert state == STATE_OF.get(answer.slug or "", "REJECTED")
    assert answer.slug in {"upstream-unavailable", "outcome-unknown", "upstream-refused", "invalid-token"}
    assert (document["operation_id"], "booking_id" in operation) == (operation["operation_id"], False)
    assert document["safe_to_retry_with_new_key"] is (state == "REJECTED" and not operation.get("is_retryable", False))
    if state != "UNKNOWN":
        assert bookings == ()


def test_a_redirect_is_not_followed_anywhere(service: Service) -> None:
    """Neither the token nor the booking goes to where it points."""
    service.arm(CREATE, "redirect", location=f"{service.sandbox.url}/v1/PhoneChat/CancelMadeBooking")
    assert service.book().kind == (502, "outcome-unknown")
    assert {request.path for request in service.sandbox.journal.requests} == {*READS, CREATE, MADE_BOOKINGS}


def test_a_dripping_upstream_gets_its_answer_by_the_deadline(configured: Callable[..., Service]) -> None:
    """One byte each half second, for minutes: the call ends after POST_SECONDS, and what the list tells drips as well."""
    service = configured(POST_SECONDS="0.6", RECONCILE_SECONDS="0.3")
    for path in (CREATE, MADE_BOOKINGS):
        service.arm(path, "drip", interval=0.5)
    answer = service.book()
    assert answer.kind == (504, "outcome-unknown")
    assert 0.9 <= answer.seconds < 0.9 + SLACK_SECONDS
    assert service.records.states() == ["UNKNOWN"]
    assert len(service.sandbox.world.bookings) == 1


@pytest.mark.parametrize(
    "fault", ["status", "html", "garbled", "truncation", "huge-body", "redirect", "connect-refuse"]
)
def test_a_list_that_cannot_be_read_proves_nothing(service: Service, fault: str) -> None:
    """The booking was made and its answer lost: unknown, until the list can be read."""
    service.arm(CREATE, "commit-then-drop")
    settings = {"after_requests": 5, "seconds": 60} if fault == "connect-refuse" else {}
    service.arm(MADE_BOOKINGS, fault, FOREVER, **settings)
    answer = service.book(key=KEY)
    assert answer.kind == (502, "outcome-unknown")
    assert service.records.states() == ["UNKNOWN"]
    bookings = service.sandbox.world.bookings
    service.sandbox.faults.clear()
    if fault != "connect-refuse":  # its door would open with a new world only
        again = service.book(key=KEY)
        assert (again.status, again.document["BookingID"]) == (201, bookings[0].booking_id)
        assert service.posts == 1


@pytest.mark.parametrize("field", MEMBERS_OF_ENTRIES)
def test_an_odd_booking_in_the_list_hides_no_other(service: Service, field: str) -> None:
    """The answer is lost, and the list holds another's booking that cannot be read before the one that was made."""
    service.arm(CREATE, "commit-then-drop")
    service.arm(MADE_BOOKINGS, "odd-entry", FOREVER, field=field)
    answer = service.book()
    (booking,) = service.sandbox.world.bookings
    assert (answer.status, answer.document["BookingID"]) == (201, booking.booking_id)


@pytest.mark.parametrize("field", ["LastUpdated", "Candidate.Ratings"])
def test_what_is_for_show_and_cannot_be_read_is_null_and_named_in_the_audit_event(service: Service, field: str) -> None:
    """The booking stands and was paid for, whatever a rating says."""
    service.arm(CREATE, "echo-differs", field=field)
    told = service.book().document
    outer, _, inner = field.partition(".")
    assert (told[outer][inner] if inner else told[outer]) is None
    assert service.records.events()[-1]["booking"]["unreadable_members"] == [field]


@pytest.mark.parametrize(("given", "told"), [(90, "90"), ("0", "1"), (9999, "3600"), ("tomorrow", "30"), (None, "30")])
def test_an_unknown_outcome_says_how_long_the_upstream_wants_to_be_left_alone(
    service: Service, given: int | str | None, told: str
) -> None:
    """A 503 may have booked; who asks how it stands should not come before AdultWork wants to be asked."""
    service.arm(CREATE, "status", status=503, retry_after=given)
    answer = service.book()
    assert (answer.kind, answer.header("Retry-After")) == ((502, "outcome-unknown"), told)


def test_a_list_whose_wrapper_has_other_names_is_read_all_the_same(service: Service) -> None:
    """Their names are not documented; whatever has a BookingID is a booking."""
    service.arm(CREATE, "commit-then-drop")
    service.arm(MADE_BOOKINGS, "list-names", FOREVER, bookings="Rows", page_count="Of", page_number="Number")
    assert service.book(key=KEY).status == 201


@pytest.mark.parametrize(("given", "told"), [(7, "7"), ("0", "1"), (9999, "3600"), ("tomorrow", "5"), (None, "5")])
def test_a_refusal_for_too_many_requests_says_how_long_to_wait(
    service: Service, given: int | str | None, told: str
) -> None:
    """The upstream's own wish, within a second and an hour."""
    service.arm(CREATE, "status", status=429, retry_after=given)
    answer = service.book()
    assert (answer.kind, answer.header("Retry-After")) == ((429, "upstream-refused"), told)


def test_the_upstreams_reason_reaches_the_caller_cleaned(service: Service) -> None:
    """What the caller sent is hidden where it comes back."""
    service.arm(CREATE, "status", status=400, message="Call 07700 900123 first, the comment Hello is bad.")
    told = service.book().document["upstream_message"]
    assert told == "Call [hidden] first, the comment [hidden] is bad."


def test_a_refusal_of_the_upstreams_own_rules_is_told(service: Service) -> None:
    """The balance shrinks between the check and the booking: 402, nothing booked, and a top-up later it works."""
    service.arm("/v1/CreditHistory/GetCurrentCreditBalance", "status", 1, status=403)
    answer = service.book(token="poor-token")
    assert answer.kind == (402, "upstream-refused")
    assert "not enough credits" in answer.document["upstream_message"]
    assert service.records.states() == ["REJECTED"]
    assert service.records.events()[-1]["upstream_status"] == 402

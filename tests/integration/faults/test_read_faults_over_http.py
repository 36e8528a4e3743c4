"""Every way in which the upstream may misbehave while a booking is being checked: nothing is sent, nothing believed."""

from collections.abc import Callable

import pytest

from sandbox.faults.table import FAULTS
from tests.integration.bookings import BALANCE, CREATE, CREDENTIALS, PERMISSIONS, READS, REQUIREMENTS, later
from tests.integration.exchange import SLACK_SECONDS, Answer
from tests.integration.service import FOREVER, Service

READ_SECONDS, READS_SECONDS = 0.4, 0.8  # less than the second that the slow faults wait by default
HASTE = {"READ_SECONDS": str(READ_SECONDS), "READS_SECONDS": str(READS_SECONDS), "PERMISSION_CACHE_SECONDS": "0"}
UNAVAILABLE = {
    502: (502, "upstream-unavailable"),
    503: (503, "upstream-unavailable"),
    504: (504, "upstream-unavailable"),
}
# Faults that change nothing a check depends on, whatever is read.
HARMLESS = {
    "close-after-answer", "json-instead", "xml-instead", "wrong-namespace", "echo-differs", "method-names",
    "unreadable-methods", "list-names", "framing", "content-coding", "odd-entry",
}  # fmt: skip
PERMISSION_FAULTS = {"permission-status", "permission-conflict"}
LATE = {"latency", "slow-answer", "drip", "stall"}


def expected(fault: str, path: str) -> tuple[int, str | None]:
    """Return the answer while a fault holds for one read; one that nobody has foreseen must be unreadable."""
    if fault in PERMISSION_FAULTS:
        return (403, "insufficient-scope") if path == PERMISSIONS else (201, None)
    if fault in HARMLESS:
        return 201, None
    if fault in LATE:
        return UNAVAILABLE[504]
    return UNAVAILABLE[503 if fault in {"status", "connect-refuse"} else 502]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_that_goes_wrong_ends_the_call_before_anything_is_recorded_or_sent(
    configured: Callable[..., Service], fault: str
) -> None:
    """For each of the four reads: in time, no POST, no operation; and the next booking works, so nothing was kept."""
    service = configured(**HASTE)
    for number, path in enumerate(READS):
        service.arm(path, fault, FOREVER, **({"seconds": 60} if fault == "connect-refuse" else {}))
        answer = service.book(later(number))
        assert (path, answer.kind) == (path, expected(fault, path))
        assert answer.seconds < READS_SECONDS + SLACK_SECONDS
        if answer.status != 201:
            _require_nothing_done(service, answer, booked=number)
            service.sandbox.reset()
            assert service.book(later(number)).status == 201
        service.sandbox.reset()


def _require_nothing_done(service: Service, answer: Answer, *, booked: int) -> None:
    """Check that nothing was sent or claimed, and that an outage says when to try again, under the same key."""
    assert (service.posts, service.sandbox.world.bookings) == (0, ())
    assert service.records.states() == ["CONFIRMED"] * booked
    if answer.status in UNAVAILABLE:
        assert answer.header("Retry-After") == "5"
        assert answer.document["safe_to_retry_with_new_key"] is False


@pytest.mark.parametrize("fault", ["status", "reset-before-commit", "truncation", "commit-then-drop"])
def test_one_lost_read_is_made_good_by_one_more(configured: Callable[..., Service], fault: str) -> None:
    """A 5xx or a broken connection may pass, whichever read it hits; the caller never hears of it."""
    service = configured(PERMISSION_CACHE_SECONDS="0")
    for minute, path in enumerate(READS):
        service.arm(path, fault, 1)
        assert service.book(later(minute)).status == 201
        assert (service.calls(path), service.calls()) == (2, 6)
        service.sandbox.reset()


@pytest.mark.parametrize(
    ("accept", "fault", "other"),
    [
        *(("application/xml", fault, "application/json") for fault in ("garbled", "doctype", "odd-encoding", "cut")),
        ("application/json", "cut", "application/xml"),
    ],
)
def test_a_read_that_cannot_be_parsed_is_asked_for_once_more_in_the_other_form(
    configured: Callable[..., Service], accept: str, fault: str, other: str
) -> None:
    """Whatever keeps a document from being parsed. The balance is left out: a number of JSON that is cut is a number still."""
    service = configured(PERMISSION_CACHE_SECONDS="0", ADULTWORK_ACCEPT=accept)
    for number, path in enumerate((PERMISSIONS, CREDENTIALS, REQUIREMENTS)):
        if fault == "cut":
            service.arm(path, "truncation-with-matching-length", at=1)
        else:
            service.arm(path, fault)
        assert service.book(later(number)).status == 201
        asked = [request.header("Accept") for request in service.sandbox.journal.requests if request.path == path]
        assert (asked, service.calls()) == ([accept, other], 6)
        service.sandbox.reset()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_firewalls_page_is_nobodys_refusal_of_a_read(configured: Callable[..., Service], status: int) -> None:
    """It is neither the token's fault nor the candidate's, whichever read it stops."""
    service = configured(PERMISSION_CACHE_SECONDS="0")
    for path in READS:
        service.arm(path, "html", FOREVER, status=status)
        answer = service.book()
        assert answer.kind == UNAVAILABLE[502]
        _require_nothing_done(service, answer, booked=0)
        service.sandbox.reset()


@pytest.mark.parametrize("form", ["two-lengths", "broken-head"])
def test_a_read_whose_head_is_broken_ends_at_once(service: Service, form: str) -> None:
    """Nobody waits for a body whose end is not known, and the next booking works."""
    service.arm(REQUIREMENTS, "framing", FOREVER, form=form)
    answer = service.book()
    assert answer.kind == UNAVAILABLE[502]
    assert answer.seconds < SLACK_SECONDS
    service.sandbox.reset()
    assert service.book().status == 201


@pytest.mark.parametrize(("fault", "tries"), [("status", 2), ("reset-before-commit", 2), ("html", 1), ("huge-body", 1)])
def test_a_read_is_tried_twice_at_most(service: Service, fault: str, tries: int) -> None:
    """And an answer that arrived, however odd, is not asked for again."""
    service.arm(REQUIREMENTS, fault, FOREVER)
    assert service.book().status in {502, 503}
    assert service.calls(REQUIREMENTS) == tries


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirected_read_is_not_followed(service: Service, status: int) -> None:
    """The token goes to nobody else, whichever read is redirected."""
    for path in READS:
        service.arm(path, "redirect", FOREVER, status=status, location=f"{service.sandbox.url}/v1/elsewhere")
        assert service.book().kind == UNAVAILABLE[502]
        assert service.calls("/v1/elsewhere") == 0
        service.sandbox.faults.clear()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("path", READS)
def test_a_read_that_asks_to_slow_down_is_told_with_its_wait(service: Service, path: str, status: int) -> None:
    """The upstream's Retry-After reaches the caller, and until then it is not asked again."""
    service.arm(path, "status", FOREVER, status=status, retry_after=17)
    answer = service.book()
    assert (answer.kind, answer.header("Retry-After")) == (UNAVAILABLE[503], "17")
    assert service.calls(path) == 1


def test_reads_that_are_slow_together_leave_no_time_to_send(configured: Callable[..., Service]) -> None:
    """The POST never starts late: what it and its record need must be left, or nothing is claimed."""
    service = configured(CALL_SECONDS="5.2", POST_SECONDS="2", CONCLUSION_SECONDS="2")
    service.arm(BALANCE, "latency", seconds=0.3)
    assert service.book().kind == UNAVAILABLE[504]
    assert (service.posts, service.records.rows()) == (0, [])
    assert service.calls(CREATE) == 0


def test_a_single_read_has_a_limit_of_its_own(configured: Callable[..., Service]) -> None:
    """One that says nothing does not use up the time of all of them."""
    service = configured(READ_SECONDS="0.3", READS_SECONDS="6")
    service.arm(REQUIREMENTS, "stall")
    answer = service.book()
    assert answer.kind == UNAVAILABLE[504]
    assert answer.seconds < 0.3 + SLACK_SECONDS

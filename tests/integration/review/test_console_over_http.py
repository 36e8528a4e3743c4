"""The console over real HTTP: signing in, the search and its address, the timeline, contact fields, and what each look leaves."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.domain.audit.event import EventKind
from tests.builders import pseudonym
from tests.contract.review.test_audit_index import following, opening
from tests.integration.exchange import require_problem
from tests.integration.review.conftest import ReviewService
from tests.integration.review.test_review_over_http import ALL, BOOKED, CONTACT, DAY, NOW, REFUSED, sealed
from tests.integration.review.visitor import Visitor, form_key, hrefs, text

OPERATION = f"/console/operations/{BOOKED.operation_id}"
REASON = "Complaint of a client"


@pytest.fixture
def filled(review: ReviewService) -> ReviewService:
    """Return the service with two operations, a refusal, and one of the day before."""
    review.put(*ALL)
    review.client.put_item(TableName=review.operations_table, Item=items.booking(BOOKED.operation_id, 77))
    return review


def actions(service: ReviewService) -> list[str]:
    """Return what was looked at, in order."""
    return [json.loads(row["canonical"]["S"])["action"] for row in service.looks()]


def test_every_page_has_a_strict_policy(filled: ReviewService) -> None:
    """No script, style or picture but our own files, no form to elsewhere, no frame; nothing is kept by the browser."""
    visitor = Visitor(filled).sign_in("rita")
    for path in ("/console", OPERATION, "/console/overview", "/console/open", "/console/sign-in", "/console?client=0"):
        answer = visitor.open(path)
        policy = str(answer.header("Content-Security-Policy"))
        assert policy.startswith(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'"
        )
        assert "'unsafe" not in policy
        assert (answer.header("Cache-Control"), answer.header("Referrer-Policy")) == ("no-store", "no-referrer")
        page = answer.body.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert all(href.startswith(("/", "#")) for href in hrefs(answer))
    for name, media in (("console.css", "text/css"), ("console.js", "text/javascript"), ("icon.svg", "image/svg")):
        assert str(visitor.send(f"/console/files/{name}").header("Content-Type")).startswith(media)
    require_problem(visitor.send("/console/files/page.css"), 404, "not-found")


def test_the_address_of_a_search_is_its_filters(filled: ReviewService) -> None:
    """A form of a zone leads to it; empty fields are left out, and the same address means the same everywhere."""
    visitor = Visitor(filled).sign_in("rita")
    given = (
        f"from_day={DAY}&from_time=&to_day={DAY}&to_time=23:30&zone=Asia/Tokyo&client=+1001&candidate=&state=&limit=50"
    )
    moved = visitor.send(f"/console?{given}")
    assert moved.status == 303
    kept = parse_qs(urlsplit(str(moved.header("Location"))).query)
    before = f"{NOW - timedelta(days=1):%Y-%m-%d}"
    assert kept == {
        "client": ["1001"],
        "limit": ["50"],
        "from": [f"{before}T15:00:00Z"],
        "to": [f"{DAY}T14:30:00Z"],
    }
    page = visitor.open(f"/console?{given}")
    assert text(page).count(": filter by it") == 0
    assert f"Asked from: {before} 16:00:00 CET" in text(page) or f"Asked from: {before} 17:00:00 CEST" in text(page)
    assert "Client: 1001" in text(page)
    whole = visitor.send(f"/console?to_day={DAY}&zone=UTC")
    assert parse_qs(urlsplit(str(whole.header("Location"))).query) == {
        "to": [f"{datetime.fromisoformat(DAY) + timedelta(days=1):%Y-%m-%d}T00:00:00Z"]
    }
    assert visitor.send("/console?client=").header("Location") == "/console"
    assert visitor.send("/console?client=7&limit=25&zone=UTC").header("Location") == "/console?client=7"


def test_values_narrow_and_filters_are_removed_one_by_one(filled: ReviewService) -> None:
    """Each link is the same search with one thing changed."""
    visitor = Visitor(filled).sign_in("rita")
    page = visitor.open("/console?client=1001&state=CONFIRMED")
    assert {"/console?client=1001", "/console?state=CONFIRMED"} <= set(hrefs(page))
    narrowed = f"/console?client=1001&state=CONFIRMED&candidate={pseudonym(123456)}"
    assert {narrowed, "/console?client=1001&state=CONFIRMED&booking=77", OPERATION} <= set(hrefs(page))
    assert "1 shown, 1 looked at" not in text(page)
    assert "1 shown" in text(visitor.open(narrowed))


def test_an_empty_result_keeps_its_columns_and_says_what_to_change(filled: ReviewService) -> None:
    """With the filters to leave out; where the bound was reached, that more may follow."""
    visitor = Visitor(filled).sign_in("rita")
    page = visitor.open("/console?client=1001&booking=78")
    assert "Asked at State Client Candidate" in text(page)
    assert "Nothing meets these filters. Search without Client: 1001 Search without BookingID: 78" in text(page)
    bounded = visitor.open("/console?rule=nothing-breaks-it")
    assert "Nothing among what one answer may read. More may follow: go on to older ones" in text(bounded)


def test_pages_lead_both_ways(filled: ReviewService) -> None:
    """By cursors; and back to the newest."""
    filled.put(*(opening(10 + number, NOW - timedelta(minutes=number)) for number in range(60)))
    visitor = Visitor(filled).sign_in("rita")
    first = visitor.open("/console?client=1001&limit=25")
    (older,) = [href for href in hrefs(first) if "cursor=" in href]
    second = visitor.open(older)
    links = [href for href in hrefs(second) if "cursor=" in href]
    assert (len(links), "25 shown" in text(second)) == (2, True)
    assert "/console?client=1001&limit=25" in hrefs(second)
    again = visitor.open(links[0])
    assert [href for href in hrefs(again) if "/operations/" in href] == [
        href for href in hrefs(first) if "/operations/" in href
    ]


def test_a_search_that_cannot_be_used_says_why_beside_its_fields(filled: ReviewService) -> None:
    """And keeps what was written; an address with something unknown too."""
    visitor = Visitor(filled).sign_in("rita")
    page = visitor.open("/console?from_day=nonsense&client=me&state=CONFIRMED&zone=UTC")
    assert page.status == 400
    markup = page.body.decode()
    assert 'value="me"' in markup
    assert 'aria-invalid="true" aria-describedby="client-fault"' in markup
    assert "from: Send an RFC 3339 time" in text(page)
    assert "Operations, newest first" not in text(page)
    assert "address: Leave it out." in text(visitor.open("/console?secret=1"))
    assert filled.looks() == []


def test_a_timeline_tells_each_event_in_words_with_its_members_beside(filled: ReviewService) -> None:
    """In the reviewer's zone and in UTC; contact fields masked, and who may not open them is told so."""
    page = Visitor(filled).sign_in("rita").open(OPERATION)
    told = text(page)
    assert f"Client {pseudonym(1001)} asked to book candidate {pseudonym(123456)}" in told
    assert "request.contact.phone_last_3 masked" in told
    assert ("CET" in told or "CEST" in told, f"{DAY} 12:00:00 UTC" in told) == (True, True)
    assert "None are stored" in told
    assert f"/console?client={pseudonym(1001)}" in hrefs(page)
    assert "(UserID 1001)" in told
    assert "Refused before anything was sent" in text(
        Visitor(filled).sign_in("rita").open(f"/console/operations/{REFUSED.operation_id}")
    )


def test_an_event_that_is_none_is_shown_as_it_is(review: ReviewService) -> None:
    """A tampered record must not hide itself by failing the page."""
    review.put(BOOKED)
    row = {**items.audit_event(BOOKED), "canonical": {"S": "<script>alert(1)</script>"}}
    review.client.put_item(TableName=review.audit_table, Item=row)
    page = Visitor(review).sign_in("rita").open(OPERATION)
    assert page.status == 200
    assert "not as Switchboard writes them" in text(page)
    listed = Visitor(review).sign_in("rita").open("/console")
    assert "not told" in text(listed)
    assert "<script>alert" not in (page.body + listed.body).decode()


def test_contact_fields_open_for_the_role_and_a_reason(review: ReviewService) -> None:
    """By a form of this session; the reason stands in the record, and nothing of it in an address."""
    review.put(BOOKED, following(BOOKED, sealed_contact=sealed(review, BOOKED, CONTACT)))
    uma = Visitor(review).sign_in("uma")
    page = uma.open(OPERATION)
    key = form_key(page)
    assert "07700900123" not in page.body.decode()
    refused = uma.post(OPERATION, key, reason="no")
    assert (refused.status, "Send one reason of 5 to 200 characters" in text(refused)) == (400, True)
    opened = uma.post(OPERATION, key, reason=REASON)
    assert (opened.status, "07700900123" in text(opened), "Hello" in text(opened)) == (200, True, True)
    assert actions(review) == ["show", "show", "unmask"]
    assert json.loads(review.looks()[-1]["canonical"]["S"])["why"] == REASON
    rita = Visitor(review).sign_in("rita")
    masked = rita.open(OPERATION)
    assert "needs the role unmask" in text(masked)
    forbidden = rita.post(OPERATION, form_key(masked), reason=REASON)
    assert (forbidden.status, "07700900123" in text(forbidden)) == (403, False)
    review.client.delete_item(TableName=review.operations_table, Key={"pk": {"S": f"PERSON#{BOOKED.account}"}})
    assert "They cannot be opened" in text(uma.post(OPERATION, key, reason=REASON))


def test_the_overview_draws_what_it_counts(filled: ReviewService) -> None:
    """A bar for each kind of each day, the same as a table, and what refused."""
    page = Visitor(filled).sign_in("rita").open("/console/overview?days=7")
    markup = page.body.decode()
    assert f"<title>{DAY}: 1 booked or changed</title>" in markup
    assert markup.count("<rect ") == 3
    assert f"{DAY} 1 2 0 0" in text(page)
    assert "duration-minimum 1" in text(page)
    assert "Open now: none" in text(page)
    assert f"/console?from={DAY}T00%3A00%3A00Z" in " ".join(hrefs(page))
    assert Visitor(filled).sign_in("rita").open("/console/overview?days=5").status == 400
    assert actions(filled) == ["count"]


def test_an_operation_without_a_day_is_counted_and_not_drawn(review: ReviewService) -> None:
    """Somebody tampered with it; and what was only counted is told."""
    today = datetime.now(UTC)
    review.put(opening(1, today))
    review.client.put_item(
        TableName=review.audit_table, Item={**items.audit_event(opening(1, today)), "canonical": {"S": "{}"}}
    )
    counted = {"reason": "too-many", "hour": f"{today:%Y-%m-%dT%H}", "refusals": 64}
    review.put(opening(2, today, kind=EventKind.REFUSALS_COUNTED, details=counted))
    page = Visitor(review).sign_in("rita").open("/console/overview")
    assert "unknown 0 0 0 1" in text(page)
    assert "At least 64 more" in text(page)


def test_the_queue_says_what_can_be_done(review: ReviewService) -> None:
    """Open ones by their index, ambiguous and expired ones by search."""
    today = datetime.now(UTC)
    sent, unknown, ambiguous, expired = (opening(number, today - timedelta(minutes=number)) for number in range(1, 5))
    for event, kind in ((unknown, None), (ambiguous, EventKind.AMBIGUOUS), (expired, EventKind.EXPIRED)):
        doubt = following(event, EventKind.UNKNOWN, details={"reason": "late"})
        review.put(event, doubt, *([] if kind is None else [following(doubt, kind)]))
    review.put(sent)
    for event in (sent, unknown):
        row = {
            "pk": {"S": f"OP#{event.operation_id}"},
            "open": {"S": tables.open_shard(event.account)},
            "claimed_at": {"S": event.at.isoformat(timespec="milliseconds")},
            "state": {"S": "UNKNOWN"},
        }
        review.client.put_item(TableName=review.operations_table, Item=row)
    page = Visitor(review).sign_in("rita").open("/console/open")
    assert [href[-2:] for href in hrefs(page) if "/operations/" in href] == ["02", "01", "03", "04"]
    assert "make resolve" in text(page)
    assert "Look further back for: Ambiguous" in text(page)
    assert actions(review) == ["queue", "search", "search"]
    shown = Visitor(review).sign_in("rita").open(f"/console/operations/{ambiguous.operation_id}")
    assert "What can be done. A person settles it" in text(shown)


def test_more_than_one_answer_counts_is_told(review: ReviewService) -> None:
    """With the way on."""
    old = datetime.now(UTC) - timedelta(days=80)
    review.put(opening(1, old), opening(2))
    visitor = Visitor(review).sign_in("rita")
    page = visitor.open("/console/overview?days=90")
    (on,) = [href for href in hrefs(page) if "cursor=" in href]
    assert "This goes on where the page before ended." in text(visitor.open(on))


def test_what_goes_wrong_is_told_on_a_page(filled: ReviewService) -> None:
    """404 and 503 with what to do; nothing is shown that was not recorded."""
    visitor = Visitor(filled).sign_in("rita")
    assert "The audit has no operation of this id." in text(visitor.open("/console/operations/op_1"))
    filled.configure(AUDIT_TABLE="there-is-none")
    answer = visitor.open("/console")
    assert (answer.status, answer.header("Retry-After"), "cannot be read now" in text(answer)) == (503, "5", True)
    filled.identity.provider.is_down = True
    try:
        filled.configure()
        assert visitor.open("/console").status == 503
        assert Visitor(filled).send("/console/sign-in/start").status == 503
    finally:
        filled.identity.provider.is_down = False


def test_without_a_client_at_the_provider_there_is_no_console(review: ReviewService) -> None:
    """And nothing of it is told."""
    review.configure(REVIEW_CLIENT_ID="", REVIEW_CONSOLE_URL="")
    for path in ("/console", "/console/sign-in", "/console/open"):
        require_problem(Visitor(review).send(path), 404, "not-found")


def test_no_log_line_tells_who_was_looked_for(filled: ReviewService, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor a code, a cookie or a reason: a line has the resource, and no query."""
    filled.configure()
    visitor = Visitor(filled)
    back = visitor.begin("uma")
    visitor.send(back)
    page = visitor.open("/console?client=1001&candidate=123456")
    visitor.post(OPERATION, form_key(page), reason=REASON)
    lines = capsys.readouterr().out
    assert lines.count('"event":"request"') == 4
    secrets = (*parse_qs(urlsplit(back).query)["code"], *visitor.cookies.values(), form_key(page), REASON)
    assert not [secret for secret in ("1001", "123456", *secrets) if secret in lines]

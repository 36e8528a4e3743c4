"""The page that verifies, on records in memory: the verdict, how to read it, and that nothing is verified by a link."""

import json
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.app import Chalice

from chalicelib.application.review.count_operations import CountOperations
from chalicelib.application.review.persons import Persons
from chalicelib.application.review.search_operations import SearchOperations
from chalicelib.application.review.show_operation import ShowOperation
from chalicelib.application.review.verify_audit import VerifyAudit
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.domain.review.desk.look import Action
from chalicelib.edge.console.cookies import SESSION
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.middleware import install
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.review.routes import register
from tests.contract.records import enough_time
from tests.contract.review.test_audit_index import opening
from tests.fakes.console import session_of, sign_in
from tests.fakes.people import custody_of
from tests.fakes.persons import SpelledRegister
from tests.fakes.review_desk import UNMASKER, Desk
from tests.trails import make_trail
from tests.unit.application.review.test_audit_verification import Ground, ground_of
from tests.unit.edge.gateway_event import Reply, call, rest_event

VERIFY = "/console/verify"


def visit(ground: Ground, desk: Desk, method: str = "POST", **fields: str) -> Reply:
    """Send the form of a session, or open the page."""
    persons = Persons(SpelledRegister())
    signing = sign_in(clock=desk.clock)
    container = ReviewContainer(
        SearchOperations(desk.door, desk.index, persons),
        ShowOperation(desk.door, desk.index, persons, desk.contacts),
        CountOperations(desk.door, desk.index),
        VerifyAudit(desk.door, ground.verification()),
        custody_of(desk),
        EdgeSettings(),
        desk.console(signing),
    )
    app: Any = Chalice(app_name="console-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    sealed = session_of(signing, enough_time(), UNMASKER)
    session = signing.session(sealed, enough_time())
    assert session is not None
    headers = {"Cookie": f"__Host-{SESSION}={sealed}", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"form_key": session.form_key, **fields}) if method == "POST" else None
    query = {"multiValueQueryStringParameters": {name: [value] for name, value in fields.items()} or None}
    event = rest_event(method, VERIFY, headers=headers, **({"body": body} if method == "POST" else query))
    return call(app, event)


@pytest.fixture
def ground() -> Ground:
    """Return a trail as it was written."""
    return ground_of(make_trail(Random(1)))


def counted(capsys: pytest.CaptureFixture[str]) -> tuple[int, int | None]:
    """Return what CloudWatch was told of a verification: how much was looked at, and how much was found."""
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    return line["OperationsVerified"], line.get("AuditFindings")


def test_clean_records_are_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    """With what was looked at, and what no digest covers yet; the look is recorded."""
    desk, ground = Desk(), Ground()
    refused = opening(1, kind=EventKind.REFUSED, details={"reason": "booking-rejected"})
    ground.records.put(refused.operation_id, [refused.canonical()])
    answer = visit(ground, desk, from_day="2020-01-01", to_day="2030-01-01")
    assert (answer.status, "Nothing is wrong with these records" in answer.body) == (200, True)
    assert "1 operations with 1 events were looked at" in answer.body
    assert "1 events are covered by their chains alone" in answer.body
    assert desk.trail.events[-1].look.action is Action.VERIFY
    assert counted(capsys) == (1, None)


def test_one_operation_can_be_verified_alone(ground: Ground) -> None:
    """From its own page."""
    (operation_id, *_) = ground.records.stored
    page = visit(ground, Desk(), "GET", operation=operation_id)
    assert f'value="{operation_id}"' in page.body
    answer = visit(ground, Desk(), from_day="", to_day="", operation=operation_id)
    assert "1 operations with" in answer.body


def test_a_finding_is_named_with_how_to_read_it(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """And leads to its operation; it is counted as well, should nobody read the page."""
    (operation_id, *_) = ground.records.stored
    stored = ground.records.stored[operation_id]
    stored[0] = stored[0].replace(b'"sequence":1', b'"sequence":7')
    answer = visit(ground, Desk(), from_day="2020-01-01", to_day="2030-01-01")
    assert "Something is wrong with these records" in answer.body
    assert f'href="/console/operations/{operation_id}"' in answer.body
    assert "Its bytes are not those that were written." in answer.body
    assert Tampering.CHANGED.value in answer.body
    assert counted(capsys)[1] == len(ground.verify().findings) > 0


def test_a_look_that_was_tampered_with_is_named_and_leads_nowhere() -> None:
    """There is no page of it; looks are counted beside the operations."""
    ground = ground_of(make_trail(Random(1), operations=2, readers=3))
    name = next(id_ for id_, stored in ground.records.stored.items() if is_of_looks(id_) and len(stored) > 1)
    clean = visit(ground, Desk(), from_day="2020-01-01", to_day="2030-01-01")
    looks = ground.verify().records.looks
    assert f"{looks} looks and deeds of reviewers and custodians" in clean.body
    assert name not in clean.body
    ground.records.stored[name].pop(0)
    answer = visit(ground, Desk(), from_day="2020-01-01", to_day="2030-01-01")
    assert f"{name}, look 1" in answer.body
    assert f"operations/{name}" not in answer.body


@pytest.mark.parametrize(
    "fields",
    [
        {"from_day": "yesterday", "to_day": "2026-01-15"},
        {"from_day": "2026-01-15", "to_day": "2026-01-01"},
        {"operation": "op_1"},
        {},
    ],
    ids=str,
)
def test_a_form_that_cannot_be_used_verifies_nothing(ground: Ground, fields: dict[str, str]) -> None:
    """It says what to write, and is no look."""
    desk = Desk()
    answer = visit(ground, desk, **fields)
    assert (answer.status, 'role="alert"' in answer.body, desk.trail.events) == (400, True, [])


def test_to_open_the_page_reads_nothing(ground: Ground) -> None:
    """It begins with yesterday and today."""
    desk = Desk()
    page = visit(ground, desk, "GET")
    assert ('value="2026-01-14"' in page.body, 'value="2026-01-15"' in page.body) == (True, True)
    assert desk.trail.events == []

"""Pages on fakes: whatever is asked, and whatever stands in a record, there is a page and no fault of ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from chalice.app import Chalice
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.application.review.count_operations import CountOperations
from chalicelib.application.review.persons import Persons
from chalicelib.application.review.search_operations import SearchOperations
from chalicelib.application.review.show_operation import ShowOperation
from chalicelib.application.review.verify_audit import VerifyAudit
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.console.addresses import FORM_ONLY as FORM
from chalicelib.edge.console.addresses import KEPT, address, canonical
from chalicelib.edge.console.cookies import SESSION
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.middleware import install
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.review.routes import register
from tests.contract.records import enough_time
from tests.contract.review.test_audit_index import opening
from tests.fakes.audit_index import InMemoryAuditIndex
from tests.fakes.console import session_of, sign_in
from tests.fakes.people import custody_of
from tests.fakes.persons import SpelledRegister
from tests.fakes.review_desk import UNMASKER, Desk
from tests.unit.edge.gateway_event import Reply, call, rest_event

PAGES = ("/console", "/console/operations/{operation_id}", "/console/overview", "/console/open", "/console/sign-in")
OPERATION = opening(1)
NAMES = (*KEPT, *FORM, "days", "reason", "unmask", "next", "secret")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=20), part, max_size=3),
    max_leaves=6,  # drawing takes longer than the page otherwise
)
MEMBERS = (
    *("at", "kind", "client", "candidate", "request", "booking_id", "upstream_status", "violations", "reason"),
    *("request_id", "operation_id", "sequence", "previous_hash", "refusals", "hour", "sealed_contact_sha256"),
)


@dataclass
class Tampered(InMemoryAuditIndex):
    """An index whose chains hold whatever somebody wrote there."""

    stored: list[bytes] = field(default_factory=list)

    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Chain]:
        """Return the same chain for each."""
        del deadline
        return {name: Chain.read(name, self.stored) for name in operation_ids}


def ask(resource: str, index: InMemoryAuditIndex | None = None, **event: Any) -> Reply:  # noqa: ANN401 (members of an event)
    """Ask for a page as somebody who may see everything."""
    desk = Desk(index=index or InMemoryAuditIndex())
    if OPERATION.operation_id not in desk.index.events:
        desk.index.put(OPERATION)
        desk.index.open_ids = [OPERATION.operation_id]
    persons = Persons(SpelledRegister())
    door = desk.door
    signing = sign_in(clock=desk.clock)
    container = ReviewContainer(
        SearchOperations(door, desk.index, persons),
        ShowOperation(door, desk.index, persons, desk.contacts),
        CountOperations(door, desk.index),
        VerifyAudit(door, desk.verification()),
        custody_of(desk),
        EdgeSettings(),
        desk.console(signing),
    )
    app: Any = Chalice(app_name="console-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    cookie = f"__Host-{SESSION}={session_of(signing, enough_time(), UNMASKER)}"
    told = {"pathParameters": {"operation_id": OPERATION.operation_id}, **event}
    return call(app, rest_event("GET", resource, headers={"Cookie": cookie}, **told))


@pytest.mark.parametrize("page", PAGES)
@settings(max_examples=40)  # a page of tables takes long to write
@given(
    given=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30) | st.sampled_from(["7", "2026-01-15", "UTC"]))
)
def test_nothing_that_is_asked_is_a_fault_of_ours(page: str, given: dict[str, str]) -> None:
    """A page, a way on, or a page that says what is wrong; and nothing of it becomes markup."""
    marked = {name: f"{value}<i>" for name, value in given.items()} if len(given) % 2 else given
    answer = ask(page, multiValueQueryStringParameters={name: [value] for name, value in marked.items()})
    assert answer.status in {200, 303, 400}
    assert "<i>" not in answer.body


@pytest.mark.parametrize("page", PAGES[:4])
@settings(max_examples=40)  # the same
@given(stored=st.lists(st.dictionaries(st.sampled_from(MEMBERS) | st.text(), JSON), min_size=1, max_size=3))
def test_no_record_hides_itself_by_failing_its_page(page: str, stored: list[dict[str, Any]]) -> None:
    """Whatever somebody wrote into the trail."""
    index = Tampered(stored=[json.dumps(each).encode() for each in stored])
    assert ask(page, index).status == 200


@pytest.mark.parametrize("page", PAGES[:2])
def test_half_a_character_is_shown_as_none(page: str) -> None:
    """JSON can tell one, and no page can."""
    index = Tampered(stored=[b'{"client":"\\ud800","kind":"\\udfff"}'])
    answer = ask(page, index)
    assert (answer.status, answer.body.encode().decode() == answer.body, "?" in answer.body) == (200, True, True)


@pytest.mark.parametrize("page", PAGES[:2])
def test_a_change_is_told_as_one(page: str) -> None:
    """What was changed, and that nothing was booked."""
    members = {"change": "CancelMadeBooking", "request": {"booking_ids": [7], "reason_length": 3}}
    stored = [json.dumps({**members, "kind": kind}).encode() for kind in (EventKind.CLAIMED, EventKind.CONFIRMED)]
    answer = ask(page, Tampered(stored=stored))
    assert "CancelMadeBooking" in answer.body
    assert '<span class="badge booked">Changed</span>' in answer.body
    assert '<span class="badge booked">Booked</span>' not in answer.body


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=20)))
def test_an_address_is_made_short_once(given: dict[str, str]) -> None:
    """What a redirect leads to leads to no further one."""
    better = canonical(given)
    if better is not None:
        kept = {name: value for name, value in better.items() if name in KEPT and name != "cursor"}
        assert canonical(kept) is None
        assert address(better) == address(kept)

"""Holds, erasures and the retention over HTTP: who may, what is told, what is recorded, and that no UserID stays behind."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from chalicelib.application.review.persons import UNKNOWN
from tests.contract.review.test_people import CANDIDATE, CLIENT, CLIENT_NAME, Tables, on_new_tables
from tests.integration.bookings import TOKEN
from tests.integration.exchange import Answer, require_problem
from tests.integration.review.conftest import ORIGIN, ReviewService
from tests.integration.review.test_roles_over_http import BAD

PERSON = f"/v1/audit/persons/{CLIENT}"
RETENTION = "/v1/audit/retention"
REASON = "Request of the person"
ENDPOINTS = {
    "person": ("GET", PERSON),
    "hold": ("PUT", f"{PERSON}/hold"),
    "lift": ("DELETE", f"{PERSON}/hold"),
    "dry run": ("POST", f"{PERSON}/erasure"),
    "erase": ("POST", f"{PERSON}/erasure?dry_run=0"),
    "retention": ("GET", RETENTION),
}
CUSTODIANS = set(ENDPOINTS) - {"retention"}
GRANTS = {
    (): set[str](),
    ("reviewer",): {"retention"},
    ("unmask",): set[str](),
    ("custodian",): CUSTODIANS,
    ("reviewer", "unmask"): {"retention"},
    ("reviewer", "custodian"): set(ENDPOINTS),
}
_numbers = count()


@dataclass
class Service:
    """The reviewers' app over tables with people in them."""

    review: ReviewService
    tables: Tables

    def send(self, endpoint: str, token: str | None, reason: str | None = REASON) -> Answer:
        """Ask an endpoint, as a page does."""
        method, path = ENDPOINTS[endpoint]
        headers = {} if reason is None else {"review_reason": reason}
        return self.review.get(path, token, method=method, **headers)

    def ask(self, endpoint: str, user: str = "carl", reason: str | None = REASON) -> Answer:
        """Ask as a ready user; carl is the custodian."""
        return self.send(endpoint, self.review.identity.provider.token(user), reason)


@pytest.fixture
def service(running_review: ReviewService) -> Service:
    """Return the service over new tables with two people."""
    number = next(_numbers)
    running_review.operations_table, running_review.audit_table = f"custody-{number}", f"custody-audit-{number}"
    tables = on_new_tables(running_review.client, running_review.operations_table, running_review.audit_table)
    running_review.configure(EVENTS_KEPT_DAYS="100")
    return Service(running_review, tables)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("roles", GRANTS, ids=lambda roles: "+".join(roles) or "none")
def test_a_role_opens_what_it_is_for_and_nothing_else(service: Service, endpoint: str, roles: tuple[str, ...]) -> None:
    """A refusal names the missing role, and is no event."""
    service.tables.hold()
    before = len(service.review.looks())
    answer = service.send(endpoint, service.review.identity.provider.token("rita", roles=list(roles)))
    if endpoint in GRANTS[roles]:
        assert (answer.status, len(service.review.looks()) > before) == (409 if endpoint == "erase" else 200, True)
    else:
        problem = require_problem(answer, 403, "role-missing")
        assert problem["required_role"] == ("custodian" if endpoint in CUSTODIANS else "reviewer")
        assert len(service.review.looks()) == before
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_other_token_opens_anything(service: Service, endpoint: str) -> None:
    """Neither a caller's, nor a bad one, nor none."""
    before = service.tables.rows(service.tables.operations)
    for make in BAD.values():
        require_problem(service.send(endpoint, make(service.review.identity)), 401, "reviewer-token-invalid")
    require_problem(service.send(endpoint, TOKEN), 401, "reviewer-token-invalid")
    require_problem(service.send(endpoint, None), 401, "reviewer-token-missing")
    assert (service.review.looks(), service.tables.rows(service.tables.operations)) == ([], before)


def test_a_page_may_send_each_method(service: Service) -> None:
    """Preflights are answered, and every other method is refused."""
    for path, methods in ((PERSON, "GET, HEAD"), (f"{PERSON}/hold", "PUT, DELETE"), (f"{PERSON}/erasure", "POST")):
        answer = service.review.get(path, method="OPTIONS")
        assert (answer.status, answer.header("Access-Control-Allow-Methods")) == (204, f"{methods}, OPTIONS")
        assert "Review-Reason" in str(answer.header("Access-Control-Allow-Headers"))
        require_problem(service.review.get(path, method="PATCH"), 405, "method-not-allowed")


def test_a_person_is_held_shown_and_freed(service: Service) -> None:
    """The reason and the custodian stand in the register and in the events, which name the pseudonym alone."""
    service.tables.book(1)
    assert service.ask("person").document == {
        "user_id": CLIENT,
        "pseudonym": CLIENT_NAME,
        "created_at": "2026-01-15T12:00:00.000+00:00",
        "is_client": True,
        "hold": None,
    }
    held = service.ask("hold").document
    assert (held["records"], held["complete"], held["hold"]["why"]) == (3, True, REASON)
    assert service.ask("person").document["hold"] == held["hold"]
    told = service.ask("retention", "rita").document
    assert told["days"] == {"events": 100, "contacts": 400, "looks": 400, "operations_after_guard": 30}
    since = datetime.now(UTC) - timedelta(days=100)
    assert (told["people_held"], told["events_kept_since"][:10]) == (1, f"{since:%Y-%m-%d}")
    problem = require_problem(service.ask("erase"), 409, "erasure-refused")
    assert [one["rule"] for one in problem["violations"]] == ["legal-hold"]
    lifted = service.ask("lift").document
    assert (lifted["hold"], lifted["records"]) == (None, 3)
    require_problem(service.ask("lift"), 404, "not-found")
    events = json.dumps([row["canonical"]["S"] for row in service.review.looks()])
    assert str(CLIENT) not in events
    assert all(action in events for action in ("hold", "unhold", "erase", "person"))
    assert all(row.get("ends") for row in service.review.looks())


def test_after_an_erasure_the_user_id_is_nowhere(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    """In no attribute of any row of either table, and in no line of the log."""
    capsys.readouterr()
    service.tables.book(1, day=10)
    dry = service.ask("dry run").document
    assert (dry["dry_run"], dry["effect"]["rows"], dry["obstacles"], len(dry["remains"])) == (True, 1, [], 7)
    done = service.ask("erase").document
    assert (done["dry_run"], done["complete"], done["pseudonym"]) == (False, True, CLIENT_NAME)
    require_problem(service.ask("erase"), 404, "not-found")
    rows = [*service.tables.rows(service.tables.operations), *service.tables.rows(service.tables.audit)]
    assert str(CLIENT) not in repr(rows)
    assert str(CANDIDATE) in repr(rows)
    lines = capsys.readouterr().out
    assert ("request" in lines, str(CLIENT) in lines) == (True, False)


def test_what_cannot_be_used_is_told(service: Service) -> None:
    """No reason, one that names somebody, a flag that is none, and what is no UserID."""
    for endpoint in CUSTODIANS - {"person"}:
        require_problem(service.ask(endpoint, reason=None), 400, "invalid-query")
        require_problem(service.ask(endpoint, reason="For 07700900123"), 400, "invalid-query")
    token = service.review.identity.provider.token("carl")
    wrong = service.review.get(f"{PERSON}/erasure?dry_run=maybe", token, method="POST", review_reason=REASON)
    require_problem(wrong, 400, "invalid-query")
    for user_id in ("0", "9999999999", "99999999999", "abc"):
        answer = service.review.get(f"/v1/audit/persons/{user_id}", token)
        require_problem(answer, 404, "not-found")
    unknown = service.review.get("/v1/audit/persons/3003003", token)
    require_problem(unknown, 404, "not-found")
    assert unknown.document["detail"] == UNKNOWN

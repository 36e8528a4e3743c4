"""Holds, erasures and the retention in the console: who may, what the pages say, and what each deed leaves."""

import json

import pytest

from tests.contract.review.test_people import CANDIDATE, CLIENT
from tests.integration.exchange import Answer
from tests.integration.review.test_custody_over_http import Service, service
from tests.integration.review.visitor import Visitor, form_key, hrefs, text

__all__ = ["service"]  # the fixture of the endpoints
PEOPLE = "/console/people"
REASON = "Request of the person"
UNKNOWN = 999


def deed(service: Service, what: str, user_id: object = CLIENT, user: str = "carl", reason: str = REASON) -> Answer:
    """Send the form as a ready user; carl is the custodian."""
    visitor = Visitor(service.review).sign_in(user)
    return visitor.post(PEOPLE, form_key(visitor.open(PEOPLE)), user_id=str(user_id), reason=reason, deed=what)


def actions(service: Service) -> list[str]:
    """Return what was done, in order."""
    return [json.loads(row["canonical"]["S"])["action"] for row in service.review.looks()]


def test_a_hold_is_set_looked_up_and_lifted(service: Service) -> None:
    """Each is told on the page and an event of its own; looking up needs no reason."""
    assert "The hold is set" in text(deed(service, "hold"))
    page = text(deed(service, "look", reason=""))
    assert f"by carl, {page.partition('by carl, ')[2][:10]}" in page
    assert REASON in page
    assert "Legal hold none" in text(deed(service, "lift"))
    assert actions(service)[0] == "hold"
    assert {"person", "unhold"} < set(actions(service))


def test_an_erasure_is_told_before_it_is_done(service: Service) -> None:
    """What goes and what remains; under a hold it is refused, with the reason, and a dry run says so."""
    told = deed(service, "dry-run", CANDIDATE)
    assert ("What an erasure would do" in text(told), "What remains" in text(told)) == (True, True)
    deed(service, "hold", CANDIDATE)
    held = text(deed(service, "dry-run", CANDIDATE))
    assert ("It cannot be done now" in held, "Erase this person for good" in held) == (True, False)
    refused = deed(service, "erase", CANDIDATE)
    assert (refused.status, "A legal hold is on this person" in text(refused)) == (409, True)


def test_who_is_erased_is_gone(service: Service) -> None:
    """By the button under a dry run that nothing stands in the way of."""
    visitor = Visitor(service.review).sign_in("carl")
    told = visitor.post(PEOPLE, form_key(visitor.open(PEOPLE)), user_id=str(CANDIDATE), reason=REASON, deed="dry-run")
    if "It cannot be done now" in text(told):
        pytest.fail(text(told))
    done = visitor.post(PEOPLE, form_key(told), user_id=str(CANDIDATE), reason=REASON, deed="erase")
    assert (done.status, "Nothing that is stored ties this UserID" in text(done)) == (200, True)
    gone = deed(service, "look", CANDIDATE)
    assert (gone.status, "nobody of this UserID" in text(gone)) == (404, True)
    assert 'role="alert"' in gone.body.decode()


@pytest.mark.parametrize(
    ("user_id", "what", "reason", "fault"),
    [
        ("me", "hold", REASON, "Write a UserID"),
        ("0", "hold", REASON, "Write a UserID"),
        (CLIENT, "resurrect", REASON, "Choose what is to be done"),
        (CLIENT, "hold", "", "Send one reason"),
        (CLIENT, "look", "of 07700900123", "Send one reason"),
    ],
)
def test_a_form_that_cannot_be_used_does_nothing(
    service: Service, user_id: object, what: str, reason: str, fault: str
) -> None:
    """It says what to write, and is no event."""
    answer = deed(service, what, user_id, reason=reason)
    assert (answer.status, fault in text(answer), actions(service)) == (400, True, [])


@pytest.mark.parametrize("user", ["rita", "uma", "nora"])
@pytest.mark.parametrize("what", ["look", "hold", "lift", "dry-run", "erase"])
def test_who_is_no_custodian_does_nothing(service: Service, what: str, user: str) -> None:
    """Nor has a way there."""
    answer = deed(service, what, user=user)
    assert (answer.status, "This needs the role custodian" in text(answer), actions(service)) == (403, True, [])
    assert PEOPLE not in hrefs(answer)


def test_the_retention_is_shown_to_reviewers(service: Service) -> None:
    """With how many people are held."""
    deed(service, "hold")
    page = text(Visitor(service.review).sign_in("rita").open("/console/retention"))
    assert ("Audit events" in page, "1 people are under a legal hold" in page) == (True, True)

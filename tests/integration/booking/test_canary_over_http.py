"""One run through everything that can happen to a booking, with values that would be recognised wherever they went."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from sandbox.faults.table import CONNECT_REFUSE, FAULTS
from tests.integration.bookings import CREATE, DAY, MADE_BOOKINGS, READS, TOKEN, members, to_body
from tests.integration.exchange import Answer
from tests.integration.service import Service

UNKNOWN_TOKEN = "canary-token-5fK9wQ2-that-nobody-knows"
PHONE, SPACED_PHONE = "07911860047", "07911 860-047"
SKYPE = "canary.skype.name"
COMMENT = "The canary sings at midnight"
KEY = "canary-idempotency-key"
OTHER_TOKEN = "other-client-token"
SECRETS = (UNKNOWN_TOKEN, TOKEN, OTHER_TOKEN, "no-scope-token", PHONE, SPACED_PHONE, PHONE[1:], SKYPE, COMMENT, KEY)
# By method: only what was sent can be said again.
TALKATIVE = {
    1: f"No: {PHONE}, {SPACED_PHONE}, +44{PHONE[1:]} ({COMMENT}), {UNKNOWN_TOKEN}",
    3: f"No: {SKYPE}, {SKYPE.upper()}, {PHONE} ({COMMENT[:20]}), {UNKNOWN_TOKEN}",
}


@dataclass
class Run:
    """One service and every problem that it answered with."""

    service: Service
    minutes: int = 0
    problems: list[Answer] = field(default_factory=list)

    def book(self, *, token: str = TOKEN, **changes: Any) -> Answer:  # noqa: ANN401 (any member)
        """Book another minute, with every secret in the request."""
        self.minutes += 1
        when = {"SessionDate": f"{DAY} {19 + self.minutes // 60}:{self.minutes % 60:02}"}
        request = members(PhoneNumber=SPACED_PHONE, SkypeName=SKYPE, Comments=COMMENT, **when)
        return self.keep(self.service.book(request | changes, token=token, key=f"{KEY}-{self.minutes}"))

    def keep(self, answer: Answer) -> Answer:
        """Remember an answer if it is a problem."""
        if answer.slug is not None:
            self.problems.append(answer)
        return answer


def _refuse(run: Run) -> None:
    """Go through the ways in which Switchboard itself says no."""
    assert run.book(Duration=1).status == 422
    assert run.book(PhoneNumber=f"{PHONE}{PHONE}").status == 422
    assert run.book(Method=3, SkypeName=f"!{SKYPE}").status == 422
    assert run.book(Comments=f"{COMMENT}\u202e").status == 422
    assert run.book(BookUserID=PHONE).status == 422
    assert run.book(SessionDate=COMMENT).status == 422
    assert run.book(Method=2).status == 422
    assert run.book(Credits=299).status == 422
    assert run.book(token="no-scope-token").status == 403
    assert run.book(token=UNKNOWN_TOKEN).status == 401
    body = to_body(members(PhoneNumber=PHONE, SkypeName=SKYPE, Comments=COMMENT))
    for broken in (
        body[:-1],
        body + body,
        body[:-1] + b',"Credits":"' + PHONE.encode() + b'"}',
        COMMENT.encode(),
        body * 99,
    ):
        assert run.keep(run.service.post(broken)).status in {400, 413, 422}
    for headers in ({"authorization": f"Bearer {UNKNOWN_TOKEN} x"}, {"authorization": f"Basic {UNKNOWN_TOKEN}"}):
        assert run.keep(run.service.post(body, **headers)).status == 401
    assert run.keep(run.service.post(body, idempotency_key=PHONE)).status == 400
    assert run.keep(run.service.post(body, content_type=COMMENT)).status == 415
    assert run.keep(run.service.send("POST", f"/v1/{SKYPE}/{UNKNOWN_TOKEN}", body=body)).status == 404
    assert run.keep(run.service.send("GET", f"/problems/{PHONE}")).status == 404
    assert run.keep(run.service.send("DELETE", CREATE, body=body)).status == 405


def _suffer(run: Run) -> None:
    """Go through all that the upstream can do to the booking, and what it can do to a read."""
    for fault in (one for one in FAULTS if one != CONNECT_REFUSE):
        run.service.sandbox.world.set_credits(1001, Decimal(300))
        run.service.arm(CREATE, fault)
        run.book()
        run.service.sandbox.faults.clear()
    for status in (400, 403, 429, 500):
        for path, method in product((CREATE, *READS), TALKATIVE):
            run.service.arm(path, "status", status=status, message=TALKATIVE[method])
            run.book(Method=method, BookUserID=200003, Credits=0)
            run.service.sandbox.faults.clear()


def _come_back(run: Run) -> None:
    """Repeat the last bookings in another container, and ask for operations, one's own and another's."""
    run.service.sandbox.faults.clear()
    for path in (CREATE, MADE_BOOKINGS):
        run.service.arm(path, "reset-before-commit", 2)
    run.book(Credits=23)
    run.service.restart()
    for operation in run.service.records.rows("OP")[-12:]:
        run.keep(run.service.ask(operation["operation_id"], token=OTHER_TOKEN))
        run.keep(run.service.ask(operation["operation_id"]))
    for minute in range(12):
        run.minutes -= 1
        changes: dict[str, Any] = {"Credits": 0, "BookUserID": 200003} if minute else {"Credits": 23}
        run.book(**changes)
        run.minutes -= 1


def _knock(run: Run) -> None:
    """Come to a closed port, after reads that have time: one that is late would be the end before the POST."""
    run.service.restart(POST_SECONDS="4", READ_SECONDS="4", READS_SECONDS="6")
    run.service.sandbox.world.set_credits(1001, Decimal(300))
    run.minutes += 100
    assert run.book().status == 201
    run.service.arm(CREATE, CONNECT_REFUSE, after_requests=2, seconds=60)
    assert run.book().status == 503


@pytest.mark.parametrize("accept", ["application/xml", "application/json"])
def test_no_token_and_nothing_personal_is_in_a_log_a_record_or_a_problem(
    configured: Callable[..., Service], capfd: pytest.CaptureFixture[str], accept: str
) -> None:
    """Whatever happens; only a booking's own answer holds what its caller sent."""
    run = Run(configured(ADULTWORK_ACCEPT=accept, POST_SECONDS="0.3", READ_SECONDS="0.3", READS_SECONDS="0.6"))
    booked = run.book()
    assert booked.status == 201
    assert (booked.document["PhoneNumber"], booked.document["Comments"]) == (PHONE, COMMENT)
    assert run.book(Method=3).document["SkypeName"] == SKYPE
    _refuse(run)
    _suffer(run)
    _come_back(run)
    _knock(run)
    logged = capfd.readouterr()
    problems = [answer.body.decode() + json.dumps(answer.headers) for answer in run.problems]
    assert len(problems) > 50
    for place, text in (("log", logged.out), ("errors", logged.err), ("records", run.service.records.text())):
        assert (place, [secret for secret in SECRETS if secret in text]) == (place, [])
    for problem in problems:
        assert not [secret for secret in SECRETS if secret in problem], problem
    states = set(run.service.records.states())
    assert states == {"CONFIRMED", "REJECTED", "NOT_SENT", "UNKNOWN"}


def test_a_token_that_the_upstream_repeats_does_not_come_back(service: Service) -> None:
    """However short it is: the token of the call is known, so it can be hidden like the phone number."""
    service.arm(CREATE, "status", status=400, message=f"The token {TOKEN} is not welcome.")
    told = service.book().document["upstream_message"]
    assert "is not welcome" in told
    assert TOKEN not in told

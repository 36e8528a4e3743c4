"""The demo's checks notice what is wrong: a demo that cannot fail would prove nothing."""

import io
import json
from typing import Any

import pytest
import requests

from chalicelib.domain.audit.event import GENESIS
from devtools.local import demo_checks
from devtools.local.screen import Screen
from tests.builders import pseudonym

WANTED: dict[str, Any] = {
    "BookUserID": 123456, "SessionDate": "2030-02-21 21:30", "Duration": 15, "Method": 1, "Credits": 32,
    "PhoneNumber": "07123456789",
}  # fmt: skip
BOOKING: dict[str, Any] = {
    "BookingID": 7, "SessionDate": "2030-02-21T21:30:00", "Duration": 15, "Method": 1, "Credits": 32,
    "Status": "Pending", "Candidate": {"UserID": 123456},
}  # fmt: skip
XML = """<MadeBooking xmlns="http://schemas.datacontract.org/2004/07/Made"><BookingID>7</BookingID>
<SessionDate>2030-02-21T21:30:00</SessionDate><Status>Pending</Status></MadeBooking>"""
CLAIMED = {"kind": "claimed", "previous_hash": GENESIS}
CONFIRMED = {
    "kind": "confirmed",
    "previous_hash": "ab",
    "booking_id": 7,
    "client": pseudonym(1001),
    "candidate": pseudonym(123456),
}
ORIGIN = "http://localhost:5173"
PREFLIGHT = {"Access-Control-Allow-Origin": ORIGIN, "Access-Control-Allow-Headers": "Authorization"}


def answer(status: int, body: object = None, **headers: str) -> requests.Response:
    """Return an answer as requests would; an underscore in a header's name stands for a dash."""
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode()  # noqa: SLF001 (requests has no public way to make one)
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def booked(**changes: object) -> requests.Response:
    """Return the answer to a booking, with changes."""
    return answer(201, BOOKING | changes, Location="/v1/operations/op_1")


def test_a_good_booking_passes() -> None:
    """Nothing is told of a demo that went well."""
    assert list(demo_checks.booked(WANTED, booked())) == []
    assert list(demo_checks.same_booking(booked(), XML)) == []
    assert list(demo_checks.audited(WANTED, booked(), [CLAIMED, CONFIRMED])) == []
    assert list(demo_checks.counted([BOOKING])) == []
    assert list(demo_checks.logged("{}", ["secret"])) == []


@pytest.mark.parametrize(
    "wrong",
    [
        answer(422, {}),
        answer(201, BOOKING),
        booked(Credits=31),
        booked(SessionDate="2030-02-21T21:31:00"),
        booked(Candidate={"UserID": 1}),
    ],
)
def test_a_wrong_answer_is_noticed(wrong: requests.Response) -> None:
    """Status, Location and members are compared."""
    assert list(demo_checks.booked(WANTED, wrong))


@pytest.mark.parametrize("wrong", [XML.replace(">7<", ">8<"), XML.replace("schemas.datacontract.org", "example.org")])
def test_a_wrong_xml_is_noticed(wrong: str) -> None:
    """Its members and its namespace are compared."""
    assert list(demo_checks.same_booking(booked(), wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [CLAIMED],
        [CONFIRMED, CLAIMED],
        [CLAIMED, {**CONFIRMED, "previous_hash": GENESIS}],
        [CLAIMED, {**CONFIRMED, "booking_id": 8}],
        [{**CLAIMED, "phone": "07123456789"}, CONFIRMED],
    ],
)
def test_a_wrong_audit_trail_is_noticed(wrong: list[dict[str, Any]]) -> None:
    """Order, chain, booking and personal data are checked."""
    assert list(demo_checks.audited(WANTED, booked(), wrong))


def test_a_refusal_must_tell_every_defect_and_no_other() -> None:
    """422, a problem document, and exactly the members that are wrong."""
    good = {"violations": [{"pointer": "/Duration"}, {"pointer": "/Credits"}]}
    media = {"Content_Type": "application/problem+json"}
    assert list(demo_checks.refused(("Credits", "Duration"), answer(422, good, **media))) == []
    assert list(demo_checks.refused(("Credits",), answer(422, good, **media)))
    assert list(demo_checks.refused(("Credits", "Duration"), answer(400, good, **media)))
    assert list(demo_checks.refused(("Credits", "Duration"), answer(422, good)))


def test_preflights_are_checked_on_both_sides() -> None:
    """A listed origin must be allowed, another one must not."""
    allowed, foreign = answer(204), answer(204)
    allowed.headers.update(PREFLIGHT)
    assert list(demo_checks.preflights(ORIGIN, allowed, foreign)) == []
    assert len(list(demo_checks.preflights(ORIGIN, foreign, allowed))) == 3


def test_a_second_booking_and_a_secret_in_the_log_are_noticed() -> None:
    """Neither may happen."""
    assert list(demo_checks.counted([BOOKING, BOOKING]))
    assert list(demo_checks.logged("", []))
    assert list(demo_checks.logged("a secret", ["secret"]))


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return true."""
        return True


def test_colour_is_for_terminals_only() -> None:
    """A file gets plain text."""
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        Screen(stream).heading("Part")
        Screen(stream).block("one\n\n  two\n")
    assert "\x1b" in terminal.getvalue()
    assert file.getvalue() == "\nPart\n────\n  one\n    two\n"

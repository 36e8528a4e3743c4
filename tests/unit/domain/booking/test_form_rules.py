"""The form rules as a whole: required and unknown members, and what every violation has in common."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chalicelib.domain.booking.form import OPTIONAL, REQUIRED, JsonValue
from chalicelib.domain.booking.rules.form import FORM_RULES, violations
from chalicelib.domain.booking.rules.rule import LABELS
from tests.builders import MEMBERS, broken_rules, form, members, without
from tests.sentences import require_sentences

CANARY = "canary-73519"


def test_a_complete_form_breaks_no_rule() -> None:
    """Judge the form that the other tests start from."""
    assert broken_rules(MEMBERS) == []


def test_an_empty_form_misses_every_required_member_at_once() -> None:
    """Judge an object without members."""
    found = [(violation.rule, violation.pointer) for violation in violations(form({}))]
    assert found == [("required", f"/{name}") for name in REQUIRED]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_member_may_be_neither_absent_nor_null(name: str) -> None:
    """Leave it out, and send it as null; nothing else is complained about."""
    for document in (without(name), members(**{name: None})):
        (violation,) = violations(form(document))
        assert (violation.rule, violation.pointer) == ("required", f"/{name}")
        assert violation.message == f"Send {LABELS[name]}; it cannot be left out."
        assert violation.params == {}


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_member_may_be_absent_or_null_when_its_method_does_not_need_it(name: str) -> None:
    """Book by calling the candidate, which needs no contact at all."""
    assert broken_rules(without(name, Method=2)) == []
    assert broken_rules(members(**{name: None}, Method=2)) == []


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("Unknown", "/Unknown"),
        ("bookuserid", "/bookuserid"),
        ("Credits ", "/Credits "),
        ("a/b", "/a~1b"),
        ("m~n", "/m~0n"),
        ("~1", "/~01"),
        ("/~/", "/~1~0~1"),
        ("", "/"),
        ("\u0394\U0001f600", "/\u0394\U0001f600"),
    ],
)
def test_an_unknown_member_is_named_by_pointer_without_its_value(name: str, pointer: str) -> None:
    """Add one member beside the documented ones; RFC 6901 escapes `~` and `/`."""
    for value in (CANARY, None):
        (violation,) = violations(form(members(**{name: value})))
        assert (violation.rule, violation.pointer) == ("unknown-member", pointer)
        assert violation.message == "Remove this member; CreateBooking does not know it."
        assert violation.params == {"allowed": (*REQUIRED, *OPTIONAL)}
        assert CANARY not in violation.message


def test_five_defects_are_five_violations_in_one_answer() -> None:
    """Break five members, each in its own way."""
    document = members(
        BookUserID="123456", SessionDate="tomorrow", Duration=4, PhoneNumber="0770", Comments="\u202eolleH"
    )
    assert [(violation.rule, violation.pointer) for violation in violations(form(document))] == [
        ("book-user-id", "/BookUserID"),
        ("session-date-form", "/SessionDate"),
        ("duration-minimum", "/Duration"),
        ("phone-number-form", "/PhoneNumber"),
        ("comments-characters", "/Comments"),
    ]


def test_unknown_members_come_first_and_the_rest_in_the_order_of_the_table() -> None:
    """Break rules in an order that is not the table's."""
    document: dict[str, JsonValue] = {"Comments": 1, "Zebra": 1, **without("BookUserID", "Comments"), "Ant": 1}
    assert broken_rules(document) == ["unknown-member", "unknown-member", "required", "comments-form"]


@pytest.mark.parametrize("method", [1, 2, 3, CANARY])
def test_no_violation_repeats_what_was_sent(method: JsonValue) -> None:
    """Send a recognisable text, and then recognisable numbers, in every member."""
    for document in (
        dict.fromkeys(MEMBERS, CANARY) | {"SkypeName": f"!{CANARY}", "Method": method},
        dict.fromkeys(MEMBERS, 73519_73519_73519) | {"Method": method},
        dict.fromkeys(MEMBERS, Decimal("-73519.73519")) | {"Method": method},
        members(Comments=f"{CANARY}\0", SkypeName=f"{CANARY}\0", PhoneNumber=f"{CANARY}1", Method=method),
    ):
        found = violations(form(document))
        assert found
        assert not any("73519" in f"{violation.pointer} {violation.message} {violation.params}" for violation in found)


EVERY_RULE_BROKEN: list[dict[str, JsonValue]] = [
    {"Unknown": 1},
    members(BookUserID=0, SessionDate="soon", AcceptBy="soon", Duration="15", Credits="32", Method=4, Comments=1),
    members(SessionDate="2026-03-29 01:30", AcceptBy="2027-03-28 01:30", Duration=4, PhoneNumber="1"),
    members(SessionDate="2026-01-14 21:30", AcceptBy="2026-01-14 22:30", Duration=9_999, PhoneNumber="09011234567"),
    members(SessionDate="2026-10-25T01:30:00Z", AcceptBy="2026-10-25T00:30:00Z", PhoneNumber="+1 202 555 0123"),
    members(AcceptBy="2026-10-25 01:30", Method=3, SkypeName="!", Comments="x" * 10_000),
    without("PhoneNumber", Comments="\0"),
    members(Method=3),
]


def test_every_violation_is_told_in_whole_sentences() -> None:
    """Break every rule of the table and read what is said: this is what an app shows beside its fields."""
    last_night = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    found = [violation for document in EVERY_RULE_BROKEN for violation in violations(form(document))]
    found += violations(form(EVERY_RULE_BROKEN[5], now=last_night))
    assert {violation.rule for violation in found} == {"unknown-member", *(rule.id for rule in FORM_RULES)}
    for violation in found:
        require_sentences(violation.message)

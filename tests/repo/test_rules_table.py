"""The two tables of rules: complete, named well, told as they are, and without a rule that cannot fire."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from chalicelib.domain.booking.facts import BookingRequirements, Facts
from chalicelib.domain.booking.form import OPTIONAL, REQUIRED, JsonValue
from chalicelib.domain.booking.rules.facts import FACT_RULES, FactRule, check_facts
from chalicelib.domain.booking.rules.form import FORM_RULES, violations
from chalicelib.domain.booking.rules.rule import FormRule
from chalicelib.domain.violation import Violation
from chalicelib.edge.problems.document import MOST_VIOLATIONS
from devtools.places import ROOT
from tests.builders import form, members, without

# Source: AdultWork, CreateBooking page, the table of the request.
DOCUMENTED = {
    "BookUserID", "SessionDate", "Duration", "Method", "PhoneNumber", "SkypeName", "Credits", "AcceptBy", "Comments",
}  # fmt: skip
ALL_RULES: tuple[FormRule | FactRule, ...] = (*FORM_RULES, *FACT_RULES)

# One document that breaks each rule, beside the required members. A new rule needs a row here.
BREAKS_FORM_RULE: dict[str, dict[str, JsonValue]] = {
    "book-user-id": members(BookUserID=0),
    "session-date-form": members(SessionDate="soon"),
    "session-date-exists": members(SessionDate="2026-03-29 01:30"),
    "session-date-ambiguous": members(SessionDate="2026-10-25T01:30:00+01:00"),
    "session-date-future": members(SessionDate="2026-01-14 21:30"),
    "accept-by-form": members(AcceptBy="soon"),
    "accept-by-exists": members(AcceptBy="2026-03-29 01:30"),
    "accept-by-ambiguous": members(SessionDate="2026-10-26 21:30", AcceptBy="2026-10-25T01:30:00Z"),
    "accept-by-future": members(AcceptBy="2026-01-14 21:30"),
    "accept-by-before-session": members(AcceptBy="2026-01-20 21:30"),
    "duration-form": members(Duration="15"),
    "duration-minimum": members(Duration=4),
    "duration-maximum": members(Duration=1441),
    "method": members(Method=4),
    "phone-number-required": without("PhoneNumber"),
    "phone-number-form": members(PhoneNumber="0770"),
    "phone-number-country": members(PhoneNumber="+1 202 555 0123"),
    "phone-number-premium": members(PhoneNumber="09012345678"),
    "skype-name-required": members(Method=3),
    "skype-name-form": members(Method=3, SkypeName="short"),
    "credits-form": members(Credits="32"),
    "comments-form": members(Comments=1),
    "comments-length": members(Comments="x" * 2001),
    "comments-characters": members(Comments="\0"),
}
CAPABLE = BookingRequirements(is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True})
BREAKS_FACT_RULE = {
    "candidate-bookable": Facts(BookingRequirements(is_bookable=False), None),
    "method-available": Facts(BookingRequirements(is_bookable=True, methods={1: False, 2: True}), None),
    "credits-minimum": Facts(BookingRequirements(is_bookable=True, price_per_minute=Decimal(3)), None),
    "balance-sufficient": Facts(CAPABLE, Decimal(31)),
}


def test_every_documented_member_is_known_and_no_other() -> None:
    """Compare the form's members with the page's."""
    assert {*REQUIRED, *OPTIONAL} == DOCUMENTED
    assert set(REQUIRED).isdisjoint(OPTIONAL)


def test_every_documented_member_has_a_rule() -> None:
    """Compare the pointers with the page's members."""
    assert {rule.pointer for rule in ALL_RULES} == {f"/{name}" for name in DOCUMENTED}


def test_no_rule_is_there_twice() -> None:
    """Look for ids that repeat; `required` is one rule for several members."""
    rules = [(rule.id, rule.pointer) for rule in ALL_RULES]
    assert len(set(rules)) == len(rules)
    ids = [rule.id for rule in ALL_RULES if rule.id != "required"]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: f"{rule.id} {rule.pointer}")
def test_a_rule_has_a_readable_id_and_names_its_source(rule: FormRule | FactRule) -> None:
    """Look at the words; a source is AdultWork's page, or a limit of our own."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rule.source.startswith(("AdultWork, CreateBooking page, ", "Switchboard, documented limits"))


def test_every_rule_of_the_form_has_an_example_that_breaks_it() -> None:
    """Compare the examples with the table."""
    assert [rule.id for rule in FORM_RULES if rule.id != "required"] == list(BREAKS_FORM_RULE)
    assert [rule.id for rule in FACT_RULES] == list(BREAKS_FACT_RULE)


@pytest.mark.parametrize("rule", BREAKS_FORM_RULE)
def test_a_rule_of_the_form_can_fire_and_says_how_to_mend_it(rule: str) -> None:
    """Break it; the message is a sentence."""
    found = [violation for violation in violations(form(BREAKS_FORM_RULE[rule])) if violation.rule == rule]
    assert [re.fullmatch(r"[A-Z].*\.", violation.message) is not None for violation in found] == [True]


@pytest.mark.parametrize("rule", BREAKS_FACT_RULE)
def test_a_rule_on_facts_can_fire_and_says_how_to_mend_it(rule: str) -> None:
    """Break it, and no other; the message is a sentence."""
    (violation,) = check_facts(form(members()), BREAKS_FACT_RULE[rule]).violations
    assert violation.rule == rule
    assert re.fullmatch(r"[A-Z].*\.", violation.message)


def every_violation() -> Iterator[Violation]:
    """Yield one violation of each rule and member, in the order of the tables."""
    yield from violations(form(members(Unknown=1)))
    yield from violations(form({}))
    for rule, document in BREAKS_FORM_RULE.items():
        yield next(violation for violation in violations(form(document)) if violation.rule == rule)
    for facts in BREAKS_FACT_RULE.values():
        yield from check_facts(form(members()), facts).violations


def kind_of(value: object) -> str:
    """Return how the page calls a kind of value."""
    match value:
        case tuple():
            return f"list of {kind_of(value[0])}s"
        case int():
            return "integer"
        case Decimal():
            return "amount"
        case _:
            return "text"


def test_the_page_lists_every_rule_with_its_members_and_its_params() -> None:
    """Break each rule and compare the table of the page with what is told."""
    rows: dict[str, tuple[list[str], str]] = {}
    for violation in every_violation():
        params = ", ".join(f"`{name}` ({kind_of(value)})" for name, value in violation.params.items())
        pointers = rows.setdefault(violation.rule, ([], params))[0]
        pointers.append("any other" if violation.rule == "unknown-member" else f"`{violation.pointer}`")
    rows["more-violations"] = (["the whole body"], "`left_out` (integer)")
    table = "\n".join(f"| `{rule}` | {', '.join(pointers)} | {params} |" for rule, (pointers, params) in rows.items())
    page = (ROOT / "docs" / "problems" / "booking-rejected.md").read_text()
    assert f"| rule | members | `params` |\n|---|---|---|\n{table}\n\n" in page, table
    assert "up to a hundred" in page
    assert MOST_VIOLATIONS == 100

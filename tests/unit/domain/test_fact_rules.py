"""The rules that are checked against what AdultWork says about candidate and client."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from chalicelib.domain.booking import BookingRequest, ContactMethod
from chalicelib.domain.facts import BookingRequirements, Facts
from chalicelib.domain.rules.facts import FACT_RULES, FactCheck, check_facts
from tests.builders import booking_request
from tests.sentences import require_sentences

OFFERED = {1: True, 2: False, 3: True}


def facts(
    *,
    is_bookable: bool = True,
    price: str | None = "1.5",
    methods: Mapping[int, bool] | None = OFFERED,
    balance: str | None = "300",
) -> Facts:
    """Return facts under which the builder's request is fine, with changes."""
    requirements = BookingRequirements(is_bookable, None if price is None else Decimal(price), methods)
    return Facts(requirements, None if balance is None else Decimal(balance))


def broken(check: FactCheck) -> list[tuple[str, str]]:
    """Return rule and pointer of each violation."""
    return [(violation.rule, violation.pointer) for violation in check.violations]


def test_a_booking_that_the_facts_allow_breaks_no_rule() -> None:
    """Check against full knowledge."""
    assert check_facts(booking_request(), facts()) == FactCheck((), ())


@pytest.mark.parametrize("methods", [None, {}, OFFERED])
def test_a_candidate_that_adultwork_refuses_cannot_be_booked(methods: Mapping[int, bool] | None) -> None:
    """Refuse the candidate, and complain about nothing that follows from it."""
    check = check_facts(booking_request(), facts(is_bookable=False, methods=methods))
    assert (broken(check), check.unchecked) == ([("candidate-bookable", "/BookUserID")], ())


@pytest.mark.parametrize("methods", [{}, {1: False}, {1: False, 2: False, 3: False}])
def test_a_candidate_that_offers_no_method_at_all_cannot_be_booked(methods: Mapping[int, bool]) -> None:
    """Switch every method off."""
    check = check_facts(booking_request(), facts(methods=methods))
    assert (broken(check), check.unchecked) == ([("candidate-bookable", "/BookUserID")], ())


@pytest.mark.parametrize("method", list(ContactMethod))
def test_a_method_must_be_offered_by_the_candidate(method: ContactMethod) -> None:
    """Offer the other two, and then only this one."""
    others = {int(each): each is not method for each in ContactMethod}
    (violation,) = check_facts(booking_request(method=method), facts(methods=others)).violations
    assert (violation.rule, violation.pointer) == ("method-available", "/Method")
    offered = ", ".join(str(int(each)) for each in ContactMethod if each is not method)
    assert violation.message == f"Choose a Method that this candidate offers: {offered}."
    only = {int(each): each is method for each in ContactMethod}
    assert check_facts(booking_request(method=method), facts(methods=only)) == FactCheck((), ())


@pytest.mark.parametrize("methods", [None, {2: True}, {2: True, 3: False}])
def test_a_method_that_nothing_is_known_about_stays_unchecked(methods: Mapping[int, bool] | None) -> None:
    """Lose the list, or the entry of the one method that was chosen."""
    assert check_facts(booking_request(), facts(methods=methods)) == FactCheck((), ("method-available",))


@pytest.mark.parametrize(
    ("price", "duration", "offer", "minimum"),
    [
        (None, 1440, "0", None),
        ("0", 15, "0", None),
        ("1.5", 15, "22.5", None),
        ("1.5", 15, "22.50", None),
        ("1.5", 15, "22.4999", "22.5"),
        ("1.5", 15, "0", "22.5"),
        ("0.3333", 15, "4.9995", None),
        ("0.3333", 15, "4.9994", "4.9995"),
        ("0.1", 3, "0.3", None),
        ("20", 10, "199.9999", "200"),
        ("99999.9999", 1440, "9999999.9999", "143999999.856"),
    ],
)
def test_credits_cover_the_candidate_s_price_exactly(
    price: str | None, duration: int, offer: str, minimum: str | None
) -> None:
    """Offer just enough and just too little; no price means no minimum."""
    request = booking_request(duration=duration, credits=Decimal(offer))
    check = check_facts(request, facts(price=price, balance=None))
    assert broken(check) == ([] if minimum is None else [("credits-minimum", "/Credits")])
    assert [violation.message.split()[3] for violation in check.violations] == ([] if minimum is None else [minimum])


@pytest.mark.parametrize(
    ("balance", "offer", "is_enough"),
    [
        ("32", "32", True),
        ("32.0000", "32", True),
        ("31.9999", "32", False),
        ("0", "32", False),
        ("-5", "32", False),
        ("0", "0", True),
        ("-0.0001", "0", False),
    ],
)
def test_the_balance_covers_the_credits(balance: str, offer: str, is_enough: bool) -> None:  # noqa: FBT001 (a row)
    """Hold just enough and just too little; the balance itself is not told."""
    check = check_facts(booking_request(credits=Decimal(offer)), facts(price=None, balance=balance))
    assert broken(check) == ([] if is_enough else [("balance-sufficient", "/Credits")])
    assert not any(balance in violation.message for violation in check.violations)


def test_an_unknown_balance_is_unchecked_and_never_insufficient() -> None:
    """Book without the scope that shows the balance."""
    assert check_facts(booking_request(), facts(balance=None)) == FactCheck((), ("balance-sufficient",))


def test_all_violations_come_at_once() -> None:
    """Choose a wrong method, offer too little, and hold even less."""
    request: BookingRequest = booking_request(method=ContactMethod.CLIENT_CALLS, phone_number=None, credits=Decimal(10))
    check = check_facts(request, facts(balance="1"))
    assert broken(check) == [
        ("method-available", "/Method"),
        ("credits-minimum", "/Credits"),
        ("balance-sufficient", "/Credits"),
    ]


def test_a_violation_and_an_unchecked_rule_may_stand_side_by_side() -> None:
    """Offer too little while nothing else is known."""
    check = check_facts(booking_request(credits=Decimal(1)), facts(methods=None, balance=None))
    assert (broken(check), check.unchecked) == (
        [("credits-minimum", "/Credits")],
        ("method-available", "balance-sufficient"),
    )


def test_what_the_facts_forbid_is_told_in_whole_sentences() -> None:
    """Break every rule, in two requests."""
    poor = check_facts(booking_request(method=ContactMethod.CLIENT_CALLS, credits=Decimal(10)), facts(balance="1"))
    nobody = check_facts(booking_request(), facts(methods={}))
    told = [*poor.violations, *nobody.violations]
    assert {violation.rule for violation in told} == {rule.id for rule in FACT_RULES}
    for violation in told:
        require_sentences(violation.message)

"""The rules that are checked against what AdultWork says about candidate and client."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.facts import BookingRequirements, Facts
from chalicelib.domain.booking.form import Form, JsonValue
from chalicelib.domain.booking.rules.facts import FACT_RULES, FactCheck, FactsNeeded, check_facts, needed
from tests.builders import form, members
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


def asked(**changes: JsonValue) -> Form:
    """Return a sound form with changes."""
    return form(members(**changes))


def broken(check: FactCheck) -> list[tuple[str, str]]:
    """Return rule and pointer of each violation."""
    return [(violation.rule, violation.pointer) for violation in check.violations]


def test_a_booking_that_the_facts_allow_breaks_no_rule() -> None:
    """Check against full knowledge."""
    assert check_facts(asked(), facts()) == FactCheck((), ())


@pytest.mark.parametrize("methods", [None, {}, OFFERED])
def test_a_candidate_that_adultwork_refuses_cannot_be_booked(methods: Mapping[int, bool] | None) -> None:
    """Refuse the candidate, and complain about nothing that follows from it."""
    check = check_facts(asked(), facts(is_bookable=False, methods=methods))
    assert (broken(check), check.unchecked) == ([("candidate-bookable", "/BookUserID")], ())


@pytest.mark.parametrize("methods", [{}, {1: False}, {1: False, 2: False, 3: False}])
def test_a_candidate_that_offers_no_method_at_all_cannot_be_booked(methods: Mapping[int, bool]) -> None:
    """Switch every method off."""
    check = check_facts(asked(), facts(methods=methods))
    assert (broken(check), check.unchecked) == ([("candidate-bookable", "/BookUserID")], ())


@pytest.mark.parametrize("method", list(ContactMethod))
def test_a_method_must_be_offered_by_the_candidate(method: ContactMethod) -> None:
    """Offer the other two, and then only this one."""
    others = {int(each): each is not method for each in ContactMethod}
    (violation,) = check_facts(asked(Method=int(method)), facts(methods=others)).violations
    assert (violation.rule, violation.pointer) == ("method-available", "/Method")
    ways = {1: "they call you", 2: "you call them", 3: "Skype"}
    offered = tuple(way for way in ways if way != method)
    named = ", ".join(ways[way] for way in offered)
    assert violation.message == f"Choose a way to talk that this user offers: {named}."
    assert violation.params == {"allowed": offered}
    only = {int(each): each is method for each in ContactMethod}
    assert check_facts(asked(Method=int(method)), facts(methods=only)) == FactCheck((), ())


@pytest.mark.parametrize("methods", [None, {2: True}, {2: True, 3: False}])
def test_a_method_that_nothing_is_known_about_stays_unchecked(methods: Mapping[int, bool] | None) -> None:
    """Lose the list, or the entry of the one method that was chosen."""
    assert check_facts(asked(), facts(methods=methods)) == FactCheck((), ("method-available",))


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
    request = asked(Duration=duration, Credits=Decimal(offer))
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
    check = check_facts(asked(Credits=Decimal(offer)), facts(price=None, balance=balance))
    assert broken(check) == ([] if is_enough else [("balance-sufficient", "/Credits")])
    assert not any(balance in violation.message for violation in check.violations)


def test_an_unknown_balance_is_unchecked_and_never_insufficient() -> None:
    """Book without the scope that shows the balance."""
    assert check_facts(asked(), facts(balance=None)) == FactCheck((), ("balance-sufficient",))


def test_all_violations_come_at_once() -> None:
    """Choose a wrong method, offer too little, and hold even less."""
    request = asked(Method=2, Credits=10)
    check = check_facts(request, facts(balance="1"))
    assert broken(check) == [
        ("method-available", "/Method"),
        ("credits-minimum", "/Credits"),
        ("balance-sufficient", "/Credits"),
    ]


def test_a_violation_and_an_unchecked_rule_may_stand_side_by_side() -> None:
    """Offer too little while nothing else is known."""
    check = check_facts(asked(Credits=1), facts(methods=None, balance=None))
    assert (broken(check), check.unchecked) == (
        [("credits-minimum", "/Credits")],
        ("method-available", "balance-sufficient"),
    )


def test_what_the_facts_forbid_is_told_in_whole_sentences() -> None:
    """Break every rule, in two requests."""
    poor = check_facts(asked(Method=2, Credits=10), facts(balance="1"))
    nobody = check_facts(asked(), facts(methods={}))
    told = [*poor.violations, *nobody.violations]
    assert {violation.rule for violation in told} == {rule.id for rule in FACT_RULES}
    for violation in told:
        require_sentences(violation.message)


KNOWING = BookingRequirements(is_bookable=True, price_per_minute=Decimal("1.5"), methods=OFFERED)
REFUSING = BookingRequirements(is_bookable=False)
ALL = tuple(rule.id for rule in FACT_RULES)


def test_facts_that_could_not_be_read_leave_every_rule_about_them_unchecked() -> None:
    """Know nothing, nothing of the candidate, nothing of the account."""
    assert check_facts(asked(), Facts(None, None)) == FactCheck((), ALL)
    assert check_facts(asked(), Facts(None, Decimal(300))) == FactCheck((), ALL[:3])
    assert check_facts(asked(), Facts(KNOWING, None)) == FactCheck((), ALL[3:])


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        ({"BookUserID": 0}, {"candidate-bookable", "method-available", "credits-minimum"}),
        ({"BookUserID": None}, {"candidate-bookable", "method-available", "credits-minimum"}),
        ({"BookUserID": 2**31}, {"candidate-bookable", "method-available", "credits-minimum"}),
        ({"BookUserID": "123456"}, {"candidate-bookable", "method-available", "credits-minimum"}),
        ({"Method": 4}, {"method-available"}),
        ({"Method": None}, {"method-available"}),
        ({"Duration": 4}, {"credits-minimum"}),
        ({"Duration": 1441}, {"credits-minimum"}),
        ({"Duration": "15"}, {"credits-minimum"}),
        ({"Credits": -1}, {"credits-minimum", "balance-sufficient"}),
        ({"Credits": None}, {"credits-minimum", "balance-sufficient"}),
        ({"SessionDate": "soon", "AcceptBy": None, "PhoneNumber": 1, "SkypeName": 1, "Comments": 1, "More": 1}, set()),
    ],
)
def test_a_rule_whose_members_are_not_sound_is_neither_broken_nor_unchecked(
    changes: dict[str, JsonValue], silent: set[str]
) -> None:
    """Ask wrongly while nothing is known, and while the facts speak against it; the other rules run all the same."""
    assert set(check_facts(asked(**changes), Facts(None, None)).unchecked) == set(ALL) - silent
    against = {"Method": 2, "Credits": 10, **changes}
    poor = check_facts(asked(**against), Facts(KNOWING, Decimal(1)))
    assert {violation.rule for violation in poor.violations} == set(ALL) - silent - {"candidate-bookable"}
    nobody = check_facts(asked(**against), Facts(REFUSING, Decimal(1)))
    rules = {"candidate-bookable", "balance-sufficient"} - silent
    assert ({violation.rule for violation in nobody.violations}, nobody.unchecked) == (rules, ())


@pytest.mark.parametrize(("duration", "is_judged"), [(4, False), (5, True), (1440, True), (1441, False)])
def test_the_shortest_and_the_longest_booking_are_judged_by_their_price(duration: int, is_judged: bool) -> None:  # noqa: FBT001 (a row)
    """Offer nothing for each."""
    check = check_facts(asked(Duration=duration, Credits=0), facts())
    assert broken(check) == ([("credits-minimum", "/Credits")] if is_judged else [])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, FactsNeeded(123456, balance=True)),
        ({"BookUserID": 1}, FactsNeeded(1, balance=True)),
        ({"BookUserID": 2**31 - 1}, FactsNeeded(2**31 - 1, balance=True)),
        ({"BookUserID": 2**31}, FactsNeeded(None, balance=True)),
        ({"BookUserID": 0}, FactsNeeded(None, balance=True)),
        ({"BookUserID": True}, FactsNeeded(None, balance=True)),
        ({"Credits": "32"}, FactsNeeded(123456, balance=False)),
        ({"Credits": 0}, FactsNeeded(123456, balance=True)),
        ({"BookUserID": None, "Credits": None}, FactsNeeded(None, balance=False)),
        ({"Method": 4, "Duration": 4, "SessionDate": "soon"}, FactsNeeded(123456, balance=True)),
    ],
)
def test_only_facts_that_a_rule_could_use_are_worth_a_read(
    changes: dict[str, JsonValue], expected: FactsNeeded
) -> None:
    """Break the members that the facts are about, and others."""
    assert needed(asked(**changes)) == expected


def test_what_the_facts_are_measured_by_is_told_exactly() -> None:
    """Break each rule; a price times a duration is an exact amount, and the balance is not told."""
    poor = check_facts(asked(Method=2, Credits=10), facts(price="1.50", balance="1"))
    nobody = check_facts(asked(), facts(methods={}))
    assert {violation.rule: violation.params for violation in (*nobody.violations, *poor.violations)} == {
        "candidate-bookable": {},
        "method-available": {"allowed": (1, 3)},
        "credits-minimum": {"minimum": Decimal("22.5"), "price_per_minute": Decimal("1.5")},
        "balance-sufficient": {},
    }
    assert [violation.message for violation in (*nobody.violations, *poor.violations)] == [
        "Choose somebody else to book: AdultWork does not offer PhoneChat bookings with this user.",
        "Choose a way to talk that this user offers: they call you, Skype.",
        "Offer at least 22.5 credits: this user's price per minute times the duration.",
        "Offer fewer credits or top up: the account holds fewer than this booking offers.",
    ]


def test_a_way_to_talk_that_has_no_number_here_is_not_named() -> None:
    """Offer only a method that CreateBooking does not know."""
    (violation,) = check_facts(asked(), facts(methods={1: False, 9: True})).violations
    assert violation.message == "Choose a way to talk that this user offers: none that is known here."
    assert violation.params == {"allowed": ()}
    assert [type(way) for way in check_facts(asked(Method=2), facts()).violations[0].params["allowed"]] == [int, int]  # type: ignore[union-attr]  # (a tuple)

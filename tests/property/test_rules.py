"""The rules against a second statement of what AdultWork documents, on random documents."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.booking import BookingRequest, ContactMethod
from chalicelib.domain.booking.facts import BookingRequirements, Facts
from chalicelib.domain.booking.form import OPTIONAL, REQUIRED, JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.facts import FACT_RULES, check_facts
from chalicelib.domain.booking.rules.form import FORM_RULES, read_request, violations
from tests.builders import LONDON, MEMBERS, NOW, PHONE, form, members

POINTER = re.compile(r"(/([^~/]|~[01])*)*")
DOCUMENTED = (*REQUIRED, *OPTIONAL)

DECIMALS = st.decimals(allow_nan=True, allow_infinity=True)
SCALARS = st.none() | st.booleans() | st.integers() | DECIMALS | st.text(max_size=40)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
DOCUMENTS = st.dictionaries(st.sampled_from(DOCUMENTED) | st.text(max_size=10), VALUES, max_size=12)
JANUARY = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 31, 23, 59)).map(  # noqa: DTZ001 (a local time)
    lambda at: at.isoformat(" ", "minutes")
)
# In January London's clock shows UTC, so that the second statement needs no zones.
PLAUSIBLE: Mapping[str, st.SearchStrategy[Any]] = {
    "BookUserID": st.integers(1, 2**31 - 1),
    "SessionDate": JANUARY,
    "Duration": st.integers(0, 30),
    "Method": st.integers(0, 4),
    "Credits": st.integers(0, 1000) | st.decimals(0, 1000, places=4),
    "AcceptBy": JANUARY,
    "PhoneNumber": st.text("0123456789", min_size=9, max_size=12),
    "SkypeName": st.text("abcXYZ0123456789.:_-", min_size=6, max_size=32),
    "Comments": st.text("abc \U0001f600\n", max_size=20),
}
FORMS = st.fixed_dictionaries({}, optional=dict(PLAUSIBLE))


def documented_violations(document: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Say again what the page of CreateBooking says, as (member, kind): required, low, order, past, choice, form."""
    found = {(name, "required") for name in REQUIRED if name not in document}
    method, now = document.get("Method"), NOW.replace(tzinfo=None)
    dates = {name: datetime.fromisoformat(document[name]) for name in ("SessionDate", "AcceptBy") if name in document}
    found |= {(name, "past") for name, date in dates.items() if date <= now}
    if len(dates) == len(("SessionDate", "AcceptBy")) and dates["AcceptBy"] >= dates["SessionDate"]:
        found.add(("AcceptBy", "order"))
    if document.get("Duration", 5) < 5:
        found.add(("Duration", "low"))
    if method is not None and method not in {1, 2, 3}:
        found.add(("Method", "choice"))
    for wanted, name in ((1, "PhoneNumber"), (3, "SkypeName")):
        if method == wanted and name not in document:
            found.add((name, "required"))
    number = document.get("PhoneNumber", PHONE)
    if method == 1 and number[:2] == "00":  # a country code, in AdultWork's national form of 10 or 11 digits or not
        number = f"0{number[4:].removeprefix('0')}" if number[:4] == "0044" else number
        if number[:2] == "00":
            found.add(("PhoneNumber", "country"))
            return found
    if method == 1 and len(number) not in {10, 11}:
        found.add(("PhoneNumber", "form"))
    return found


KINDS = {
    "required": "required", "session-date-future": "past", "accept-by-future": "past", "accept-by-before-session": "order",
    "duration-minimum": "low", "method": "choice", "phone-number-required": "required", "phone-number-form": "form",
    "phone-number-country": "country",
    "skype-name-required": "required",
}  # fmt: skip


@given(document=FORMS)
def test_plausible_forms_break_exactly_the_rules_that_adultwork_documents(document: dict[str, Any]) -> None:
    """Judge twice; of our own limits, only the one on Skype's first character can be broken here."""
    found = violations(form(document, policy=BookingPolicy(LONDON, refuse_premium_numbers=False)))
    told = {(violation.pointer[1:], KINDS[violation.rule]) for violation in found if violation.rule in KINDS}
    assert told == documented_violations(document)
    assert {violation.rule for violation in found} <= {*KINDS, "skype-name-form"}
    assert len({(violation.rule, violation.pointer) for violation in found}) == len(found)


@given(document=DOCUMENTS)
def test_any_document_gets_violations_and_never_an_error(document: dict[str, JsonValue]) -> None:
    """Judge noise: each violation is of the table, points into a document, and says something."""
    known = {(rule.id, rule.pointer) for rule in FORM_RULES}
    for violation in violations(form(document)):
        assert (violation.rule, violation.pointer) in known or violation.rule == "unknown-member"
        assert POINTER.fullmatch(violation.pointer)
        assert violation.message.endswith(".")


@given(document=DOCUMENTS)
def test_each_unknown_member_is_pointed_at_once(document: dict[str, JsonValue]) -> None:
    """Resolve the pointers of RFC 6901 back to names."""
    found = [violation.pointer for violation in violations(form(document)) if violation.rule == "unknown-member"]
    names = [pointer[1:].replace("~1", "/").replace("~0", "~") for pointer in found]
    assert names == [name for name in document if name not in DOCUMENTED]


@given(
    changes=st.fixed_dictionaries({}, optional=dict(PLAUSIBLE)) | DOCUMENTS, now=st.datetimes(timezones=st.just(UTC))
)
def test_a_form_without_violations_has_a_request_that_says_the_same(
    changes: dict[str, JsonValue], now: datetime
) -> None:
    """Change a sound form at random; a request written as a form again is sound and gives the same request."""
    for document in ({**MEMBERS, **changes}, {**MEMBERS, "SkypeName": "live:someone", **changes}):
        judged = form(document, now=now)
        if not violations(judged):
            request = read_request(judged)
            written = request.written(nulls=False) | {"Method": int(request.method)}
            again = form(written, now=now)
            assert not violations(again)
            assert read_request(again) == request
            assert BookingRequest.read(request.written(nulls=True)) == request


@given(changes=FORMS)
def test_a_form_is_mended_by_mending_the_members_that_its_violations_point_at(changes: dict[str, JsonValue]) -> None:
    """Put sound values at the pointers, as a caller would; only the order of a mended and a kept date may be left.

    Twice, because a contact is judged only once the method that uses it is sound.
    """
    sound: dict[str, JsonValue] = {**MEMBERS, "SkypeName": "live:someone"}
    document = {**sound, **changes}
    for _ in range(2):
        for violation in violations(form(document)):
            document[violation.pointer[1:]] = sound[violation.pointer[1:]]
    assert {violation.rule for violation in violations(form(document))} <= {"accept-by-before-session"}
    document |= {name: sound[name] for name in ("AcceptBy", "SessionDate")}
    assert violations(form(document)) == ()


AMOUNTS = st.decimals(0, 9_999_999, places=4)
PRICES = st.decimals(0, 99_999, places=4)
BALANCES = st.decimals(-1000, 99_999_999, places=4)
METHODS = st.dictionaries(st.integers(1, 3), st.booleans(), max_size=3)


@given(price=st.decimals(0, 6_944, places=4), duration=st.integers(5, 1440), step=st.integers(-2, 2), offer=AMOUNTS)
def test_the_price_is_compared_exactly(price: Decimal, duration: int, step: int, offer: Decimal) -> None:
    """Compare with fractions, at random and at most two ten-thousandths away from the limit."""
    near = max(Decimal(0), price * duration + step * Decimal("0.0001"))
    facts = Facts(BookingRequirements(is_bookable=True, price_per_minute=price), None)
    for amount in (offer, near):
        found = check_facts(form(members(Duration=duration, Credits=amount)), facts).violations
        assert bool(found) == (Fraction(amount) < Fraction(price) * duration)
        for violation in found:
            minimum = Decimal(violation.message.split()[3])
            assert Fraction(minimum) == Fraction(price) * duration


@given(balance=BALANCES, offer=AMOUNTS, step=st.integers(-1, 1))
def test_the_balance_is_compared_exactly(balance: Decimal, offer: Decimal, step: int) -> None:
    """Compare with fractions, at random and at most a ten-thousandth away from the limit."""
    for held in (balance, offer + step * Decimal("0.0001")):
        found = check_facts(form(members(Credits=offer)), Facts(BookingRequirements(is_bookable=True), held)).violations
        assert bool(found) == (Fraction(held) < Fraction(offer))


@given(
    is_bookable=st.booleans(),
    price=st.none() | PRICES,
    methods=st.none() | METHODS,
    balance=st.none() | BALANCES,
    method=st.sampled_from(ContactMethod),
)
def test_a_fact_rule_holds_is_broken_or_is_unchecked(
    *,
    is_bookable: bool,
    price: Decimal | None,
    methods: dict[int, bool] | None,
    balance: Decimal | None,
    method: ContactMethod,
) -> None:
    """Say again which facts decide; no rule has two verdicts."""
    check = check_facts(
        form(members(Method=int(method))), Facts(BookingRequirements(is_bookable, price, methods), balance)
    )
    broken = {violation.rule for violation in check.violations}
    offers_something = is_bookable and (methods is None or any(methods.values()))
    assert ("candidate-bookable" in broken) == (not offers_something)
    flag = None if methods is None else methods.get(method)
    assert ("method-available" in broken) == (offers_something and flag is False)
    assert ("method-available" in check.unchecked) == (offers_something and flag is None)
    assert ("balance-sufficient" in check.unchecked) == (balance is None)
    assert broken.isdisjoint(check.unchecked)
    assert broken | set(check.unchecked) <= {rule.id for rule in FACT_RULES}


@pytest.mark.parametrize("method", list(ContactMethod))
@given(canary=st.text("QXZ", min_size=8, max_size=12), name=st.sampled_from(DOCUMENTED))
def test_no_value_of_a_member_is_repeated(method: ContactMethod, canary: str, name: str) -> None:
    """Put a recognisable text into one member, alone and between characters that break rules."""
    values: list[JsonValue] = [canary, f"\0{canary}", [canary], {canary: canary}]
    for value in values:
        document = members(**{"Method": int(method), name: value})
        told = " ".join(
            f"{violation.pointer} {violation.message} {violation.params}" for violation in violations(form(document))
        )
        assert canary not in told

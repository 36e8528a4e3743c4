"""The rules that need facts about candidate and client, each run as soon as the members that it looks at are sound.

A rule whose members are wrong or missing keeps quiet: a form rule complains. A fact that is unknown leaves its rule unchecked.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Literal, TypeAlias

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.facts import Facts
from chalicelib.domain.booking.form import Form
from chalicelib.domain.violation import Breach, Violation
from chalicelib.values import dataclass


class Unchecked(Enum):
    """The answer of a rule whose fact is unknown."""

    UNCHECKED = "unchecked"


UNCHECKED: Literal[Unchecked.UNCHECKED] = Unchecked.UNCHECKED
Verdict: TypeAlias = "Breach | Unchecked | None"

_WAYS = {
    ContactMethod.CANDIDATE_CALLS: "they call you",
    ContactMethod.CLIENT_CALLS: "you call them",
    ContactMethod.SKYPE: "Skype",
}


@dataclass(frozen=True, slots=True)
class FactRule:
    """One rule: `check` returns how to mend the member, None when the rule holds, UNCHECKED when it cannot tell."""

    id: str
    pointer: str
    source: str
    check: Callable[[Form, Facts], Verdict]


@dataclass(frozen=True, slots=True)
class FactCheck:
    """What the rules said: the violations, and the ids of the rules that could not be checked."""

    violations: tuple[Violation, ...]
    unchecked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactsNeeded:
    """The reads without which a rule could not run: the requirements of `candidate` unless it is None, the balance."""

    candidate: int | None
    balance: bool


def needed(form: Form) -> FactsNeeded:
    """Return what is worth reading for a form: nothing of which no rule could say anything."""
    return FactsNeeded(form.candidate(), form.credits() is not None)


def check_facts(form: Form, facts: Facts) -> FactCheck:
    """Run every rule of the table; all violations come at once."""
    verdicts = [(rule, rule.check(form, facts)) for rule in FACT_RULES]
    return FactCheck(
        tuple(
            Violation.of(rule.pointer, rule.id, verdict) for rule, verdict in verdicts if isinstance(verdict, Breach)
        ),
        tuple(rule.id for rule, verdict in verdicts if verdict is UNCHECKED),
    )


def minimum_credits(form: Form, facts: Facts) -> Decimal | None:
    """Return the candidate's price for the duration, exact; None where there is no price or no duration, or it is unknown."""
    price = None if facts.requirements is None else facts.requirements.price_per_minute
    duration = form.duration()
    return None if price is None or duration is None else price * duration


def _candidate_bookable(form: Form, facts: Facts) -> Verdict:
    if form.candidate() is None:
        return None
    if facts.requirements is None:
        return UNCHECKED
    if facts.requirements.offers_something:
        return None
    return Breach("Choose somebody else to book: AdultWork does not offer PhoneChat bookings with this user.")


def _method_available(form: Form, facts: Facts) -> Verdict:
    method = form.method()
    if form.candidate() is None or method is None:
        return None
    if facts.requirements is None:
        return UNCHECKED
    if not facts.requirements.offers_something:
        return None
    methods = facts.requirements.methods
    if methods is None or method not in methods:
        return UNCHECKED
    if methods[method]:
        return None
    offered = tuple(way for way in ContactMethod if methods.get(way))
    ways = ", ".join(_WAYS[way] for way in offered) or "none that is known here"
    return Breach(f"Choose a way to talk that this user offers: {ways}.", {"allowed": tuple(map(int, offered))})


def _credits_minimum(form: Form, facts: Facts) -> Verdict:
    duration, offered = form.duration(), form.credits()
    if form.candidate() is None or duration is None or offered is None:
        return None
    if facts.requirements is None:
        return UNCHECKED
    price, minimum = facts.requirements.price_per_minute, minimum_credits(form, facts)
    if price is None or minimum is None or offered >= minimum:
        return None
    return Breach(
        f"Offer at least {minimum.normalize():f} credits: this user's price per minute times the duration.",
        {"minimum": minimum, "price_per_minute": price},
    )


def _balance_sufficient(form: Form, facts: Facts) -> Verdict:
    offered = form.credits()
    if offered is None:
        return None
    if facts.balance is None:
        return UNCHECKED
    if facts.balance >= offered:
        return None
    return Breach("Offer fewer credits or top up: the account holds fewer than this booking offers.")


FACT_RULES: tuple[FactRule, ...] = (
    FactRule("candidate-bookable", "/BookUserID", "AdultWork, CreateBooking page, Prerequisites", _candidate_bookable),
    FactRule("method-available", "/Method", "AdultWork, CreateBooking page, Prerequisites", _method_available),
    FactRule("credits-minimum", "/Credits", "AdultWork, CreateBooking page, Credits", _credits_minimum),
    FactRule("balance-sufficient", "/Credits", "AdultWork, CreateBooking page, Prerequisites", _balance_sufficient),
)

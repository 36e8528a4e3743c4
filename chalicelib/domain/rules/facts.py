"""The rules that need facts about candidate and client. A fact that is unknown leaves its rule unchecked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from chalicelib.domain.booking import BookingRequest
from chalicelib.domain.facts import Facts
from chalicelib.domain.violation import Violation


class Unchecked(Enum):
    """The answer of a rule whose fact is unknown."""

    UNCHECKED = "unchecked"


UNCHECKED: Literal[Unchecked.UNCHECKED] = Unchecked.UNCHECKED
Verdict: TypeAlias = "str | Unchecked | None"


@dataclass(frozen=True, slots=True)
class FactRule:
    """One rule: `check` returns how to mend the member, None when the rule holds, UNCHECKED when it cannot tell."""

    id: str
    pointer: str
    source: str
    check: Callable[[BookingRequest, Facts], Verdict]


@dataclass(frozen=True, slots=True)
class FactCheck:
    """What the rules said: the violations, and the ids of the rules that could not be checked."""

    violations: tuple[Violation, ...]
    unchecked: tuple[str, ...]


def check_facts(request: BookingRequest, facts: Facts) -> FactCheck:
    """Run every rule of the table; all violations come at once."""
    verdicts = [(rule, rule.check(request, facts)) for rule in FACT_RULES]
    return FactCheck(
        tuple(Violation(rule.pointer, rule.id, verdict) for rule, verdict in verdicts if isinstance(verdict, str)),
        tuple(rule.id for rule, verdict in verdicts if verdict is UNCHECKED),
    )


def _candidate_bookable(_request: BookingRequest, facts: Facts) -> Verdict:
    methods = facts.requirements.methods
    if facts.requirements.is_bookable and (methods is None or any(methods.values())):
        return None
    return "Choose another BookUserID: AdultWork does not offer PhoneChat bookings with this user."


def _method_available(request: BookingRequest, facts: Facts) -> Verdict:
    methods = facts.requirements.methods
    if not facts.requirements.is_bookable or (methods is not None and not any(methods.values())):
        return None
    if methods is None or request.method not in methods:
        return UNCHECKED
    if methods[request.method]:
        return None
    offered = ", ".join(str(method) for method, is_offered in sorted(methods.items()) if is_offered)
    return f"Choose a Method that this candidate offers: {offered}."


def _credits_minimum(request: BookingRequest, facts: Facts) -> Verdict:
    price = facts.requirements.price_per_minute
    if price is None or request.credits >= price * request.duration:
        return None
    minimum = format((price * request.duration).normalize(), "f")
    return f"Offer at least {minimum} Credits: the candidate's price per minute times Duration."


def _balance_sufficient(request: BookingRequest, facts: Facts) -> Verdict:
    if facts.balance is None:
        return UNCHECKED
    if facts.balance >= request.credits:
        return None
    return "Offer fewer Credits or top up: the account holds fewer than this booking offers."


FACT_RULES: tuple[FactRule, ...] = (
    FactRule("candidate-bookable", "/BookUserID", "AdultWork, CreateBooking page, Prerequisites", _candidate_bookable),
    FactRule("method-available", "/Method", "AdultWork, CreateBooking page, Prerequisites", _method_available),
    FactRule("credits-minimum", "/Credits", "AdultWork, CreateBooking page, Credits", _credits_minimum),
    FactRule("balance-sufficient", "/Credits", "AdultWork, CreateBooking page, Prerequisites", _balance_sufficient),
)

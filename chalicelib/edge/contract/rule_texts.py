"""What the rules say of each member, found out by breaking them: the texts are those that callers get, and no second ones."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from chalicelib.domain.booking.facts import BookingRequirements, Facts
from chalicelib.domain.booking.form import REQUIRED, Form, JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.facts import FACT_RULES, FactRule, Verdict
from chalicelib.domain.booking.rules.form import FORM_RULES
from chalicelib.domain.booking.rules.rule import FormRule
from chalicelib.domain.violation import Breach, Param
from chalicelib.edge.contract.example import MEMBERS, NOW
from chalicelib.values import dataclass

# Hours that the clocks of most zones leave out or show twice; what a zone does not know breaks no rule there.
_SPRING = ("2026-03-29 01:30", "2026-03-29 02:30", "2026-03-29 03:30", "2026-03-08 02:30")
_AUTUMN = ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T08:30:00Z")


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule at its member: where the rule comes from, what a caller is told, and what it is measured by."""

    rule: str
    pointer: str
    source: str
    message: str
    params: Mapping[str, Param]

    def document(self) -> dict[str, Any]:
        """Return the rule as the document tells it."""
        params = {name: param_schema(value) for name, value in self.params.items()}
        return {"rule": self.rule, "source": self.source, "message": self.message, "params": params}


def rule_texts(policy: BookingPolicy) -> list[RuleText]:
    """Return every rule that can be broken under a policy, those of the form first, in the order of the tables."""
    return [*_form_texts(policy), *_fact_texts(policy)]


def param_schema(value: Param) -> dict[str, Any]:
    """Return the schema of a param like this one."""
    match value:
        case tuple():
            return {"type": "array", "items": param_schema(value[0])}
        case int():
            return {"type": "integer"}
        case Decimal():
            return {"type": "number"}
        case _:
            return {"type": "string"}


def _form_texts(policy: BookingPolicy) -> Iterator[RuleText]:
    forms = [Form(document, policy, NOW) for document in _broken_documents(policy)]
    for rule in FORM_RULES:
        yield from _told(rule, (rule.check(form) for form in forms))


def _fact_texts(policy: BookingPolicy) -> Iterator[RuleText]:
    form = Form({**MEMBERS, "Duration": policy.minimum_duration_minutes}, policy, NOW)  # sound under every policy
    for rule in FACT_RULES:
        yield from _told(rule, (rule.check(form, facts) for facts in _DETERRING))


def _told(rule: FormRule | FactRule, verdicts: Iterable[Verdict]) -> Iterator[RuleText]:
    """Yield the text of a rule, taken from the first time that it is broken."""
    breach = next((verdict for verdict in verdicts if isinstance(verdict, Breach)), None)
    if breach is not None:
        yield RuleText(rule.id, rule.pointer, rule.source, breach.message, breach.params)


def _broken_documents(policy: BookingPolicy) -> Iterator[Mapping[str, JsonValue]]:
    """Yield documents of which each breaks a rule or several."""
    yield {}
    yield from ({**MEMBERS, **dict.fromkeys(REQUIRED, "?")}, {**MEMBERS, "Method": 1, "PhoneNumber": None})
    yield from ({**MEMBERS, **changes} for changes in _changes(policy))
    yield from ({**MEMBERS, name: time} for name in ("SessionDate", "AcceptBy") for time in (*_SPRING, *_AUTUMN))


def _changes(policy: BookingPolicy) -> Iterator[Mapping[str, JsonValue]]:
    """Yield what breaks a rule when it is put into a sound request."""
    yield {"SessionDate": "2026-01-14 21:30", "AcceptBy": "2026-01-14 18:00"}
    yield {"AcceptBy": MEMBERS["SessionDate"]}
    yield {"Duration": policy.minimum_duration_minutes - 1}
    yield {"Duration": policy.maximum_duration_minutes + 1}
    yield from ({"PhoneNumber": number} for number in ("0770", "+1 202 555 0123", "09012345678"))
    yield from ({"Method": 3, "SkypeName": name} for name in (None, "short"))
    yield from ({"Comments": text} for text in (1, "x" * (policy.maximum_comments_length + 1), "\0"))


# What AdultWork may say that forbids the example: nobody to book, another way to talk, a higher price, an empty account.
_DETERRING = (
    Facts(BookingRequirements(is_bookable=False), None),
    Facts(BookingRequirements(is_bookable=True, methods={1: False, 2: True}), None),
    Facts(BookingRequirements(is_bookable=True, price_per_minute=Decimal(10)), None),
    Facts(None, Decimal(0)),
)

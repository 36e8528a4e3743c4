"""The rules that need nothing but the request, the clock and the policy."""

from collections.abc import Iterator
from functools import partial
from typing import TypeVar

from chalicelib.domain.booking.booking import BookingRequest, ContactMethod
from chalicelib.domain.booking.form import OPTIONAL, REQUIRED, Form
from chalicelib.domain.booking.rules.comments import COMMENT_RULES
from chalicelib.domain.booking.rules.contacts import CONTACT_RULES
from chalicelib.domain.booking.rules.dates import DATE_RULES
from chalicelib.domain.booking.rules.numbers import CREDITS_RULES, DURATION_RULES, METHOD_RULES, USER_RULES
from chalicelib.domain.booking.rules.rule import LABELS, PAGE, FormRule
from chalicelib.domain.violation import Breach, Violation

TIME_RULES = frozenset({"session-date-future", "accept-by-future"})  # what a good request breaks by growing old

T = TypeVar("T")


def violations(form: Form) -> tuple[Violation, ...]:
    """Return every violation of the form rules, unknown members first, then in the order of the table."""
    broken = [
        Violation.of(rule.pointer, rule.id, breach) for rule in FORM_RULES if (breach := rule.check(form)) is not None
    ]
    return (*_unknown_members(form), *broken)


def read_request(form: Form) -> BookingRequest:
    """Return the typed request of a form without violations; contact fields that its method does not use are dropped."""
    method = _sure(form.method())
    return BookingRequest(
        book_user_id=_sure(form.candidate()),
        session_date=_sure(form.time("SessionDate")).text,
        duration=_sure(form.duration()),
        method=method,
        phone_number=form.phone_number() if method is ContactMethod.CANDIDATE_CALLS else None,
        skype_name=form.text("SkypeName") if method is ContactMethod.SKYPE else None,
        credits=_sure(form.credits()),
        accept_by=_sure(form.time("AcceptBy")).text,
        comments=form.text("Comments") or None,
    )


def _sure(value: T | None) -> T:
    """Return a member that the rules have proven to be there."""
    if value is None:
        msg = "a form with violations has no typed request"
        raise ValueError(msg)
    return value


def _unknown_members(form: Form) -> Iterator[Violation]:
    """Name every member that CreateBooking does not document, by pointer, without its value."""
    for name in form.members:
        if name not in REQUIRED and name not in OPTIONAL:
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            message = "Remove this member; CreateBooking does not know it."
            yield Violation(pointer, "unknown-member", message, {"allowed": (*REQUIRED, *OPTIONAL)})


def _required(name: str, form: Form) -> Breach | None:
    return None if form.has(name) else Breach(f"Send {LABELS[name]}; it cannot be left out.")


FORM_RULES: tuple[FormRule, ...] = (
    *(FormRule("required", f"/{name}", f"{PAGE}, {name}", partial(_required, name)) for name in REQUIRED),
    *USER_RULES,
    *DATE_RULES,
    *DURATION_RULES,
    *METHOD_RULES,
    *CONTACT_RULES,
    *CREDITS_RULES,
    *COMMENT_RULES,
)

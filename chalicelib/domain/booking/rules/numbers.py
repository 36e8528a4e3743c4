"""The rules on BookUserID, Duration, Method and Credits."""

from decimal import Decimal

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.form import CREDITS_DECIMALS, CREDITS_DIGITS, MAXIMUM_USER_ID, Form
from chalicelib.domain.booking.rules.rule import LABELS, LIMITS, PAGE, FormRule
from chalicelib.domain.violation import Breach

MAXIMUM_CREDITS = 10**CREDITS_DIGITS - Decimal(1).scaleb(-CREDITS_DECIMALS)


def _book_user_id(form: Form) -> Breach | None:
    if not form.has("BookUserID") or form.candidate() is not None:
        return None
    return Breach(
        f"Send {LABELS['BookUserID']} as a whole number from 1 to {MAXIMUM_USER_ID}, without quotes.",
        {"minimum": 1, "maximum": MAXIMUM_USER_ID},
    )


def _duration_form(form: Form) -> Breach | None:
    if not form.has("Duration") or form.integer("Duration") is not None:
        return None
    limits = {"minimum": form.policy.minimum_duration_minutes, "maximum": form.policy.maximum_duration_minutes}
    return Breach(f"Send {LABELS['Duration']} as a whole number of minutes, without quotes.", limits)


def _duration_minimum(form: Form) -> Breach | None:
    value, minimum = form.integer("Duration"), form.policy.minimum_duration_minutes
    if value is None or value >= minimum:
        return None
    return Breach(f"Book at least {minimum} minutes.", {"minimum": minimum})


def _duration_maximum(form: Form) -> Breach | None:
    value, maximum = form.integer("Duration"), form.policy.maximum_duration_minutes
    if value is None or value <= maximum:
        return None
    return Breach(f"Book at most {maximum} minutes.", {"maximum": maximum})


def _method(form: Form) -> Breach | None:
    if not form.has("Method") or form.method() is not None:
        return None
    return Breach(
        f"Send {LABELS['Method']} as 1 (they call you), 2 (you call them) or 3 (Skype).",
        {"allowed": tuple(map(int, ContactMethod))},
    )


def _credits(form: Form) -> Breach | None:
    if not form.has("Credits") or form.credits() is not None:
        return None
    return Breach(
        f"Send {LABELS['Credits']} as a plain number without quotes: at most {CREDITS_DIGITS} digits, at most "
        f"{CREDITS_DECIMALS} decimals, not negative.",
        {"minimum": 0, "maximum": MAXIMUM_CREDITS, "maximum_decimals": CREDITS_DECIMALS},
    )


USER_RULES = (FormRule("book-user-id", "/BookUserID", f"{PAGE}, BookUserID; {LIMITS}", _book_user_id),)
DURATION_RULES = (
    FormRule("duration-form", "/Duration", f"{PAGE}, Duration", _duration_form),
    FormRule("duration-minimum", "/Duration", f"{PAGE}, Duration", _duration_minimum),
    FormRule("duration-maximum", "/Duration", f"{LIMITS}; the page names no maximum", _duration_maximum),
)
METHOD_RULES = (FormRule("method", "/Method", f"{PAGE}, Method", _method),)
CREDITS_RULES = (FormRule("credits-form", "/Credits", f"{PAGE}, Credits; {LIMITS}", _credits),)

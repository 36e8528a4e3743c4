"""The rules on PhoneNumber and SkypeName, each only for the method that uses it."""

import re

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.phone_number import (
    COUNTRY_CODE,
    LONGEST_PHONE_NUMBER,
    MOST_DIGITS,
    PREMIUM_RANGES,
    has_national_form,
    is_foreign,
    is_premium,
)
from chalicelib.domain.booking.rules.rule import LABELS, LIMITS, PAGE, FormRule
from chalicelib.domain.violation import Breach

SHORTEST_SKYPE_NAME = 6
LONGEST_SKYPE_NAME = 32

SKYPE_FORM = re.compile(rf"[A-Za-z0-9][A-Za-z0-9.,_:-]{{{SHORTEST_SKYPE_NAME - 1},{LONGEST_SKYPE_NAME - 1}}}")


def _uses(form: Form, method: ContactMethod, name: str) -> bool:
    return form.method() is method and form.has(name)


def _phone_number_required(form: Form) -> Breach | None:
    if form.method() is not ContactMethod.CANDIDATE_CALLS or form.has("PhoneNumber"):
        return None
    return Breach("Send the phone number at which you want to be called.", {"method": 1})


def _phone_number_form(form: Form) -> Breach | None:
    number = form.phone_number() or ""
    if not _uses(form, ContactMethod.CANDIDATE_CALLS, "PhoneNumber") or is_foreign(number) or has_national_form(number):
        return None
    return Breach(
        f"Send {LABELS['PhoneNumber']} as text with 10 or 11 digits, in the national form (07…) or beginning with "
        f"+{COUNTRY_CODE}.",
        {
            "minimum_digits": MOST_DIGITS - 1,
            "maximum_digits": MOST_DIGITS,
            "country_code": COUNTRY_CODE,
            "maximum_length": LONGEST_PHONE_NUMBER,
        },
    )


def _phone_number_country(form: Form) -> Breach | None:
    if not _uses(form, ContactMethod.CANDIDATE_CALLS, "PhoneNumber") or not is_foreign(form.phone_number() or ""):
        return None
    return Breach(
        f"Send a phone number of the UK: of all country codes, only +{COUNTRY_CODE} is taken.",
        {"country_code": COUNTRY_CODE},
    )


def _phone_number_premium(form: Form) -> Breach | None:
    if not form.policy.refuse_premium_numbers or not _uses(form, ContactMethod.CANDIDATE_CALLS, "PhoneNumber"):
        return None
    if not is_premium(form.phone_number() or ""):
        return None
    return Breach(
        "Send an ordinary phone number: premium-rate, personal and pager numbers "
        f"({', '.join(PREMIUM_RANGES)}) are not taken.",
        {"refused_ranges": PREMIUM_RANGES},
    )


def _skype_name_required(form: Form) -> Breach | None:
    if form.method() is not ContactMethod.SKYPE or form.has("SkypeName"):
        return None
    return Breach("Send the Skype name at which you want to be called.", {"method": 3})


def _skype_name_form(form: Form) -> Breach | None:
    if not _uses(form, ContactMethod.SKYPE, "SkypeName") or SKYPE_FORM.fullmatch(form.text("SkypeName") or ""):
        return None
    return Breach(
        f"Send {LABELS['SkypeName']} as {SHORTEST_SKYPE_NAME} to {LONGEST_SKYPE_NAME} letters, digits and . , _ : - "
        "beginning with a letter or a digit.",
        {"minimum_length": SHORTEST_SKYPE_NAME, "maximum_length": LONGEST_SKYPE_NAME},
    )


CONTACT_RULES = (
    FormRule("phone-number-required", "/PhoneNumber", f"{PAGE}, PhoneNumber", _phone_number_required),
    FormRule("phone-number-form", "/PhoneNumber", f"{PAGE}, PhoneNumber", _phone_number_form),
    FormRule("phone-number-country", "/PhoneNumber", f"{LIMITS}: the national form", _phone_number_country),
    FormRule("phone-number-premium", "/PhoneNumber", f"{LIMITS}; UK numbering plan", _phone_number_premium),
    FormRule("skype-name-required", "/SkypeName", f"{PAGE}, SkypeName", _skype_name_required),
    FormRule("skype-name-form", "/SkypeName", f"{LIMITS}; the page names no form", _skype_name_form),
)

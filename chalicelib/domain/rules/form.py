"""The rules that need nothing but the request, the clock and the policy. They run before any call goes out."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from chalicelib.domain.booking import BookingRequest, ContactMethod
from chalicelib.domain.form import MAXIMUM_USER_ID, Form
from chalicelib.domain.upstream_time import UpstreamTime
from chalicelib.domain.violation import Violation

REQUIRED = ("BookUserID", "SessionDate", "Duration", "Method", "Credits", "AcceptBy")
TIME_RULES = frozenset({"session-date-future", "accept-by-future"})  # what a good request breaks by growing old
OPTIONAL = ("PhoneNumber", "SkypeName", "Comments")

T = TypeVar("T")

_PAGE = "AdultWork, CreateBooking page"
_LIMITS = "Switchboard, documented limits"
_PHONE_FORM = re.compile(r"[0-9]{10,11}")
_PREMIUM_FORM = re.compile(r"0?(9|70|76|84|87)[0-9]*")
_SKYPE_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,_:-]{5,31}")
_DATE_FORMS = "'YYYY-MM-DD HH:MM' on AdultWork's clock, or RFC 3339 with an offset and zero seconds"
_LINE_BREAKS = frozenset("\n\r\t")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # not Cn: next year's emoji are there today
_BLANKS = re.compile(
    "[\u034f\u115f\u1160\u180b-\u180f\u2800\u3164\uffa0"  # fillers, joiners and selectors that show as nothing
    "\u2065\ufff0-\ufff8\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # kept free by Unicode for more of the same
    "\ufdd0-\ufdef"  # never characters, and so are the last two of each of the 17 planes
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_JOINED_EMOJI = re.compile(r"(?<=(.))\u200d(?=(.))", re.DOTALL)
_BEFORE_JOINER = frozenset({"So", "Sk", "Mn", "Cn"})  # an emoji, or the colour or the form of one
_AFTER_JOINER = frozenset({"So", "Cn"})


@dataclass(frozen=True, slots=True)
class FormRule:
    """One rule: `check` returns how to mend the member at `pointer`, or None when it holds or does not apply."""

    id: str
    pointer: str
    source: str
    check: Callable[[Form], str | None]


def violations(form: Form) -> tuple[Violation, ...]:
    """Return every violation of the form rules, unknown members first, then in the order of the table."""
    broken = [
        Violation(rule.pointer, rule.id, message) for rule in FORM_RULES if (message := rule.check(form)) is not None
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
            yield Violation(pointer, "unknown-member", "Remove this member; CreateBooking does not know it.")


def _required(name: str, form: Form) -> str | None:
    return None if form.has(name) else f"Send {name}; it is required."


def _book_user_id(form: Form) -> str | None:
    if not form.has("BookUserID") or form.candidate() is not None:
        return None
    return f"Send BookUserID as a whole number from 1 to {MAXIMUM_USER_ID}, without quotes."


def _time_form(name: str, form: Form) -> str | None:
    return f"Send {name} as {_DATE_FORMS}." if form.has(name) and form.time(name) is None else None


def _time_exists(name: str, form: Form) -> str | None:
    time = form.time(name)
    if time is None or time.readings:
        return None
    return f"Choose another {name}: the clocks go forward and leave this hour out."


def _time_future(name: str, form: Form) -> str | None:
    time = form.time(name)
    if time is None or not time.readings or time.readings[0] > form.now:
        return None
    if time.readings[-1] > form.now:
        return f"Choose another {name}: the clocks go back, and one of the two hours that it can mean is over."
    return f"Choose another {name}: it must be in the future."


def _accept_by_before_session(form: Form) -> str | None:
    accept_by, session = form.time("AcceptBy"), form.time("SessionDate")
    if accept_by is None or session is None or not accept_by.readings or not session.readings:
        return None
    return None if _is_before(accept_by, session) else "Choose an AcceptBy that is before SessionDate."


def _is_before(first: UpstreamTime, second: UpstreamTime) -> bool:
    """Compare under every reading of a doubled hour, and as text, which is how the upstream may compare."""
    return first.readings[-1] < second.readings[0] and first.text < second.text


def _duration_form(form: Form) -> str | None:
    if form.has("Duration") and form.integer("Duration") is None:
        return "Send Duration as a whole number of minutes, without quotes."
    return None


def _duration_minimum(form: Form) -> str | None:
    value, minimum = form.integer("Duration"), form.policy.minimum_duration_minutes
    return f"Book at least {minimum} minutes." if value is not None and value < minimum else None


def _duration_maximum(form: Form) -> str | None:
    value, maximum = form.integer("Duration"), form.policy.maximum_duration_minutes
    return f"Book at most {maximum} minutes." if value is not None and value > maximum else None


def _method(form: Form) -> str | None:
    if not form.has("Method") or form.method() is not None:
        return None
    return "Send Method as 1 (the candidate calls you), 2 (you call the candidate) or 3 (Skype)."


def _uses(form: Form, method: ContactMethod) -> bool:
    return form.method() is method


def _phone_number_required(form: Form) -> str | None:
    if _uses(form, ContactMethod.CANDIDATE_CALLS) and not form.has("PhoneNumber"):
        return "Send PhoneNumber; Method 1 needs a number to call."
    return None


def _phone_number_form(form: Form) -> str | None:
    if not _uses(form, ContactMethod.CANDIDATE_CALLS) or not form.has("PhoneNumber"):
        return None
    if _PHONE_FORM.fullmatch(form.phone_number() or ""):
        return None
    return "Send PhoneNumber as text with 10 or 11 digits, in the national form (07…) without a country code."


def _phone_number_premium(form: Form) -> str | None:
    if not form.policy.refuse_premium_numbers or not _uses(form, ContactMethod.CANDIDATE_CALLS):
        return None
    if not _PREMIUM_FORM.fullmatch(form.phone_number() or ""):
        return None
    return (
        "Send an ordinary PhoneNumber: premium-rate, personal and pager numbers (09, 070, 076, 084, 087) are not taken."
    )


def _skype_name_required(form: Form) -> str | None:
    if _uses(form, ContactMethod.SKYPE) and not form.has("SkypeName"):
        return "Send SkypeName; Method 3 needs a Skype name to call."
    return None


def _skype_name_form(form: Form) -> str | None:
    if not _uses(form, ContactMethod.SKYPE) or not form.has("SkypeName"):
        return None
    if _SKYPE_FORM.fullmatch(form.text("SkypeName") or ""):
        return None
    return "Send SkypeName as 6 to 32 letters, digits and . , _ : - beginning with a letter or a digit."


def _credits(form: Form) -> str | None:
    if form.has("Credits") and form.credits() is None:
        return "Send Credits as a plain number without quotes: at most 7 digits, at most 4 decimals, not negative."
    return None


def _comments_form(form: Form) -> str | None:
    return "Send Comments as text." if form.has("Comments") and form.text("Comments") is None else None


def _comments_length(form: Form) -> str | None:
    text, maximum = form.text("Comments"), form.policy.maximum_comments_length
    return f"Shorten Comments to {maximum} characters." if text is not None and len(text) > maximum else None


def _comments_characters(form: Form) -> str | None:
    text = _JOINED_EMOJI.sub(_without_joiner, form.text("Comments") or "")
    if not _BLANKS.search(text) and all(_is_visible(character) for character in text):
        return None
    return "Remove control, invisible and text-direction characters from Comments; line breaks and tabs may stay."


def _without_joiner(match: re.Match[str]) -> str:
    """Take a zero width joiner out where it makes one emoji of two; anywhere else it hides."""
    before, after = unicodedata.category(match[1]), unicodedata.category(match[2])
    return "" if before in _BEFORE_JOINER and after in _AFTER_JOINER else match[0]


def _is_visible(character: str) -> bool:
    return character in _LINE_BREAKS or unicodedata.category(character) not in _INVISIBLE_CATEGORIES


FORM_RULES: tuple[FormRule, ...] = (
    *(FormRule("required", f"/{name}", f"{_PAGE}, {name}", partial(_required, name)) for name in REQUIRED),
    FormRule("book-user-id", "/BookUserID", f"{_PAGE}, BookUserID; {_LIMITS}", _book_user_id),
    FormRule("session-date-form", "/SessionDate", f"{_PAGE}, SessionDate", partial(_time_form, "SessionDate")),
    FormRule("session-date-exists", "/SessionDate", f"{_LIMITS}: summer time", partial(_time_exists, "SessionDate")),
    FormRule("session-date-future", "/SessionDate", f"{_PAGE}, SessionDate", partial(_time_future, "SessionDate")),
    FormRule("accept-by-form", "/AcceptBy", f"{_PAGE}, AcceptBy", partial(_time_form, "AcceptBy")),
    FormRule("accept-by-exists", "/AcceptBy", f"{_LIMITS}: summer time", partial(_time_exists, "AcceptBy")),
    FormRule("accept-by-future", "/AcceptBy", f"{_PAGE}, AcceptBy", partial(_time_future, "AcceptBy")),
    FormRule("accept-by-before-session", "/AcceptBy", f"{_PAGE}, AcceptBy", _accept_by_before_session),
    FormRule("duration-form", "/Duration", f"{_PAGE}, Duration", _duration_form),
    FormRule("duration-minimum", "/Duration", f"{_PAGE}, Duration", _duration_minimum),
    FormRule("duration-maximum", "/Duration", f"{_LIMITS}; the page names no maximum", _duration_maximum),
    FormRule("method", "/Method", f"{_PAGE}, Method", _method),
    FormRule("phone-number-required", "/PhoneNumber", f"{_PAGE}, PhoneNumber", _phone_number_required),
    FormRule("phone-number-form", "/PhoneNumber", f"{_PAGE}, PhoneNumber", _phone_number_form),
    FormRule("phone-number-premium", "/PhoneNumber", f"{_LIMITS}; UK numbering plan", _phone_number_premium),
    FormRule("skype-name-required", "/SkypeName", f"{_PAGE}, SkypeName", _skype_name_required),
    FormRule("skype-name-form", "/SkypeName", f"{_LIMITS}; the page names no form", _skype_name_form),
    FormRule("credits-form", "/Credits", f"{_PAGE}, Credits; {_LIMITS}", _credits),
    FormRule("comments-form", "/Comments", f"{_PAGE}, Comments", _comments_form),
    FormRule("comments-length", "/Comments", f"{_LIMITS}; the page names no maximum", _comments_length),
    FormRule("comments-characters", "/Comments", _LIMITS, _comments_characters),
)

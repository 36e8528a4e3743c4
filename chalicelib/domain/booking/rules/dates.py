"""The rules on SessionDate and AcceptBy."""

from datetime import UTC
from functools import partial

from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.rules.rule import LABELS, LIMITS, PAGE, FormRule
from chalicelib.domain.booking.upstream_time import UpstreamTime, nearest_sure
from chalicelib.domain.violation import Breach

# What may be sent; `+HH:MM` stands for any offset, Z included.
TIME_FORMS = ("YYYY-MM-DD HH:MM", "YYYY-MM-DDTHH:MM", "YYYY-MM-DDTHH:MM:00", "YYYY-MM-DDTHH:MM:00+HH:MM")


def _form(name: str, form: Form) -> Breach | None:
    if not form.has(name) or form.time(name) is not None:
        return None
    message = (
        f"Send {LABELS[name]} as 'YYYY-MM-DD HH:MM' on AdultWork's clock, or as RFC 3339 with an offset; any seconds must "
        "be zero."
    )
    return Breach(message, {"forms": TIME_FORMS, "time_zone": str(form.policy.zone)})


def _exists(name: str, form: Form) -> Breach | None:
    time = form.time(name)
    if time is None or time.readings:
        return None
    return _between(
        time, form, f"Choose another minute for {LABELS[name]}: the clocks go forward and leave this hour out"
    )


def _ambiguous(name: str, form: Form) -> Breach | None:
    """Refuse an instant that the upstream's clock cannot tell from another one; the upstream is told local time."""
    time = form.time(name)
    if time is None or not time.is_lost:
        return None
    reason = "the clocks go back, and AdultWork's clock shows this minute twice"
    return _between(time, form, f"Choose another minute for {LABELS[name]}: {reason}")


def _between(time: UpstreamTime, form: Form, reason: str) -> Breach:
    """Say which are the nearest minutes that can be booked."""
    before, after = nearest_sure(time, form.policy.zone)
    params = {"nearest_before": before, "nearest_after": after, "time_zone": str(form.policy.zone)}
    return Breach(f"{reason}. The nearest that can be are {before} and {after}.", params)


def _future(name: str, form: Form) -> Breach | None:
    time = form.time(name)
    if time is None or not time.meant or time.meant[0] > form.now:
        return None
    reason = "it must be in the future"
    if time.meant[-1] > form.now:
        reason = "the clocks go back, and one of the two hours that it can mean is over"
    now = form.now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return Breach(f"Choose a later minute for {LABELS[name]}: {reason}.", {"later_than": now})


def _accept_by_before_session(form: Form) -> Breach | None:
    accept_by, session = form.time("AcceptBy"), form.time("SessionDate")
    if accept_by is None or session is None or not accept_by.meant or not session.meant:
        return None
    if accept_by.meant[-1] < session.meant[0]:  # under every reading of a doubled hour
        return None
    return Breach(
        f"Choose an earlier minute for {LABELS['AcceptBy']}: it must be before {LABELS['SessionDate']}.",
        {"earlier_than": "/SessionDate"},
    )


_SESSION, _ACCEPT_BY = f"{PAGE}, SessionDate", f"{PAGE}, AcceptBy"
_SUMMER_TIME = f"{LIMITS}: summer time"

DATE_RULES = (
    FormRule("session-date-form", "/SessionDate", _SESSION, partial(_form, "SessionDate")),
    FormRule("session-date-exists", "/SessionDate", _SUMMER_TIME, partial(_exists, "SessionDate")),
    FormRule("session-date-ambiguous", "/SessionDate", _SUMMER_TIME, partial(_ambiguous, "SessionDate")),
    FormRule("session-date-future", "/SessionDate", _SESSION, partial(_future, "SessionDate")),
    FormRule("accept-by-form", "/AcceptBy", _ACCEPT_BY, partial(_form, "AcceptBy")),
    FormRule("accept-by-exists", "/AcceptBy", _SUMMER_TIME, partial(_exists, "AcceptBy")),
    FormRule("accept-by-ambiguous", "/AcceptBy", _SUMMER_TIME, partial(_ambiguous, "AcceptBy")),
    FormRule("accept-by-future", "/AcceptBy", _ACCEPT_BY, partial(_future, "AcceptBy")),
    FormRule("accept-by-before-session", "/AcceptBy", _ACCEPT_BY, _accept_by_before_session),
)

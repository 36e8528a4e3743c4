"""Reading the parameters of a reviewer's question: each at most once, none that is not known, all faults at once."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta

from chalice.app import Request

from chalicelib.domain.reviewer_errors import InvalidQueryError
from chalicelib.domain.violation import Param, Violation
from chalicelib.edge.request import header_values
from chalicelib.edge.review.container import REASON_HEADER

SHORTEST_REASON, LONGEST_REASON = 5, 200
REASON_MESSAGE = (
    f"Send one reason of {SHORTEST_REASON} to {LONGEST_REASON} characters, without a number of six digits or more:"
    " it is kept for good and must name nobody."
)

_DATE = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")  # in a millennium whose times can be reckoned with
_TIME = re.compile(
    r"2[0-9]{3}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_SPACE_FOR_PLUS = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")  # what an address makes of a plus that was not encoded
_WHOLE = re.compile(r"[0-9]{1,19}")
_LONG_NUMBER = re.compile(r"[0-9]{6}")  # a UserID, or most of a phone number
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})


class Query:
    """The parameters of one request. What is read of them is None where they are not there, or wrong, which is noted."""

    def __init__(self, request: Request, known: Collection[str]) -> None:
        self._violations: list[Violation] = []
        given = request.to_original_event().get("multiValueQueryStringParameters") or {}
        self._values: dict[str, str] = {}
        for name, values in given.items():
            if name not in known:
                self._refuse(None, "unknown-parameter", f"Leave it out. Known are: {', '.join(sorted(known))}.")
            elif len(values) > 1:
                self._refuse(name, "once", "Send this parameter once.")
            elif values[0]:
                self._values[name] = values[0]

    def text(self, name: str, form: re.Pattern[str], message: str) -> str | None:
        """Return a text of a form."""
        value = self._values.get(name)
        if value is not None and not form.fullmatch(value):
            self._refuse(name, "form", message)
            return None
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number between two, both included."""
        value = self._values.get(name)
        if value is None:
            return None
        if not _WHOLE.fullmatch(value) or not low <= int(value) <= high:
            self._refuse(
                name, "number", f"Send a whole number from {low} to {high}.", {"minimum": low, "maximum": high}
            )
            return None
        return int(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of some words."""
        value = self._values.get(name)
        if value is not None and value not in allowed:
            self._refuse(name, "choice", f"Send one of: {', '.join(allowed)}.", {"allowed": allowed})
            return None
        return value

    def flag(self, name: str, *, unless_told: bool = False) -> bool:
        """Return whether something is asked for."""
        value = self._values.get(name, str(int(unless_told))).lower()
        if value not in _TRUE | _FALSE:
            self._refuse(name, "choice", "Send 1 or 0.")
        return value in _TRUE

    def moment(self, name: str, *, is_required: bool = False) -> datetime | None:
        """Return a time in UTC: RFC 3339 with an offset, or a date, which is its midnight in UTC."""
        value = self._values.get(name)
        if value is None:
            if is_required:
                self._refuse(name, "required", "Send this parameter.")
            return None
        moment = _moment(value)
        if moment is None:
            message = "Send an RFC 3339 time with its offset, for example 2026-01-15T21:30:00Z, or a date."
            self._refuse(name, "time", message)
        return moment

    def reason(self, request: Request) -> str | None:
        """Return why it is asked, from the header or the parameter: some words, and no number of a person."""
        told = header_values(request, REASON_HEADER.lower())
        if "reason" in self._values:
            told = [*told, self._values["reason"]]
        if not told:
            return None
        reason = told[0].strip()
        if len(set(told)) > 1 or not is_sound_reason(reason):
            self._refuse("reason", "reason", REASON_MESSAGE)
            return None
        return reason

    def require_order(self, start: datetime | None, end: datetime | None) -> None:
        """Note a stretch of time that ends before it begins."""
        if start is not None and end is not None and start >= end:
            self._refuse("to", "order", "Send a time after that of from.")

    def has(self, name: str) -> bool:
        """Tell whether a parameter was sent."""
        return name in self._values

    def require_span(self, start: datetime | None, end: datetime | None, longest: timedelta) -> None:
        """Note a stretch of time that is too long; without an end it is cut where the answer's bound is."""
        if start is not None and end is not None and end - start > longest:
            self._refuse("to", "span", f"Send a time at most {longest.days} days after that of from.")

    def require_alone(self, name: str, others: Collection[str]) -> None:
        """Note a parameter beside others that it does not go with."""
        if self.has(name) and any(map(self.has, others)):
            self._refuse(name, "alone", f"Send either this parameter or {' and '.join(others)}.")

    def require_sound(self) -> None:
        """End the reading.

        Raises:
            InvalidQueryError: something was wrong; its violations tell all of it.
        """
        if self._violations:
            raise InvalidQueryError("The query cannot be used.", violations=self._violations)

    def _refuse(self, name: str | None, rule: str, message: str, params: Mapping[str, Param] | None = None) -> None:
        """Note a fault; the pointer of a parameter that nobody knows would be the caller's own text."""
        self._violations.append(Violation("" if name is None else f"/{name}", rule, message, params or {}))


def is_sound_reason(reason: str) -> bool:
    """Tell whether a text may stand in a record for good as the reason of a look."""
    is_told = SHORTEST_REASON <= len(reason) <= LONGEST_REASON and reason.isprintable()
    return is_told and _LONG_NUMBER.search(reason) is None


def _moment(text: str) -> datetime | None:
    """Return the time that a text tells, in UTC; None where it tells none."""
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        spelled = _SPACE_FOR_PLUS.sub("+", text).upper()
        return datetime.fromisoformat(spelled).astimezone(UTC) if _TIME.fullmatch(spelled) else None
    except ValueError:
        return None

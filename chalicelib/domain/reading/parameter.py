"""What a read is asked with: the documented parameters of its query, each with the rule that it is read by."""

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from chalicelib.domain.violation import Breach
from chalicelib.values import dataclass

Value: TypeAlias = int | str

_WHOLE = re.compile(r"[0-9]{1,10}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two, both included."""

    low: int
    high: int
    rule = "whole-number"

    def read(self, text: str) -> Value | Breach:
        """Return the number, or what is wrong."""
        if _WHOLE.fullmatch(text) and self.low <= int(text) <= self.high:
            return int(text)
        limits = {"minimum": self.low, "maximum": self.high}
        return Breach(f"Send a whole number from {self.low} to {self.high}.", limits)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, `yyyy-mm-dd`."""

    rule = "day"

    def read(self, text: str) -> Value | Breach:
        """Return the day as it was sent, or what is wrong."""
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text).isoformat()
        except ValueError:  # the calendar has no such day
            pass
        return Breach("Send a day of the calendar in the form YYYY-MM-DD.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]
    rule = "choice"

    def read(self, text: str) -> Value | Breach:
        """Return the word, or what is wrong."""
        if text in self.words:
            return text
        return Breach(f"Send one of: {', '.join(self.words)}.", {"allowed": self.words})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter under AdultWork's own name; `about` and `example` are for the documentation."""

    name: str
    form: Whole | Day | Choice
    about: str
    is_required: bool = False
    example: Value | None = None


Asked: TypeAlias = Mapping[str, Value]

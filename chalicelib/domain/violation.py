"""A broken rule, told so that the caller can mend it."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import TypeAlias

from chalicelib.values import dataclass

Param: TypeAlias = "int | Decimal | str | tuple[int, ...] | tuple[str, ...]"


@dataclass(frozen=True, slots=True)
class Breach:
    """What a rule found: `message` says how to mend it, `params` the exact values that it was measured by."""

    message: str
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    `pointer` is an RFC 6901 JSON Pointer into the request body (`/Duration`; the empty string is the whole document),
    `rule` the rule's id, `message` how to mend it, in words for whoever filled in the form, `params` the limit or the
    allowed values, for a program. A violation never repeats the caller's value.
    """

    pointer: str
    rule: str
    message: str
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, pointer: str, rule: str, breach: Breach) -> "Violation":
        """Return what a rule found as a violation of it."""
        return cls(pointer, rule, breach.message, breach.params)

"""A broken rule, told so that the caller can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    `pointer` is an RFC 6901 JSON Pointer into the request body (`/Duration`; the empty string is the whole document),
    `rule` the rule's id, `message` how to mend it. A violation never repeats the caller's value.
    """

    pointer: str
    rule: str
    message: str

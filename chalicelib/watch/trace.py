"""W3C Trace Context (Level 1, the recommendation of 2021): what a caller's `traceparent` and `tracestate` say.

It tells which of a caller's traces a request belongs to, and nothing else: anybody may send any. What is malformed is as
if it were not there, as the recommendation wants it.
"""

import re
from collections.abc import Sequence

from chalicelib.values import dataclass

LONGEST_STATE = 512  # what has to be passed on at least (section 3.3.1.5); more is none
MOST_MEMBERS = 32  # section 3.3.1.1

_PARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?",
    re.ASCII,
)
_KEY = r"([a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
_MEMBER = re.compile(_KEY + r"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]", re.ASCII)
_FORBIDDEN_VERSION, _FIRST_VERSION = "ff", "00"


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a caller's trace stands: `parent` and `state` as they are passed on, `identifier` is the trace id in them."""

    identifier: str
    parent: str
    state: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that tell it to somebody else, unchanged: nothing of ours is a span in it."""
        return {"traceparent": self.parent} | ({} if self.state is None else {"tracestate": self.state})


def read_trace(parents: Sequence[str], states: Sequence[str] = ()) -> Trace | None:
    """Return the trace that the values of both headers tell, each line of a header a value; None for none.

    Digits alone are no trace id here, though the recommendation allows them: a number that somebody is called at could be in
    them, and of those that are drawn by chance not one in a million looks so.
    """
    match = _PARENT.fullmatch(parents[0].strip(" \t")) if len(parents) == 1 else None
    if match is None or not _is_known(match["version"], match["more"]):
        return None
    if match["trace"].isdecimal() or not match["parent"].strip("0"):
        return None
    parent = f"{_FIRST_VERSION}-{match['trace']}-{match['parent']}-{match['flags']}"  # of a later version, what is known of it
    return Trace(match["trace"], parent, _state(states))


def _is_known(version: str, more: str | None) -> bool:
    """Tell whether a version can be read: the first exactly, a later one as far as the first goes (section 3.2.4)."""
    return version != _FORBIDDEN_VERSION and (more is None or version != _FIRST_VERSION)


def _state(lines: Sequence[str]) -> str | None:
    """Return the members of all lines as one list; None unless each is sound."""
    members = [member for line in lines for part in line.split(",") if (member := part.strip(" \t"))]
    joined = ",".join(members)
    is_sound = 0 < len(members) <= MOST_MEMBERS and len(joined) <= LONGEST_STATE
    return joined if is_sound and all(map(_MEMBER.fullmatch, members)) else None

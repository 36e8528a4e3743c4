"""The entrance that a request came through: what its address had before the service's own path.

It is the stage behind API Gateway's own endpoint, the base path of a mapping behind a domain, or nothing. The gateway tells
the whole path beside the resource that it belongs to, so no setting has to repeat it. A caller cannot choose it: the gateway
serves no path whose head is neither its stage nor one of its mappings.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from chalice.app import Request

# The characters of a base path; no segment of dots alone, and few segments, as nobody maps more.
_SOUND = re.compile(r"(/(?!\.+(/|$))[A-Za-z0-9$_.+!*'()~-]{1,128}){0,8}", re.ASCII)


def entrance(request: Request) -> str:
    """Return the path before the service's own: `/dev`, or nothing; also nothing where it cannot be told for sure."""
    asked = request.context.get("path")
    if not isinstance(asked, str):
        return ""
    segments, own = _segments(asked), _own_segments(request)
    before = len(segments) - len(own)
    if before < 0 or not all(map(_fits, segments[before:], own)):
        return ""
    base_path = "".join(f"/{segment}" for segment in segments[:before])
    return base_path if _SOUND.fullmatch(base_path) else ""


def _segments(path: str) -> list[str]:
    """Return the parts of a path; a slash at its end makes none."""
    inner = path.removeprefix("/").removesuffix("/")
    return inner.split("/") if inner else []


def _own_segments(request: Request) -> Sequence[str | None]:
    """Return what the path of the resource consists of; None for a part that may be anything."""
    own: list[str | None] = []
    for part in _segments(request.path):
        if part.endswith("+}"):
            own += _segments((request.uri_params or {}).get(part[1:-2], ""))
        else:
            own.append(None if part.startswith("{") else part)
    return own


def _fits(segment: str, own: str | None) -> bool:
    """Tell whether a part of the address is that of the resource, percent-encoded or not."""
    return own is None or own in {segment, unquote(segment)}

"""The kinds of settings, each as a schema for pydantic's core: what a variable may be, and what is made of it.

A text becomes a number or a flag as pydantic does it. A check returns the value to take, or says what it must be without
repeating it.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>[0-9]{1,5}))?/?", re.ASCII | re.IGNORECASE
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2: a token
_HIGHEST_PORT = 65535
STAGE_FORM = "[a-z][a-z0-9-]{0,31}"

Schema: TypeAlias = "Mapping[str, Any]"

TEXT: Schema = {"type": "str"}
KEY: Schema = {"type": "str", "min_length": 32}
FLAG: Schema = {"type": "bool"}
STAGE: Schema = {"type": "str", "pattern": f"^{STAGE_FORM}$"}

# For how long records of the audit are kept, in days. Whatever is still guarded, looked up or settled is younger than the fewest.
FEWEST_DAYS, DEFAULT_DAYS, MOST_DAYS = 90, 400, 3650


class Others(Protocol):
    """What a check finds beside its own value: the members before it that are sound, by name."""

    data: Mapping[str, Any]


def told(kind: Schema, description: str) -> Mapping[str, Any]:
    """Return what a member says of itself: what it may be, and what it is for."""
    return {"kind": kind, "description": description}


def whole(**limits: int) -> Schema:
    """Return the kind of a whole number within limits: `gt`, `ge`, `lt`, `le`."""
    return {"type": "int", **limits}


DAYS = whole(ge=FEWEST_DAYS, le=MOST_DAYS)


def number(**limits: float) -> Schema:
    """Return the kind of a number within such limits."""
    return {"type": "float", **limits}


def one_of(*texts: str) -> Schema:
    """Return the kind of a choice."""
    return {"type": "literal", "expected": list(texts)}


def optional(kind: Schema) -> Schema:
    """Return the same kind, or nothing."""
    return {"type": "nullable", "schema": kind}


def beside(check: Callable[[Any, Any], object], kind: Schema) -> Schema:
    """Return a kind whose value a check holds beside the members before it: `info.data` has those that are sound."""
    return {"type": "function-after", "schema": kind, "function": {"type": "with-info", "function": check}}


def _checked(kind: Schema, check: Callable[[Any], object], when: Literal["after", "before"] = "after") -> Schema:
    return {"type": f"function-{when}", "schema": kind, "function": {"type": "no-info", "function": check}}


SECONDS = number(gt=0, le=29)


def _split_origins(value: object) -> object:
    return [origin.strip() for origin in value.split(",") if origin.strip()] if isinstance(value, str) else value


def _split_names(value: object) -> object:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value


def _require_header_names(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name == "*" or not _HEADER_NAME.fullmatch(name):
            msg = "each is the name of one header, without a wildcard"
            raise ValueError(msg)
    return names


def require_origins(origins: frozenset[str]) -> frozenset[str]:
    """Return web origins as they are.

    Raises:
        ValueError: one is none; the text says what each must be.
    """
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            msg = "each origin is scheme://host[:port] in lower case, without a path or a wildcard"
            raise ValueError(msg)
    return origins


def _require_base_url(url: str) -> str:
    # One pattern instead of urlsplit: that one takes fragments and line breaks, and its own errors repeat the value.
    match = _BASE_URL.fullmatch(url)
    is_sound = match is not None and int(match["port"] or 0) <= _HIGHEST_PORT
    if match is None or not is_sound or not (match["scheme"].lower() == "https" or is_loopback(match["host"])):
        msg = "must be https://host[:port] without a path; plain http is for loopback addresses only"
        raise ValueError(msg)
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: by the name, or an address of IPv4 or IPv6, in brackets or not."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    from ipaddress import ip_address  # noqa: PLC0415 (only where the upstream is not reached over TLS)

    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def require_file(path: str) -> str:
    """Return the path of a file as it is.

    Raises:
        ValueError: there is none; the text says what it must be.
    """
    if not os.path.isfile(path):  # noqa: PTH113 (pathlib would be imported for this alone)
        msg = "must name a file of certificates that is here"
        raise ValueError(msg)
    return path


def require_type_base(base: str) -> str:
    """Return what comes before the names of problems as it is.

    Raises:
        ValueError: it cannot; the text says what it must be.
    """
    if not (base.startswith(("/", "https://")) and base.endswith(("/", "#"))):
        msg = "must begin with / or https:// and end with / or #, because a problem's name is put behind it"
        raise ValueError(msg)
    return base


def _require_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = "must be an IANA time zone such as Europe/London"
        raise ValueError(msg) from None
    return name


BASE_URL = _checked(TEXT, _require_base_url)
ZONE = _checked(TEXT, _require_zone)
FILE = _checked(TEXT, require_file)
TYPE_BASE = _checked(TEXT, require_type_base)
ORIGINS = _checked(_checked({"type": "frozenset", "items_schema": TEXT}, require_origins), _split_origins, "before")
NAMES = _checked({"type": "tuple", "items_schema": [TEXT], "variadic_item_index": 0}, _split_names, "before")
HEADER_NAMES = _checked(NAMES, _require_header_names)

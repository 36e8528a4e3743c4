"""The forms that settings come in, and what is asked of each; the message of a fault never repeats the value."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>[0-9]{1,5}))?/?", re.ASCII | re.IGNORECASE
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2: a token
_HIGHEST_PORT = 65535


class InvalidSettingsError(Exception):
    """The environment cannot be used; the message names every fault and never a value."""


def split_origins(value: object) -> object:
    """Return the items of a comma-separated list; anything else as it is."""
    return [origin.strip() for origin in value.split(",") if origin.strip()] if isinstance(value, str) else value


def split_names(value: object) -> object:
    """Return the items of a comma-separated list, in order; anything else as it is."""
    return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value


def require_header_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is no name of one header."""
    for name in names:
        if name == "*" or not _HEADER_NAME.fullmatch(name):
            msg = "each is the name of one header, without a wildcard"
            raise ValueError(msg)
    return names


def require_origins(origins: frozenset[str]) -> frozenset[str]:
    """Refuse what is no web origin."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            msg = "each origin is scheme://host[:port] in lower case, without a path or a wildcard"
            raise ValueError(msg)
    return origins


def require_base_url(url: str) -> str:
    """Refuse what is no address of a server, and plain http beyond this machine."""
    # One pattern instead of urlsplit: that one takes fragments and line breaks, and its own errors repeat the value.
    match = _BASE_URL.fullmatch(url)
    is_sound = match is not None and int(match["port"] or 0) <= _HIGHEST_PORT
    if match is None or not is_sound or not (match["scheme"].lower() == "https" or _is_loopback(match["host"])):
        msg = "must be https://host[:port] without a path; plain http is for loopback addresses only"
        raise ValueError(msg)
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    name = host.strip("[]").lower()
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_file(path: str | None) -> str | None:
    """Refuse the name of a file that is not here."""
    if path is not None and not Path(path).is_file():
        msg = "must name a file of certificates that is here"
        raise ValueError(msg)
    return path


def require_type_base(base: str | None) -> str | None:
    """Refuse what the name of a problem cannot be put behind."""
    if base is not None and not (base.startswith(("/", "https://")) and base.endswith(("/", "#"))):
        msg = "must begin with / or https:// and end with / or #, because a problem's name is put behind it"
        raise ValueError(msg)
    return base


def require_zone(name: str) -> str:
    """Refuse what is no time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = "must be an IANA time zone such as Europe/London"
        raise ValueError(msg) from None
    return name


Seconds = Annotated[float, Field(gt=0, le=29)]
Origins = Annotated[frozenset[str], BeforeValidator(split_origins), AfterValidator(require_origins)]
HeaderNames = Annotated[tuple[str, ...], BeforeValidator(split_names), AfterValidator(require_header_names)]
TypeBase = Annotated[str | None, AfterValidator(require_type_base)]
CABundle = Annotated[str | None, AfterValidator(require_file)]

FORM = ConfigDict(
    frozen=True,
    extra="ignore",
    hide_input_in_errors=True,
    alias_generator=str.upper,
    validate_by_alias=True,
    validate_default=True,  # a default may clash with what was given
)

"""The settings of the reviewers' function, read once; all faults are reported at once. Its own begin with REVIEW."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from typing import Any

from chalicelib.domain.operation.matching import DEFAULT_EXPIRY, LEAST_EXPIRY, MOST_EXPIRY
from chalicelib.domain.people.retention import Retention
from chalicelib.setting_kinds import (
    DEFAULT_DAYS,
    FEWEST_DAYS,
    MOST_DAYS,
    STAGE_FORM,
    is_loopback,
    require_file,
    require_origins,
    require_type_base,
)
from chalicelib.settings import InvalidSettingsError
from chalicelib.spelling import misspelt

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?(/[a-z0-9._~-]*)*",
    re.ASCII | re.IGNORECASE,
)
_HEADER_NAME = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2: a token, but no wildcard
_LONGEST_TEXT = 200
_LONGEST_NAMES = 1000
_LONGEST_SKEW, _LONGEST_FETCH = 300, 20


def told(read: Callable[[str], Any], description: str) -> Mapping[str, Any]:
    """Return what a member says of itself: how its text is read, and what it is for."""
    return {"read": read, "description": description}


def _text(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        msg = f"must have at most {_LONGEST_TEXT} characters"
        raise ValueError(msg)
    return text


def _stage(text: str) -> str:
    if not re.fullmatch(STAGE_FORM, text):
        msg = "must be a word of small letters, digits and dashes"
        raise ValueError(msg)
    return text


def _url(text: str) -> str:
    match = _URL.fullmatch(text)
    if match is None or not (match["scheme"].lower() == "https" or is_loopback(match["host"])):
        msg = "must be https://host[:port]/path without a query; plain http is for loopback addresses only"
        raise ValueError(msg)
    return text


def _console_url(text: str) -> str:
    url = _url(text)
    if not url.endswith("/console"):
        msg = "must end with /console"
        raise ValueError(msg)
    return url


def _scope(text: str) -> str:
    if "openid" not in text.split():
        msg = "must name openid: without it the provider makes no ID token"
        raise ValueError(msg)
    return _text(text)


def _number(least: float, most: float, of: str = "seconds") -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = most + 1
        if not least <= number <= most:
            msg = f"must be a number of {of} from {least:g} to {most:g}"
            raise ValueError(msg)
        return number

    return read


def days(text: str) -> int:
    """Return for how many days records are kept.

    Raises:
        ValueError: it is no number of days that may be set.
    """
    if not text.isascii() or not text.isdigit() or not FEWEST_DAYS <= int(text) <= MOST_DAYS:
        msg = f"must be a number of days from {FEWEST_DAYS} to {MOST_DAYS}"
        raise ValueError(msg)
    return int(text)


hours = _number(LEAST_EXPIRY, MOST_EXPIRY, "hours")  # after how many the hourly function flags what is still open


def _origins(text: str) -> frozenset[str]:
    return require_origins(frozenset(one.strip() for one in text.split(",") if one.strip()))


def _header_names(text: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in text.split(",") if one.strip())
    if not all(map(_HEADER_NAME.fullmatch, names)):
        msg = "each is the name of one header, without a wildcard"
        raise ValueError(msg)
    return names


def _names(text: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in text.split(",") if one.strip())
    if not names or len(text) > _LONGEST_NAMES:
        msg = f"must name at least one, in at most {_LONGEST_NAMES} characters"
        raise ValueError(msg)
    return names


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """The settings; each member is the environment variable of the same name in capitals."""

    review_issuer: str = field(
        metadata=told(_url, "The reviewers' identity provider: the `iss` of its access tokens, character by character.")
    )
    review_audience: str = field(metadata=told(_text, "What the `aud` of their access tokens must name: this API."))
    review_jwks_url: str | None = field(
        default=None,
        metadata=told(_url, "Where the provider's keys are; unless set, its discovery document says it."),
    )
    review_roles_claim: str = field(
        default="roles",
        metadata=told(_text, "The claim with the roles, or the path to one inside another: `realm_access.roles`."),
    )
    review_skew_seconds: float = field(
        default=60, metadata=told(_number(0, _LONGEST_SKEW), "How far the provider's clock and ours may be apart.")
    )
    review_fetch_seconds: float = field(
        default=3,
        metadata=told(_number(0.1, _LONGEST_FETCH), "The longest that fetching the provider's keys may take."),
    )
    review_client_id: str | None = field(
        default=None,
        metadata=told(_text, "The console's client at the provider, a public one. Without it there is no console."),
    )
    review_console_url: str | None = field(
        default=None,
        metadata=told(
            _console_url,
            "Where browsers find the console, to its end `/console`; the provider sends them back to `/callback` below it.",
        ),
    )
    review_scope: str = field(
        default="openid",
        metadata=told(_scope, "The scopes that the console asks for; the access token must be one for this API."),
    )
    review_ca_bundle: str | None = field(
        default=None,
        metadata=told(require_file, "A file of certificate authorities to trust instead of the bundled ones."),
    )
    stage: str = field(default="local", metadata=told(_stage, "The stage that metrics are told for."))
    allowed_origins: frozenset[str] = field(
        default=frozenset(),
        metadata=told(_origins, "The web origins that a browser may call from, comma separated, matched exactly."),
    )
    allowed_headers: tuple[str, ...] = field(
        default=(),
        metadata=told(_header_names, "The headers that a page may send beside our own and those of W3C Trace Context."),
    )
    problem_type_base: str | None = field(
        default=None,
        metadata=told(
            require_type_base, "What comes before a problem's name in its `type`, if the pages stand elsewhere."
        ),
    )
    operations_table: str = field(
        default="switchboard-operations", metadata=told(_text, "The DynamoDB table of operations.")
    )
    audit_table: str = field(default="switchboard-audit", metadata=told(_text, "The DynamoDB table of audit events."))
    digest_bucket: str = field(
        default="switchboard-digests", metadata=told(_text, "The S3 bucket of the signed hourly digests.")
    )
    digest_key_ids: tuple[str, ...] = field(
        default=("alias/switchboard-digests",),
        metadata=told(_names, "The KMS keys that digests may be signed with: the present one and those before it."),
    )
    events_kept_days: int = field(
        default=DEFAULT_DAYS,
        metadata=told(days, "For how many days audit events are kept; the same for both functions."),
    )
    contacts_kept_days: int = field(
        default=DEFAULT_DAYS,
        metadata=told(
            days, "For how many days long sealed contacts, which have rows of their own, are kept; the same."
        ),
    )
    looks_kept_days: int = field(
        default=DEFAULT_DAYS,
        metadata=told(days, "For how many days the events of reviewers and custodians are kept."),
    )
    expiry_hours: float = field(
        default=DEFAULT_EXPIRY,
        metadata=told(
            hours, "When an operation that nobody came back for is handed to a reviewer; the same for both functions."
        ),
    )
    sealing_key_id: str = field(
        default="alias/switchboard", metadata=told(_text, "The KMS key that wraps the data keys of accounts.")
    )

    @property
    def retention(self) -> Retention:
        """Return for how long records are kept."""
        each = (self.events_kept_days, self.contacts_kept_days, self.looks_kept_days)
        return Retention(*(timedelta(days=one) for one in each))


def read_review_settings(environment: Mapping[str, str]) -> ReviewSettings:
    """Read the settings; an empty variable counts as absent. Those of the booking path may stand beside them.

    Raises:
        InvalidSettingsError: at least one is wrong; the message lists all faults.
    """
    members = {one.name.upper(): one for one in fields(ReviewSettings)}
    own = [name for name, value in environment.items() if value and name.startswith("REVIEW_")]
    faults = [
        f"{name}: there is no such setting{f'; did you mean {nearest}?' if nearest else ''}"
        for name, nearest in misspelt(own, list(members))
    ]
    read: dict[str, Any] = {}
    for name, member in members.items():
        text = environment.get(name)
        try:
            if text:
                read[member.name] = member.metadata["read"](text)
            elif member.default is MISSING:
                faults.append(f"{name}: has to be set")
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if not faults and (read.get("review_client_id") is None) is not (read.get("review_console_url") is None):
        faults.append("REVIEW_CLIENT_ID, REVIEW_CONSOLE_URL: set both, or neither: the console needs the two")
    if faults:
        raise InvalidSettingsError("\n".join(faults))
    return ReviewSettings(**read)

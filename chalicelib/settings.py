"""Every setting, read once from a mapping of environment variables; all faults are reported at once."""

import ipaddress
import re
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH
from chalicelib.spelling import misspelt

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>[0-9]{1,5}))?/?", re.ASCII | re.IGNORECASE
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2: a token
_HIGHEST_PORT = 65535


class InvalidSettingsError(Exception):
    """The environment cannot be used; the message names every fault and never a value."""


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


def _require_origins(origins: frozenset[str]) -> frozenset[str]:
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            msg = "each origin is scheme://host[:port] in lower case, without a path or a wildcard"
            raise ValueError(msg)
    return origins


def _require_base_url(url: str) -> str:
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


def _require_file(path: str | None) -> str | None:
    if path is not None and not Path(path).is_file():
        msg = "must name a file of certificates that is here"
        raise ValueError(msg)
    return path


def _require_type_base(base: str | None) -> str | None:
    if base is not None and not (base.startswith(("/", "https://")) and base.endswith(("/", "#"))):
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


Seconds = Annotated[float, Field(gt=0, le=29)]


class Settings(BaseModel):
    """The settings; each member is the environment variable of the same name in capitals, its description is the README's."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=str.upper,
        validate_by_alias=True,
        validate_default=True,  # a default may clash with what was given
    )

    adultwork_base_url: Annotated[str, AfterValidator(_require_base_url)] = Field(
        "https://api-sandbox.adultwork.com",
        description="The upstream: scheme, host and port. AdultWork's own sandbox unless a deployment says otherwise.",
    )
    adultwork_accept: Literal["application/xml", "application/json"] = Field(
        "application/xml", description="The form that the upstream is asked to answer in; both are read."
    )
    adultwork_timezone: Annotated[str, AfterValidator(_require_zone)] = Field(
        "Europe/London",
        description="The clock of AdultWork's dates. An inference: its documentation names no zone.",
    )
    adultwork_send_api_key: bool = Field(
        default=False,
        description="Send the developer key's headers beside the token; whether AdultWork wants both is not documented.",
    )
    adultwork_api_key: str | None = Field(
        None, repr=False, description="The developer key, for local runs; deployed stages keep it in SECRETS_NAME."
    )
    adultwork_api_secret: str | None = Field(
        None, repr=False, description="The developer secret, for local runs; deployed stages keep it in SECRETS_NAME."
    )
    adultwork_ca_bundle: Annotated[str | None, AfterValidator(_require_file)] = Field(
        None, description="A file of certificate authorities to trust instead of the bundled ones."
    )
    allowed_origins: Annotated[frozenset[str], BeforeValidator(_split_origins), AfterValidator(_require_origins)] = (
        Field(
            frozenset(), description="The web origins that a browser may call from, comma separated, matched exactly."
        )
    )
    allowed_headers: Annotated[
        tuple[str, ...], BeforeValidator(_split_names), AfterValidator(_require_header_names)
    ] = Field(
        (),
        description="The headers that a page may send beside our own and those of W3C Trace Context, comma separated.",
    )
    operations_table: str = Field("switchboard-operations", description="The DynamoDB table of operations.")
    audit_table: str = Field("switchboard-audit", description="The DynamoDB table of audit events.")
    secrets_name: str | None = Field(
        None, description="The Secrets Manager secret with HMAC_KEY and, if it is sent, the developer key."
    )
    hmac_key: str | None = Field(
        None,
        min_length=32,
        repr=False,
        description="The key of the keyed hashes, for local runs: 32 characters or more.",
    )
    hmac_key_previous: str | None = Field(
        None,
        min_length=32,
        repr=False,
        description="The key before the last change, for comparing repeats; deployed stages keep it in SECRETS_NAME.",
    )
    sealing_key_id: str = Field(
        "alias/switchboard", description="The KMS key that wraps the data keys of accounts: its id, ARN or alias."
    )
    bookings_per_minute: int = Field(
        5, ge=0, description="How many bookings an account may make in a minute; 0 for any."
    )
    bookings_per_day: int = Field(
        30, ge=0, description="How many bookings an account may make in a day (UTC); 0 for any."
    )
    refusals_per_hour: int = Field(
        60,
        ge=1,
        description="How many refusals of an account have an audit event of their own in an hour; more are counted.",
    )
    breaker_failures: int = Field(
        0, ge=0, description="After how many failed calls in a row AdultWork is left alone for a moment; 0 for never."
    )
    breaker_seconds: float = Field(30, gt=0, le=3600, description="How long AdultWork is left alone then.")
    settle_minutes: float = Field(
        15,
        ge=1,
        le=1440,
        description="How long after a send a missing booking proves nothing: it may still turn up in the list.",
    )
    expiry_hours: float = Field(
        24, ge=1, le=720, description="When an operation that nobody came back for is handed to a reviewer."
    )
    problem_type_base: Annotated[str | None, AfterValidator(_require_type_base)] = Field(
        None,
        description="What comes before a problem's name in its `type`, if the pages stand elsewhere than at `/problems/` here.",
    )
    maximum_body_bytes: int | None = Field(
        None,
        gt=0,
        le=1_000_000,
        description="The largest request body, in bytes; unless set, as many as the longest booking takes in any JSON spelling.",
    )
    maximum_duration_minutes: int = Field(1440, ge=5, description="The longest booking; AdultWork names no maximum.")
    maximum_comments_length: int = Field(
        MAXIMUM_COMMENTS_LENGTH, ge=0, le=20_000, description="The longest Comments, in characters."
    )
    refuse_premium_numbers: bool = Field(
        default=True, description="Refuse premium-rate, personal and pager numbers (09, 070, 076, 084, 087)."
    )
    permission_cache_seconds: float = Field(
        60, ge=0, le=60, description="How long a token's permissions are remembered in memory; 0 asks each time."
    )
    function_timeout_seconds: Seconds = Field(26, description="The function's timeout, as deployed.")
    call_seconds: Seconds = Field(24, description="When Switchboard ends a call itself.")
    read_seconds: Seconds = Field(3, description="The longest single read from AdultWork.")
    reads_seconds: Seconds = Field(6, description="The longest that all reads together may take.")
    claim_seconds: Seconds = Field(4, description="The longest that the record before the send may take.")
    post_seconds: Seconds = Field(12, description="The longest that the booking itself may take, connect to last byte.")
    conclusion_seconds: Seconds = Field(4, description="The longest that the record after the send may take.")

    reconcile_seconds: Seconds = Field(
        5, description="The longest that settling an unknown outcome may take in a call."
    )

    # Faults that no single member shows are found beside the last member they are about, not after all members are
    # sound: so they come in the same report as the others. A member that is wrong itself is missing from `info.data`.
    @field_validator("hmac_key")
    @classmethod
    def _require_one_source(cls, key: str | None, info: ValidationInfo) -> str | None:
        if "secrets_name" in info.data and (key is None) == (info.data["secrets_name"] is None):
            msg = "set exactly one of HMAC_KEY (local) and SECRETS_NAME (deployed)"
            raise ValueError(msg)
        return key

    @field_validator("maximum_comments_length")
    @classmethod
    def _require_room_for_comments(cls, length: int, info: ValidationInfo) -> int:
        needed = longest_form_bytes(length)
        if (info.data.get("maximum_body_bytes") or needed) < needed:
            msg = f"MAXIMUM_BODY_BYTES must be {needed} or more, or bookings that no rule refuses are too large"
            raise ValueError(msg)
        return length

    @field_validator("call_seconds")
    @classmethod
    def _require_end_before_the_platform(cls, call: float, info: ValidationInfo) -> float:
        if call >= info.data.get("function_timeout_seconds", inf):
            msg = "CALL_SECONDS must be less than FUNCTION_TIMEOUT_SECONDS, or the platform cuts the answer off"
            raise ValueError(msg)
        return call

    @field_validator("conclusion_seconds")
    @classmethod
    def _require_time_to_send(cls, conclusion: float, info: ValidationInfo) -> float:
        if info.data.get("post_seconds", 0) + conclusion + 1 > info.data.get("call_seconds", inf):
            msg = "CALL_SECONDS must leave POST_SECONDS, CONCLUSION_SECONDS and 1 more, or nothing is ever sent"
            raise ValueError(msg)
        return conclusion

    @property
    def body_bytes(self) -> int:
        """Return the largest request body, given or computed."""
        return self.maximum_body_bytes or longest_form_bytes(self.maximum_comments_length)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; an empty variable counts as absent.

    Raises:
        InvalidSettingsError: at least one is wrong; the message lists all faults.
    """
    given: dict[str, Any] = {name: value for name, value in environment.items() if value}
    faults = [
        f"{name}: there is no such setting{f'; did you mean {nearest}?' if nearest else ''}"
        for name, nearest in misspelt(given, [name.upper() for name in Settings.model_fields])
    ]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        faults += [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
    if faults:
        raise InvalidSettingsError("\n".join(faults))
    return settings

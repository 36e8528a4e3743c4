"""Every setting, read once from a mapping of environment variables; all faults are reported at once."""

from collections.abc import Mapping
from math import inf
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, field_validator

from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH
from chalicelib.setting_forms import (
    FORM,
    CABundle,
    HeaderNames,
    InvalidSettingsError,
    Origins,
    Seconds,
    TypeBase,
    require_base_url,
    require_zone,
)
from chalicelib.spelling import misspelt

__all__ = ["InvalidSettingsError", "Settings", "read_settings"]


class Settings(BaseModel):
    """The settings; each member is the environment variable of the same name in capitals, its description is the README's."""

    model_config = FORM

    adultwork_base_url: Annotated[str, AfterValidator(require_base_url)] = Field(
        "https://api-sandbox.adultwork.com",
        description="The upstream: scheme, host and port. AdultWork's own sandbox unless a deployment says otherwise.",
    )
    adultwork_accept: Literal["application/xml", "application/json"] = Field(
        "application/xml", description="The form that the upstream is asked to answer in; both are read."
    )
    adultwork_timezone: Annotated[str, AfterValidator(require_zone)] = Field(
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
    adultwork_ca_bundle: CABundle = Field(
        None, description="A file of certificate authorities to trust instead of the bundled ones."
    )
    allowed_origins: Origins = Field(
        frozenset(), description="The web origins that a browser may call from, comma separated, matched exactly."
    )
    allowed_headers: HeaderNames = Field(
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
    problem_type_base: TypeBase = Field(
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

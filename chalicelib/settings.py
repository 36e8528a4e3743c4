"""Every setting, read once from a mapping of environment variables; all faults are reported at once."""

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any, Literal, cast

from pydantic_core import CoreConfig, CoreSchema, SchemaValidator, ValidationError

from chalicelib import sign_in_members as of_sign_in
from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.domain.booking.policy import MAXIMUM_COMMENTS_LENGTH
from chalicelib.domain.operation.matching import DEFAULT_EXPIRY, LEAST_EXPIRY, LEAST_SETTLE, MOST_EXPIRY, MOST_SETTLE
from chalicelib.setting_kinds import (
    BASE_URL,
    DAYS,
    DEFAULT_DAYS,
    FILE,
    FLAG,
    HEADER_NAMES,
    KEY,
    ORIGINS,
    SECONDS,
    STAGE,
    TEXT,
    TYPE_BASE,
    ZONE,
    Schema,
    beside,
    number,
    one_of,
    optional,
    told,
    whole,
)
from chalicelib.settings_beside import (
    require_end_before_the_platform,
    require_one_source,
    require_room_for_comments,
    require_time_to_send,
)
from chalicelib.spelling import misspelt
from chalicelib.values import dataclass


class InvalidSettingsError(Exception):
    """The environment cannot be used; the message names every fault and never a value."""

    @property
    def names(self) -> str:
        """Return the names of the settings that are wrong, for the log."""
        return ", ".join(dict.fromkeys(fault.partition(":")[0] for fault in str(self).splitlines()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings; each member is the environment variable of the same name in capitals, its description is the README's."""

    adultwork_base_url: str = field(
        default="https://api-sandbox.adultwork.com",
        metadata=told(
            BASE_URL, "The upstream: scheme, host and port. AdultWork's own sandbox unless a deployment says otherwise."
        ),
    )
    adultwork_accept: Literal["application/xml", "application/json"] = field(
        default="application/xml",
        metadata=told(
            one_of("application/xml", "application/json"),
            "The form that the upstream is asked to answer in; both are read.",
        ),
    )
    adultwork_timezone: str = field(
        default="Europe/London",
        metadata=told(ZONE, "The clock of AdultWork's dates. An inference: its documentation names no zone."),
    )
    adultwork_send_api_key: bool = field(
        default=False,
        metadata=told(
            FLAG, "Send the developer key's headers beside the token; whether AdultWork wants both is not documented."
        ),
    )
    adultwork_send_trace: bool = field(
        default=False,
        metadata=told(
            FLAG, "Pass a caller's `traceparent` and `tracestate` on; whether AdultWork takes them is not known."
        ),
    )
    adultwork_api_key: str | None = field(
        default=None,
        repr=False,
        metadata=told(optional(TEXT), "The developer key, for local runs; deployed stages keep it in SECRETS_NAME."),
    )
    adultwork_api_secret: str | None = field(
        default=None,
        repr=False,
        metadata=told(optional(TEXT), "The developer secret, for local runs; deployed stages keep it in SECRETS_NAME."),
    )
    adultwork_ca_bundle: str | None = field(
        default=None,
        metadata=told(optional(FILE), "A file of certificate authorities to trust instead of the bundled ones."),
    )
    stage: str = field(
        default="local", metadata=told(STAGE, "The stage that metrics are told for; a deployment is told its own.")
    )
    allowed_origins: frozenset[str] = field(
        default=frozenset(),
        metadata=told(ORIGINS, "The web origins that a browser may call from, comma separated, matched exactly."),
    )
    allowed_headers: tuple[str, ...] = field(
        default=(),
        metadata=told(
            HEADER_NAMES,
            "The headers that a page may send beside our own and those of W3C Trace Context, comma separated.",
        ),
    )
    operations_table: str = field(
        default="switchboard-operations", metadata=told(TEXT, "The DynamoDB table of operations.")
    )
    audit_table: str = field(default="switchboard-audit", metadata=told(TEXT, "The DynamoDB table of audit events."))
    secrets_name: str | None = field(
        default=None,
        metadata=told(
            optional(TEXT), "The Secrets Manager secret with HMAC_KEY and, if it is sent, the developer key."
        ),
    )
    secrets_version: str | None = field(
        default=None,
        metadata=told(optional(TEXT), "Its VersionId, which a deployment names; the current version unless set."),
    )
    hmac_key: str | None = field(
        default=None,
        repr=False,
        metadata=told(
            beside(require_one_source, optional(KEY)),
            "The key of the keyed hashes, for local runs: 32 characters or more.",
        ),
    )
    hmac_key_previous: str | None = field(
        default=None,
        repr=False,
        metadata=told(
            optional(KEY),
            "The key before the last change, for comparing repeats; deployed stages keep it in SECRETS_NAME.",
        ),
    )
    sealing_key_id: str = field(
        default="alias/switchboard",
        metadata=told(TEXT, "The KMS key that wraps the data keys of accounts: its id, ARN or alias."),
    )
    bookings_per_minute: int = field(
        default=5, metadata=told(whole(ge=0), "How many bookings an account may make in a minute; 0 for any.")
    )
    bookings_per_day: int = field(
        default=30, metadata=told(whole(ge=0), "How many bookings an account may make in a day (UTC); 0 for any.")
    )
    refusals_per_hour: int = field(
        default=60,
        metadata=told(
            whole(ge=1),
            "How many refusals of an account have an audit event of their own in an hour; more are counted.",
        ),
    )
    sending: bool = field(
        default=True,
        metadata=told(FLAG, "0 stops new bookings (503 `sending-paused`); repeats, status and all reads go on."),
    )
    events_kept_days: int = field(
        default=DEFAULT_DAYS,
        metadata=told(DAYS, "For how many days audit events are kept; the same for the reviewers' function."),
    )
    contacts_kept_days: int = field(
        default=DEFAULT_DAYS,
        metadata=told(
            DAYS, "For how many days long sealed contacts, which have rows of their own, are kept; the same."
        ),
    )
    breaker_failures: int = field(
        default=0,
        metadata=told(
            whole(ge=0), "After how many failed calls in a row AdultWork is left alone for a moment; 0 for never."
        ),
    )
    breaker_seconds: float = field(
        default=30, metadata=told(number(gt=0, le=3600), "How long AdultWork is left alone then.")
    )
    settle_minutes: float = field(
        default=15,
        metadata=told(
            number(ge=LEAST_SETTLE, le=MOST_SETTLE),
            "How long after a send a missing booking proves nothing: it may still turn up in the list.",
        ),
    )
    expiry_hours: float = field(
        default=DEFAULT_EXPIRY,
        metadata=told(
            number(ge=LEAST_EXPIRY, le=MOST_EXPIRY),
            "When an operation that nobody came back for is handed to a reviewer; the same for the reviewers' function.",
        ),
    )
    problem_type_base: str | None = field(
        default=None,
        metadata=told(
            optional(TYPE_BASE),
            "What comes before a problem's name in its `type`, if the pages stand elsewhere than at `/problems/` here.",
        ),
    )
    maximum_body_bytes: int | None = field(
        default=None,
        metadata=told(
            optional(whole(gt=0, le=1_000_000)),
            "The largest request body, in bytes; unless set, as many as the longest booking takes in any JSON spelling.",
        ),
    )
    maximum_duration_minutes: int = field(
        default=1440, metadata=told(whole(ge=5), "The longest booking; AdultWork names no maximum.")
    )
    maximum_comments_length: int = field(
        default=MAXIMUM_COMMENTS_LENGTH,
        metadata=told(
            beside(require_room_for_comments, whole(ge=0, le=20_000)), "The longest Comments, in characters."
        ),
    )
    refuse_premium_numbers: bool = field(
        default=True, metadata=told(FLAG, "Refuse premium-rate, personal and pager numbers (09, 070, 076, 084, 087).")
    )
    permission_cache_seconds: float = field(
        default=60,
        metadata=told(
            number(ge=0, le=60), "How long a token's permissions are remembered in memory; 0 asks each time."
        ),
    )
    function_timeout_seconds: float = field(default=26, metadata=told(SECONDS, "The function's timeout, as deployed."))
    call_seconds: float = field(
        default=24,
        metadata=told(beside(require_end_before_the_platform, SECONDS), "When Switchboard ends a call itself."),
    )
    read_seconds: float = field(default=3, metadata=told(SECONDS, "The longest single read from AdultWork."))
    reads_seconds: float = field(default=6, metadata=told(SECONDS, "The longest that all reads together may take."))
    claim_seconds: float = field(
        default=4, metadata=told(SECONDS, "The longest that the record before the send may take.")
    )
    post_seconds: float = field(
        default=12, metadata=told(SECONDS, "The longest that the booking itself may take, connect to last byte.")
    )
    conclusion_seconds: float = field(
        default=4,
        metadata=told(beside(require_time_to_send, SECONDS), "The longest that the record after the send may take."),
    )
    reconcile_seconds: float = field(
        default=5, metadata=told(SECONDS, "The longest that settling an unknown outcome may take in a call.")
    )

    sign_in: bool = field(default=False, metadata=of_sign_in.SIGN_IN)
    adultwork_login_url: str = field(default="https://platform.adultwork.com", metadata=of_sign_in.LOGIN_URL)
    adultwork_client_id: str | None = field(default=None, metadata=of_sign_in.CLIENT_ID)
    adultwork_client_secret: str | None = field(default=None, repr=False, metadata=of_sign_in.CLIENT_SECRET)
    sign_in_scope: str = field(default=of_sign_in.DEFAULT_SCOPE, metadata=of_sign_in.SCOPE)
    sign_in_redirect_uris: tuple[str, ...] = field(default=(), metadata=of_sign_in.REDIRECT_URIS)
    sign_in_native_redirect_uris: tuple[str, ...] = field(default=(), metadata=of_sign_in.NATIVE_REDIRECT_URIS)
    sign_ins_per_minute: int = field(default=20, metadata=of_sign_in.PER_MINUTE)
    sign_in_days: float = field(default=14, metadata=of_sign_in.DAYS)

    @property
    def body_bytes(self) -> int:
        """Return the largest request body, given or computed."""
        return self.maximum_body_bytes or longest_form_bytes(self.maximum_comments_length)


def _member(name: str, kind: Schema, default: object) -> Schema:
    """Return the schema of a member; a default is checked, because it may clash with what was given."""
    schema = {"type": "default", "schema": kind, "default": default, "validate_default": True}
    return {"type": "typed-dict-field", "required": False, "schema": schema, "validation_alias": name.upper()}


VARIABLES = tuple(member.name.upper() for member in fields(Settings))
_SCHEMA = {
    "type": "typed-dict",
    "fields": {one.name: _member(one.name, one.metadata["kind"], one.default) for one in fields(Settings)},
    "extra_behavior": "ignore",
}
_VALIDATOR = SchemaValidator(cast("CoreSchema", _SCHEMA), CoreConfig(hide_input_in_errors=True))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; an empty variable counts as absent.

    Raises:
        InvalidSettingsError: at least one is wrong; the message lists all faults.
    """
    given: dict[str, Any] = {name: value for name, value in environment.items() if value}
    faults = [
        f"{name}: there is no such setting{f'; did you mean {nearest}?' if nearest else ''}"
        for name, nearest in misspelt(given, VARIABLES)
    ]
    try:
        settings = Settings(**_VALIDATOR.validate_python(given))
    except ValidationError as error:
        faults += [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
    if faults:
        raise InvalidSettingsError("\n".join(faults))
    return settings

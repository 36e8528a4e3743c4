"""The settings of the reviewers' function, read once; all faults are reported at once. Its own begin with REVIEW."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError

from chalicelib.setting_forms import (
    FORM,
    CABundle,
    HeaderNames,
    InvalidSettingsError,
    Origins,
    Seconds,
    TypeBase,
    require_base_url,
)
from chalicelib.settings import Settings
from chalicelib.spelling import misspelt

_SERVER_AND_PATH = re.compile(r"(?P<server>[a-z]+://[^/]+)(?P<path>(/[A-Za-z0-9._~-]*)*)", re.IGNORECASE)


def _require_url(url: str) -> str:
    match = _SERVER_AND_PATH.fullmatch(url)
    if match is None:
        msg = "must be https://host[:port]/path without a query; plain http is for loopback addresses only"
        raise ValueError(msg)
    require_base_url(match["server"])
    return url


Url = Annotated[str, AfterValidator(_require_url)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ReviewSettings(BaseModel):
    """The settings; each member is the environment variable of the same name in capitals."""

    model_config = FORM

    review_issuer: Url = Field(
        description="The reviewers' identity provider: the `iss` of its access tokens, character by character."
    )
    review_audience: Name = Field(description="What the `aud` of their access tokens must name: this API.")
    review_jwks_url: Url | None = Field(
        None, description="Where the provider's keys are; unless set, its discovery document says it."
    )
    review_roles_claim: Name = Field(
        "roles", description="The claim with the roles, or the path to one inside another: `realm_access.roles`."
    )
    review_skew_seconds: float = Field(
        60, ge=0, le=300, description="How far the provider's clock and ours may be apart."
    )
    review_fetch_seconds: Seconds = Field(3, description="The longest that fetching the provider's keys may take.")
    review_ca_bundle: CABundle = Field(
        None, description="A file of certificate authorities to trust instead of the bundled ones."
    )
    allowed_origins: Origins = Field(
        frozenset(), description="The web origins that a browser may call from, comma separated, matched exactly."
    )
    allowed_headers: HeaderNames = Field(
        (), description="The headers that a page may send beside our own and those of W3C Trace Context."
    )
    problem_type_base: TypeBase = Field(
        None, description="What comes before a problem's name in its `type`, if the pages stand elsewhere."
    )
    operations_table: str = Field("switchboard-operations", description="The DynamoDB table of operations.")
    audit_table: str = Field("switchboard-audit", description="The DynamoDB table of audit events.")
    sealing_key_id: str = Field("alias/switchboard", description="The KMS key that wraps the data keys of accounts.")


def read_review_settings(environment: Mapping[str, str]) -> ReviewSettings:
    """Read the settings; an empty variable counts as absent. Those of the booking path may stand beside them.

    Raises:
        InvalidSettingsError: at least one is wrong; the message lists all faults.
    """
    given: dict[str, Any] = {name: value for name, value in environment.items() if value}
    known = [name.upper() for name in (*ReviewSettings.model_fields, *Settings.model_fields)]
    faults = [
        f"{name}: there is no such setting{f'; did you mean {nearest}?' if nearest else ''}"
        for name, nearest in misspelt(given, known)
    ]
    try:
        settings = ReviewSettings.model_validate(given)
    except ValidationError as error:
        faults += [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
    if faults:
        raise InvalidSettingsError("\n".join(faults))
    return settings

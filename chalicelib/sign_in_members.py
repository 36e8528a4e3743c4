"""The settings of sign-in, for `settings.py`: what each may be, and what it is for.

Where sign-in is off, none of them is asked for; where it is on, whatever is missing is named at the start with every other fault.
"""

import re

from chalicelib.setting_kinds import BASE_URL, FLAG, NAMES, TEXT, Others, beside, number, optional, told, whole

DEFAULT_SCOPE = "account_phonechat_bookings account_credits_history"

_PAGE = re.compile(r"(https?://[^/?#\s]+)/[^?#\s]*(\?[^#\s]*)?")
_NATIVE = re.compile(r"[a-z][a-z0-9+.-]*:[^#\s]+")


def origin_of(address: str) -> str | None:
    """Return the origin of a page's address; None for what is none."""
    match = _PAGE.fullmatch(address)
    return match and match[1]


def _require_id(client_id: str | None, info: Others) -> str | None:
    if info.data.get("sign_in") and client_id is None:
        msg = "must be set where SIGN_IN is on: the project's id in AdultWork's Unified Login"
        raise ValueError(msg)
    return client_id


def _require_secret(secret: str | None, info: Others) -> str | None:
    is_local = "secrets_name" in info.data and info.data["secrets_name"] is None
    if info.data.get("sign_in") and is_local and secret is None:
        msg = "must be set where SIGN_IN is on and no SECRETS_NAME is"
        raise ValueError(msg)
    return secret


def _require_pages(addresses: tuple[str, ...], info: Others) -> tuple[str, ...]:
    allowed = info.data.get("allowed_origins")
    for address in addresses:
        origin = origin_of(address)
        if origin is None or (allowed is not None and origin not in allowed):
            msg = (
                "each is the whole address of a page, with a path and without a fragment, under one of ALLOWED_ORIGINS"
            )
            raise ValueError(msg)
    return addresses


def _require_apps(addresses: tuple[str, ...], info: Others) -> tuple[str, ...]:
    for address in addresses:
        if not _NATIVE.fullmatch(address) or address.startswith("http:"):
            msg = "each is an address that opens an app, such as com.example.app:/signed-in, without a fragment"
            raise ValueError(msg)
    pages = info.data.get("sign_in_redirect_uris", addresses)
    if info.data.get("sign_in") and not (addresses or pages):
        msg = "this or SIGN_IN_REDIRECT_URIS must be set where SIGN_IN is on, or nobody can sign in"
        raise ValueError(msg)
    return addresses


SIGN_IN = told(FLAG, "Serve sign-in for clients under `/v1/oauth`; see `docs/sign-in.md`.")
LOGIN_URL = told(BASE_URL, "AdultWork's Unified Login: scheme, host and port.")
CLIENT_ID = told(beside(_require_id, optional(TEXT)), "The project's id in AdultWork's Unified Login.")
CLIENT_SECRET = told(
    beside(_require_secret, optional(TEXT)),
    "The project's secret there, for local runs; deployed stages keep it in SECRETS_NAME.",
)
SCOPE = told(
    TEXT, "What the login is asked for, sent as it stands: whether AdultWork parts scopes by spaces is not documented."
)
REDIRECT_URIS = told(
    beside(_require_pages, NAMES),
    "Where the login sends a browser back to, comma separated, matched exactly; registered with AdultWork as well.",
)
NATIVE_REDIRECT_URIS = told(beside(_require_apps, NAMES), "The same for native apps, which keep their refresh token.")
PER_MINUTE = told(whole(ge=1), "How many requests of sign-in an address may make in a minute.")
DAYS = told(
    number(gt=0, le=400), "How long a browser keeps a session that is not refreshed; AdultWork documents 14 days."
)

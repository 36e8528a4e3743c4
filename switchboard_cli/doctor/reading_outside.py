"""Reading what answers over HTTP: the API's leave for pages, the clocks, and the upstream. No token is sent, nothing booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests

from chalicelib.adapters.system import SystemClock
from chalicelib.setting_kinds import is_loopback
from chalicelib.settings import Settings
from switchboard_cli.doctor.account import Account, Front, date_of
from switchboard_cli.doctor.facts import API, ClockFacts, FunctionFacts, OriginFacts, UpstreamFacts
from switchboard_cli.doctor.judging_stage import origins_of
from switchboard_cli.doctor.reading_stage import functions

PATH = "/v1/PhoneChat/CreateBooking"
STRANGER = "https://stranger.invalid"
SECONDS = 30
UPSTREAM_SECONDS = 10


def origins(account: Account) -> OriginFacts:
    """Ask as a page of each origin for leave to book, and as a page of nobody's."""
    found, front = account.once(functions), account.front()
    allowed = origins_of(found)
    return OriginFacts(
        allowed=allowed,
        is_live=_is_live(upstream_url(found)),
        leave={origin: _leave(front, origin) for origin in allowed},
        foreign=_leave(front, STRANGER),
    )


def _leave(front: Front, origin: str) -> str | None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    told = requests.options(front.url + PATH, headers={**front.headers, **asked}, timeout=SECONDS)
    return told.headers.get("Access-Control-Allow-Origin")


def _is_live(url: str) -> bool:
    """Tell whether a booking at an upstream is a real one: it is neither AdultWork's sandbox nor on this machine."""
    host = urlsplit(url).hostname or ""
    return not is_loopback(host) and "sandbox" not in host


def upstream_url(found: Sequence[FunctionFacts]) -> str:
    """Return the upstream that the API's function has, or its default."""
    set_ = next((one.variables.get("ADULTWORK_BASE_URL") for one in found if one.name == API), None)
    return set_ or Settings().adultwork_base_url


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the upstream answers to nobody: its status and its time, or why it does not."""

    status: int | None
    told_at: datetime | None = None
    failure: str | None = None


def _glimpse(url: str) -> Glimpse:
    """Ask the upstream for its root, once and without a token; any answer says that it is there."""
    try:
        told = requests.get(f"{url}/", timeout=UPSTREAM_SECONDS, allow_redirects=False, stream=True)
    except requests.RequestException as error:
        return Glimpse(None, failure=type(error).__name__)
    with told:
        return Glimpse(told.status_code, date_of({name.lower(): text for name, text in told.headers.items()}))


def upstream(account: Account) -> UpstreamFacts:
    """Ask whether the upstream answers this machine; the functions have no network of their own, so they reach what it does."""
    url = upstream_url(account.once(functions))
    seen = _glimpse(url)
    return UpstreamFacts(url, seen.status, seen.failure)


def clocks(account: Account) -> ClockFacts:
    """Read the clocks of this machine, of AWS and of the upstream."""
    aws = account.client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
    here = SystemClock().now().astimezone(UTC)
    return ClockFacts(here, date_of(aws), _glimpse(upstream_url(account.once(functions))).told_at)

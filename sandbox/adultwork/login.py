"""Play the Unified Login: a page with ready users, and the exchange of codes and refresh tokens."""

import re
from datetime import datetime
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from sandbox.adultwork.cast import PROJECTS
from sandbox.adultwork.logins import ACCESS_LIFE, Issued
from sandbox.adultwork.world import World
from sandbox.connection.message import Answer, Request
from sandbox.writing.documents import Members, Record, Reply

AUTHORIZE, TOKEN = "/OAuth/Authorize", "/OAuth/token"
_HTML = "text/html; charset=utf-8"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+")
_ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state")


def is_login_page(request: Request) -> bool:
    """Tell whether a request is for the page that people sign in on."""
    return request.path.lower() == AUTHORIZE.lower()


def is_token_request(request: Request) -> bool:
    """Tell whether a request is for the exchange."""
    return request.path.lower() == TOKEN.lower()


def page(request: Request, world: World, now: datetime) -> Answer:
    """Show the page, or lead back to where the browser came from once somebody is chosen."""
    query = request.query
    if request.method != "GET" or query.get("response_type") != "code" or query.get("client_id") not in PROJECTS:
        return _html(HTTPStatus.BAD_REQUEST, "<p>This is no request for an authorization code of a known project.</p>")
    redirect_uri, state = query.get("redirect_uri", ""), query.get("state", "")
    if not _ADDRESS.fullmatch(redirect_uri):
        return _html(HTTPStatus.BAD_REQUEST, "<p>The redirect_uri is missing, or no address.</p>")
    match query.get("user"):
        case None:
            return _html(HTTPStatus.OK, _choices(query, world))
        case "cancel":
            return _back(redirect_uri, {"code": "", "state": state, "status": "cancelled"})
        case user:
            account = world.account(int(user)) if user.isascii() and user.isdigit() else None
            if account is None:
                return _html(HTTPStatus.NOT_FOUND, "<p>There is no such user.</p>")
            code = world.logins.sign_in(account.user_id, redirect_uri, now)
            return _back(redirect_uri, {"code": code, "state": state})


def exchange(request: Request, world: World, now: datetime) -> Reply:
    """Exchange a code or a refresh token for new tokens."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if request.method != "POST" or PROJECTS.get(form.get("client_id", "")) != form.get("client_secret"):
        return _error(HTTPStatus.UNAUTHORIZED, "invalid_client")
    match form.get("grant_type"):
        case "authorization_code":
            issued = world.logins.redeem(form.get("code", ""), form.get("redirect_uri", ""), now)
            return _error(HTTPStatus.BAD_REQUEST, "invalid_grant") if issued is None else _issued(issued)
        case "refresh_token":
            issued = world.logins.refresh(form.get("refresh_token", ""), now)
            # The one failure that the documentation shows.
            failure = _error(HTTPStatus.UNAUTHORIZED, "refresh_token_has_expired")
            return failure if issued is None else _issued(issued)
        case _:
            return _error(HTTPStatus.BAD_REQUEST, "unsupported_grant_type")


def _choices(query: dict[str, str], world: World) -> str:
    asked = {name: query.get(name, "") for name in _ASKED}
    rows = "".join(
        f'<li><a href="{_href(asked, str(account.user_id))}">{escape(account.nickname)}</a> ({account.user_id})</li>'
        for account in world.accounts
    )
    cancel = f'<p><a href="{_href(asked, "cancel")}">Cancel</a></p>'
    return f"<p>A stand-in for AdultWork's sign-in page. Who are you?</p><ul>{rows}</ul>{cancel}"


def _href(asked: dict[str, str], user: str) -> str:
    return escape(f"{AUTHORIZE}?{urlencode({**asked, 'user': user})}", quote=True)


def _back(redirect_uri: str, told: dict[str, str]) -> Answer:
    location = f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(told)}"
    return Answer(HTTPStatus.FOUND, headers=(("Location", location),))


def _html(status: int, inner: str) -> Answer:
    text = f'<!doctype html><html lang="en"><title>Sandbox sign-in</title><h1>Sign in</h1>{inner}</html>'
    return Answer(status, _HTML, text.encode())


def _issued(issued: Issued) -> Reply:
    members: Members = (
        ("access_token", issued.access_token),
        ("token_type", "bearer"),
        ("expires_in", int(ACCESS_LIFE.total_seconds())),
        ("refresh_token", issued.refresh_token),
    )
    return Reply(HTTPStatus.OK, Record("Token", "", members))


def _error(status: int, error: str) -> Reply:
    return Reply(status, Record("Error", "", (("error", error),)))

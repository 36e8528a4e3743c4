"""AdultWork's Unified Login: codes and refresh tokens against tokens, each by one request that is never sent twice.

Source: AdultWork, Unified Login, pages "Authorization code" and "Refresh access tokens". The stored sample of the exchange of a
code is cut after the client's secret; `code` and `redirect_uri` are those of the standard (RFC 6749, section 4.1.3).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import simplejson

from chalicelib.adapters.http.exchange import Exchange
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.adapters.http.opening import Resolver, system_addresses
from chalicelib.adapters.http.retry_after import retry_after_seconds
from chalicelib.adapters.http.transport import HttpAnswer, HttpRequest, Transport
from chalicelib.application.ports import Clock
from chalicelib.application.sign_in.ports import Tokens
from chalicelib.domain.access import AccessToken
from chalicelib.domain.sign_in_errors import SignInRefusedError, SignInUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

LOGIN_SECONDS = 10.0
MAXIMUM_BYTES = 32 * 1024
LONGEST_TOKEN = 2048  # with the rest of a session, and sealed, it still fits into a cookie
LONGEST_SECONDS = 400 * 86_400
DEFAULT_SECONDS = 60  # where the answer names none: soon enough that nobody relies on it
RETRY_AFTER_SECONDS = 5
OK, TOO_MANY, CALLERS, SERVERS = 200, 429, 400, 500

REFUSED = "Sign in again: AdultWork's login no longer takes what was shown to it."
UNAVAILABLE = "AdultWork's login gave no usable answer. It is safe to try again."

_TOKEN = re.compile(r"[\x21-\x7e]+")  # RFC 6749, appendix A: no control character, and no space in a header


@dataclass(frozen=True, slots=True)
class AdultWorkLogin:
    """A UnifiedLogin at `base_url` (scheme, host, port). `secret` is asked for at each exchange, and never kept here."""

    base_url: str
    client_id: str
    scope: str
    secret: Callable[[], str]
    transport: Transport
    clock: Clock
    resolve: Resolver = system_addresses

    def address(self, redirect_uri: str, state: str) -> str:
        """Return where a browser goes to sign in."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.scope,
            "state": state,
        }
        return f"{self.base_url}/OAuth/Authorize?{urlencode(asked)}"

    def redeem(self, code: str, redirect_uri: str, deadline: Deadline) -> Tokens:
        """Exchange an authorization code. Raises what `UnifiedLogin.redeem` raises."""
        return self._exchange(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}, deadline
        )

    def refresh(self, refresh_token: str, deadline: Deadline) -> Tokens:
        """Exchange a refresh token. Raises what `UnifiedLogin.refresh` raises."""
        return self._exchange({"grant_type": "refresh_token", "refresh_token": refresh_token}, deadline)

    def _exchange(self, asked: Mapping[str, str], deadline: Deadline) -> Tokens:
        form = {**asked, "client_id": self.client_id, "client_secret": self.secret()}
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "Switchboard",
        }
        request = HttpRequest("POST", f"{self.base_url}/OAuth/token", headers, urlencode(form).encode())
        began = self._wall()  # no connection is taken that was left from before: what it carries is sent once
        exchange = Exchange(deadline.within(LOGIN_SECONDS), self._wall, began, self.resolve, MAXIMUM_BYTES)
        try:
            answer = self.transport.send(request, exchange)
        except ExchangeFailedError as failure:
            raise _unavailable(is_sent=failure.is_sent) from failure
        return self._tokens(answer)

    def _tokens(self, answer: HttpAnswer) -> Tokens:
        """Read an answer: the status first, then the body."""
        if answer.status == TOO_MANY or answer.status >= SERVERS or answer.status < OK:
            wait = retry_after_seconds(answer.headers.get("retry-after"), self.clock.now())
            raise _unavailable(is_sent=True, wait=wait)
        if answer.status >= CALLERS:
            raise SignInRefusedError(REFUSED)
        tokens = _read(answer.body) if answer.status == OK else None
        if tokens is None:
            raise _unavailable(is_sent=True)
        return tokens

    def _wall(self) -> float:
        return self.clock.now().timestamp()


def _unavailable(*, is_sent: bool, wait: int | None = None) -> SignInUnavailableError:
    return SignInUnavailableError(UNAVAILABLE, is_sent=is_sent, retry_after_seconds=wait or RETRY_AFTER_SECONDS)


def _read(body: bytes) -> Tokens | None:
    """Return the tokens of an answer; None when it cannot be read as one. What its texts are is never told."""
    try:
        told: Any = simplejson.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or str(told.get("token_type", "bearer")).lower() != "bearer":
        return None
    token, renewal, seconds = told.get("access_token"), told.get("refresh_token"), told.get("expires_in")
    if not _is_token(token) or not (renewal is None or _is_token(renewal)):
        return None
    return Tokens(AccessToken(str(token)), _seconds(seconds), renewal)


def _is_token(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TOKEN and _TOKEN.fullmatch(value) is not None


def _seconds(told: object) -> int:
    """Return how long a token holds, as a number or as its digits; AdultWork's text and its sample disagree on it."""
    if isinstance(told, str) and told.isascii() and told.isdigit():
        told = int(told[:10])
    is_number = isinstance(told, int) and not isinstance(told, bool) and told > 0
    return min(int(str(told)), LONGEST_SECONDS) if is_number else DEFAULT_SECONDS

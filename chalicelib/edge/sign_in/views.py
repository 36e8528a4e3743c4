"""The views of sign-in. To a page the session goes as a cookie, to a native app as text."""

from typing import Protocol

from chalicelib.application.sign_in.sign_in import Beginning, Caller, SignedIn
from chalicelib.domain.sign_in_errors import SignInRefusedError
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.representation import Document, to_json
from chalicelib.edge.request import seconds_left
from chalicelib.edge.sign_in import cookies
from chalicelib.edge.sign_in.reading import caller, required, texts

OK, NO_CONTENT = 200, 204
NO_SESSION = "Sign in: this browser holds no session of this page."
NOT_BEGUN = "Sign in again: this browser holds no sign-in that has begun, or it took too long."


class SignsIn(Protocol):
    """The use cases: `application.sign_in.sign_in.SignIn` with its deadlines, or a fake."""

    def deadline(self, seconds_left: float) -> Deadline:
        """Return the end of a call that has so much left."""
        ...

    def begin(self, caller: Caller, redirect_uri: str, challenge: str, deadline: Deadline) -> Beginning:
        """Begin; every refusal and failure is a SwitchboardError."""
        ...

    def redeem(  # noqa: PLR0913, PLR0917 (what came back, in one piece each)
        self, caller: Caller, sealed: str, code: str, state: str, verifier: str, deadline: Deadline
    ) -> SignedIn:
        """Exchange a code."""
        ...

    def refresh(self, caller: Caller, sealed: str, deadline: Deadline) -> SignedIn:
        """Renew a session."""
        ...


def begin(exchange: Exchange, signs_in: SignsIn) -> Answer:
    """Answer with the address of the login; what belongs to it is kept by the client, sealed."""
    asks = caller(exchange)
    redirect_uri, challenge = required(texts(exchange), ("redirect_uri", "code_challenge"))
    begun = signs_in.begin(asks, redirect_uri, challenge, _deadline(exchange, signs_in))
    told: dict[str, Document] = {
        "authorization_url": begun.address,
        "state": begun.state,
        "expires_in": begun.seconds,
    }
    if asks.client is None:
        return _answer({**told, "begun": begun.sealed})
    return _answer(told, cookies.keep(exchange, cookies.BEGUN, begun.sealed, begun.seconds))


def exchange_token(exchange: Exchange, signs_in: SignsIn) -> Answer:
    """Answer with an access token, for a code or for a session."""
    asks, given = caller(exchange), texts(exchange)
    (grant,) = required({name: text for name, text in given.items() if name == "grant_type"}, ("grant_type",))
    rest = {name: text for name, text in given.items() if name != "grant_type"}
    if grant == "refresh_token":
        return _refresh(exchange, signs_in, asks, rest)
    return _redeem(exchange, signs_in, asks, rest)


def log_out(exchange: Exchange) -> Answer:
    """End the session in this browser. AdultWork documents no way to end it there."""
    caller(exchange)
    answer = Answer("", status_code=NO_CONTENT, headers={})
    _set(answer, cookies.forget(exchange, cookies.SESSION), cookies.forget(exchange, cookies.BEGUN))
    return answer


def _redeem(exchange: Exchange, signs_in: SignsIn, asks: Caller, given: dict[str, str]) -> Answer:
    names = ("code", "state", "code_verifier")
    if asks.client is None:
        code, state, verifier, sealed = required(given, (*names, "begun"))
        return _native(signs_in.redeem(asks, sealed, code, state, verifier, _deadline(exchange, signs_in)))
    code, state, verifier = required(given, names)
    kept = cookies.told(exchange, cookies.BEGUN)
    if kept is None:
        raise SignInRefusedError(NOT_BEGUN)
    signed_in = signs_in.redeem(asks, kept, code, state, verifier, _deadline(exchange, signs_in))
    return _page(exchange, signed_in, cookies.forget(exchange, cookies.BEGUN))


def _refresh(exchange: Exchange, signs_in: SignsIn, asks: Caller, given: dict[str, str]) -> Answer:
    if asks.client is None:
        (sealed,) = required(given, ("refresh_token",))
        return _native(signs_in.refresh(asks, sealed, _deadline(exchange, signs_in)))
    required(given, ())
    kept = cookies.told(exchange, cookies.SESSION)
    if kept is None:
        raise SignInRefusedError(NO_SESSION)
    return _page(exchange, signs_in.refresh(asks, kept, _deadline(exchange, signs_in)))


def _page(exchange: Exchange, signed_in: SignedIn, *lines: str) -> Answer:
    """Answer a page: the session goes into a cookie. Without one, that of an earlier user must not stay."""
    sealed = signed_in.sealed
    if sealed is None:
        return _answer(_granted(signed_in), cookies.forget(exchange, cookies.SESSION), *lines)
    kept = cookies.keep(exchange, cookies.SESSION, sealed, signed_in.session_seconds)
    return _answer(_granted(signed_in), kept, *lines)


def _native(signed_in: SignedIn) -> Answer:
    """Answer a native app, which keeps its session itself."""
    more: dict[str, Document] = {} if signed_in.sealed is None else {"refresh_token": signed_in.sealed}
    return _answer({**_granted(signed_in), **more})


def _granted(signed_in: SignedIn) -> dict[str, Document]:
    token = signed_in.access_token.reveal()
    return {"access_token": token, "token_type": "Bearer", "expires_in": signed_in.seconds}


def _answer(told: dict[str, Document], *cookie_lines: str) -> Answer:
    answer = Answer(to_json(told), status_code=OK, headers={"Content-Type": "application/json"})
    _set(answer, *cookie_lines)
    return answer


def _set(answer: Answer, *lines: str) -> None:
    """Set cookies; each has a header of its own."""
    if lines:
        answer.headers["Set-Cookie"] = list(lines)


def _deadline(exchange: Exchange, signs_in: SignsIn) -> Deadline:
    return signs_in.deadline(seconds_left(exchange.request))

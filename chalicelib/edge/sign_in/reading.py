"""Reading a request of sign-in: who asks, and the members of its body."""

import re
from collections.abc import Mapping, Sequence

from chalicelib.application.sign_in.sign_in import Caller
from chalicelib.domain.errors import MalformedRequestError
from chalicelib.domain.sign_in_errors import SignInRefusedError
from chalicelib.domain.violation import Violation
from chalicelib.edge.cors import is_allowed
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.request import header_values, read_body
from chalicelib.edge.strict_json import parse_object, pointer_to

LONGEST_CODE = 2048
LONGEST_SEALED = 4000
# What each member may be. The letters of a challenge and a verifier are those of RFC 7636, section 4; a code and a state have
# any that an address can carry.
MEMBERS: Mapping[str, str] = {
    "grant_type": r"authorization_code|refresh_token",
    "redirect_uri": r"[!-~]{1,2000}",
    "code_challenge": r"[A-Za-z0-9_-]{43}",
    "code_verifier": r"[A-Za-z0-9._~-]{43,128}",
    "code": rf"[ -~]{{1,{LONGEST_CODE}}}",
    "state": r"[A-Za-z0-9_-]{1,200}",
    "begun": rf"[A-Za-z0-9_-]{{1,{LONGEST_SEALED}}}",
    "refresh_token": rf"[A-Za-z0-9_-]{{1,{LONGEST_SEALED}}}",
}


def caller(exchange: Exchange) -> Caller:
    """Return who asks: the page of an allowed origin, or a native app, which sends no origin. A page cannot leave its own out.

    Raises:
        SignInRefusedError: the page of another origin.
    """
    origin = exchange.origin
    is_page = bool(header_values(exchange.request, "origin"))
    if is_page and not is_allowed(origin, exchange.settings.allowed_origins):
        raise SignInRefusedError("Pages of this origin cannot sign in here.")
    address = (exchange.request.context.get("identity") or {}).get("sourceIp")
    return Caller(origin if is_page else None, str(address or "unknown"))


def texts(exchange: Exchange) -> dict[str, str]:
    """Return the members of a body, each a text of its form.

    Raises:
        MalformedRequestError: the body is no such JSON object; violations name what is wrong, and repeat no value.
    """
    members = parse_object(read_body(exchange.request, exchange.settings.maximum_body_bytes))
    sound = {name: text for name, text in members.items() if _is_sound(name, text) and isinstance(text, str)}
    if violations := [_violation(name) for name in members if name not in sound]:
        raise MalformedRequestError("Mend the members that are listed.", violations=violations)
    return sound


def required(given: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return the values of the members that have to be there, and alone.

    Raises:
        MalformedRequestError: one is missing, or there is another one.
    """
    missing = [Violation(pointer_to("", name), "required", "Send this member.") for name in names if name not in given]
    more = [Violation(pointer_to("", name), "unknown-member", "Leave this out.") for name in given if name not in names]
    if missing or more:
        raise MalformedRequestError("Mend the members that are listed.", violations=[*missing, *more])
    return [given[name] for name in names]


def _is_sound(name: str, value: object) -> bool:
    return name in MEMBERS and isinstance(value, str) and re.fullmatch(MEMBERS[name], value) is not None


def _violation(name: str) -> Violation:
    if name not in MEMBERS:
        return Violation(pointer_to("", name), "unknown-member", "Leave this out.")
    message = f"Send a text that matches {MEMBERS[name]}"
    return Violation(pointer_to("", name), "text-form", message, {"pattern": MEMBERS[name]})

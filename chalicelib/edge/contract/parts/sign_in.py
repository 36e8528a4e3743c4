"""The schemas and examples of sign-in: what a page and a native app send, and what each gets."""

from typing import Any

from chalicelib.application.sign_in.sealed import BEGUN_SECONDS
from chalicelib.application.sign_in.sign_in import challenge_of
from chalicelib.edge.sign_in.reading import MEMBERS

_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
_STATE = "yW7-c1kQ0vJr4QnB2m5uXo8Lw3zT6hEa9sDgKpRfCtI"
_CALLBACK = "https://app.example/signed-in"
_LOGIN = "https://platform.adultwork.com/OAuth/Authorize"
_ABOUT = {
    "grant_type": "`authorization_code` with `code`, `state` and `code_verifier`; `refresh_token` for a session.",
    "redirect_uri": "Where the login sends the browser back to; one that is registered for you.",
    "code_challenge": "base64url of the SHA-256 of your verifier (RFC 7636, S256).",
    "code_verifier": "The secret that you made for this sign-in.",
    "code": "From the address that the browser came back to.",
    "state": "From there, too.",
    "begun": "Native apps: what the beginning answered.",
    "refresh_token": "Native apps: what the last answer held. A page leaves it out; its cookie is sent by the browser.",
}

SIGN_IN_EXAMPLES: dict[str, Any] = {
    "SignInRequest": {"redirect_uri": _CALLBACK, "code_challenge": challenge_of(_VERIFIER)},
    "SignInBegun": {
        "authorization_url": f"{_LOGIN}?response_type=code&client_id=your-project&state={_STATE}",
        "state": _STATE,
        "expires_in": BEGUN_SECONDS,
    },
    "TokenRequest": {
        "grant_type": "authorization_code",
        "code": "SplxlOBeZQQYbYS6WxSbIA",
        "state": _STATE,
        "code_verifier": _VERIFIER,
    },
    "TokenGrant": {"access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "Bearer", "expires_in": 1200},
}


def sign_in_schemas() -> dict[str, Any]:
    """Return the schemas of bodies and answers, by name."""
    text, seconds = {"type": "string"}, {"type": "integer", "minimum": 1}
    return {
        "SignInRequest": _asked("redirect_uri", "code_challenge"),
        "SignInBegun": _told(
            {"authorization_url": {**text, "format": "uri"}, "state": text, "expires_in": seconds},
            begun={**text, "description": "Native apps only: keep it, and send it with the code."},
        ),
        "TokenRequest": _asked("grant_type", optional=("code", "state", "code_verifier", "begun", "refresh_token")),
        "TokenGrant": _told(
            {"access_token": text, "token_type": {**text, "const": "Bearer"}, "expires_in": seconds},
            refresh_token={**text, "description": "Native apps only: keep it in place of the one before."},
        ),
    }


def _asked(*names: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of a body: members that have to be there, and others."""
    members = {
        name: {"type": "string", "pattern": f"^(?:{MEMBERS[name]})$", "description": _ABOUT[name]}
        for name in (*names, *optional)
    }
    return {"type": "object", "required": list(names), "properties": members, "additionalProperties": False}


def _told(members: dict[str, Any], **more: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": {**members, **more}}

"""A local identity provider: real keys, a set of them at an address, and ready users who get real access tokens.

It stands in for the reviewers' OpenID Connect provider in `make run` and in tests. Anybody on this machine may have any
of its tokens, so nothing else may ever trust it.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from devtools.local.review.authorization import CLIENT_ID, Authorizations, RefusedError

HOST = "127.0.0.1"
AUDIENCE = "switchboard-review"
TOKEN_SECONDS = 3600
MOST_BYTES = 64 * 1024
USERS: Mapping[str, tuple[str, ...]] = {
    "rita": ("reviewer",),
    "uma": ("reviewer", "unmask"),
    "carl": ("reviewer", "custodian"),
    "nora": (),
}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs tokens: its id, its algorithm (RS256 or ES256) and its private half."""

    id: str
    algorithm: str
    private: PrivateKey

    @classmethod
    def draw(cls, key_id: str, algorithm: str) -> "SigningKey":
        """Return a new key."""
        if algorithm == "ES256":
            return cls(key_id, algorithm, ec.generate_private_key(ec.SECP256R1()))
        return cls(key_id, algorithm, rsa.generate_private_key(65537, 2048))

    def public(self) -> dict[str, Any]:
        """Return the public half, as a set of keys shows it (RFC 7517)."""
        public = self.private.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            found = ECAlgorithm.to_jwk(public, as_dict=True)
        else:
            found = RSAAlgorithm.to_jwk(public, as_dict=True)
        return {**found, "kid": self.id, "use": "sig", "alg": self.algorithm}


@dataclass(slots=True)
class Provider:
    """What the provider knows; `keys` can be changed at any time, the first one signs. `is_down` answers all with 503.

    `handed_out`, if it is there, takes the place of each access token that a code is redeemed for.
    """

    issuer: str = ""
    keys: list[SigningKey] = field(
        default_factory=lambda: [SigningKey.draw("rsa-1", "RS256"), SigningKey.draw("ec-1", "ES256")]
    )
    is_down: bool = False
    handed_out: str | None = None
    fetches: int = 0
    authorizations: Authorizations = field(default_factory=Authorizations)

    def claims(self, user: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (claims are of any type)
        """Return what a token of a user says; `changes` replace claims, None leaves one out."""
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": user,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "roles": list(USERS.get(user, ())),
        }
        return {name: value for name, value in {**told, **changes}.items() if value is not None}

    def token(self, user: str, key: SigningKey | None = None, **changes: Any) -> str:  # noqa: ANN401 (the same)
        """Return an access token of a user (RFC 9068)."""
        signing = key or self.keys[0]
        headers = {"kid": signing.id, "typ": "at+jwt"}
        return jwt.encode(self.claims(user, **changes), signing.private, algorithm=signing.algorithm, headers=headers)

    def respond(self, path: str) -> "Reply":
        """Return the answer to a GET."""
        asked = urlsplit(path)
        given = dict(parse_qsl(asked.query))
        if asked.path != "/authorize" or self.is_down:
            return Reply.of(*self._answer(asked.path, given))
        user = given.pop("user", "")
        try:
            if user in USERS:
                return Reply(302, b"", location=self.authorizations.grant(given, user))
            return Reply(200, self.authorizations.page(given, USERS).encode(), "text/html; charset=utf-8")
        except RefusedError as error:
            return Reply.of(400, {"error": str(error)})

    def redeem(self, path: str, body: bytes) -> "Reply":
        """Return the answer to a POST: an access token and an ID token for a code."""
        if urlsplit(path).path != "/token" or self.is_down:
            return Reply.of(*self._answer("" if not self.is_down else path, {}))
        try:
            grant = self.authorizations.redeem(dict(parse_qsl(body.decode("ascii", "replace"))))
        except RefusedError as error:
            return Reply.of(400, {"error": str(error)})
        return Reply.of(
            200,
            {
                "access_token": self.handed_out or self.token(grant.user),
                "id_token": self.id_token(grant.user, grant.asked["nonce"]),
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
            },
        )

    def id_token(self, user: str, nonce: str, **changes: Any) -> str:  # noqa: ANN401 (claims are of any type)
        """Return an ID token of a user, for the console."""
        claims = self.claims(user, aud=CLIENT_ID, roles=None, nonce=nonce, **changes)
        key = self.keys[0]
        return jwt.encode(claims, key.private, algorithm=key.algorithm, headers={"kid": key.id})

    def _answer(self, path: str, given: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        if self.is_down:
            return 503, {"error": "temporarily_unavailable"}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "code_challenge_methods_supported": ["S256"],
            }
        if path == "/jwks":
            self.fetches += 1
            return 200, {"keys": [key.public() for key in self.keys]}
        user = given.get("user", "")
        if path == "/token" and user in USERS:
            return 200, {"access_token": self.token(user), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return 404, {"error": "not_found", "users": list(USERS)}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the provider."""

    status: int
    body: bytes
    media_type: str = "application/json"
    location: str | None = None

    @classmethod
    def of(cls, status: int, document: Mapping[str, Any]) -> "Reply":
        """Return the answer that tells a document."""
        return cls(status, json.dumps(document).encode())


class IdentityProvider:
    """The provider behind HTTP on loopback: a context manager, or `start` and `stop`, once. `port` 0 takes any free one."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self.provider = Provider()

    @property
    def url(self) -> str:
        """Return the address, which is the issuer as well."""
        return self.provider.issuer

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        provider = self.provider

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(provider.respond(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(min(MOST_BYTES, int(self.headers.get("Content-Length") or 0)))
                self._send(provider.redeem(self.path, body))

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.media_type)
                self.send_header("Content-Length", str(len(reply.body)))
                if reply.location is not None:
                    self.send_header("Location", reply.location)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, self._port), Answering)
        provider.issuer = f"http://{HOST}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="identity", daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


def review_environment(issuer: str) -> dict[str, str]:
    """Return the settings that make the reviewers' function trust the local provider, found by discovery."""
    return {"REVIEW_ISSUER": issuer, "REVIEW_AUDIENCE": AUDIENCE}


def console_environment(identity: IdentityProvider, url: str) -> dict[str, str]:
    """Register a console that browsers find at `url` at the local provider; return its settings."""
    identity.provider.authorizations.redirect_uris.add(f"{url}/callback")
    return {"REVIEW_CLIENT_ID": CLIENT_ID, "REVIEW_CONSOLE_URL": url}


def curl_search(url: str, issuer: str) -> str:
    """Return a command line that signs in as a ready user and searches the audit."""
    token = f"$(curl -s '{issuer}/token?user=rita' | sed 's/.*\"access_token\": \"\\([^\"]*\\).*/\\1/')"
    return f"curl -i '{url}/v1/audit/operations?limit=5' \\\n  -H \"Authorization: Bearer {token}\""

"""The role matrix: every endpoint, every role, no token, a caller's token, and every kind of bad token."""

import base64
import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devtools.local.review.identity import IdentityProvider, SigningKey
from tests.contract.review.test_audit_index import opening
from tests.integration.bookings import TOKEN
from tests.integration.exchange import CHALLENGE, require_problem
from tests.integration.review.conftest import ORIGIN, ReviewService

OPERATION = opening(1)
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
REASON = "Complaint of a client"
ENDPOINTS = {
    "search": f"/v1/audit/operations?from={TODAY}",
    "show": f"/v1/audit/operations/{OPERATION.operation_id}",
    "unmask": f"/v1/audit/operations/{OPERATION.operation_id}?unmask=1",
    "count": f"/v1/audit/stats?from={TODAY}",
    "verify": f"/v1/audit/verification?from={TODAY}",
}
GRANTS = {
    (): set[str](),
    ("reviewer",): {"search", "show", "count", "verify"},
    ("unmask",): set[str](),
    ("custodian",): set[str](),
    ("unmask", "custodian"): set[str](),
    ("reviewer", "custodian"): {"search", "show", "count", "verify"},
    ("reviewer", "unmask"): set(ENDPOINTS),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("roles", GRANTS, ids=lambda roles: "+".join(roles) or "none")
def test_a_role_opens_what_it_is_for_and_nothing_else(
    review: ReviewService, endpoint: str, roles: tuple[str, ...]
) -> None:
    """A refusal names the missing role, and is no look."""
    review.put(OPERATION)
    token = review.identity.provider.token("rita", roles=list(roles))
    answer = review.get(ENDPOINTS[endpoint], token, review_reason=REASON)
    if endpoint in GRANTS[roles]:
        assert (answer.status, len(review.looks())) == (200, 1)
    else:
        problem = require_problem(answer, 403, "role-missing")
        assert problem["required_role"] == ("unmask" if "reviewer" in roles else "reviewer")
        assert (problem["token_error"], review.looks()) == ("insufficient_scope", [])
        assert "insufficient_scope" in str(answer.header(CHALLENGE))
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN


def unsigned(identity: IdentityProvider) -> str:
    """Return a token of no algorithm."""
    parts = ({"alg": "none", "kid": "rsa-1", "typ": "at+jwt"}, identity.provider.claims("uma"))
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts) + "."


def with_public_key(identity: IdentityProvider) -> str:
    """Return a token of HS256 whose secret is the provider's public key."""
    key = identity.provider.keys[0]
    public = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = unsigned(identity).rsplit(".", 1)[0].split(".")
    header = {"alg": "HS256", "kid": key.id, "typ": "at+jwt"}
    signed = f"{base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b'=').decode()}.{head[1]}"
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed.encode(), public)
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


NOW = int(time.time())
BAD = {
    "an AdultWork caller's": lambda _: TOKEN,
    "expired": lambda identity: identity.provider.token("uma", exp=NOW - 120, iat=NOW - 300),
    "of another audience": lambda identity: identity.provider.token("uma", aud="another-api"),
    "of another issuer": lambda identity: identity.provider.token("uma", iss="https://elsewhere.example"),
    "of another key": lambda identity: identity.provider.token("uma", SigningKey.draw("rsa-1", "RS256")),
    "of an unknown key": lambda identity: identity.provider.token("uma", SigningKey.draw("ec-9", "ES256")),
    "of alg none": unsigned,
    "of HS256 under the public key": with_public_key,
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", BAD)
def test_no_other_token_opens_anything(review: ReviewService, endpoint: str, kind: str) -> None:
    """401, whatever is wrong with it, and no look."""
    answer = review.get(ENDPOINTS[endpoint], BAD[kind](review.identity), review_reason=REASON)
    problem = require_problem(answer, 401, "reviewer-token-invalid")
    assert (problem["token_error"], review.looks()) == ("invalid_token", [])
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_without_a_token_nothing_is_told(review: ReviewService, endpoint: str) -> None:
    """A challenge without an error code, as RFC 6750 has it."""
    for headers in ({}, {"authorization": "Basic cml0YTpyaXRh"}):
        answer = review.get(ENDPOINTS[endpoint], None, **headers)
        require_problem(answer, 401, "reviewer-token-missing")
        assert answer.header(CHALLENGE) == 'Bearer realm="switchboard"'


def test_two_tokens_are_none(review: ReviewService) -> None:
    """Two schemes in one header."""
    answer = review.get(ENDPOINTS["search"], "one two")
    require_problem(answer, 401, "reviewer-token-invalid")


def test_a_provider_that_is_away_lets_nobody_in(review: ReviewService) -> None:
    """503 with a time to wait; once the keys are known, its absence hurts nobody."""
    review.put(OPERATION)
    review.identity.provider.is_down = True
    try:
        answer = review.ask(ENDPOINTS["search"])
        require_problem(answer, 503, "identity-unavailable")
        assert answer.header("Retry-After") == "5"
        review.identity.provider.is_down = False
        review.configure()
        assert review.ask(ENDPOINTS["search"]).status == 200
        review.identity.provider.is_down = True
        assert review.ask(ENDPOINTS["search"]).status == 200
    finally:
        review.identity.provider.is_down = False

"""Access tokens of reviewers, against a real provider on loopback: what opens the door, and everything that must not."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import certifi
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.oidc.fetching import Documents
from chalicelib.adapters.oidc.keys import KeyLocation, ProviderKeys
from chalicelib.adapters.oidc.verifier import OidcVerifier
from chalicelib.adapters.system import SystemClock
from chalicelib.domain.access import AccessToken
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.reviewer_errors import IdentityUnavailableError, ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from devtools.local.review.identity import AUDIENCE, IdentityProvider, Provider, Reply, SigningKey

CLOCK = SystemClock()
TRANSPORT = Transport(tls_context(certifi.where()))

Verify = Callable[..., Reviewer]


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityProvider]:
    """Run one provider; drawing its keys takes longest."""
    with IdentityProvider() as running:
        yield running


@pytest.fixture
def provider(server: IdentityProvider) -> Iterator[Provider]:
    """Return the provider as it is at first."""
    keys = list(server.provider.keys)
    server.provider.fetches, server.provider.is_down = 0, False
    yield server.provider
    server.provider.keys, server.provider.is_down = keys, False


def verifier(provider: Provider, **changes: Any) -> OidcVerifier:  # noqa: ANN401 (any part)
    """Return a verifier with an empty cache; `cooldown`, `patience` and `url` reach the keys, the rest the verifier."""
    documents = Documents(TRANSPORT, CLOCK, 3)
    location = KeyLocation(provider.issuer, changes.pop("url", None), documents)
    waits = {name: changes.pop(name) for name in ("cooldown", "patience") if name in changes}
    parts: dict[str, Any] = {"audience": AUDIENCE, "roles_claim": "roles", "skew_seconds": 60, **changes}
    return OidcVerifier(ProviderKeys(location, CLOCK.monotonic, **waits), provider.issuer, **parts)


def verify(subject: OidcVerifier, token: str) -> Reviewer:
    """Verify a token."""
    return subject.verify(AccessToken(token), Deadline.after(CLOCK.monotonic, 10))


def segment(document: object) -> str:
    """Return a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("number", [0, 1])
def test_a_token_that_the_provider_signed_tells_who_it_is(provider: Provider, number: int) -> None:
    """With either of the two algorithms; the keys are found by discovery."""
    found = verify(verifier(provider), provider.token("uma", provider.keys[number]))
    assert found == Reviewer(provider.issuer, "uma", frozenset({Role.REVIEWER, Role.UNMASK}))


def test_the_address_of_the_keys_may_be_given(provider: Provider) -> None:
    """No discovery then."""
    subject = verifier(provider, url=f"{provider.issuer}/jwks")
    assert verify(subject, provider.token("rita")).subject == "rita"


def of_another_key(provider: Provider) -> str:
    """Sign with a key of the same id that is not the provider's."""
    return provider.token("uma", SigningKey("rsa-1", "RS256", rsa.generate_private_key(65537, 2048)))


def without_signature(provider: Provider) -> str:
    """Ask for no algorithm."""
    return f"{segment({'alg': 'none', 'kid': 'rsa-1'})}.{segment(provider.claims('uma'))}."


def signed_with_the_public_key(provider: Provider) -> str:
    """Take the public key, which everybody has, for the secret of HS256."""
    public = provider.keys[0].private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = f"{segment({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'at+jwt'})}.{segment(provider.claims('uma'))}"
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(head.encode(), public)
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def of_the_other_kind_of_key(provider: Provider) -> str:
    """Sign with the EC key, and name the RSA key."""
    ec_key = provider.keys[1]
    return provider.token("uma", SigningKey("rsa-1", ec_key.algorithm, ec_key.private))


def changed(provider: Provider) -> str:
    """Change the claims under a good signature."""
    head, _, signature = provider.token("nora").split(".")
    return f"{head}.{segment(provider.claims('uma'))}.{signature}"


def with_header(**changes: object) -> Callable[[Provider], str]:
    """Sign well, and change the header."""

    def token(provider: Provider) -> str:
        key = provider.keys[0]
        headers = {
            name: value for name, value in ({"kid": key.id, "typ": "at+jwt"} | changes).items() if value is not None
        }
        return jwt.encode(provider.claims("uma"), key.private, algorithm="RS256", headers=headers)

    return token


def with_claims(**changes: Any) -> Callable[[Provider], str]:  # noqa: ANN401 (claims are of any type)
    """Sign well, and change claims."""
    return lambda provider: provider.token("uma", **changes)


NOW = int(time.time())
REFUSED: dict[str, Callable[[Provider], str]] = {
    "an AdultWork token": lambda _: "client-token",
    "nothing of a token": lambda _: "...",
    "a header that is no object": lambda _: f"{segment([1])}.{segment({})}.AA",
    "expired": with_claims(exp=NOW - 120, iat=NOW - 300),
    "not yet": with_claims(nbf=NOW + 600),
    "made in the future": with_claims(iat=NOW + 600),
    "another audience": with_claims(aud="somebody-else"),
    "another issuer": with_claims(iss="https://elsewhere.example"),
    **{f"without {name}": with_claims(**{name: None}) for name in ("exp", "iat", "iss", "aud", "sub")},
    "an empty sub": with_claims(sub=""),
    "a long sub": with_claims(sub="x" * 256),
    "a sub of two lines": with_claims(sub="one\ntwo"),
    "a sub that is a number": with_claims(sub=7),
    "an exp that is no number": with_claims(exp="soon"),
    "an unknown key": with_header(kid="rsa-9"),
    "no key named": with_header(kid=None),
    "a key named by a number": lambda provider: (
        f"{segment({'alg': 'RS256', 'kid': 7})}.{segment(provider.claims('uma'))}.AA"
    ),
    "another type": with_header(typ="logout+jwt"),
    "a critical extension": with_header(crit=["b64"], b64=False),
    "another key": of_another_key,
    "alg none": without_signature,
    "HS256 under the public key": signed_with_the_public_key,
    "another kind of key": of_the_other_kind_of_key,
    "changed": changed,
}


@pytest.mark.parametrize("why", REFUSED)
def test_every_other_token_opens_nothing(provider: Provider, why: str) -> None:
    """And the error quotes nothing of it."""
    token = REFUSED[why](provider)
    with pytest.raises(ReviewerTokenInvalidError) as caught:
        verify(verifier(provider), token)
    assert caught.value.__cause__ is None
    assert ("expired" in caught.value.message) is (why == "expired")


def test_clocks_may_be_apart_by_the_setting_and_no_more(provider: Provider) -> None:
    """A token that has ended 30 seconds ago."""
    token = provider.token("rita", exp=int(time.time()) - 30)
    assert verify(verifier(provider), token).subject == "rita"
    with pytest.raises(ReviewerTokenInvalidError):
        verify(verifier(provider, skew_seconds=10), token)


def test_one_audience_of_several_is_enough(provider: Provider) -> None:
    """As providers write it for several APIs."""
    assert verify(verifier(provider), provider.token("rita", aud=["other", AUDIENCE])).subject == "rita"


@pytest.mark.parametrize(
    ("claim", "claims", "roles"),
    [
        ("roles", {"roles": ["reviewer", "unknown", 7]}, {Role.REVIEWER}),
        ("roles", {"roles": "reviewer custodian"}, {Role.REVIEWER, Role.CUSTODIAN}),
        ("roles", {"roles": None}, set()),
        ("roles", {"roles": 7}, set()),
        ("roles", {"roles": {"reviewer": True}}, set()),
        ("realm_access.roles", {"realm_access": {"roles": ["unmask"]}}, {Role.UNMASK}),
        ("realm_access.roles", {"realm_access": "reviewer"}, set()),
        ("https://review.example/roles", {"https://review.example/roles": ["reviewer"]}, {Role.REVIEWER}),
    ],
)
def test_roles_come_from_the_claim_that_the_setting_names(
    provider: Provider, claim: str, claims: dict[str, Any], roles: set[Role]
) -> None:
    """A list or words, at the top or inside; whatever else it is grants nothing."""
    assert verify(verifier(provider, roles_claim=claim), provider.token("nora", **claims)).roles == roles


def test_keys_are_fetched_once_for_many_tokens(provider: Provider) -> None:
    """And again for a key that is not known, but not again and again."""
    subject = verifier(provider, cooldown=60.0)
    for _ in range(3):
        verify(subject, provider.token("rita"))
    assert provider.fetches == 1
    for number in range(5):
        with pytest.raises(ReviewerTokenInvalidError):
            verify(subject, with_header(kid=f"unknown-{number}")(provider))
    assert provider.fetches == 1


def test_a_new_key_is_found_once_the_cool_down_is_over(provider: Provider) -> None:
    """The provider signs with a key that it did not have a moment ago."""
    subject = verifier(provider, cooldown=0.0)
    verify(subject, provider.token("rita"))
    provider.keys = [SigningKey.draw("ec-2", "ES256"), *provider.keys]
    assert verify(subject, provider.token("rita")).subject == "rita"
    assert provider.fetches == 2


def test_a_provider_that_is_down_is_not_asked_by_every_request(provider: Provider) -> None:
    """For a while after a failure nobody asks; then it is tried anew."""
    subject, hasty = verifier(provider, patience=60.0), verifier(provider, patience=0.0)
    provider.is_down = True
    for each in (subject, subject, hasty):
        with pytest.raises(IdentityUnavailableError):
            verify(each, provider.token("rita"))
    provider.is_down = False
    with pytest.raises(IdentityUnavailableError):
        verify(subject, provider.token("rita"))
    assert verify(hasty, provider.token("rita")).subject == "rita"


@pytest.mark.parametrize("keys", [[], ["no key"], [{"kty": "oct", "k": "AA"}], [{"kid": "rsa-1"}], "none"])
def test_a_set_without_usable_keys_lets_nobody_in(provider: Provider, keys: object) -> None:
    """Empty, odd, or of keys that everybody would know."""
    server = IdentityProvider()
    server.provider = odd = Telling(keys=provider.keys)
    odd.path, odd.told = "/jwks", json.dumps({"keys": keys}).encode()
    with server, pytest.raises((IdentityUnavailableError, ReviewerTokenInvalidError)):
        verify(verifier(server.provider), server.provider.token("uma"))


class Telling(Provider):
    """A provider that tells one thing at one path."""

    path, status, told = "", 200, b""

    def respond(self, path: str) -> Reply:
        """Return what it is to tell there, and what it knows elsewhere."""
        return Reply(self.status, self.told) if path == self.path else super().respond(path)


DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/jwks", b"no JSON"),
        ("/jwks", b"[" * 100_000),
        ("/jwks", b"[]"),
        ("/jwks", b'{"keys": "' + b" " * 300_000 + b'"}'),
        (DISCOVERY, b"{}"),
        (DISCOVERY, b'{"issuer": "https://elsewhere.example", "jwks_uri": "https://elsewhere.example/jwks"}'),
        (DISCOVERY, b'{"issuer": "ISSUER", "jwks_uri": "http://elsewhere.example/jwks"}'),
        (DISCOVERY, b'{"issuer": "ISSUER", "jwks_uri": 7}'),
    ],
)
def test_a_document_that_cannot_be_used_lets_nobody_in(provider: Provider, path: str, told: bytes) -> None:
    """Not JSON, no object, too large; of another issuer, or at an address that is not safe."""
    server = IdentityProvider()
    server.provider = telling = Telling(keys=provider.keys)
    with server:
        telling.path, telling.told = path, told.replace(b"ISSUER", server.url.encode())
        with pytest.raises(IdentityUnavailableError):
            verify(verifier(telling), telling.token("uma"))


def test_a_provider_that_is_not_there_lets_nobody_in(provider: Provider) -> None:
    """Nothing listens where its keys should be."""
    with pytest.raises(IdentityUnavailableError):
        verify(verifier(provider, url="http://127.0.0.1:9/jwks"), provider.token("uma"))

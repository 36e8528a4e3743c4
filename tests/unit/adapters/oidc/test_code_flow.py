"""The authorization code against a real provider on loopback: PKCE, nonce, and everything that must not be redeemed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.adapters.oidc.code_flow import OidcCodeFlow, challenge
from chalicelib.adapters.oidc.fetching import DocumentError, Documents
from chalicelib.adapters.oidc.keys import KeyLocation, ProviderKeys
from chalicelib.application.review.ports import CodeQuestion
from chalicelib.domain.reviewer_errors import IdentityUnavailableError, ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from devtools.local.review.authorization import CLIENT_ID
from devtools.local.review.identity import IdentityProvider, Provider, SigningKey
from tests.unit.adapters.oidc.test_verifier import CLOCK, TRANSPORT

BACK = "http://127.0.0.1:9/console/callback"
QUESTION = CodeQuestion("state-1", "nonce-1", "verifier-1" * 5)


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityProvider]:
    """Run one provider."""
    with IdentityProvider() as running:
        running.provider.authorizations.redirect_uris.add(BACK)
        yield running


@pytest.fixture
def provider(server: IdentityProvider) -> Iterator[Provider]:
    """Return the provider, up."""
    keys = list(server.provider.keys)
    server.provider.is_down = False
    yield server.provider
    server.provider.is_down, server.provider.keys = False, keys


@dataclass
class Told:
    """Documents that are told what to answer, in place of a provider."""

    document: Mapping[str, Any]
    sent: list[Mapping[str, str]] = field(default_factory=list)

    def fetch(self, url: str) -> Mapping[str, Any]:
        """Answer."""
        del url
        return self.document

    def send_form(self, url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Answer."""
        del url
        self.sent.append(fields)
        return self.document


def flow(provider: Provider, documents: Any = None) -> OidcCodeFlow:  # noqa: ANN401 (Documents, or what stands in)
    """Return a flow that has asked nothing yet."""
    real = Documents(TRANSPORT, CLOCK, 3)
    keys = ProviderKeys(KeyLocation(provider.issuer, f"{provider.issuer}/jwks", real), CLOCK.monotonic)
    return OidcCodeFlow(provider.issuer, CLIENT_ID, BACK, "openid", documents or real, keys, 60)


def in_time() -> Deadline:
    """Return a deadline."""
    return Deadline.after(CLOCK.monotonic, 10)


def code_of(provider: Provider, subject: OidcCodeFlow, question: CodeQuestion = QUESTION) -> str:
    """Sign in as uma, as a browser would; return the code."""
    asked = urlsplit(subject.address(question, in_time()))
    reply = provider.respond(f"{asked.path}?{asked.query}&user=uma")
    back = dict(parse_qsl(urlsplit(str(reply.location)).query))
    assert (reply.status, back["state"]) == (302, question.state)
    return back["code"]


def test_a_code_is_worth_a_token(provider: Provider) -> None:
    """Of who signed in; a second time it is worth nothing."""
    subject = flow(provider)
    code = code_of(provider, subject)
    granted = subject.redeem(code, QUESTION, in_time())
    assert (granted.subject, granted.seconds) == ("uma", 3600)
    with pytest.raises(ReviewerTokenInvalidError):
        subject.redeem(code, QUESTION, in_time())


def test_what_is_shown_of_a_verifier_is_its_digest() -> None:
    """The example of RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "question",
    [CodeQuestion("state-1", "nonce-1", "another"), CodeQuestion("state-1", "another", QUESTION.verifier)],
    ids=["verifier", "nonce"],
)
def test_a_stolen_code_is_worth_nothing(provider: Provider, question: CodeQuestion) -> None:
    """Without its verifier the provider refuses; with another nonce we do."""
    subject = flow(provider)
    code = code_of(provider, subject)
    with pytest.raises(ReviewerTokenInvalidError, match="did not let you in"):
        subject.redeem(code, question, in_time())


def test_a_code_has_a_length(provider: Provider) -> None:
    """No more is sent on than a provider would make."""
    for code in ("", "c" * 2049):
        with pytest.raises(ReviewerTokenInvalidError):
            flow(provider).redeem(code, QUESTION, in_time())


def answered(provider: Provider, **changes: Any) -> Mapping[str, Any]:  # noqa: ANN401 (members of an answer)
    """Return discovery and the answer to a code in one, with changes."""
    return {
        "issuer": provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/authorize?realm=1",
        "token_endpoint": f"{provider.issuer}/token",
        "access_token": "access",
        "expires_in": 60,
        "id_token": provider.id_token("uma", QUESTION.nonce),
        **changes,
    }


def test_an_answer_is_taken_as_the_standard_has_it(provider: Provider) -> None:
    """Also without a lifetime; and an address may have a query already."""
    told = Told(answered(provider))
    assert flow(provider, told).redeem("code", QUESTION, in_time()).seconds == 60
    assert told.sent[0]["code_verifier"] == QUESTION.verifier
    without = {name: value for name, value in answered(provider).items() if name != "expires_in"}
    assert flow(provider, Told(without)).redeem("code", QUESTION, in_time()).seconds == 300
    assert "/authorize?realm=1&response_type=code" in flow(provider, told).address(QUESTION, in_time())


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": None},
        {"access_token": "t" * 4097},
        {"expires_in": "soon"},
        {"id_token": None},
        {"id_token": "..."},
        {"id_token": "another audience"},
        {"id_token": "another key"},
        {"id_token": "unknown key"},
        {"id_token": "no nonce"},
    ],
    ids=str,
)
def test_an_answer_that_proves_nothing_signs_nobody_in(provider: Provider, changes: dict[str, Any]) -> None:
    """Whatever is wrong with it."""
    made = {
        "another audience": lambda: provider.token("uma", nonce=QUESTION.nonce),
        "another key": lambda: provider.token(
            "uma", SigningKey.draw("rsa-1", "RS256"), aud=CLIENT_ID, nonce=QUESTION.nonce
        ),
        "unknown key": lambda: provider.token(
            "uma", SigningKey.draw("rsa-9", "RS256"), aud=CLIENT_ID, nonce=QUESTION.nonce
        ),
        "no nonce": lambda: provider.token("uma", aud=CLIENT_ID),
    }
    told = {name: made[value]() if value in made else value for name, value in changes.items()}
    with pytest.raises(ReviewerTokenInvalidError, match="did not let you in"):
        flow(provider, Told(answered(provider, **told))).redeem("code", QUESTION, in_time())


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/"}, {"token_endpoint": 1}],
)
def test_no_other_provider_is_asked(provider: Provider, changes: dict[str, Any]) -> None:
    """Discovery of another issuer, or with an address that is not safe."""
    subject = flow(provider, Told(answered(provider, **changes)))
    for ask in (lambda: subject.address(QUESTION, in_time()), lambda: subject.redeem("code", QUESTION, in_time())):
        with pytest.raises(IdentityUnavailableError):
            ask()


def test_a_provider_that_is_away_is_told(provider: Provider) -> None:
    """Before the sign-in, and at its end."""
    subject = flow(provider)
    code = code_of(provider, subject)
    provider.is_down = True
    with pytest.raises(IdentityUnavailableError):
        flow(provider).address(QUESTION, in_time())
    with pytest.raises(IdentityUnavailableError):
        subject.redeem(code, QUESTION, in_time())
    with pytest.raises(DocumentError, match="status 503"):
        Documents(TRANSPORT, CLOCK, 3).send_form(f"{provider.issuer}/token", {})


def test_the_provider_gives_no_code_to_another_place(provider: Provider) -> None:
    """It knows where the console is, and asks for PKCE."""
    asked = urlsplit(flow(provider).address(QUESTION, in_time())).query
    for wrong in (asked.replace("127.0.0.1", "elsewhere.example"), asked.replace("S256", "plain"), "user=uma"):
        assert provider.respond(f"/authorize?{wrong}").status == 400
    assert provider.redeem("/elsewhere", b"").status == 404
    assert b"uma" in provider.respond(f"/authorize?{asked}").body

"""What every TokenIntrospector does, in memory and over HTTP alike."""

from collections.abc import Iterator

import pytest

from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.errors import InvalidTokenError, UpstreamUnavailableError
from tests.builders import PRINCIPAL, TOKEN
from tests.contract.upstream.upstreams import UPSTREAMS, InMemoryUpstream, SandboxUpstream, Upstream, after, running

PERMISSIONS = "/v1/Account/GetPermissions"


@pytest.fixture(params=UPSTREAMS)
def upstream(request: pytest.FixtureRequest) -> Iterator[Upstream]:
    """Return each upstream in turn."""
    if request.param == "memory":
        yield InMemoryUpstream()
    else:
        with running(request.param) as sandbox:
            yield sandbox


@pytest.fixture(params=["xml", "json"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[SandboxUpstream]:
    """Return the sandbox, in both forms."""
    with running(request.param) as server:
        yield server


def test_nothing_is_known_of_a_token_before_it_was_introspected(upstream: Upstream) -> None:
    """Recalling makes no call."""
    assert upstream.introspector.recall(TOKEN) is None
    assert upstream.asked() == 0


def test_a_token_speaks_for_an_account_with_its_scopes(upstream: Upstream) -> None:
    """The client of the cast, with both scopes."""
    assert upstream.introspector.introspect(TOKEN, after(5)) == PRINCIPAL


def test_what_was_learnt_is_recalled_until_it_is_forgotten(upstream: Upstream) -> None:
    """One call serves until then."""
    upstream.introspector.introspect(TOKEN, after(5))
    assert upstream.introspector.recall(TOKEN) == PRINCIPAL
    assert upstream.asked() == 1
    upstream.introspector.forget(TOKEN)
    assert upstream.introspector.recall(TOKEN) is None


def test_forgetting_a_token_that_nobody_knows_is_fine(upstream: Upstream) -> None:
    """There is nothing to drop."""
    upstream.introspector.forget(AccessToken("nobodys-token"))
    assert upstream.introspector.recall(TOKEN) is None


def test_a_token_that_is_not_taken_is_invalid_and_not_remembered(upstream: Upstream) -> None:
    """The next call asks again."""
    upstream.will_not_know(TOKEN)
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            upstream.introspector.introspect(TOKEN, after(5))
        assert upstream.introspector.recall(TOKEN) is None
    assert upstream.asked() == 2


@pytest.mark.parametrize(
    ("token", "principal"),
    [
        ("refreshed-client-token", PRINCIPAL),
        ("other-client-token", Principal(1002, PRINCIPAL.scopes)),
        ("no-scope-token", Principal(1003, frozenset({"account_credits_history"}))),
        ("no-balance-token", Principal(1004, frozenset({"account_phonechat_bookings"}))),
    ],
)
def test_each_token_has_its_own_account_and_scopes(sandbox: SandboxUpstream, token: str, principal: Principal) -> None:
    """Whatever the form of the answer, it tells the same."""
    assert sandbox.introspector.introspect(AccessToken(token), after(5)) == principal


@pytest.mark.parametrize("fault", ["permission-status", "permission-conflict"])
def test_a_scope_that_is_not_plainly_granted_is_not_granted(sandbox: SandboxUpstream, fault: str) -> None:
    """Another status, or two that disagree."""
    scope = "account_phonechat_bookings"
    sandbox.server.faults.arm(PERMISSIONS, fault, scope=scope)
    assert sandbox.introspector.introspect(TOKEN, after(5)).scopes == {"account_credits_history"}


@pytest.mark.parametrize("fault", ["html", "redirect", "empty", "truncation", "huge-body", "garbled", "status"])
def test_an_answer_that_cannot_be_read_fails_closed(sandbox: SandboxUpstream, fault: str) -> None:
    """Nothing is granted and nothing is remembered."""
    sandbox.server.faults.arm(PERMISSIONS, fault, "forever")
    with pytest.raises(UpstreamUnavailableError):
        sandbox.introspector.introspect(TOKEN, after(5))
    assert sandbox.introspector.recall(TOKEN) is None

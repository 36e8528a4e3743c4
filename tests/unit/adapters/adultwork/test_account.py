"""Introspection: both questions at once, and only whole answers remembered."""

import time
from collections.abc import Callable
from threading import Barrier
from typing import TypeAlias

import pytest

from chalicelib.adapters.adultwork.account import AdultWorkIntrospector
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.adapters.system import ThreadConcurrency
from chalicelib.application.ports import Concurrency
from chalicelib.domain.access import Principal
from chalicelib.domain.errors import InvalidTokenError, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.proof.trials.scene.clock import MovableClock
from tests.builders import TOKEN
from tests.fakes.raw_upstream import Peer, RawUpstream, answer
from tests.fakes.system import SequentialConcurrency

ClientOf: TypeAlias = Callable[[str], AdultWorkClient]
PERMISSIONS = "/v1/Account/GetPermissions"
CREDENTIALS = "/v1/account/verifyCredentials"
GRANTED = answer(b'{"Permissions":[{"Permission":"nickname","Status":"granted"}]}')
VERIFIED = answer(b'{"UserID":1001}')
PRINCIPAL = Principal(1001, frozenset({"nickname"}))
REFUSED = b'{"Message":"No."}'


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


def introspector(client: AdultWorkClient, concurrency: Concurrency | None = None) -> AdultWorkIntrospector:
    """Return an introspector with an empty cache."""
    cache = PermissionCache(MovableClock(), 60, b"secret")
    return AdultWorkIntrospector(client, concurrency or SequentialConcurrency(), cache)


class Account:
    """An upstream's script that answers each path with what it is told to."""

    def __init__(self, permissions: bytes = GRANTED, credentials: bytes = VERIFIED) -> None:
        self.answers = {PERMISSIONS: permissions, CREDENTIALS: credentials}

    def __call__(self, peer: Peer) -> None:
        """Answer."""
        peer.say(self.answers[peer.asked.target])


def test_permissions_and_account_make_a_principal_that_is_remembered(client_of: ClientOf) -> None:
    """It is recalled without a call, until it is forgotten."""
    with RawUpstream(Account()) as upstream:
        subject = introspector(client_of(upstream.url))
        assert subject.recall(TOKEN) is None
        assert subject.introspect(TOKEN, after(5)) == PRINCIPAL
        assert subject.recall(TOKEN) == PRINCIPAL
        subject.forget(TOKEN)
        assert subject.recall(TOKEN) is None
    assert sorted(request.target for request in upstream.requests) == [PERMISSIONS, CREDENTIALS]


def test_both_questions_are_asked_at_once(client_of: ClientOf) -> None:
    """Neither is answered before the other has arrived."""
    both = Barrier(2)
    account = Account()

    def script(peer: Peer) -> None:
        both.wait(3)
        account(peer)

    with RawUpstream(script) as upstream:
        assert introspector(client_of(upstream.url), ThreadConcurrency(1)).introspect(TOKEN, after(5)) == PRINCIPAL


@pytest.mark.parametrize(
    ("account", "error"),
    [
        (Account(permissions=answer(REFUSED, "401 Unauthorized")), InvalidTokenError),
        (Account(credentials=answer(REFUSED, "401 Unauthorized")), InvalidTokenError),
        (Account(permissions=answer(b"{}", "500 Oops")), UpstreamUnavailableError),
        (Account(credentials=answer(b"{}", "500 Oops")), UpstreamUnavailableError),
        (Account(permissions=answer(b'{"Permissions":{}}')), UpstreamUnavailableError),
        (Account(credentials=answer(b'{"UserID":0}')), UpstreamUnavailableError),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error_and_is_not_remembered(
    client_of: ClientOf, account: Account, error: type[Exception]
) -> None:
    """It fails closed, and the next call asks again."""
    with RawUpstream(account) as upstream:
        subject = introspector(client_of(upstream.url))
        with pytest.raises(error):
            subject.introspect(TOKEN, after(5))
        assert subject.recall(TOKEN) is None

"""The use cases of sign-in, between fakes: what the login leaves out, and what is over."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from chalicelib.application.sign_in.ports import Tokens
from chalicelib.application.sign_in.sealed import Keepsakes
from chalicelib.application.sign_in.sign_in import Caller, SignIn, challenge_of
from chalicelib.domain.access import AccessToken
from chalicelib.domain.sign_in_errors import SignInInProgressError, SignInRefusedError
from chalicelib.domain.time_budget import Deadline
from tests.fakes.clock import FixedClock

PAGE = Caller("https://a.example", "192.0.2.1")
ADDRESS = "https://a.example/in"
VERIFIER = "v" * 43


@dataclass
class FakeLogin:
    """Grants what it is told to."""

    refresh_token: str | None = None
    asked: list[str] = field(default_factory=list)

    def address(self, redirect_uri: str, state: str) -> str:
        """Return an address."""
        return f"{redirect_uri}?{state}"

    def redeem(self, code: str, redirect_uri: str, deadline: Deadline) -> Tokens:
        """Grant for a code."""
        del redirect_uri, deadline
        self.asked.append(code)
        return Tokens(AccessToken("a"), 60, self.refresh_token)

    def refresh(self, refresh_token: str, deadline: Deadline) -> Tokens:
        """Grant for a refresh token."""
        return self.redeem(refresh_token, "", deadline)


class FakeSeal:
    """Seals by writing backwards."""

    def seal(self, plaintext: bytes, purpose: str) -> str:
        """Return a text."""
        return base64.urlsafe_b64encode(purpose.encode() + b"|" + plaintext).decode()

    def open(self, sealed: str, purpose: str) -> bytes | None:
        """Return what was sealed."""
        kind, _, plaintext = base64.urlsafe_b64decode(sealed).partition(b"|")
        return plaintext if kind == purpose.encode() else None


class FakeLedger:
    """Counts nothing, and keeps marks until they are released or over."""

    def __init__(self) -> None:
        self.marks: dict[str, datetime] = {}

    def count(self, address: str, now: datetime, deadline: Deadline) -> None:
        """Let everybody in."""

    def claim(self, secret: str, until: datetime, now: datetime, deadline: Deadline) -> bool:
        """Mark."""
        del deadline
        is_free = self.marks.get(secret, now) <= now
        self.marks[secret] = until
        return is_free

    def release(self, secret: str, deadline: Deadline) -> None:
        """Take a mark away."""
        del deadline
        self.marks.pop(secret, None)


def sign_in(clock: FixedClock, login: FakeLogin) -> SignIn:
    """Return the use case."""
    return SignIn(
        login=login,
        keepsakes=Keepsakes(FakeSeal(), clock.now),
        ledger=FakeLedger(),
        clock=clock,
        random_bytes=bytes,
        redirect_uris=frozenset({(PAGE.client, ADDRESS)}),
        session_seconds=100,
        call_seconds=24,
    )


def test_a_login_without_refresh_tokens_makes_no_session() -> None:
    """The access token is all there is."""
    clock = FixedClock()
    use = sign_in(clock, FakeLogin())
    deadline = use.deadline(3)
    assert deadline.remaining() == 3
    begun = use.begin(PAGE, ADDRESS, challenge_of(VERIFIER), deadline)
    assert use.redeem(PAGE, begun.sealed, "code", begun.state, VERIFIER, deadline).sealed is None


def test_a_refresh_that_names_no_new_token_goes_on_with_the_old() -> None:
    """As the standard allows; and it may be used again once its mark is over."""
    clock, login = FixedClock(), FakeLogin("the-first")
    use = sign_in(clock, login)
    begun = use.begin(PAGE, ADDRESS, challenge_of(VERIFIER), use.deadline(30))
    session = str(use.redeem(PAGE, begun.sealed, "code", begun.state, VERIFIER, use.deadline(30)).sealed)
    login.refresh_token = None
    renewed = str(use.refresh(PAGE, session, use.deadline(30)).sealed)
    clock.tick(15)
    use.refresh(PAGE, renewed, use.deadline(30))
    assert login.asked == ["code", "the-first", "the-first"]


def test_a_sign_in_is_over_after_ten_minutes_and_a_session_after_its_time() -> None:
    """Neither is sent to the login then."""
    clock, login = FixedClock(), FakeLogin("the-first")
    use = sign_in(clock, login)
    begun = use.begin(PAGE, ADDRESS, challenge_of(VERIFIER), use.deadline(30))
    session = str(use.redeem(PAGE, begun.sealed, "code", begun.state, VERIFIER, use.deadline(30)).sealed)
    clock.tick(600)
    with pytest.raises(SignInRefusedError):
        use.redeem(PAGE, begun.sealed, "code", begun.state, VERIFIER, use.deadline(30))
    with pytest.raises(SignInRefusedError):
        use.refresh(PAGE, session, use.deadline(30))
    assert login.asked == ["code"]


def test_a_refresh_token_that_is_in_use_is_not_sent_again() -> None:
    """As two tabs of a page do that refresh at once."""
    login = FakeLogin("the-first")
    use = sign_in(FixedClock(), login)
    begun = use.begin(PAGE, ADDRESS, challenge_of(VERIFIER), use.deadline(30))
    session = str(use.redeem(PAGE, begun.sealed, "code", begun.state, VERIFIER, use.deadline(30)).sealed)
    use.refresh(PAGE, session, use.deadline(30))
    with pytest.raises(SignInInProgressError):
        use.refresh(PAGE, session, use.deadline(30))
    assert login.asked == ["code", "the-first"]

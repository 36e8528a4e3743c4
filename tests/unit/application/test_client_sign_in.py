"""The use cases of sign-in, between fakes: what the login leaves out, and what is over."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from chalicelib.application.sign_in.ports import Tokens
from chalicelib.application.sign_in.sealed import AGAIN, Keepsakes
from chalicelib.application.sign_in.sign_in import (
    IN_PROGRESS,
    LOST,
    NOT_REGISTERED,
    NOT_THE_SAME,
    USED,
    Beginning,
    Caller,
    SignedIn,
    SignIn,
    challenge_of,
)
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.sign_in_errors import SignInInProgressError, SignInRefusedError, SignInUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline
from tests.builders import NOW
from tests.fakes.clock import FixedClock
from tests.sentences import require_sentences

PAGE = Caller("https://a.example", "192.0.2.1")
APP = Caller(None, "192.0.2.2")
ADDRESS = "https://a.example/in"
VERIFIER = "v" * 43


@dataclass
class FakeLogin:
    """Grants what it is told to."""

    refresh_token: str | None = None
    failure: SwitchboardError | None = None
    asked: list[str] = field(default_factory=list)
    came_back_to: list[str] = field(default_factory=list)

    def address(self, redirect_uri: str, state: str) -> str:
        """Return an address."""
        return f"{redirect_uri}?{state}"

    def redeem(self, code: str, redirect_uri: str, deadline: Deadline) -> Tokens:
        """Grant for a code, or fail."""
        self.came_back_to.append(redirect_uri)
        return self.refresh(code, deadline)

    def refresh(self, refresh_token: str, deadline: Deadline) -> Tokens:
        """Grant for a refresh token, or fail."""
        require_deadline(deadline)
        self.asked.append(refresh_token)
        if self.failure is not None:
            raise self.failure
        return Tokens(AccessToken("a"), 60, self.refresh_token)


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
    """Keeps who asked when, and marks until they are released or over."""

    def __init__(self) -> None:
        self.marks: dict[str, datetime] = {}
        self.counted: list[tuple[str, datetime]] = []

    def count(self, address: str, now: datetime, deadline: Deadline) -> None:
        """Let everybody in."""
        require_deadline(deadline)
        self.counted.append((address, now))

    def claim(self, secret: str, until: datetime, now: datetime, deadline: Deadline) -> bool:
        """Mark."""
        require_deadline(deadline)
        is_free = self.marks.get(secret, now) <= now
        self.marks[secret] = until
        return is_free

    def release(self, secret: str, deadline: Deadline) -> None:
        """Take a mark away."""
        require_deadline(deadline)
        self.marks.pop(secret, None)


def guessable_bytes(count: int) -> bytes:
    """Return bytes whose base64 needs the letters that only its form for addresses has."""
    return b"\xfb\xff" * (count // 2)


def sign_in(clock: FixedClock, login: FakeLogin, ledger: FakeLedger | None = None) -> SignIn:
    """Return the use case."""
    return SignIn(
        login=login,
        keepsakes=Keepsakes(FakeSeal(), clock.now),
        ledger=FakeLedger() if ledger is None else ledger,
        clock=clock,
        random_bytes=guessable_bytes,
        redirect_uris=frozenset({(PAGE.client, ADDRESS)}),
        session_seconds=100,
        call_seconds=24,
    )


def begin(use: SignIn) -> Beginning:
    """Begin a sign-in of the page."""
    return use.begin(PAGE, ADDRESS, challenge_of(VERIFIER), use.deadline(30))


def come_back(use: SignIn, begun: Beginning, caller: Caller = PAGE) -> SignedIn:
    """Come back from the login with a code."""
    return use.redeem(caller, begun.sealed, "code", begun.state, VERIFIER, use.deadline(30))


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


def test_what_is_begun_is_told_and_leads_to_a_session() -> None:
    """The state is 32 bytes in the letters of an address; each call is counted for the address that it came from."""
    login, ledger, clock = FakeLogin("the-first"), FakeLedger(), FixedClock()
    use = sign_in(clock, login, ledger)
    begun = begin(use)
    assert base64.urlsafe_b64decode(f"{begun.state}=") == guessable_bytes(32)
    assert begun.state[:4] == "-__7"
    assert "=" not in begun.state
    assert (begun.address, begun.seconds) == (f"{ADDRESS}?{begun.state}", 600)
    clock.tick(1)
    signed_in = come_back(use, begun)
    assert (signed_in.access_token, signed_in.seconds, signed_in.session_seconds) == (AccessToken("a"), 60, 100)
    assert (login.asked, login.came_back_to) == (["code"], [ADDRESS])
    clock.tick(1)
    use.refresh(PAGE, str(signed_in.sealed), use.deadline(30))
    assert ledger.counted == [(PAGE.address, NOW + timedelta(seconds=seconds)) for seconds in range(3)]


def test_a_call_ends_with_what_is_left_of_it_and_no_later_than_it_may_last() -> None:
    """As the platform says, and as the setting does."""
    use = sign_in(FixedClock(), FakeLogin())
    assert (use.deadline(30).remaining(), use.deadline(24).remaining(), use.deadline(5).remaining()) == (24, 24, 5)


@pytest.mark.parametrize(("caller", "address"), [(APP, ADDRESS), (PAGE, "https://a.example/other")])
def test_a_sign_in_comes_back_to_where_its_client_is_registered(caller: Caller, address: str) -> None:
    """Neither another client's address nor an unknown one."""
    use = sign_in(FixedClock(), FakeLogin())
    with pytest.raises(SignInRefusedError, match=NOT_REGISTERED):
        use.begin(caller, address, challenge_of(VERIFIER), use.deadline(30))


def test_what_another_client_has_kept_opens_nothing() -> None:
    """Nor does what was sealed for another use, or by nobody."""
    login = FakeLogin("the-first")
    use = sign_in(FixedClock(), login)
    begun = begin(use)
    with pytest.raises(SignInRefusedError, match=f"^{AGAIN}") as not_begun:
        come_back(use, begun, APP)
    session = str(come_back(use, begun).sealed)
    with pytest.raises(SignInRefusedError, match=f"^{AGAIN}") as no_session:
        use.refresh(APP, session, use.deadline(30))
    for caught in (not_begun, no_session):
        require_sentences(caught.value.message)
    with pytest.raises(SignInRefusedError):
        use.refresh(PAGE, begun.sealed, use.deadline(30))
    assert login.asked == ["code"]


@pytest.mark.parametrize(("state", "verifier"), [("another", VERIFIER), (None, "w" * 43)])
def test_what_came_back_belongs_to_what_was_begun(state: str | None, verifier: str) -> None:
    """The state and the verifier, each on its own; nothing is sent, and the right ones are still good."""
    login = FakeLogin()
    use = sign_in(FixedClock(), login)
    begun = begin(use)
    with pytest.raises(SignInRefusedError, match=NOT_THE_SAME):
        use.redeem(PAGE, begun.sealed, "code", state or begun.state, verifier, use.deadline(30))
    assert login.asked == []
    assert come_back(use, begun).access_token == AccessToken("a")


def test_a_code_is_sent_once() -> None:
    """A repeat is refused for as long as the sign-in could be brought back."""
    login, ledger = FakeLogin(), FakeLedger()
    use = sign_in(FixedClock(), login, ledger)
    begun = begin(use)
    come_back(use, begun)
    with pytest.raises(SignInRefusedError, match=USED):
        come_back(use, begun)
    assert login.asked == ["code"]
    assert ledger.marks == {begun.state: NOW + timedelta(seconds=600)}


def test_a_code_whose_answer_was_lost_is_not_sent_again() -> None:
    """It may be used up."""
    login = FakeLogin(failure=SignInUnavailableError("lost", is_sent=True))
    use = sign_in(FixedClock(), login)
    begun = begin(use)
    with pytest.raises(SignInRefusedError, match=LOST):
        come_back(use, begun)
    with pytest.raises(SignInRefusedError, match=USED):
        come_back(use, begun)


def test_a_code_that_was_never_sent_may_be_tried_again() -> None:
    """The login could not be reached."""
    login = FakeLogin(failure=SignInUnavailableError("never", is_sent=False))
    use = sign_in(FixedClock(), login)
    begun = begin(use)
    with pytest.raises(SignInUnavailableError):
        come_back(use, begun)
    login.failure = None
    assert come_back(use, begun).access_token == AccessToken("a")


@pytest.mark.parametrize(
    "failure", [SignInRefusedError("declined"), SignInUnavailableError("lost", is_sent=True)], ids=["declined", "lost"]
)
def test_a_refresh_that_failed_may_be_tried_again(failure: SwitchboardError) -> None:
    """At once: nobody else uses this token."""
    login = FakeLogin("the-first")
    use = sign_in(FixedClock(), login)
    session = str(come_back(use, begin(use)).sealed)
    login.failure = failure
    with pytest.raises(type(failure)):
        use.refresh(PAGE, session, use.deadline(30))
    login.failure = None
    renewed = use.refresh(PAGE, session, use.deadline(30))
    assert (renewed.access_token, renewed.seconds, renewed.session_seconds) == (AccessToken("a"), 60, 100)


def test_a_refresh_in_progress_is_asked_again_in_a_second() -> None:
    """For fifteen seconds, longer than any exchange takes."""
    ledger = FakeLedger()
    use = sign_in(FixedClock(), FakeLogin("the-first"), ledger)
    session = str(come_back(use, begin(use)).sealed)
    use.refresh(PAGE, session, use.deadline(30))
    assert ledger.marks["the-first"] == NOW + timedelta(seconds=15)
    with pytest.raises(SignInInProgressError, match=IN_PROGRESS) as caught:
        use.refresh(PAGE, session, use.deadline(30))
    assert caught.value.retry_after_seconds == 1


def test_a_session_is_over_at_its_very_end() -> None:
    """A moment before it is good."""
    clock = FixedClock()
    use = sign_in(clock, FakeLogin("the-first"))
    session = str(come_back(use, begin(use)).sealed)
    clock.tick(99.5)
    use.refresh(PAGE, session, use.deadline(30))
    clock.tick(0.5)
    with pytest.raises(SignInRefusedError):
        use.refresh(PAGE, session, use.deadline(30))


def test_a_challenge_is_the_one_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

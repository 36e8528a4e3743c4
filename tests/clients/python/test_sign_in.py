"""Sign-in of a native program in both forms: against answers that are made up, and at the stack with the sandbox's login."""

import asyncio
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest

from chalicelib.application.sign_in.sign_in import challenge_of
from devtools.proof.trials.scene.ground import Ground
from switchboard_client import (
    AsyncClient,
    AsyncNativeSignIn,
    Booked,
    BookingRequest,
    Client,
    MemoryStorage,
    NativeSignIn,
    SignIn,
    SignInUnavailableError,
)
from tests.clients.python.forms import finished
from tests.clients.python.test_answers import LOST, NOW, Answer, problem
from tests.integration.bookings import CREATE, MEMBERS, ORIGIN
from tests.integration.sign_ins import APP, settings

URL = "https://stage.example/dev/"
CAME = f"{APP}?code=c%2B&state=s&status="
BEGUN: Answer = (200, {"authorization_url": "https://login.example/", "begun": "sealed"}, {})
REFUSED = problem("sign-in-refused", 401)
AWAY = problem("sign-in-unavailable", 503, retry_after_seconds=9)


def granted(token: str, seconds: int = 1200, **more: str) -> Answer:
    """Return what an exchange answers."""
    return 200, {"access_token": token, "token_type": "Bearer", "expires_in": seconds, **more}, {}


@dataclass
class Program:
    """A program that signs in, in a world whose answers are given in turn, the last one for ever."""

    form: str
    answers: list[Answer]
    bodies: list[dict[str, str]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    keychain: MemoryStorage = field(default_factory=MemoryStorage)
    ahead: float = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start anew: only the keychain stays."""
        transport = httpx.MockTransport(self.answer)
        now = lambda: NOW + self.ahead  # noqa: E731 (a clock)
        self.sync = NativeSignIn(
            URL, APP, self.keychain, http=httpx.Client(transport=transport), now=now, sleep=self.sleep
        )
        self.asynchronous = AsyncNativeSignIn(
            URL, APP, self.keychain, http=httpx.AsyncClient(transport=transport), now=now, sleep=self.sleep_async
        )

    def call(self, name: str, *given: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        """Call a method."""
        if self.form == "sync":
            return getattr(self.sync, name)(*given)

        async def called() -> Any:  # noqa: ANN401 (the same)
            return await getattr(self.asynchronous, name)(*given)

        return finished(called())

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.ahead += seconds

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass."""
        self.sleep(seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        assert not {"authorization", "origin", "cookie"} & set(request.headers)
        self.bodies.append(json.loads(request.content))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is LOST:
            raise httpx.ReadTimeout("lost", request=request)
        status, body, headers = answer
        return httpx.Response(status, headers=headers, json=body)

    def sign_in(self) -> bool:
        """Do all of it."""
        self.call("begin")
        return bool(self.call("end", CAME))

    @property
    def kept(self) -> list[str | None]:
        """Return what the keychain holds."""
        return [self.keychain.get(name) for name in self.keychain.names()]


@pytest.fixture(params=["sync", "async"])
def program(request: pytest.FixtureRequest) -> Callable[..., Program]:
    """Return what makes a program, in each form in turn."""
    return lambda *answers: Program(request.param, list(answers))


def test_a_sign_in_outlives_the_program_and_its_session_is_in_the_keychain(program: Callable[..., Program]) -> None:
    """The verifier goes out once, with the code; each new session is kept before anything else."""
    one = program(BEGUN, granted("one", refresh_token="r1"), granted("two", refresh_token="r2"), granted("three"))
    assert one.call("token") is None
    assert one.call("begin") == "https://login.example/"
    one.start()
    assert one.call("end", CAME)
    begin, exchange = one.bodies
    verifier = exchange.pop("code_verifier")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", verifier)
    assert begin == {"redirect_uri": APP, "code_challenge": challenge_of(verifier)}
    assert exchange == {"grant_type": "authorization_code", "code": "c+", "state": "s", "begun": "sealed"}
    assert (one.call("token"), one.kept) == ("one", ["r1"])
    one.start()
    assert [one.call("token"), one.call("token", "two"), one.call("token")] == ["two", "three", "three"]
    assert [body["refresh_token"] for body in one.bodies[2:]] == ["r1", "r2"]
    assert all(re.fullmatch(r"[\w.-]+", name) for name in one.keychain.names())


def test_a_token_is_refreshed_before_it_runs_out(program: Callable[..., Program]) -> None:
    """Half a minute before, or after half of a shorter life."""
    one = program(BEGUN, granted("one", refresh_token="r"), granted("two", 10), granted("three"))
    one.sign_in()
    one.ahead = 1169
    assert one.call("token") == "one"
    one.ahead = 1171
    assert one.call("token") == "two"
    one.ahead += 4
    assert one.call("token") == "two"
    one.ahead += 2
    assert one.call("token") == "three"


def test_whoever_cancels_or_is_refused_begins_anew(program: Callable[..., Program]) -> None:
    """And the session of before goes on."""
    one = program(BEGUN, granted("one", refresh_token="r"), BEGUN, BEGUN, REFUSED)
    assert one.sign_in()
    one.call("begin")
    assert one.call("end", f"{APP}?code=&state=s&status=cancelled") is False
    one.call("begin")
    assert one.call("end", CAME) is False
    assert one.call("end", CAME) is False
    assert (one.call("token"), len(one.bodies)) == ("one", 5)


def test_a_code_whose_answer_is_lost_is_sent_again_and_once_more_where_the_user_asks(
    program: Callable[..., Program],
) -> None:
    """After each wait; the code is the same."""
    one = program(BEGUN, LOST, AWAY, problem("sign-in-in-progress", 409), AWAY, AWAY, granted("one"))
    with pytest.raises(SignInUnavailableError, match="Why"):
        one.sign_in()
    assert one.slept == [1, 9, 3, 9]
    assert one.call("end", CAME)
    assert len({body["code_verifier"] for body in one.bodies[1:]}) == 1


def test_a_login_that_asked_to_wait_is_not_asked_before(program: Callable[..., Program]) -> None:
    """A booking that goes on meanwhile waits too."""
    limited = problem("too-many-sign-ins", 429, retry_after_seconds=40)
    one = program(BEGUN, granted("one", refresh_token="r"), limited, granted("two"))
    one.sign_in()
    for _ in range(2):
        with pytest.raises(SignInUnavailableError):
            one.call("token", "one")
    assert len(one.bodies) == 3
    one.ahead += 40
    assert one.call("token", "one") == "two"


def test_a_refresh_that_is_under_way_elsewhere_is_waited_for(program: Callable[..., Program]) -> None:
    """A lost answer leaves the mark of it for some seconds."""
    busy = problem("sign-in-in-progress", 409)
    one = program(BEGUN, granted("one", refresh_token="r"), busy, busy, granted("two"))
    one.sign_in()
    assert (one.call("token", "one"), one.slept) == ("two", [1, 2])


def test_a_sign_in_that_cannot_begin_says_why(program: Callable[..., Program]) -> None:
    """Nothing is kept of it."""
    for answer, why in ((REFUSED, "Why"), (LOST, "cannot be reached"), ((200, {}, {}), "cannot be reached")):
        one = program(answer)
        with pytest.raises(SignInUnavailableError, match=why):
            one.call("begin")
        assert one.kept == []


def test_a_session_that_is_over_leaves_the_keychain_as_one_does_that_the_user_leaves(
    program: Callable[..., Program],
) -> None:
    """Nothing is sent then."""
    over = program(BEGUN, granted("one", refresh_token="r"), REFUSED)
    left = program(BEGUN, granted("one", refresh_token="r"))
    assert (over.sign_in(), left.sign_in()) == (True, True)
    assert over.call("token", "one") is None
    left.call("log_out")
    for one, sent in ((over, 3), (left, 2)):
        assert (one.call("token"), one.kept, len(one.bodies)) == (None, [], sent)


def test_a_login_that_grants_no_session_leaves_none_of_the_user_before(program: Callable[..., Program]) -> None:
    """Else the token after this one would be somebody else's."""
    one = program(BEGUN, granted("one", refresh_token="r"), BEGUN, granted("two"))
    assert (one.sign_in(), one.sign_in()) == (True, True)
    assert (one.call("token"), one.call("token", "two"), one.kept) == ("two", None, [])


def test_threads_that_ask_at_once_refresh_once() -> None:
    """The second one takes what the first one got."""
    has_begun, may_go_on = threading.Event(), threading.Event()
    one = Program("sync", [BEGUN, granted("one", refresh_token="r"), granted("two")])
    one.sign_in()

    def slow(request: httpx.Request) -> httpx.Response:
        has_begun.set()
        assert may_go_on.wait(10)
        return one.answer(request)

    sign_in = NativeSignIn(URL, APP, one.keychain, http=httpx.Client(transport=httpx.MockTransport(slow)))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(sign_in.token)
        assert has_begun.wait(10)
        second = pool.submit(sign_in.token)
        may_go_on.set()
        assert (first.result(10), second.result(10), len(one.bodies)) == ("two", "two", 3)
    sign_in.close()


def test_a_refresh_goes_on_when_whoever_waits_for_it_is_cancelled() -> None:
    """Its answer holds the only refresh token that is good then."""
    one = Program("async", [BEGUN, granted("one", refresh_token="r1"), granted("two", refresh_token="r2")])
    one.sign_in()

    async def run() -> str | None:
        has_begun, may_go_on = asyncio.Event(), asyncio.Event()

        async def slow(request: httpx.Request) -> httpx.Response:
            has_begun.set()
            answer = one.answer(request)
            await may_go_on.wait()
            return answer

        http = httpx.AsyncClient(transport=httpx.MockTransport(slow))
        sign_in = AsyncNativeSignIn(URL, APP, one.keychain, http=http)
        waiting = asyncio.create_task(sign_in.token())
        await has_begun.wait()
        waiting.cancel()
        may_go_on.set()
        token = await sign_in.token()
        await sign_in.close()
        return token

    assert (finished(run()), one.kept, len(one.bodies)) == ("two", ["r2"], 3)


def test_a_booking_at_the_stack_outlives_its_access_token_under_its_key(stack: tuple[Ground, str]) -> None:
    """Signed in at the sandbox's login; the token dies before each booking, and each is one, with one key and one body."""
    ground, url = stack
    ground.begin(**settings(ground.sandbox.url, ALLOWED_ORIGINS=ORIGIN))
    ground.start()
    keychain = MemoryStorage()
    now = lambda: ground.clock.now().timestamp()  # noqa: E731 (a clock)
    with httpx.Client(timeout=35) as http:
        sign_in = NativeSignIn(url, APP, keychain, http=http, now=now, sleep=ground.clock.move_on)
        client = Client(url, "me", sign_in.token, MemoryStorage(), http=http, now=now, sleep=ground.clock.move_on)
        assert client.book(client.intend(cast("BookingRequest", MEMBERS))) == SignIn(None)
        came = httpx.get(f"{sign_in.begin()}&user=1001", follow_redirects=False)
        assert sign_in.end(came.headers["Location"])
        ground.sandbox.world.logins.end_access()
        (intent,) = client.pending()
        assert isinstance(client.book(intent), Booked)

    async def later() -> object:
        ground.sandbox.world.logins.end_access()
        again = AsyncNativeSignIn(url, APP, keychain, now=now)
        other = AsyncClient(url, "me", again.token, MemoryStorage(), now=now)
        outcome = await other.book(
            await other.intend(cast("BookingRequest", {**MEMBERS, "SessionDate": "2032-02-23 21:30"}))
        )
        await again.log_out()
        signed_out = await again.token()
        await other.close()
        await again.close()
        return outcome, signed_out

    outcome, signed_out = finished(later())
    assert (isinstance(outcome, Booked), signed_out, keychain.names()) == (True, None, [])
    assert (len(ground.sandbox.world.bookings), ground.sandbox.journal.count(CREATE)) == (2, 2)

"""Signing in on fakes: what ties the end to the beginning, and how long a session holds."""

import json
import zlib

import pytest

from chalicelib.application.review.sign_in import PENDING, PENDING_SECONDS, SESSION_SECONDS, SignIn
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.reviewer_errors import ReviewerTokenInvalidError
from tests.contract.records import enough_time
from tests.fakes.clock import FixedClock
from tests.fakes.console import FakeBox, FakeFlow, session_of, sign_in
from tests.fakes.review_desk import REVIEWER, UNMASKER


def begun(subject: SignIn, place: str = "/console?client=1") -> tuple[str, str]:
    """Begin; return what the browser keeps, and the state that the provider sends it back with."""
    found = subject.begin(place, "Europe/London", enough_time())
    return found.pending, found.address.rpartition("=")[2]


def test_a_code_becomes_a_session_and_leads_back() -> None:
    """With who it is, what they may see, and their zone; as long as the token is good."""
    clock = FixedClock()
    subject = sign_in(clock=clock)
    pending, state = begun(subject)
    opened = subject.end(pending, state, UNMASKER, enough_time())
    assert (opened.place, opened.seconds) == ("/console?client=1", 900)
    session = subject.session(opened.sealed, enough_time())
    assert session is not None
    assert (session.subject, session.zone, session.token.reveal()) == ("unmask", "Europe/London", UNMASKER)
    assert session.roles == {Role.REVIEWER, Role.UNMASK}
    assert session.is_form_of(session.form_key)
    assert not session.is_form_of("")
    clock.tick(900)
    assert subject.session(opened.sealed, enough_time()) is None


def test_a_session_is_never_long() -> None:
    """Whatever the provider says of its token."""
    subject = sign_in(FakeFlow(seconds=86_400))
    assert subject.end(*begun(subject), REVIEWER, enough_time()).seconds == SESSION_SECONDS


def test_the_secrets_of_each_sign_in_are_its_own() -> None:
    """State, nonce and verifier, three times two."""
    flow = FakeFlow()
    subject = sign_in(flow)
    begun(subject)
    begun(subject)
    assert len({secret for question in flow.asked for secret in question.secrets}) == 6


def test_only_the_browser_that_began_ends_a_sign_in() -> None:
    """Another state, another browser's cookie, a session in its place, or too late."""
    clock = FixedClock()
    subject = sign_in(clock=clock)
    pending, state = begun(subject)
    _, other = begun(subject)
    session = session_of(subject, enough_time())
    for kept, told in ((pending, other), (session, state), ("nothing", state)):
        with pytest.raises(ReviewerTokenInvalidError, match="not begun here"):
            subject.end(kept, told, REVIEWER, enough_time())
    clock.tick(PENDING_SECONDS)
    with pytest.raises(ReviewerTokenInvalidError, match="took too long"):
        subject.end(pending, state, REVIEWER, enough_time())
    assert subject.session(pending, enough_time()) is None


def test_a_token_that_opens_nothing_begins_no_session() -> None:
    """One of nobody, and one of somebody else than the ID token says."""
    for subject, code, message in (
        (sign_in(), "client-token", "not known"),
        (sign_in(FakeFlow(subject="somebody-else")), REVIEWER, "did not let you in"),
    ):
        pending, state = begun(subject)
        with pytest.raises(ReviewerTokenInvalidError, match=message):
            subject.end(pending, state, code, enough_time())


def test_a_session_that_no_cookie_holds_is_told() -> None:
    """A browser would drop it without a word."""
    subject = sign_in()
    told = json.loads(zlib.decompress(FakeBox().open(begun(subject)[0], PENDING, enough_time()) or b""))
    told["zone"] = "".join(format(number * 7919 % 100_003, "x") for number in range(1500))
    pending = FakeBox().seal(zlib.compress(json.dumps(told).encode()), PENDING, enough_time())
    with pytest.raises(ReviewerTokenInvalidError, match="too long for a cookie"):
        subject.end(pending, told["question"][0], REVIEWER, enough_time())


def test_another_zone_or_reason_makes_no_session_longer() -> None:
    """What is left of it is left."""
    clock = FixedClock()
    subject = sign_in(clock=clock)
    session = subject.session(session_of(subject, enough_time()), enough_time())
    assert session is not None
    clock.tick(100)
    moved = subject.changed(session, "Asia/Tokyo", "Monthly check", enough_time())
    again = subject.session(moved.sealed, enough_time())
    assert again is not None
    assert (session.reason, again.reason) == (None, "Monthly check")
    assert (moved.seconds, again.zone, again.until, again.form_key) == (
        800,
        "Asia/Tokyo",
        session.until,
        session.form_key,
    )

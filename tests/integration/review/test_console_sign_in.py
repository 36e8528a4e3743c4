"""Signing in to the console over real HTTP: the way there and back, cookies, forms, and what a session keeps."""

import json
from urllib.parse import urlencode

import pytest

from tests.integration.review.conftest import ReviewService
from tests.integration.review.test_console_over_http import OPERATION, REASON, actions
from tests.integration.review.test_review_over_http import BOOKED, DAY
from tests.integration.review.visitor import FORM, Visitor, form_key, hrefs, text


@pytest.fixture
def filled(review: ReviewService) -> ReviewService:
    """Return the service with one operation."""
    review.put(BOOKED)
    return review


def test_who_is_not_signed_in_signs_in_and_comes_back(filled: ReviewService) -> None:
    """To the very search that was asked for, at the entrance that it was asked for at."""
    visitor = Visitor(filled)
    asked = visitor.send("/dev/console?client=1001&from=2026-01-15T00%3A00%3A00Z")
    assert asked.status == 303
    page = visitor.open(str(asked.header("Location")))
    (start,) = [href for href in hrefs(page) if "/start?" in href]
    assert start.startswith("/dev/console/sign-in/start?next=")
    assert filled.looks() == []
    back = visitor.send(visitor.begin("rita", start))
    assert back.header("Location") == "/console?client=1001&from=2026-01-15T00%3A00%3A00Z"
    assert visitor.open(str(back.header("Location"))).status == 200
    assert actions(filled) == ["search"]


def test_cookies_are_out_of_reach(filled: ReviewService) -> None:
    """Of scripts and of other sites; short-lived; the sign-in's is gone after it; nothing in them can be read."""
    visitor = Visitor(filled).sign_in("uma")
    pending, session, gone = visitor.lines
    assert all("; HttpOnly; SameSite=Lax" in line and "Path=/;" in line for line in visitor.lines)
    assert ("Max-Age=600" in pending, "Max-Age=3600" in session, "Max-Age=0" in gone) == (True, True, True)
    assert visitor.cookies.keys() == {"switchboard-session"}
    assert "uma" not in session
    filled.configure(REVIEW_CONSOLE_URL="https://console.example/console")
    secure = Visitor(filled)
    secure.send("/console/sign-in/start")
    (line,) = secure.lines
    assert (line.startswith("__Host-switchboard-sign-in="), line.endswith("; Secure")) == (True, True)


def test_a_sign_in_that_is_not_ones_own_ends_nowhere(filled: ReviewService) -> None:
    """Another browser's, a second time, one that the provider refused, and a state that was changed."""
    visitor, other = Visitor(filled), Visitor(filled)
    back = visitor.begin("rita")
    other.begin("uma")
    for path in (
        back,
        "/console/callback?error=access_denied&state=x",
        f"/console/callback?code=c&state={'s' * 201}",
        "/console/callback",
    ):
        answer = other.send(path)
        assert (answer.status, list(other.cookies)) == (401, ["switchboard-sign-in"])
        assert "Sign in again." in text(answer)
    assert Visitor(filled).send(back).status == 401
    assert visitor.send(back).status == 303
    assert visitor.send(back).status == 401
    assert filled.looks() == []


def test_only_pages_of_the_console_are_led_back_to(filled: ReviewService) -> None:
    """Nobody is sent elsewhere with a session."""
    for place in ("https://elsewhere.example/", "//elsewhere.example", "/console/../x", "/consolex", "/console?\r\nx"):
        visitor = Visitor(filled)
        page = visitor.open(f"/console/sign-in?{urlencode({'next': place})}")
        assert "/console/sign-in/start?next=%2Fconsole" in hrefs(page)
        back = visitor.begin("rita", f"/console/sign-in/start?{urlencode({'next': place, 'zone': 'Nowhere/Here'})}")
        assert visitor.send(back).header("Location") == "/console"
        assert 'name="zone" value="UTC"' in visitor.open("/console").body.decode()


def test_a_form_of_another_site_does_nothing(filled: ReviewService) -> None:
    """Without the session's key, with another's, from elsewhere, not as a form, too large, or not readable."""
    visitor, other = Visitor(filled).sign_in("uma"), Visitor(filled).sign_in("uma")
    key, foreign = form_key(visitor.open("/console")), form_key(other.open("/console"))
    body = f"form_key={key}&reason=Complaint".encode()
    for sent, headers, status in (
        (b"reason=Complaint", {"content_type": FORM}, 400),
        (f"form_key={foreign}&reason=Complaint".encode(), {"content_type": FORM}, 400),
        (body, {"content_type": FORM, "sec_fetch_site": "cross-site"}, 400),
        (body, {"content_type": "text/plain"}, 415),
        (body, {}, 415),
        (body + b"x" * 8192, {"content_type": FORM}, 413),
        (b"\xff=1", {"content_type": FORM}, 400),
        (b"", {"content_type": FORM}, 400),
    ):
        for path in (OPERATION, "/console/sign-out", "/console/session"):
            assert visitor.send(path, "POST", sent, **headers).status == status, (path, sent)
    assert visitor.cookies.keys() == {"switchboard-session"}
    assert (
        visitor.send("/console/sign-out", "POST", body, content_type=FORM, sec_fetch_site="same-origin").status == 303
    )


def test_signing_out_ends_the_session(filled: ReviewService) -> None:
    """In this browser; what is opened then leads to the sign-in, forms as well."""
    visitor = Visitor(filled).sign_in("rita")
    key = form_key(visitor.open("/console"))
    out = visitor.post("/console/sign-out", key)
    assert (out.header("Location"), visitor.cookies) == ("/console/signed-out", {})
    assert "Signed out" in text(visitor.open("/console/signed-out"))
    assert visitor.post(OPERATION, key, reason=REASON).header("Location") == "/console/sign-in?next=%2Fconsole"
    assert visitor.send(f"/console?{'x' * 1500}=1").header("Location") == "/console/sign-in?next=%2Fconsole"


def test_the_zone_can_be_changed(filled: ReviewService) -> None:
    """To one that there is."""
    visitor = Visitor(filled).sign_in("rita")
    page = visitor.open(OPERATION)
    moved = visitor.post("/console/session", form_key(page), zone="Asia/Kathmandu", next=OPERATION)
    assert moved.header("Location") == OPERATION
    assert f"{DAY} 17:45:00 +0545" in text(visitor.open(OPERATION))
    for wrong in ("Nowhere/Here", "../etc/passwd", "Europe", ""):
        assert visitor.post("/console/session", form_key(page), zone=wrong).status == 400
    visitor.post("/console/session", form_key(page), zone="UTC")
    assert f"{DAY} 12:00:00 UTC" in text(visitor.open(OPERATION))


def test_a_reason_can_be_told_once_for_all_looks(filled: ReviewService) -> None:
    """It stands in the record of each page, and in no address; one that names somebody is refused."""
    visitor = Visitor(filled).sign_in("rita")
    key = form_key(visitor.open("/console"))
    for wrong in ("no", "Call 07700900123"):
        assert visitor.post("/console/session", key, zone="UTC", reason=wrong).status == 400
    assert visitor.post("/console/session", key, zone="UTC", reason=" Monthly check ").status == 303
    for path in ("/console?client=1001", OPERATION, "/console/overview", "/console/open"):
        visitor.open(path)
    told = [json.loads(row["canonical"]["S"]).get("why") for row in filled.looks()]
    assert told == [None, *["Monthly check"] * 6]
    visitor.post("/console/session", key, zone="UTC", reason="")
    visitor.open(OPERATION)
    assert "why" not in json.loads(filled.looks()[-1]["canonical"]["S"])

"""The sample page in a browser, for the tests of it: the stack, a phone, and what they look at.

PICTURES=docs/pictures makes the picture of the README anew, and those of every look under `build/booking-page`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from devtools.places import ROOT
from tests.e2e.local_run import LocalRun, local_run
from tests.e2e.looking import NARROW, look_at

CREATE = "/v1/PhoneChat/CreateBooking"
PICTURES = ROOT / "build" / "booking-page"
SHOWN = Path(os.environ.get("PICTURES") or PICTURES)
WIDE: ViewportSize = {"width": 1200, "height": 860}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """Run what `make run` runs; a test books as often as it likes."""
    limits = {"BOOKINGS_PER_MINUTE": "0"}
    with local_run(tmp_path_factory.mktemp("state"), **limits) as run:
        yield run


@pytest.fixture
def context(browser: Browser, stack: LocalRun) -> Iterator[BrowserContext]:
    """Return a phone: its storage outlives its pages. No fault is left, and each test has credits to spend."""
    sandbox = f"{stack.address('upstream')}/_sandbox"
    requests.delete(f"{sandbox}/faults", timeout=5).raise_for_status()
    requests.post(f"{sandbox}/accounts/1001", json={"credits": "300"}, timeout=5).raise_for_status()
    opened = browser.new_context(viewport=NARROW, locale="en-GB")
    yield opened
    opened.close()


def open_page(context: BrowserContext, stack: LocalRun, minute: str = "", user: str | None = "Client") -> Page:
    """Open the page, sign in unless somebody is, and choose a time that belongs to one test."""
    page = context.new_page()
    page.goto(stack.address("page"))
    expect(page.locator("html[data-ready]")).to_be_attached()
    if user and page.get_by_role("button", name="Sign in").is_visible():
        sign_in(page, user)
    choose(page, minute)
    return page


def sign_in(page: Page, user: str) -> None:
    """Sign in at the sandbox's login."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=user, exact=True).click()
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def choose(page: Page, minute: str) -> None:
    """Choose a time."""
    if minute:
        page.get_by_label("When").fill(minute)
        page.get_by_label("To be accepted by").fill("2031-01-01T12:00")


def card(page: Page, minute: str) -> Locator:
    """Return the cards of the bookings that stand for a minute; the others are of other tests."""
    return page.locator("#bookings li[data-state=booked]").filter(has_text=minute.replace("T", " "))


def sent(stack: LocalRun, minute: str) -> int:
    """Return how often a booking for a minute reached the sandbox, whatever became of it."""
    journal = requests.get(f"{stack.address('upstream')}/_sandbox/requests", timeout=5).json()
    posts = [str(one["body"]) for one in journal if (one["method"], one["path"]) == ("POST", CREATE)]
    return sum(minute.replace("T", " ") in body.replace("T", " ") for body in posts)


def booked(stack: LocalRun, minute: str) -> list[dict[str, Any]]:
    """Return the bookings that stand in the sandbox for a minute."""
    bookings = requests.get(f"{stack.address('upstream')}/_sandbox/bookings", timeout=5).json()
    return [one for one in bookings if one["SessionDate"].startswith(minute)]


def arm(stack: LocalRun, fault: str, path: str = CREATE, **settings: object) -> None:
    """Let the next booking, or what another path is for, meet a fault."""
    order = {"path": path, "fault": fault, **settings}
    requests.post(f"{stack.address('upstream')}/_sandbox/faults", json=order, timeout=5).raise_for_status()


def end_access(stack: LocalRun) -> None:
    """Let every access token of the login run out."""
    requests.delete(f"{stack.address('upstream')}/_sandbox/tokens", timeout=5).raise_for_status()


def kept_names(page: Page, prefix: str) -> list[str]:
    """Return the names under which the client keeps something on the device."""
    return [str(name) for name in page.evaluate("Object.keys(localStorage)") if str(name).startswith(prefix)]


@contextmanager
def watching(page: Page) -> Iterator[list[str]]:
    """Collect what the browser complains of, a refused answer of ours apart."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield complaints
    assert [one for one in complaints if "Failed to load resource" not in one] == []


def require_accessible(page: Page, name: str) -> None:
    """Look at the page in each way that people do, and keep pictures."""
    look_at(page, name, WIDE, PICTURES)

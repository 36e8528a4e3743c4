"""The TypeScript client in a real page of another origin: the page is reloaded in the middle of a booking."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from devtools.local.dynamodb import create_sealing_key
from devtools.local.server import LocalGateway
from devtools.proof.trials.scene.ground import Ground, standing
from tests.clients.typescript.node import bundled
from tests.integration.bookings import CREATE, MEMBERS, TOKEN
from tests.integration.service import wait_until

# What came of it is for the test to read; `restarted` is what an app does at its start.
PAGE = """<!doctype html><title>Booking</title><script type="module">
import { createClient } from "/client.js";
window.app = (url) => createClient({ baseUrl: url, account: "1001", token: () => "%s" });
window.tapped = async ([url, booking]) => { const one = app(url); return one.book(await one.intend(booking)); };
window.restarted = async (url) => {
  const one = app(url);
  return Promise.all((await one.pending()).map((intent) => one.book(intent)));
};
window.isReady = true;
</script>"""


class Files(SimpleHTTPRequestHandler):
    """Serves a folder as it is at the moment, and says nothing of it."""

    def end_headers(self) -> None:
        """Let nothing be kept: a file that is made anew within a second looks unchanged to a browser that asks by its date."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 (the name is the library's)
        """Say nothing."""


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """Serve the page and the client; return their origin."""
    bundled("index", tmp_path / "client.js")
    (tmp_path / "index.html").write_text(PAGE % TOKEN)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def stack(dynamodb_endpoint: str, origin: str) -> Iterator[tuple[Ground, str]]:
    """Return the ground and the address of the function on it, which pages of one origin may call."""
    create_sealing_key(dynamodb_endpoint)
    with standing(dynamodb_endpoint) as ground, LocalGateway(ground.function.app) as gateway:
        ground.begin(ALLOWED_ORIGINS=origin)
        ground.start()
        yield ground, gateway.url


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """Open the page."""
    opened = browser.new_page()
    opened.goto(origin)
    opened.wait_for_function("window.isReady")
    yield opened
    opened.close()


def test_a_page_that_is_reloaded_while_it_books_gets_its_one_booking_afterwards(
    stack: tuple[Ground, str], page: Page
) -> None:
    """The answer comes for nobody; the intent is in the page's storage, and leads to it."""
    ground, url = stack
    ground.sandbox.faults.arm(CREATE, "slow-answer", 1, seconds=1)
    page.evaluate("(given) => void tapped(given)", [url, MEMBERS])
    wait_until(lambda: ground.sandbox.journal.count(CREATE) == 1)
    page.reload()
    page.wait_for_function("window.isReady")
    (outcome,) = page.evaluate("(url) => restarted(url)", url)
    (booking,) = ground.sandbox.world.bookings
    assert (outcome["state"], outcome["booking"]["BookingID"]) == ("booked", booking.booking_id)
    assert ground.sandbox.journal.count(CREATE) == 1
    assert page.evaluate("localStorage.length") == 0

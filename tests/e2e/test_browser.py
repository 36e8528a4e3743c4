"""A real browser books from a page of another origin, and refuses where the origin is not listed."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser

from devtools.browser import find_browser, playwrights_own
from devtools.local.example import PATH, booking, now_on_upstream_clock
from tests.e2e.local_run import LocalRun, local_run

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
BOOK = """async ({url, key, members, token, trace}) => {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {"Authorization": `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": key,
                "traceparent": trace},
      body: JSON.stringify(members),
    });
    const header = name => answer.headers.get(name);
    return {status: answer.status, location: header("Location"), requestId: header("X-Request-Id"),
            problem: header("Content-Type"), challenge: header("x-amzn-Remapped-WWW-Authenticate"), body: await answer.json()};
  } catch (error) {
    return {error: error.name};
  }
}"""


class BlankPage(BaseHTTPRequestHandler):
    """Serves an empty page at every path."""

    def do_GET(self) -> None:
        """Answer with a page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>shop</title>")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def page_port() -> Iterator[int]:
    """Serve the pages that the browser books from."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BlankPage)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def stack(page_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """Run Switchboard with one listed origin: the pages under the name 127.0.0.1."""
    with local_run(tmp_path_factory.mktemp("state"), ALLOWED_ORIGINS=f"http://127.0.0.1:{page_port}") as run:
        yield run


def test_a_browser_is_looked_for_where_playwright_runs_already(browser: Browser, tmp_path: Path) -> None:
    """As on a machine with none on its PATH: only playwright's own is left, and playwright says where that would be."""
    found = find_browser({"PATH": str(tmp_path)}, playwrights_own)
    assert browser.is_connected()
    assert found is None or Path(found).is_file()


def book_from(
    browser: Browser, page_url: str, stack: LocalRun, key: str, *, bearer: str = "client-token", **changes: object
) -> dict[str, Any]:
    """Open a page and book from its script, which is traced; return what the script saw."""
    page = browser.new_page()
    page.goto(page_url)
    wanted = {"url": stack.address("switchboard") + PATH, "key": key, "token": bearer, "trace": TRACE}
    seen: dict[str, Any] = page.evaluate(BOOK, {**wanted, "members": booking(now_on_upstream_clock()) | changes})
    page.close()
    return seen


def arrived(stack: LocalRun) -> list[str]:
    """Return the paths of what reached the upstream."""
    journal = requests.get(f"{stack.address('upstream')}/_sandbox/requests", timeout=5).json()
    return [entry["path"] for entry in journal]


def test_a_page_of_a_listed_origin_books_and_reads_the_answer(
    browser: Browser, stack: LocalRun, page_port: int
) -> None:
    """The script sees the booking and the headers that it needs."""
    seen = book_from(browser, f"http://127.0.0.1:{page_port}/", stack, "browser-test-listed")
    assert (seen["status"], seen["body"]["Candidate"]["UserID"]) == (201, 123456)
    assert seen["location"].startswith("/v1/operations/op_")
    assert seen["requestId"]
    made = requests.get(f"{stack.address('upstream')}/_sandbox/bookings", timeout=5).json()
    assert seen["body"]["BookingID"] in [each["BookingID"] for each in made]


def test_a_page_of_a_listed_origin_reads_a_refusal(browser: Browser, stack: LocalRun, page_port: int) -> None:
    """A problem document is as readable as a booking."""
    seen = book_from(browser, f"http://127.0.0.1:{page_port}/", stack, "browser-test-refused", Duration=1)
    assert (seen["status"], seen["problem"]) == (422, "application/problem+json")
    assert [violation["pointer"] for violation in seen["body"]["violations"]] == ["/Duration"]


def test_a_page_of_a_listed_origin_reads_the_challenge(browser: Browser, stack: LocalRun, page_port: int) -> None:
    """Under the name that the gateway gives it, and in the body, where no gateway renames anything."""
    page = f"http://127.0.0.1:{page_port}/"
    seen = book_from(browser, page, stack, "browser-test-scopeless", bearer="no-scope-token")
    assert (seen["status"], seen["body"]["required_scope"]) == (403, "account_phonechat_bookings")
    assert 'scope="account_phonechat_bookings"' in seen["challenge"]


def test_a_page_of_an_unlisted_origin_is_refused_by_the_browser(
    browser: Browser, stack: LocalRun, page_port: int
) -> None:
    """The same page under another name is another origin: its script gets an error, and nothing is sent upstream."""
    before = arrived(stack)
    seen = book_from(
        browser, f"http://localhost:{page_port}/", stack, "browser-test-unlisted", SessionDate="2099-06-01 12:00"
    )
    assert seen == {"error": "TypeError"}
    assert arrived(stack) == before


def test_the_gateways_own_answer_is_readable(browser: Browser, stack: LocalRun, page_port: int) -> None:
    """A body that the gateway refuses itself is a problem for a script of any origin, even an unlisted one."""
    page = browser.new_page()
    page.goto(f"http://localhost:{page_port}/")
    script = """async url => {
      const body = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], {type: "text/plain"});
      return (await (await fetch(url, {method: "POST", body})).json()).status;
    }"""
    assert page.evaluate(script, stack.address("switchboard") + PATH) == 413
    page.close()

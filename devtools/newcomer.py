"""Time the way of somebody new: `python -m devtools.newcomer`, or `make newcomer`.

Clone what is committed here into an empty folder, `make run` there, open the sample page in a real browser, sign in and press
"Book". It prints what each step took and ends with 1 when there is no booking. The packages come through the same
package index and its cache as always, so the first figure depends on both.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect, sync_playwright

from devtools.browser import executable_path
from devtools.local.dynamodb import free_port
from devtools.local.run import DEFAULTS
from devtools.places import ROOT

STOP_SECONDS = 60
MILLISECONDS = 30_000


def cloned(folder: Path) -> Path:
    """Clone the committed state of this repository; return the clone."""
    clone = folder / "switchboard"
    subprocess.run(["git", "clone", "-q", "--depth", "1", ROOT.as_uri(), str(clone)], check=True)
    return clone


@contextmanager
def running(clone: Path) -> Iterator[str]:
    """Run `make run` in a clone, on free ports; yield the address of its page.

    Raises:
        RuntimeError: it ended before it was ready.
    """
    ports = [f"{name}={free_port()}" for name in DEFAULTS]
    command = ["make", "-s", "run", *ports]
    with subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            yield _page_address(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=STOP_SECONDS)


def _page_address(process: "subprocess.Popen[str]") -> str:
    address = ""
    for line in process.stdout or ():
        if line.startswith("page "):
            address = line.split()[1]
        if line == "ready\n":
            return address
    raise RuntimeError("make run ended before it was ready.")


def book(address: str) -> str:
    """Sign in and press "Book" on the page, without typing anything; return what the page says then."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=executable_path(), args=arguments) as browser,
    ):
        page = browser.new_page()
        page.goto(address)
        page.get_by_role("button", name="Sign in").click(timeout=MILLISECONDS)
        page.get_by_role("link", name="Client", exact=True).click()
        expect(page.locator("#minimum_credits")).to_have_text("22.5", timeout=MILLISECONDS)
        page.get_by_role("button", name="Book", exact=True).click()
        booked = page.locator("#bookings li[data-state=booked]")
        expect(booked).to_have_count(1, timeout=MILLISECONDS)
        return booked.inner_text().replace("\n", " ")


def main() -> int:
    """Go the way and print its times; return the exit status."""
    begin = time.monotonic()

    def tell(step: str) -> None:
        print(f"{time.monotonic() - begin:7.1f} s  {step}", flush=True)

    with TemporaryDirectory() as folder:
        clone = cloned(Path(folder))
        tell("cloned")
        try:
            with running(clone) as address:
                tell(f"`make run` is ready, the page is at {address}")
                tell(book(address))
        except (AssertionError, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

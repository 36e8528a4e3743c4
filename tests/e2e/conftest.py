"""One browser for all tests of pages."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from devtools.browser import executable_path

# Without a graphics card Chromium draws by a renderer of its own in software, and that takes most of its time.
OPTIONS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a headless browser; there always is one, or the test fails."""
    sandboxless = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable_path(), args=[*OPTIONS, *sandboxless])
        yield started
        started.close()

"""Find a Chromium or Chrome for the browser test, or install one: `python -m devtools.browser` prints its path.

In this order: BROWSER_PATH, one on the PATH, Debian's package (as root, with apt), playwright's own download.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 600


class NoBrowserError(Exception):
    """There is no browser and none could be installed; the message says what was tried."""


def find_browser(environment: Mapping[str, str], own_path: Callable[[], str]) -> str | None:
    """Return the path of a browser that is there.

    Raises:
        NoBrowserError: BROWSER_PATH names no program.
    """
    search = environment.get("PATH")
    if chosen := environment.get("BROWSER_PATH"):
        if found := shutil.which(chosen, path=search):
            return found
        raise NoBrowserError(f"BROWSER_PATH={chosen} is not a program.")
    for name in NAMES:
        if found := shutil.which(name, path=search):
            return found
    own = own_path()
    return own if Path(own).is_file() else None


def ensure_browser(find: Callable[[], str | None], installers: Iterable[Callable[[], None]]) -> str:
    """Return the path of a browser; try one installer after the other until there is one.

    Raises:
        NoBrowserError: none of them brought one; the message holds what each said.
    """
    said: list[str] = []
    if found := find():
        return found
    for install in installers:
        try:
            install()
        except (OSError, subprocess.SubprocessError, NoBrowserError) as error:
            said.append(f"- {error}")
        if found := find():
            return found
    raise NoBrowserError("\n".join(["No Chromium or Chrome, and none could be installed.", *said]))


def install_debian_package() -> None:
    """Install Debian's chromium.

    Raises:
        NoBrowserError: not root, or no apt-get here.
        subprocess.SubprocessError: apt-get failed.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoBrowserError("Debian's package needs root and apt-get.")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-q"], install):
        _run(command, {"DEBIAN_FRONTEND": "noninteractive"})


def install_playwrights_own() -> None:
    """Install the Chromium that playwright brings. Raises subprocess.SubprocessError when that fails."""
    _run([sys.executable, "-m", "playwright", "install", "chromium"], {})


def _run(command: list[str], variables: Mapping[str, str]) -> None:
    """Run an installer; its output goes to standard error, as standard output is for the path alone."""
    environment = {**os.environ, **variables}
    subprocess.run(command, env=environment, stdout=sys.stderr, check=True, timeout=INSTALL_SECONDS)


def playwrights_own() -> str:
    """Return where playwright keeps its own Chromium, or would.

    Playwright is asked in a thread of its own: it refuses to start a second time in a thread that is using it.
    """

    def ask() -> str:
        with sync_playwright() as playwright:
            return playwright.chromium.executable_path

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


def executable_path() -> str:
    """Return the path of a browser, installed now if need be.

    Raises:
        NoBrowserError: there is none, and none could be installed.
    """
    return ensure_browser(
        lambda: find_browser(os.environ, playwrights_own), (install_debian_package, install_playwrights_own)
    )


if __name__ == "__main__":
    try:
        print(executable_path())
    except NoBrowserError as error:
        sys.exit(str(error))

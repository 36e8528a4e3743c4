"""A browser is found, or installed, or the lack of one is said."""

from pathlib import Path

import pytest

from devtools.browser import NoBrowserError, ensure_browser, find_browser


def program(directory: Path, name: str) -> str:
    """Put a program into a directory; return its path."""
    path = directory / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_a_chosen_browser_comes_first(tmp_path: Path) -> None:
    """BROWSER_PATH wins over the PATH."""
    program(tmp_path, "chromium")
    mine = program(tmp_path, "my-browser")
    assert find_browser({"BROWSER_PATH": mine, "PATH": str(tmp_path)}, lambda: "") == mine


def test_a_chosen_browser_that_is_none_is_an_error(tmp_path: Path) -> None:
    """A wrong BROWSER_PATH is not silently replaced."""
    with pytest.raises(NoBrowserError, match="BROWSER_PATH"):
        find_browser({"BROWSER_PATH": str(tmp_path / "none"), "PATH": str(tmp_path)}, lambda: "")


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
def test_a_browser_on_the_path_is_found(tmp_path: Path, name: str) -> None:
    """Each of the usual names will do."""
    assert find_browser({"PATH": str(tmp_path)}, lambda: "") is None
    path = program(tmp_path, name)
    assert find_browser({"PATH": str(tmp_path)}, lambda: "") == path


def test_playwrights_own_is_the_last_resort(tmp_path: Path) -> None:
    """It counts only when it is there."""
    own = tmp_path / "own"
    assert find_browser({"PATH": ""}, lambda: str(own)) is None
    own.touch()
    assert find_browser({"PATH": ""}, lambda: str(own)) == str(own)


def test_installers_run_until_there_is_a_browser() -> None:
    """One that fails or brings nothing is followed by the next; the rest do not run."""
    there: list[str] = []

    def fail() -> None:
        raise NoBrowserError("not here")

    def bring() -> None:
        there.append("/browser")

    def never() -> None:
        pytest.fail("there is a browser already")

    assert ensure_browser(lambda: next(iter(there), None), (fail, lambda: None, bring, never)) == "/browser"


def test_a_browser_that_is_there_is_not_installed() -> None:
    """No installer runs."""

    def never() -> None:
        pytest.fail("nothing is to be installed")

    assert ensure_browser(lambda: "/browser", (never,)) == "/browser"


def test_the_lack_of_a_browser_is_said() -> None:
    """The message holds what each installer said."""

    def fail() -> None:
        raise NoBrowserError("needs root")

    with pytest.raises(NoBrowserError, match="needs root"):
        ensure_browser(lambda: None, (fail,))

"""The host of the sample page."""

import pytest
import requests

from devtools.local.page import BookingPage, settings
from sandbox.adultwork.cast import TOKENS

SWITCHBOARD = "http://127.0.0.1:8000"


def test_the_page_its_style_its_script_and_its_settings_are_served_and_nothing_else() -> None:
    """Each with a policy under which the page may call Switchboard and nobody else."""
    with BookingPage() as page:
        page.show(SWITCHBOARD, has_sandbox=True, has_sign_in=True)
        for path, kind in (
            ("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"),
            ("/settings.json", "application/json"),
        ):  # fmt: skip
            answer = requests.get(page.url + path, timeout=5)
            assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)
            assert f"connect-src 'self' {SWITCHBOARD};" in answer.headers["Content-Security-Policy"]
        for path in ("/page.ts", "/../../pyproject.toml", "/%2e%2e/page.ts"):
            assert requests.get(page.url + path, timeout=5).status_code == 404


def test_each_account_of_the_sandbox_can_be_chosen_with_a_token_of_its_own() -> None:
    """Nobody types a token."""
    told = settings(SWITCHBOARD, has_sandbox=True, has_sign_in=True)
    assert {user["account"] for user in told["users"]} == {str(account) for account in TOKENS.values()}
    assert all(str(TOKENS[user["token"]]) == user["account"] for user in told["users"])
    assert told["users"][0]["token"] == "client-token"


def test_another_upstream_knows_none_of_the_sandboxs_people() -> None:
    """The page asks for a token instead."""
    told = settings(SWITCHBOARD, has_sandbox=False, has_sign_in=False)
    assert told == {"baseUrl": SWITCHBOARD, "hasSignIn": False, "users": [], "candidates": [], "example": None}


def test_a_page_that_is_not_shown_ends_quietly() -> None:
    """As when Switchboard did not start."""
    with BookingPage() as page:
        assert page.url in page.origins
    with pytest.raises(requests.ConnectionError):
        requests.get(page.url, timeout=5)

"""The settings of the reviewers' function."""

import pytest

from chalicelib.review_settings import read_review_settings
from chalicelib.setting_forms import InvalidSettingsError

SOUND = {"REVIEW_ISSUER": "https://identity.example/realms/one", "REVIEW_AUDIENCE": "switchboard-review"}


def test_two_settings_are_enough() -> None:
    """The rest has defaults."""
    settings = read_review_settings(SOUND)
    assert (settings.review_issuer, settings.review_jwks_url) == (SOUND["REVIEW_ISSUER"], None)
    assert (settings.review_roles_claim, settings.review_skew_seconds) == ("roles", 60)


def test_settings_of_the_booking_path_may_stand_beside_them() -> None:
    """As in a local run."""
    assert read_review_settings({**SOUND, "ADULTWORK_BASE_URL": "http://127.0.0.1:1", "HMAC_KEY": "k"})


@pytest.mark.parametrize(
    "url",
    [
        "http://identity.example",
        "https://identity.example/?a=1",
        "https://identity.example/#a",
        "https://user@identity.example/",
        "identity.example",
        "https://identity.example/ a",
        "file:///etc/passwd",
    ],
)
def test_an_unsafe_address_is_refused(url: str) -> None:
    """Wherever keys would come from; the message does not repeat it."""
    for name in ("REVIEW_ISSUER", "REVIEW_JWKS_URL"):
        with pytest.raises(InvalidSettingsError, match=name) as caught:
            read_review_settings({**SOUND, name: url})
        assert url not in str(caught.value)


def test_loopback_needs_no_tls() -> None:
    """For the local provider."""
    assert read_review_settings({**SOUND, "REVIEW_ISSUER": "http://127.0.0.1:8004"})


def test_all_faults_are_told_at_once() -> None:
    """Missing, wrong and misspelt ones."""
    with pytest.raises(InvalidSettingsError) as caught:
        read_review_settings({"REVIEW_AUDIENCES": "x", "REVIEW_SKEW_SECONDS": "3600"})
    message = str(caught.value)
    assert all(name in message for name in ("REVIEW_ISSUER", "REVIEW_AUDIENCE:", "REVIEW_SKEW_SECONDS"))
    assert "did you mean REVIEW_AUDIENCE?" in message

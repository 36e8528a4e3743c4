"""The settings of the reviewers' function."""

from pathlib import Path

import pytest

from chalicelib.review_settings import read_review_settings
from chalicelib.settings import InvalidSettingsError

SOUND = {"REVIEW_ISSUER": "https://identity.example/realms/one", "REVIEW_AUDIENCE": "switchboard-review"}


def test_two_settings_are_enough() -> None:
    """The rest has defaults."""
    settings = read_review_settings(SOUND)
    assert (settings.review_issuer, settings.review_jwks_url) == (SOUND["REVIEW_ISSUER"], None)
    assert (settings.review_roles_claim, settings.review_skew_seconds) == ("roles", 60)


def test_retention_is_set_by_class_in_days() -> None:
    """Operations have no setting."""
    told = read_review_settings({**SOUND, "EVENTS_KEPT_DAYS": "90", "CONTACTS_KEPT_DAYS": "3650"}).retention
    assert [each.days for each in (told.events, told.contacts, told.looks, told.operations)] == [90, 3650, 400, 30]


def test_the_verifier_knows_how_long_an_operation_may_be_open() -> None:
    """A day unless set, as the booking function is."""
    assert [read_review_settings(each).expiry_hours for each in (SOUND, {**SOUND, "EXPIRY_HOURS": "1.5"})] == [24, 1.5]


def test_digests_may_be_signed_by_the_present_key_and_those_before_it() -> None:
    """As many as are named."""
    assert read_review_settings({**SOUND, "DIGEST_KEY_IDS": "new, old,"}).digest_key_ids == ("new", "old")


def test_a_stage_has_its_name() -> None:
    """As its functions are told it."""
    assert [read_review_settings(each).stage for each in (SOUND, {**SOUND, "STAGE": "dev-2"})] == ["local", "dev-2"]


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
        read_review_settings({"REVIEW_AUDIENCES": "x", "REVIEW_SKEW_SECONDS": "3600", "REVIEW_FETCH_SECONDS": "soon"})
    message = str(caught.value)
    assert all(
        name in message for name in ("REVIEW_ISSUER", "REVIEW_AUDIENCE:", "REVIEW_SKEW_SECONDS", "REVIEW_FETCH_SECONDS")
    )
    assert "did you mean REVIEW_AUDIENCE?" in message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("REVIEW_ROLES_CLAIM", "x" * 401),
        ("REVIEW_CA_BUNDLE", "there-is-none.pem"),
        ("ALLOWED_ORIGINS", "https://console.example/path"),
        ("ALLOWED_ORIGINS", "*"),
        ("DIGEST_KEY_IDS", " , "),
        ("EXPIRY_HOURS", "0.9"),
        ("EXPIRY_HOURS", "721"),
        ("EXPIRY_HOURS", "nan"),
        ("EXPIRY_HOURS", "a day"),
        ("EVENTS_KEPT_DAYS", "89"),
        ("CONTACTS_KEPT_DAYS", "3651"),
        ("LOOKS_KEPT_DAYS", "a year"),
        ("STAGE", "Dev"),
        ("ALLOWED_HEADERS", "X-One, *"),
        ("PROBLEM_TYPE_BASE", "https://p.example"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(name: str, text: str) -> None:
    """Each with what it must be."""
    with pytest.raises(InvalidSettingsError, match=name) as caught:
        read_review_settings({**SOUND, name: text})
    assert len(str(caught.value)) < 150


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    """Each is read as what it is."""
    bundle = tmp_path / "authorities.pem"
    bundle.touch()
    settings = read_review_settings(
        {
            **SOUND,
            "REVIEW_JWKS_URL": "https://identity.example/keys",
            "REVIEW_SKEW_SECONDS": "0",
            "REVIEW_CA_BUNDLE": str(bundle),
            "ALLOWED_ORIGINS": "https://one.example, http://[::1]:5173,",
            "ALLOWED_HEADERS": "X-One, X-Two",
            "PROBLEM_TYPE_BASE": "https://p.example/#",
        }
    )
    assert settings.allowed_origins == {"https://one.example", "http://[::1]:5173"}
    assert (settings.allowed_headers, settings.review_skew_seconds) == (("X-One", "X-Two"), 0)


def test_the_console_needs_its_client_and_its_address() -> None:
    """Both or neither; the address ends where the console is."""
    console = {"REVIEW_CLIENT_ID": "console", "REVIEW_CONSOLE_URL": "https://audit.example/dev/console"}
    settings = read_review_settings({**SOUND, **console})
    assert (settings.review_client_id, settings.review_scope) == ("console", "openid")
    for name, value in console.items():
        with pytest.raises(InvalidSettingsError, match="set both, or neither"):
            read_review_settings({**SOUND, name: value})
    for url in ("https://audit.example/", "http://audit.example/console", "https://audit.example/console/"):
        with pytest.raises(InvalidSettingsError, match="REVIEW_CONSOLE_URL"):
            read_review_settings({**SOUND, **console, "REVIEW_CONSOLE_URL": url})


def test_without_openid_nobody_is_told_who_signed_in() -> None:
    """The scope is refused."""
    assert read_review_settings({**SOUND, "REVIEW_SCOPE": "openid api"}).review_scope == "openid api"
    with pytest.raises(InvalidSettingsError, match="must name openid"):
        read_review_settings({**SOUND, "REVIEW_SCOPE": "profile"})

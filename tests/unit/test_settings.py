"""Settings: defaults, faults, and what never shows."""

import re
from dataclasses import FrozenInstanceError, asdict, fields
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.booking.longest_form import longest_form_bytes
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.settings import VARIABLES, InvalidSettingsError, Settings, read_settings
from tests.builders import LONDON

HMAC_KEY = "canary-hmac-key-73519, 32 characters or more"
LOCAL = {"HMAC_KEY": HMAC_KEY}


def faults(**changes: str) -> dict[str, str]:
    """Return the faults of a local environment with changes, by variable."""
    with pytest.raises(InvalidSettingsError) as caught:
        read_settings({**LOCAL, **changes})
    lines = str(caught.value).splitlines()
    found = dict(line.split(": ", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_the_defaults_are_the_documented_limits() -> None:
    """Read an environment that sets only what has no default."""
    settings = read_settings(LOCAL)
    told = {name: value for name, value in asdict(settings).items() if name != "hmac_key"}
    assert told == {
        "adultwork_base_url": "https://api-sandbox.adultwork.com",
        "adultwork_accept": "application/xml",
        "adultwork_timezone": "Europe/London",
        "adultwork_send_api_key": False,
        "adultwork_send_trace": False,
        "adultwork_api_key": None,
        "adultwork_api_secret": None,
        "adultwork_ca_bundle": None,
        "stage": "local",
        "allowed_origins": frozenset(),
        "allowed_headers": (),
        "operations_table": "switchboard-operations",
        "audit_table": "switchboard-audit",
        "secrets_name": None,
        "secrets_version": None,
        "hmac_key_previous": None,
        "sealing_key_id": "alias/switchboard",
        "bookings_per_minute": 5,
        "bookings_per_day": 30,
        "refusals_per_hour": 60,
        "sending": True,
        "events_kept_days": 400,
        "contacts_kept_days": 400,
        "breaker_failures": 0,
        "breaker_seconds": 30,
        "settle_minutes": 15,
        "expiry_hours": 24,
        "problem_type_base": None,
        "maximum_body_bytes": None,
        "maximum_duration_minutes": 1440,
        "maximum_comments_length": 2000,
        "sign_in": False,
        "adultwork_login_url": "https://platform.adultwork.com",
        "adultwork_client_id": None,
        "adultwork_client_secret": None,
        "sign_in_scope": "account_phonechat_bookings account_credits_history",
        "sign_in_redirect_uris": (),
        "sign_in_native_redirect_uris": (),
        "sign_ins_per_minute": 20,
        "sign_in_days": 14,
        "refuse_premium_numbers": True,
        "permission_cache_seconds": 60,
        "function_timeout_seconds": 26,
        "call_seconds": 24,
        "read_seconds": 3,
        "reads_seconds": 6,
        "claim_seconds": 4,
        "post_seconds": 12,
        "conclusion_seconds": 4,
        "reconcile_seconds": 5,
    }


def test_the_defaults_of_settings_policy_and_time_budget_agree() -> None:
    """Compare the three places that name them."""
    settings, policy, budget = read_settings(LOCAL), BookingPolicy(LONDON), TimeBudget()
    assert settings.maximum_duration_minutes == policy.maximum_duration_minutes
    assert settings.maximum_comments_length == policy.maximum_comments_length
    assert settings.refuse_premium_numbers == policy.refuse_premium_numbers
    assert (settings.function_timeout_seconds, settings.call_seconds) == (budget.function, budget.call)
    assert (settings.read_seconds, settings.reads_seconds, settings.claim_seconds) == (
        budget.read,
        budget.reads,
        budget.claim,
    )
    assert (settings.post_seconds, settings.conclusion_seconds) == (budget.post, budget.conclusion)
    assert settings.reconcile_seconds == budget.reconcile
    windows = ReconciliationPolicy()
    assert timedelta(minutes=settings.settle_minutes) == windows.settle
    assert timedelta(hours=settings.expiry_hours) == windows.expiry


@pytest.mark.parametrize("length", [0, 2000, 20_000])
def test_the_largest_body_fits_the_longest_comments(length: int) -> None:
    """Compute it from the other limit, or refuse one that contradicts it."""
    needed, comments = longest_form_bytes(length), {"MAXIMUM_COMMENTS_LENGTH": str(length)}
    assert read_settings({**LOCAL, **comments}).body_bytes == needed
    assert read_settings({**LOCAL, **comments, "MAXIMUM_BODY_BYTES": str(needed)}).body_bytes == needed
    assert read_settings({**LOCAL, **comments, "MAXIMUM_BODY_BYTES": "1000000"}).body_bytes == 1_000_000
    with pytest.raises(InvalidSettingsError) as caught:
        read_settings({**LOCAL, **comments, "MAXIMUM_BODY_BYTES": str(needed - 1)})
    assert str(caught.value) == (
        f"MAXIMUM_COMMENTS_LENGTH: Value error, MAXIMUM_BODY_BYTES must be {needed} or more, or bookings that no rule "
        "refuses are too large"
    )


def test_every_setting_is_described_for_the_readme() -> None:
    """Look for a sentence in each member."""
    assert all(one.metadata["description"].endswith(".") for one in fields(Settings))


def test_every_setting_comes_from_the_variable_of_its_name() -> None:
    """Set all that are text or numbers to something else than the default."""
    settings = read_settings(
        {
            "ADULTWORK_BASE_URL": "https://api.adultwork.com", "ADULTWORK_ACCEPT": "application/json",
            "ADULTWORK_TIMEZONE": "UTC", "ADULTWORK_SEND_API_KEY": "true", "ADULTWORK_API_KEY": "a",
            "ADULTWORK_SEND_TRACE": "true",
            "ADULTWORK_API_SECRET": "b", "ADULTWORK_CA_BUNDLE": __file__, "ALLOWED_ORIGINS": "https://a.example",
            "STAGE": "dev", "OPERATIONS_TABLE": "o", "AUDIT_TABLE": "t", "SECRETS_NAME": "s", "ALLOWED_HEADERS": "X-A",
            "PROBLEM_TYPE_BASE": "https://p.example/",
            "MAXIMUM_BODY_BYTES": "100000", "MAXIMUM_DURATION_MINUTES": "60", "MAXIMUM_COMMENTS_LENGTH": "0",
            "REFUSE_PREMIUM_NUMBERS": "0", "PERMISSION_CACHE_SECONDS": "0", "FUNCTION_TIMEOUT_SECONDS": "20",
            "CALL_SECONDS": "19", "READ_SECONDS": "1", "READS_SECONDS": "2", "CLAIM_SECONDS": "2.5", "POST_SECONDS": "10",
            "CONCLUSION_SECONDS": "8", "RECONCILE_SECONDS": "4", "HMAC_KEY_PREVIOUS": "p" * 32, "SEALING_KEY_ID": "alias/k",
            "BOOKINGS_PER_MINUTE": "0", "BOOKINGS_PER_DAY": "0", "REFUSALS_PER_HOUR": "1",
            "SECRETS_VERSION": "v", "EVENTS_KEPT_DAYS": "90", "CONTACTS_KEPT_DAYS": "3650",
            "SENDING": "0", "BREAKER_FAILURES": "5", "BREAKER_SECONDS": "0.5",
            "SIGN_IN": "1", "ADULTWORK_LOGIN_URL": "http://127.0.0.1:1", "ADULTWORK_CLIENT_ID": "i",
            "SIGN_IN_SCOPE": "s", "SIGN_IN_REDIRECT_URIS": "https://a.example/in", "SIGN_IN_NATIVE_REDIRECT_URIS": "app.a:/in",
            "SIGN_INS_PER_MINUTE": "1", "SIGN_IN_DAYS": "1", "ADULTWORK_CLIENT_SECRET": "x",
            "SETTLE_MINUTES": "1", "EXPIRY_HOURS": "1.5", "PATH": "/usr/bin", "call_seconds": "1",
        }
    )  # fmt: skip
    defaults = read_settings(LOCAL)
    same = [name.lower() for name in VARIABLES if getattr(settings, name.lower()) == getattr(defaults, name.lower())]
    assert same == []
    assert (settings.adultwork_send_api_key, settings.refuse_premium_numbers, settings.call_seconds) == (
        True,
        False,
        19,
    )


def test_an_empty_variable_counts_as_absent() -> None:
    """Set some to nothing, as a template does with what it leaves out."""
    settings = read_settings(
        {**LOCAL, "SECRETS_NAME": "", "ADULTWORK_BASE_URL": "", "CALL_SECONDS": "", "ALLOWED_ORIGINS": ""}
    )
    assert settings == read_settings(LOCAL)


def test_all_faults_are_reported_at_once_and_no_value_is_repeated() -> None:
    """Break every setting that can be wrong, alone or together with another."""
    canary = "canary-73519"
    broken = dict.fromkeys(
        ("ADULTWORK_BASE_URL", "ADULTWORK_ACCEPT", "ADULTWORK_TIMEZONE", "ADULTWORK_SEND_API_KEY", "ALLOWED_ORIGINS",
         "MAXIMUM_BODY_BYTES", "MAXIMUM_DURATION_MINUTES", "MAXIMUM_COMMENTS_LENGTH", "REFUSE_PREMIUM_NUMBERS",
         "PERMISSION_CACHE_SECONDS", "READ_SECONDS", "READS_SECONDS", "CLAIM_SECONDS"), canary,
    )  # fmt: skip
    together = {"SECRETS_NAME": canary, "FUNCTION_TIMEOUT_SECONDS": "10", "CALL_SECONDS": "10", "POST_SECONDS": "9"}
    found = faults(**broken, **together)
    assert set(found) == {*broken, "HMAC_KEY", "CALL_SECONDS"}
    assert "canary" not in str(found)
    assert HMAC_KEY not in str(found)


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("MAXIMUM_BODY_BYTES", ["0", "-1", "1000001", "8192.5", "8 KiB"]),
        ("MAXIMUM_DURATION_MINUTES", ["4", "-5", "x"]),
        ("MAXIMUM_COMMENTS_LENGTH", ["-1", "20001", "x"]),
        ("PERMISSION_CACHE_SECONDS", ["-1", "60.1", "61", "nan", "inf"]),
        ("READ_SECONDS", ["0", "-1", "29.1", "nan", "inf", "3s"]),
        ("ADULTWORK_ACCEPT", ["text/xml", "*/*", "Application/XML", "application/xml, application/json"]),
        ("ADULTWORK_TIMEZONE", ["GMT+1:00", "Europe", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "\0", "\u00e9"]),
        ("ADULTWORK_SEND_API_KEY", ["perhaps", "2"]),
        ("ADULTWORK_SEND_TRACE", ["perhaps", "2"]),
        ("HMAC_KEY", ["x" * 31]),
        ("HMAC_KEY_PREVIOUS", ["x" * 31]),
        ("BOOKINGS_PER_MINUTE", ["-1", "2.5", "x"]),
        ("BOOKINGS_PER_DAY", ["-1", "2.5", "x"]),
        ("SENDING", ["paused", "2"]),
        ("STAGE", ["Dev", "7dev", "a b", "a\n", "a" * 33]),
        ("BREAKER_FAILURES", ["-1", "2.5", "x"]),
        ("BREAKER_SECONDS", ["0", "-1", "3601", "nan", "inf"]),
        ("SETTLE_MINUTES", ["0", "0.9", "-1", "1441", "nan", "inf"]),
        ("EXPIRY_HOURS", ["0", "0.9", "-1", "721", "nan", "inf"]),
        ("ALLOWED_HEADERS", ["*", "X-A, *", "X A", "X-A:", "X-A; X-B", "X-\u00e9", "X-A\nX-B", "(a)"]),
        ("ADULTWORK_CA_BUNDLE", ["/nowhere.pem", "/"]),
        ("PROBLEM_TYPE_BASE", ["problems/", "/problems", "http://p.example/", "https://p.example"]),
        ("RECONCILE_SECONDS", ["0", "-1", "29.1", "nan", "inf"]),
    ],
)  # fmt: skip
def test_values_outside_their_range_are_refused(name: str, refused: list[str]) -> None:
    """Set one at a time; the fault names the variable."""
    for value in refused:
        assert list(faults(**{name: value})) == [name]


def test_allowed_headers_are_a_list_of_names() -> None:
    """In their order; what is empty between commas is nothing."""
    assert read_settings({**LOCAL, "ALLOWED_HEADERS": " X-A ,, sentry-trace,"}).allowed_headers == (
        "X-A",
        "sentry-trace",
    )


@pytest.mark.parametrize(
    ("environment", "is_fine"),
    [
        ({"HMAC_KEY": HMAC_KEY}, True),
        ({"SECRETS_NAME": "switchboard"}, True),
        ({}, False),
        ({"HMAC_KEY": HMAC_KEY, "SECRETS_NAME": "switchboard"}, False),
        ({"HMAC_KEY": "", "SECRETS_NAME": ""}, False),
    ],
)
def test_the_secrets_have_exactly_one_source(environment: dict[str, str], is_fine: bool) -> None:  # noqa: FBT001 (a row)
    """Name one, none and both."""
    if is_fine:
        assert read_settings(environment)
        return
    with pytest.raises(InvalidSettingsError, match=r"^HMAC_KEY: .*exactly one of HMAC_KEY"):
        read_settings(environment)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"CALL_SECONDS": "26"}, "CALL_SECONDS"),
        ({"FUNCTION_TIMEOUT_SECONDS": "24"}, "CALL_SECONDS"),
        ({"FUNCTION_TIMEOUT_SECONDS": "20"}, "CALL_SECONDS"),
        ({"CALL_SECONDS": "16.9"}, "CONCLUSION_SECONDS"),
        ({"POST_SECONDS": "19.1"}, "CONCLUSION_SECONDS"),
        ({"CONCLUSION_SECONDS": "11.1"}, "CONCLUSION_SECONDS"),
    ],
)
def test_a_time_budget_that_does_not_add_up_is_refused(changes: dict[str, str], name: str) -> None:
    """Move one end over another, by setting either."""
    assert list(faults(**changes)) == [name]


@pytest.mark.parametrize("changes", [{"CALL_SECONDS": "25.9"}, {"CALL_SECONDS": "17"}, {"POST_SECONDS": "19"}])
def test_a_time_budget_that_just_adds_up_is_taken(changes: dict[str, str]) -> None:
    """Move one end as far as it goes."""
    assert read_settings({**LOCAL, **changes})


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://api.adultwork.com", "https://api.adultwork.com"),
        ("https://api.adultwork.com/", "https://api.adultwork.com"),
        ("HTTPS://API.adultwork.com:443", "HTTPS://API.adultwork.com:443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        ("http://127.0.0.1:65535/", "http://127.0.0.1:65535"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://LOCALHOST:8001", "http://LOCALHOST:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_the_upstream_is_https_or_on_loopback(url: str, taken: str) -> None:
    """Take both, without the last slash."""
    assert read_settings({**LOCAL, "ADULTWORK_BASE_URL": url}).adultwork_base_url == taken


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "http://127.0.0.1.evil.com", "http://localhost.evil.com", "http://localhost.", "http://0.0.0.0",
        "http://127.1", "http://2130706433", "http://[::ffff:127.0.0.1]", "http://128.0.0.1", "http://[2001:db8::1]",
        "https://user@example.com", "https://user:secret@example.com", "http://127.0.0.1@evil.com", "https://example.com/v1",
        "https://example.com//", "https://example.com/;a", "https://example.com?", "https://example.com?a=b",
        "https://example.com#", "https://example.com#a", "https://example.com/#", "https://example.com:",
        "https://example.com:x", "https://example.com:65536", "https://example.com:123456", "https://", "https:///v1",
        "https:example.com", "//example.com", "example.com", "ftp://127.0.0.1", "file:///etc/passwd", "https://[::1",
        "https://example.com\n", "https://example.com\r\nX: y", " https://example.com", "https://exa mple.com",
        "https://ex\u00e4mple.com", "https://user:canary\u2105@example.com", "https://example.com\\@evil.com", "http\u017f://a.example",
        "https://a.example,https://b.example",
    ],
)  # fmt: skip
def test_any_other_upstream_is_refused(url: str) -> None:
    """Refuse plain http elsewhere, credentials, paths, queries, fragments and whatever is no URL, without repeating it."""
    found = faults(ADULTWORK_BASE_URL=url)
    assert list(found) == ["ADULTWORK_BASE_URL"]
    assert re.fullmatch(r"Value error, must be https://host\[:port\] .*", found["ADULTWORK_BASE_URL"])


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("https://a.example", {"https://a.example"}),
        ("http://localhost:5173,http://127.0.0.1:5173", {"http://localhost:5173", "http://127.0.0.1:5173"}),
        (" https://a.example , ,https://b.example:8443,", {"https://a.example", "https://b.example:8443"}),
        ("https://a.example,https://a.example", {"https://a.example"}),
        ("http://[::1]:5173", {"http://[::1]:5173"}),
        (",", set()),
    ],
)
def test_origins_are_a_list_with_commas(text: str, origins: set[str]) -> None:
    """Take blanks, repetitions and empty places."""
    assert read_settings({**LOCAL, "ALLOWED_ORIGINS": text}).allowed_origins == origins


@pytest.mark.parametrize(
    "origin",
    [
        "*", "null", "https://*", "https://*.example.com", "https://a.example/", "https://a.example/app", "https://A.example",
        "HTTPS://a.example", "https://a.example?b", "https://a.example#b", "https://user@a.example", "a.example",
        "//a.example", "ftp://a.example", "file://", "https://", "https://a.example:", "https://a.example:123456",
        "https://\u00e4.example", "https://a.example https://b.example", "https://a.example\r\nX", "https://a_b.example",
    ],
)  # fmt: skip
def test_what_is_no_single_origin_in_lower_case_is_refused(origin: str) -> None:
    """Refuse wildcards, `null`, paths and capitals, also beside a sound origin."""
    for text in (origin, f"https://sound.example,{origin}"):
        assert list(faults(ALLOWED_ORIGINS=text)) == ["ALLOWED_ORIGINS"]


def test_a_misspelt_setting_is_told_with_its_neighbour_beside_the_other_faults() -> None:
    """It would have no effect in silence; its value is not repeated, and an empty one counts as absent."""
    found = faults(ALLOWED_ORIGIN="canary", ADULTWORK_MOOD="canary", READ_SECONDS="canary", HMAC_KEYS="")
    assert found.pop("READ_SECONDS").startswith("Input should be a valid number")
    assert found == {
        "ALLOWED_ORIGIN": "there is no such setting; did you mean ALLOWED_ORIGINS?",
        "ADULTWORK_MOOD": "there is no such setting",
    }


def test_secrets_do_not_show() -> None:
    """Print the settings in every way."""
    canaries = {"HMAC_KEY": HMAC_KEY, "ADULTWORK_API_KEY": "canary-key", "ADULTWORK_API_SECRET": "canary-secret"}
    settings = read_settings(canaries)
    assert not any("canary" in shown for shown in (repr(settings), str(settings), f"{settings!r}", repr([settings])))
    assert settings.adultwork_api_secret == "canary-secret"


def test_settings_cannot_be_changed() -> None:
    """Assign one."""
    settings: Any = read_settings(LOCAL)
    with pytest.raises(FrozenInstanceError):
        settings.call_seconds = 1


def test_sign_in_names_all_that_it_lacks_at_once() -> None:
    """Its client, the secret, and somewhere to come back to."""
    assert faults(SIGN_IN="1").keys() == {
        "ADULTWORK_CLIENT_ID",
        "ADULTWORK_CLIENT_SECRET",
        "SIGN_IN_NATIVE_REDIRECT_URIS",
    }


def test_a_deployed_stage_with_sign_in_keeps_the_secret_with_the_others() -> None:
    """In Secrets Manager, so no variable holds it."""
    given = {
        "SIGN_IN": "1",
        "SECRETS_NAME": "s",
        "ADULTWORK_CLIENT_ID": "i",
        "SIGN_IN_NATIVE_REDIRECT_URIS": "app.a:/in",
    }
    assert read_settings(given).adultwork_client_secret is None


@pytest.mark.parametrize("page", ["https://a.example", "https://b.example/in", "https://a.example/in#x", "/in", "*"])
def test_a_page_to_come_back_to_is_whole_and_of_an_allowed_origin(page: str) -> None:
    """The code would go elsewhere."""
    found = faults(ALLOWED_ORIGINS="https://a.example", SIGN_IN_REDIRECT_URIS=f"https://a.example/in,{page}")
    assert found.keys() == {"SIGN_IN_REDIRECT_URIS"}


@pytest.mark.parametrize("app", ["http://a.example/in", "App:/in", "app", "app:/in#x"])
def test_an_address_that_opens_no_app_is_refused(app: str) -> None:
    """Plain http opens a page, over which anybody may listen."""
    assert faults(SIGN_IN_NATIVE_REDIRECT_URIS=app).keys() == {"SIGN_IN_NATIVE_REDIRECT_URIS"}


def test_a_page_is_judged_without_origins_that_are_wrong_themselves() -> None:
    """One fault, told once."""
    assert faults(ALLOWED_ORIGINS="*", SIGN_IN_REDIRECT_URIS="https://a.example/in").keys() == {"ALLOWED_ORIGINS"}

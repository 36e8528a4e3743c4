"""The parts of the local stack that need no server."""

import socket
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.form import violations
from devtools.local.example import booking, curl_booking
from devtools.local.run import DEFAULTS, CannotRunError, read_ports
from devtools.local.stack import DEFAULT_ORIGINS, app_environment, kept_key

LONDON = ZoneInfo("Europe/London")
UPSTREAM, DATABASE, KEY = "http://127.0.0.1:8001", "http://127.0.0.1:8002", "k" * 64


def test_the_app_is_led_to_the_local_parts() -> None:
    """Defaults fill what is not given."""
    seen = app_environment({"PATH": "/bin", "ALLOWED_ORIGINS": ""}, UPSTREAM, DATABASE, KEY)
    assert seen["ADULTWORK_BASE_URL"] == UPSTREAM
    assert seen["AWS_ENDPOINT_URL_DYNAMODB"] == DATABASE
    assert (seen["ALLOWED_ORIGINS"], seen["HMAC_KEY"], seen["PATH"]) == (DEFAULT_ORIGINS, KEY, "/bin")


def test_given_settings_win() -> None:
    """A developer's own origins, upstream and limits reach the app."""
    given_ = {"ALLOWED_ORIGINS": "http://mine:1", "ADULTWORK_BASE_URL": "http://127.0.0.1:9", "POST_SECONDS": "2"}
    assert app_environment(given_, UPSTREAM, DATABASE, KEY).items() >= given_.items()


def test_the_sample_page_may_call_and_sign_in_beside_the_allowed_origins() -> None:
    """At the sandbox's login; SIGN_IN=0 leaves it out, and another upstream has none unless it is set up."""
    seen = app_environment({"ALLOWED_ORIGINS": "http://mine:1"}, UPSTREAM, DATABASE, KEY, ("http://page:2",))
    assert (seen["ALLOWED_ORIGINS"], seen["SIGN_IN"]) == ("http://mine:1,http://page:2", "1")
    assert seen["SIGN_IN_REDIRECT_URIS"] == "http://mine:1/,http://page:2/"
    assert app_environment({"SIGN_IN": "0"}, UPSTREAM, DATABASE, KEY)["SIGN_IN"] == "0"
    assert "SIGN_IN" not in app_environment({"ADULTWORK_BASE_URL": "http://127.0.0.1:9"}, UPSTREAM, DATABASE, KEY)


def test_the_local_run_has_no_daily_limit_unless_one_is_set() -> None:
    """A developer books more often than a person does."""
    assert app_environment({}, UPSTREAM, DATABASE, KEY)["BOOKINGS_PER_DAY"] == "0"
    assert app_environment({"BOOKINGS_PER_DAY": "3"}, UPSTREAM, DATABASE, KEY)["BOOKINGS_PER_DAY"] == "3"


def test_nothing_leads_to_a_real_account() -> None:
    """A developer's AWS profile, session and secrets stay out, whatever is set."""
    real = {
        "AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t", "SECRETS_NAME": "s", "AWS_ACCESS_KEY_ID": "real",
        "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.eu-west-2.amazonaws.com", "OPERATIONS_TABLE": "live",
    }  # fmt: skip
    seen = app_environment(real, UPSTREAM, DATABASE, KEY)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "SECRETS_NAME"} & seen.keys()
    assert "real" not in seen.values()
    assert "live" not in seen.values()
    assert seen["AWS_ENDPOINT_URL_DYNAMODB"] == DATABASE


def test_the_key_stays_with_its_database(tmp_path: Path) -> None:
    """It is drawn once for a directory, and only its owner can read it."""
    key = kept_key(tmp_path / "state")
    assert len(key) == 64
    assert kept_key(tmp_path / "state") == key
    assert kept_key(tmp_path / "other") != key
    assert (tmp_path / "state" / "hmac-key").stat().st_mode & 0o077 == 0


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 (local times, the zone follows)
def test_the_example_is_a_valid_booking_at_any_time(local: datetime) -> None:
    """It breaks no rule, in the weeks when summer time begins or ends too."""
    now = local.replace(tzinfo=LONDON)
    assert violations(Form(booking(now), BookingPolicy(LONDON), now)) == ()


def test_a_later_example_is_another_booking() -> None:
    """No guard of an earlier example stands in its way."""
    now = datetime(2026, 6, 1, 23, 30, tzinfo=LONDON)
    assert booking(now)["SessionDate"] != booking(now + timedelta(minutes=2))["SessionDate"]


def test_the_command_line_carries_a_key_and_the_booking() -> None:
    """It can be pasted as it stands."""
    now = datetime(2026, 6, 1, 12, 0, tzinfo=LONDON)
    command = curl_booking("http://127.0.0.1:8000", now)
    assert "-H 'Idempotency-Key: example-20260601-120000'" in command
    assert booking(now)["SessionDate"] in command


def free_ports() -> dict[str, str]:
    """Return three ports that nobody listens on, by the name of their variable."""
    probes = [socket.socket() for _ in DEFAULTS]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [str(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return dict(zip(DEFAULTS, ports, strict=True))


def test_ports_are_read() -> None:
    """Free ports are taken as they are; 0 leaves the choice open, more than once too."""
    wanted = free_ports()
    assert read_ports(wanted) == {name: int(text) for name, text in wanted.items()}
    assert set(read_ports(dict.fromkeys(DEFAULTS, "0")).values()) == {0}


@pytest.mark.parametrize("text", ["eighty", "-1", "65536", "\uff18\uff10", "80.0"])
def test_what_is_no_port_is_refused(text: str) -> None:
    """The message names the variable."""
    with pytest.raises(CannotRunError, match=f"SANDBOX_PORT={text}"):
        read_ports(free_ports() | {"SANDBOX_PORT": text})


def test_one_port_for_two_parts_is_refused() -> None:
    """It is said before anything starts."""
    ports = free_ports()
    with pytest.raises(CannotRunError, match="used twice"):
        read_ports(ports | {"DYNAMODB_PORT": ports["PORT"]})


def test_a_taken_port_is_refused() -> None:
    """The message names the port and how to choose another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotRunError, match=f"Port {port} .* PORT="):
            read_ports(free_ports() | {"PORT": str(port)})


def test_the_port_of_a_sandbox_that_is_not_started_may_be_taken() -> None:
    """Often by the upstream that is to be used instead."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        wanted = free_ports() | {"SANDBOX_PORT": str(port)}
        assert read_ports(wanted | {"ADULTWORK_BASE_URL": f"http://127.0.0.1:{port}"})["SANDBOX_PORT"] == port

"""The last release and this version get on with each other on the same tables, as they do while traffic shifts or goes back."""

import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from devtools.deploy.package import Package
from devtools.deploy.platform_packages import PLATFORM, link_platform
from devtools.local import example
from devtools.local.dynamodb import (
    AUDIT_TABLE,
    OPERATIONS_TABLE,
    LocalDynamoDB,
    create_tables,
    local_client,
    local_environment,
)
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, to_event
from devtools.places import ROOT
from sandbox.server import SandboxServer
from tests.integration.records import Records
from tests.lambda_runtime import Container
from tests.repo.deploy.versions.earlier_version import FROZEN, earlier_zip, last_release
from tests.repo.unpacked_zip import lambda_only

Json = dict[str, Any]

STATUS = "/v1/operations/{operation_id}"
TIMEOUT_SECONDS = 26
ROUTES = dict.fromkeys([example.PATH, STATUS, "/health"])
MADE_BOOKINGS = "/v1/PhoneChat/MadeBookings"
RUNTIME = (*PLATFORM, "awslambdaric", "snapshot-restore-py")
DAYS = count(1)  # a session for each test

pytestmark = [lambda_only, pytest.mark.timeout(600)]  # two zips are packed, the earlier one in a first run only
BOTH_WAYS = pytest.mark.parametrize(("one", "other"), [("earlier", "this"), ("this", "earlier")])


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """A container of each version, by name, and what both share."""

    functions: dict[str, Container]
    sandbox: SandboxServer
    records: Records
    now: datetime  # one for all, so that a booking told twice is the same one in the next minute as well

    def ask(self, version: str, method: str, path: str, key: str = "", body: bytes = b"") -> Json:
        """Return the answer of a version to a request."""
        headers = {
            "Authorization": f"Bearer {example.TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        match = match_resource(ROUTES, path)
        assert match is not None
        request = HttpRequest(method, path, "", tuple(headers.items()), body, "127.0.0.1")
        invocation = self.functions[version].invoke(to_event(request, match, "request-1"))
        assert not invocation.is_error, invocation
        return dict(invocation.answer)

    def book(self, version: str, key: str, day: int) -> Json:
        """Return the answer of a version to a booking some days later than the example."""
        members = example.booking(self.now + timedelta(days=day))
        return self.ask(version, "POST", example.PATH, key, json.dumps(members).encode())

    def sends(self) -> int:
        """Return how many bookings were sent so far."""
        return sum(request.path == example.PATH for request in self.sandbox.journal.requests)


@pytest.fixture(scope="module")
def versions(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoVersions]:
    """Unpack both zips beside what the runtime brings, and start a container of each on the same tables and upstream."""
    zips = {"earlier": earlier_zip(ROOT / "build" / "earlier"), "this": package.zip}
    runtime = tmp_path_factory.mktemp("runtime-of-both")
    link_platform(runtime, RUNTIME)
    with ExitStack() as stack:
        database, sandbox = stack.enter_context(LocalDynamoDB()), stack.enter_context(SandboxServer())
        create_tables(database.endpoint_url)
        settings = {
            **local_environment(database.endpoint_url),
            "HMAC_KEY": "k" * 32,
            "AWS_LAMBDA_FUNCTION_NAME": "both",
            "ADULTWORK_BASE_URL": sandbox.url,
            "BOOKINGS_PER_MINUTE": "0",
        }
        tasks = {name: unpacked(archive, tmp_path_factory) for name, archive in zips.items()}
        functions = {
            name: stack.enter_context(Container(task, runtime, "app.app", settings, TIMEOUT_SECONDS))
            for name, task in tasks.items()
        }
        client = local_client(database.endpoint_url)
        records = Records(client, OPERATIONS_TABLE, AUDIT_TABLE)
        yield TwoVersions(functions, sandbox, records, example.now_on_upstream_clock())


def unpacked(archive: Path, folders: pytest.TempPathFactory) -> Path:
    """Return the folder of a zip's files."""
    task = folders.mktemp("task-of-one")
    with zipfile.ZipFile(archive) as files:
        files.extractall(task)
    return task


def test_the_two_are_not_the_same(versions: TwoVersions) -> None:
    """Both serve, and their code differs: otherwise nothing here would tell anything."""
    assert {name: versions.ask(name, "GET", "/health")["statusCode"] for name in versions.functions} == {
        "earlier": 200,
        "this": 200,
    }
    codes = [
        {str(path.relative_to(one.task)): path.read_bytes() for path in one.task.glob("chalicelib/**/*.pyc")}
        for one in versions.functions.values()
    ]
    assert codes[0] != codes[1]


@BOTH_WAYS
def test_a_booking_of_one_version_is_repeated_by_the_other(versions: TwoVersions, one: str, other: str) -> None:
    """To the byte, and sent once; an equal booking under another key is kept out by the other one's guard."""
    day, sent = next(DAYS), versions.sends()
    made = versions.book(one, f"key-of-one-version-{day}", day)
    again = versions.book(other, f"key-of-one-version-{day}", day)
    equal = versions.book(other, f"key-of-the-other-one-{day}", day)
    assert (made["statusCode"], again["statusCode"], equal["statusCode"]) == (201, 201, 409)
    assert again["headers"]["Idempotency-Replayed"] == "true"
    assert again["body"] == made["body"]
    assert json.loads(equal["body"])["type"].endswith("/duplicate-booking")
    assert versions.sends() == sent + 1


@BOTH_WAYS
def test_the_status_of_one_versions_booking_is_told_by_the_other(versions: TwoVersions, one: str, other: str) -> None:
    """The same document."""
    day = next(DAYS)
    made = versions.book(one, f"key-of-one-version-{day}", day)
    location = made["headers"]["Location"].removeprefix("/local")
    told = [versions.ask(name, "GET", location) for name in (one, other)]
    assert [answer["statusCode"] for answer in told] == [200, 200]
    assert told[0]["body"] == told[1]["body"]


@BOTH_WAYS
def test_an_unknown_outcome_of_one_version_is_settled_by_the_other(versions: TwoVersions, one: str, other: str) -> None:
    """The booking was made, its answer lost, and the list not to be read: the other one finds it, and sends nothing.

    What both have written of it is one chain that holds.
    """
    day, sent, events = next(DAYS), versions.sends(), len(versions.records.events())
    versions.sandbox.faults.arm(example.PATH, "commit-then-drop")
    versions.sandbox.faults.arm(MADE_BOOKINGS, "status", "forever")
    unknown = versions.book(one, f"key-of-one-version-{day}", day)
    versions.sandbox.faults.clear()
    settled = versions.book(other, f"key-of-one-version-{day}", day)
    again = versions.book(one, f"key-of-one-version-{day}", day)
    assert json.loads(unknown["body"])["type"].endswith("/outcome-unknown")
    assert (unknown["statusCode"], settled["statusCode"], again["statusCode"]) == (502, 201, 201)
    assert (settled["headers"]["Idempotency-Replayed"], settled["body"]) == ("true", again["body"])
    assert versions.sends() == sent + 1
    written = versions.records.events()[events:]
    assert [event["kind"] for event in written] == ["claimed", "unknown", "confirmed"]
    assert len({event["operation_id"] for event in written}) == 1


def test_a_clone_without_the_release_is_told_to_fetch_it(tmp_path: Path) -> None:
    """And nothing is skipped."""
    for words in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "One"],
    ):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)  # noqa: S603, S607 (known words; git of the machine)
    assert last_release(tmp_path) == FROZEN
    with pytest.raises(RuntimeError, match="git fetch --unshallow --tags"):
        earlier_zip(tmp_path / "build", tmp_path)


def test_the_last_tag_before_this_commit_is_the_last_release(tmp_path: Path) -> None:
    """In the order of versions; a tag on the commit itself is this release."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)  # noqa: S603 (known words)
    for tag in ("v0.9.0", "v0.10.0", "v0.11.0"):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", tag], check=True)  # noqa: S603 (known words)
        subprocess.run([*git, "tag", tag], check=True)  # noqa: S603 (known words)
    assert last_release(tmp_path) == "v0.10.0"

"""The reviewers' function out of the zip: what was left out of the packages is not missed when a token is verified."""

import io
import json
import platform
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.composition.review import build
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.console.cookies import SESSION
from chalicelib.review_app import app
from devtools.deploy.package import Package
from devtools.deploy.platform_packages import link_platform
from devtools.deploy.review import HANDLER
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, LocalDynamoDB, create_tables, local_environment
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, to_event
from devtools.local.review.identity import IdentityProvider, Provider, console_environment, review_environment
from devtools.places import ROOT

CONSOLE = "https://audit.example/console"
PAGES = ("/console", "/console/open", "/console/sign-in")


def session(settings: Mapping[str, str], provider: Provider) -> str:
    """Return the cookie of a session, made by another container than the one that opens it."""
    made = build(settings)
    assert made.console is not None
    deadline = Deadline.after(time.monotonic, 10)
    begun = made.console.sign_in.begin("/console", "UTC", deadline)
    asked = urlsplit(begun.address)
    back = dict(parse_qsl(urlsplit(str(provider.respond(f"{asked.path}?{asked.query}&user=uma").location)).query))
    return made.console.sign_in.end(begun.pending, back["state"], back["code"], deadline).sealed


def event(
    token: str, path: str = "/v1/audit/operations", query: str = "operation=op_00000000000000000000000001"
) -> Any:  # noqa: ANN401 (JSON)
    """Return the event that API Gateway makes of a search; `token` is of the API, and a session of the console."""
    match = match_resource(app.routes, path)
    assert match is not None
    is_page = path.startswith("/console")
    headers = (("Cookie", f"__Host-{SESSION}={token}") if is_page else ("Authorization", f"Bearer {token}"),)
    return to_event(HttpRequest("GET", path, query, headers, b"", "127.0.0.1"), match, "request-1")


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the zip holds wheels for Lambda: Linux on x86_64"
)
def test_the_zip_verifies_tokens_and_searches(package: Package, tmp_path: Path) -> None:
    """Both algorithms, a token that is none, one search each, and pages; without any other package, from bytecode alone."""
    task, runtime = tmp_path / "task", tmp_path / "runtime"
    runtime.mkdir()
    with zipfile.ZipFile(io.BytesIO(package.zip.read_bytes())) as archive:
        archive.extractall(task)
    link_platform(runtime)
    with LocalDynamoDB() as database, IdentityProvider() as identity:
        create_tables(database.endpoint_url)
        settings = {
            **local_environment(database.endpoint_url),
            **review_environment(identity.url),
            "OPERATIONS_TABLE": OPERATIONS_TABLE,
            "AUDIT_TABLE": AUDIT_TABLE,
        }
        settings |= console_environment(identity, CONSOLE)
        provider = identity.provider
        tokens = [*(provider.token("rita", key) for key in provider.keys), "client-token"]
        client = str(ROOT / "tests" / "repo" / "review" / "zip_client.py")
        done = subprocess.run(  # noqa: S603 (our own interpreter on our own zip)
            [Path(sys.executable).resolve(), "-I", "-S", "-B", client, str(task), str(runtime), HANDLER],
            input=json.dumps([*map(event, tokens), *(event(session(settings, provider), path) for path in PAGES)]),
            env=settings,
            cwd=task,
            capture_output=True,
            text=True,
            check=False,
        )
    assert not done.returncode, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert [answer["statusCode"] for answer in found["answers"]] == [200, 200, 401, *(200 for _ in PAGES)]
    assert all("<h1>" in answer["body"] for answer in found["answers"][3:])
    assert {Path(name).suffix for name in found["compiled"]} == {".html"}  # templates, once in a process

"""The reviewers' function out of the zip: what was left out of the packages is not missed when a token is verified."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalicelib.composition.review import build
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.console.cookies import SESSION
from chalicelib.review_app import app
from devtools.deploy.review import HANDLER
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, local_environment
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, to_event
from devtools.local.review.identity import IdentityProvider, Provider, console_environment, review_environment
from tests.repo.unpacked_zip import UnpackedZip, lambda_only

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


@lambda_only
def test_the_zip_verifies_tokens_and_searches(unpacked: UnpackedZip) -> None:
    """Both algorithms, a token that is none, one search each, and pages; without any other package, from bytecode alone."""
    with IdentityProvider() as identity:
        settings = {
            **local_environment(unpacked.stand_in),
            **review_environment(identity.url),
            "OPERATIONS_TABLE": OPERATIONS_TABLE,
            "AUDIT_TABLE": AUDIT_TABLE,
        }
        settings |= console_environment(identity, CONSOLE)
        provider = identity.provider
        tokens = [*(provider.token("rita", key) for key in provider.keys), "client-token"]
        events = [*map(event, tokens), *(event(session(settings, provider), path) for path in PAGES)]
        found, _printed = unpacked.handle(HANDLER, events, settings)
    assert [answer["statusCode"] for answer in found["answers"]] == [200, 200, 401, *(200 for _ in PAGES)]
    assert all("<h1>" in answer["body"] for answer in found["answers"][3:])
    assert {Path(name).suffix for name in found["compiled"]} == {".html"}  # templates, once in a process

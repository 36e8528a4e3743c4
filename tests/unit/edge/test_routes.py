"""The routes: what each answers, and that no request gets past them."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib import VERSION
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.links import Links
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.routes.resource import METHODS
from devtools.places import UPSTREAM_SAMPLES
from tests.unit.edge.gateway_event import (
    ANSWERED,
    CREATE_BOOKING,
    FORM,
    HEADERS,
    OPERATION_ID,
    ORIGIN,
    VALIDATE_BOOKING,
    FakePlaceBooking,
    call,
    edge_app,
    rest_event,
)


def test_a_booking_is_201_with_its_operation_and_its_document() -> None:
    """The use case gets what was read, the caller what was booked."""
    use_case = FakePlaceBooking()
    reply = call(edge_app(use_case), rest_event())
    assert (reply.status, reply.headers["content-type"]) == (201, "application/json")
    assert reply.headers["location"] == f"/v1/operations/{OPERATION_ID}"
    assert "audit-status" not in reply.headers
    assert '"Credits":32.5,' in reply.body
    assert list(reply.document)[:3] == ["BookingID", "Duration", "Credits"]
    (command,) = use_case.commands
    assert (command.token, command.idempotency_key) == (AccessToken("client-token"), "0123456789abcdef")
    assert command.request_id == "gateway-request"


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"headers": {"Content-Type": "application/json"}}, 401, "missing-token"),
        ({"headers": {**HEADERS, "Authorization": "Bearer"}}, 401, "invalid-token"),
        ({"headers": {**HEADERS, "Idempotency-Key": "short"}}, 400, "invalid-idempotency-key"),
        ({"headers": {**HEADERS, "Content-Type": "text/plain"}}, 415, "unsupported-media-type"),
        ({"body": "x" * (EdgeSettings().maximum_body_bytes + 1)}, 413, "body-too-large"),
        ({"body": "[" * 8000}, 400, "malformed-request"),
        ({"body": '{"a": 1, "a": 2}'}, 400, "malformed-request"),
        ({"body": "\N{BYTE ORDER MARK}{}"}, 400, "malformed-request"),
        ({"body": '{"a": NaN}'}, 400, "malformed-request"),
        ({"body": None}, 400, "malformed-request"),
        ({"body": "%%%", "isBase64Encoded": True}, 400, "malformed-request"),
    ],
)
def test_an_unreadable_request_never_reaches_the_use_case(changes: dict[str, object], status: int, slug: str) -> None:
    """Syntax problems end at the edge, before any call goes out."""
    use_case = FakePlaceBooking()
    reply = call(edge_app(use_case), rest_event(**changes))  # type: ignore[arg-type]  # (members of an event)
    assert (reply.status, reply.document["type"]) == (status, f"/problems/{slug}")
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.document["instance"] == CREATE_BOOKING
    assert use_case.commands == []


def test_the_settings_bound_the_body_and_name_the_problems() -> None:
    """Both are the deployment's."""
    links = Links(problem_type_base="https://docs.example/p/")
    app = edge_app(settings=EdgeSettings(maximum_body_bytes=10, links=links))
    document = call(app, rest_event()).document
    assert document["type"] == "https://docs.example/p/body-too-large"
    assert document["instance"] == CREATE_BOOKING


def test_health_tells_the_version_and_nothing_further() -> None:
    """No configuration, no secret, no prefix of one."""
    reply = call(edge_app(), rest_event("GET", "/health", headers={}))
    assert (reply.status, reply.document) == (200, {"status": "ok", "version": VERSION})


@pytest.mark.parametrize("slug", BY_SLUG)
def test_the_type_of_every_problem_leads_to_a_page(slug: str) -> None:
    """Plain text: what it is and what to do."""
    event = rest_event("GET", "/problems/{slug}", headers={}, pathParameters={"slug": slug})
    reply = call(edge_app(), event)
    row = BY_SLUG[slug]
    assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert reply.body.startswith(row.title)
    assert row.advice in reply.body
    assert f"{int(row.status)}\n" in reply.body


@pytest.mark.parametrize("parameters", [{"slug": "no-such"}, {"slug": "../secrets"}])
def test_an_unknown_problem_type_is_404_without_an_echo(parameters: dict[str, str]) -> None:
    """Its path is the caller's text, so it is no instance either."""
    event = rest_event("GET", "/problems/{slug}", headers={}, pathParameters=parameters)
    reply = call(edge_app(), event)
    assert (reply.status, reply.document["type"]) == (404, "/problems/not-found")
    assert "instance" not in reply.document
    assert "secrets" not in reply.body


@pytest.mark.parametrize("path", ["/", "/{proxy+}"])
def test_a_page_may_ask_for_what_is_not_there(path: str) -> None:
    """Without this its browser shows a network error in place of the 404."""
    reply = call(edge_app(), rest_event("OPTIONS", path, headers={"Origin": ORIGIN}))
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, ORIGIN)


@pytest.mark.parametrize("path", ["/", "/{proxy+}"])
@pytest.mark.parametrize("method", [method for method in METHODS if method != "OPTIONS"])
def test_everything_else_is_a_404_problem(path: str, method: str) -> None:
    """For every method but the preflight's, the root included."""
    reply = call(edge_app(), rest_event(method, path, pathParameters={"proxy": "a/b"}))
    assert reply.status == 404
    assert reply.body == "" if method == "HEAD" else reply.document["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [(CREATE_BOOKING, "POST, OPTIONS"), (VALIDATE_BOOKING, "POST, OPTIONS"), ("/health", "GET, HEAD, OPTIONS")],
)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_served_or_refused_by_us(path: str, allowed: str, method: str) -> None:
    """API Gateway answers 403 for methods that are not registered, so all are."""
    reply = call(edge_app(), rest_event(method, path))
    if method in allowed.split(", "):
        assert reply.status < 300
    else:
        assert (reply.status, reply.headers["allow"]) == (405, allowed)


def test_head_is_get_without_a_body() -> None:
    """Same status, same type."""
    app = edge_app()
    get, head = (call(app, rest_event(method, "/health", headers={})) for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.body) == (get.status, get.headers, "")


def test_no_route_leaves_cors_or_media_types_to_chalice() -> None:
    """Its CORS is one fixed origin from a mock, its 415 is not ours; names are unique within a path's methods."""
    entries = [entry for methods in edge_app().routes.values() for entry in methods.values()]
    assert {entry.cors for entry in entries} == {None}
    assert [entry.content_types for entry in entries] == [["*/*"]] * len(entries)
    names = {(entry.view_name, id(entry.view_function)) for entry in entries}
    assert len({name for name, _ in names}) == len(names)


def test_the_sample_of_the_upstream_is_answered_as_it_is() -> None:
    """The whole way out: typed booking, document, body."""
    sample = json.loads((UPSTREAM_SAMPLES / "made-booking.json").read_text(), parse_float=Decimal)
    booking = Booking.read(sample | {"Credits": Decimal(sample["Credits"])})
    answered = replace(ANSWERED, answer=FORM.booked(OPERATION_ID, booking))
    reply = call(edge_app(FakePlaceBooking(answered)), rest_event())
    assert list(reply.document.items()) == list(sample.items())

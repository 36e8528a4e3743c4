"""The entrance that a request came through, and the addresses in answers that begin with it."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain import errors
from chalicelib.edge.answer_form import HttpAnswers, given_at
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.entrance import entrance
from chalicelib.edge.links import Links
from tests.unit.edge.gateway_event import (
    ANSWERED,
    BOOKING,
    CREATE_BOOKING,
    FORM,
    HEADERS,
    OPERATION_ID,
    FakeGetOperation,
    FakePlaceBooking,
    call,
    edge_app,
    operation_event,
    request_of,
    rest_event,
)

STATUS_URL = f"/v1/operations/{OPERATION_ID}"
REFUSAL = errors.UpstreamRefusedError("m", upstream_status=402, operation_id=OPERATION_ID)
ELSEWHERE = "https://docs.example/p/"


def asked_at(event: dict[str, Any], path: object) -> dict[str, Any]:
    """Return an event as it comes from the gateway, which tells the whole path that was asked for."""
    return {**event, "requestContext": {**event["requestContext"], "path": path}}


def entrance_of(path: object, resource: str = CREATE_BOOKING, **parameters: str) -> str:
    """Return the entrance of a request for a path."""
    return entrance(request_of(asked_at(rest_event("GET", resource, pathParameters=parameters or None), path)))


@pytest.mark.parametrize("before", ["", "/dev", "/api", "/switch-board/v_1", "/a.b/~c", "/1/2/3/4/5/6/7/8"])
@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize(
    ("resource", "own", "parameters"),
    [
        (CREATE_BOOKING, CREATE_BOOKING, {}),
        ("/health", "/health", {}),
        ("/v1/operations/{operation_id}", STATUS_URL, {"operation_id": OPERATION_ID}),
        ("/problems/{slug}", "/problems/not-found", {"slug": "not-found"}),
        ("/{proxy+}", "/v2/else/where", {"proxy": "v2/else/where"}),
        ("/{proxy+}", "/caf%C3%A9", {"proxy": "caf\u00e9"}),
        ("/", "", {}),
    ],
)
def test_the_entrance_is_what_stands_before_the_path_of_the_resource(
    before: str, end: str, resource: str, own: str, parameters: dict[str, str]
) -> None:
    """A stage, a mapping of a domain, both, or nothing; a slash at the end does not count."""
    assert entrance_of(before + own + end, resource, **parameters) == before


@pytest.mark.parametrize(
    "path",
    [
        None,
        7,
        "",
        "/",
        "/dev",
        "/dev/v1/PhoneChat",
        "/dev/v1/phonechat/CreateBooking",
        f"/dev/./..{CREATE_BOOKING}",
        f"/..{CREATE_BOOKING}",
        f"/{CREATE_BOOKING}",
        f"//evil.example{CREATE_BOOKING}",
        f"/evil.example:80{CREATE_BOOKING}",
        f"/a b{CREATE_BOOKING}",
        f"/a%0d{CREATE_BOOKING}",
        f"/a\n{CREATE_BOOKING}",
        f"/\u0663{CREATE_BOOKING}",
        f"/{'a' * 129}{CREATE_BOOKING}",
        f"/1/2/3/4/5/6/7/8/9{CREATE_BOOKING}",
    ],
)
def test_what_is_not_surely_an_entrance_is_none(path: object) -> None:
    """No path at all, one of another resource, and a head that no gateway of ours has."""
    assert entrance_of(path) == ""


def test_the_greedy_path_is_compared_with_what_the_gateway_found_in_it() -> None:
    """Else its own first segments could pass for an entrance."""
    assert entrance_of("/a//b", "/{proxy+}", proxy="a/b") == ""
    assert entrance_of("/dev/a%2Fb", "/{proxy+}", proxy="a/b") == ""
    assert entrance_of("/a/b", "/{proxy+}") == "/a/b"  # a gateway that names no parameters


def test_every_address_of_a_problem_begins_as_the_entrance_does() -> None:
    """Where it leads, what it is about, and where its operation is."""
    app = edge_app(FakePlaceBooking(errors.DuplicateBookingError("m", operation_id=OPERATION_ID)))
    for before in ("", "/dev", "/api/v2"):
        document = call(app, asked_at(rest_event(), before + CREATE_BOOKING)).document
        assert document["type"] == f"{before}/problems/duplicate-booking"
        assert document["instance"] == before + CREATE_BOOKING
        assert document["status_url"] == before + STATUS_URL


@pytest.mark.parametrize("before", ["", "/dev", "/api/v2"])
def test_a_final_answer_is_given_with_the_addresses_of_the_entrance(before: str) -> None:
    """What is kept names none, so a repeat through another one leads somewhere too; the rest keeps its bytes."""
    event = asked_at(rest_event(), before + CREATE_BOOKING)
    booked = call(edge_app(), event)
    assert (booked.headers["location"], booked.body) == (before + STATUS_URL, ANSWERED.answer.body)
    kept = FORM.refused(REFUSAL, "request-1")
    reply = call(edge_app(FakePlaceBooking(replace(ANSWERED, answer=kept))), event)
    assert reply.body == (kept.body.replace('"/v1/', f'"{before}/v1/').replace('"/problems/', f'"{before}/problems/'))
    assert reply.headers["content-type"] == "application/problem+json"


def test_the_problem_of_a_final_answer_is_logged_through_every_entrance(capsys: pytest.CaptureFixture[str]) -> None:
    """Its type is longer there."""
    kept = FORM.refused(REFUSAL, "request-1")
    call(edge_app(FakePlaceBooking(replace(ANSWERED, answer=kept))), asked_at(rest_event(), f"/dev{CREATE_BOOKING}"))
    assert '"problem":"upstream-refused"' in capsys.readouterr().out


def test_the_status_resource_is_addressed_through_the_entrance() -> None:
    """And so is what it tells of the answer that the request got."""
    kept = FORM.refused(REFUSAL, "request-1")
    view = replace(FakeGetOperation().outcome, answer=kept)  # type: ignore[type-var]  # (a view, and no error)
    event = asked_at(operation_event(), f"/dev{STATUS_URL}")
    document = call(edge_app(get_operation=FakeGetOperation(view)), event).document
    assert document["status_url"] == f"/dev{STATUS_URL}"
    assert document["answer"]["body"]["type"] == "/dev/problems/upstream-refused"
    assert document["answer"]["body"]["status_url"] == f"/dev{STATUS_URL}"


def test_pages_that_stand_elsewhere_are_no_path_of_the_service() -> None:
    """Their base is used as it is set, in a final answer too."""
    links = Links(problem_type_base=ELSEWHERE)
    kept = HttpAnswers(links).refused(REFUSAL, "request-1")
    given = given_at(kept, links.at("/dev"))
    assert f'"type":"{ELSEWHERE}upstream-refused"' in given.body
    assert f'"status_url":"/dev{STATUS_URL}"' in given.body
    here = Links(problem_type_base="/problems/")
    assert '"type":"/problems/' in given_at(HttpAnswers(here).refused(REFUSAL, "r"), here.at("/dev")).body


def test_what_was_kept_complete_stays_as_it_is() -> None:
    """By a version that knew its entrance from a setting."""
    kept = replace(FORM.booked(OPERATION_ID, BOOKING), headers={"Location": f"/dev{STATUS_URL}"})
    assert given_at(kept, Links("/dev")) == kept
    assert given_at(replace(kept, headers={}), Links("/dev")).headers == {}


def test_a_deployment_without_a_container_still_knows_its_entrance() -> None:
    """The settings are not needed for it."""
    app = edge_app(settings=EdgeSettings())
    reply = call(app, asked_at(rest_event(headers={**HEADERS, "Content-Type": "text/plain"}), f"/dev{CREATE_BOOKING}"))
    assert reply.document["type"] == "/dev/problems/unsupported-media-type"

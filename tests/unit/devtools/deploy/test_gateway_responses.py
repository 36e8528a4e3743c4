"""What the gateway says itself is a problem that a page may read."""

import json

import pytest

from chalicelib.edge.links import Links
from devtools.deploy.gateway_responses import RESPONSES, template


@pytest.mark.parametrize("name", RESPONSES)
def test_every_answer_is_a_problem_with_a_cors_header(name: str) -> None:
    """The template's entry holds a problem body, its media type and an allowed origin, each constant quoted."""
    entry = template(Links())[name]
    headers = entry["ResponseParameters"]["Headers"]
    body = json.loads(entry["ResponseTemplates"]["application/json"])
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["X-Request-Id"] == "context.requestId"
    assert {"type", "title", "detail", "request_id"} <= body.keys()
    assert body.get("status") == entry.get("StatusCode")


def test_a_problem_type_of_the_app_is_found_where_the_stage_has_it() -> None:
    """Each stage has its own base; what only the gateway says has no page."""
    entries = template(Links(problem_type_base="/dev/problems/"))
    types = {
        name: json.loads(entry["ResponseTemplates"]["application/json"])["type"] for name, entry in entries.items()
    }
    assert types["RESOURCE_NOT_FOUND"] == "/dev/problems/not-found"
    assert types["THROTTLED"] == "about:blank"


@pytest.mark.parametrize("name", ["DEFAULT_5XX", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"])
def test_a_lost_answer_never_claims_that_nothing_was_booked(name: str) -> None:
    """The function may have booked before it was lost, so a new key would be wrong."""
    body = json.loads(RESPONSES[name].body("request-1"))
    assert body["safe_to_retry_with_new_key"] is False
    assert "Nothing was booked" not in body["detail"]


def test_a_constant_holds_no_quote() -> None:
    """A single quote would end the template's constant."""
    assert all("'" not in value for response in RESPONSES.values() for value in response.headers().values())


def test_a_throttled_caller_learns_when_to_try_again() -> None:
    """429 carries Retry-After."""
    assert template(Links())["THROTTLED"]["ResponseParameters"]["Headers"]["Retry-After"] == "'1'"

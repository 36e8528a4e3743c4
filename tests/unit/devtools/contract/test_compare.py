"""The comparison of two OpenAPI documents tells what breaks a caller, and nothing else."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from devtools.contract.compare import breaking_changes, is_announced
from devtools.contract.written import CURRENT, load

DOCUMENT = load(CURRENT)
CREATE = "/v1/PhoneChat/CreateBooking"
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    """Return the document after a change."""
    document = deepcopy(DOCUMENT)
    change(document)
    return document


def create(document: dict[str, Any]) -> Any:  # noqa: ANN401 (any JSON)
    """Return the operation that books."""
    return document["paths"][CREATE]["post"]


def schema(document: dict[str, Any], name: str) -> Any:  # noqa: ANN401 (any JSON)
    """Return a schema of the components."""
    return document["components"]["schemas"][name]


def member(document: dict[str, Any], name: str, of: str = "BookingRequest") -> Any:  # noqa: ANN401 (any JSON)
    """Return a member of a schema."""
    return schema(document, of)["properties"][name]


BREAKING: dict[str, tuple[Change, str]] = {
    "a path is gone": (lambda it: it["paths"].pop(CREATE), f"POST {CREATE}: is gone"),
    "a method is gone": (lambda it: it["paths"]["/health"].pop("get"), "GET /health: is gone"),
    "a member is asked for": (
        lambda it: schema(it, "BookingRequest")["required"].append("Comments"),
        "the body: Comments may be missing",
    ),
    "a member is not taken": (
        lambda it: schema(it, "BookingRequest")["properties"].pop("Comments"),
        "the body: Comments may be there",
    ),
    "less is taken": (lambda it: member(it, "Duration").update(maximum=60), "the body, Duration: maximum 60"),
    "more is asked for": (lambda it: member(it, "Duration").update(minimum=10), "the body, Duration: minimum 10"),
    "shorter texts": (lambda it: member(it, "Comments").update(maxLength=9), "the body, Comments: maxLength 9"),
    "no null": (lambda it: member(it, "Comments").update(type="string"), "the body, Comments: may be null"),
    "fewer choices": (lambda it: member(it, "Method").update(enum=[1, 2]), "the body, Method: may be 3"),
    "choices where there were none": (lambda it: member(it, "Credits").update(enum=[8]), "Credits: may be anything"),
    "another pattern": (lambda it: member(it, "AcceptBy").update(pattern="^x$"), "the body, AcceptBy: pattern ^x$"),
    "another condition": (lambda it: schema(it, "BookingRequest")["allOf"].append({}), "the body: another condition"),
    "a parameter is asked for": (
        lambda it: it["components"]["parameters"]["Idempotency-Key"].update(required=True),
        "asks for Idempotency-Key",
    ),
    "a new parameter is asked for": (
        lambda it: create(it)["parameters"].append({"name": "X", "in": "header", "required": True, "schema": {}}),
        "asks for X",
    ),
    "a parameter has another form": (
        lambda it: it["components"]["parameters"]["Idempotency-Key"]["schema"].update(pattern="^x$"),
        "Idempotency-Key: pattern ^x$",
    ),
    "a body is asked for": (
        lambda it: it["paths"]["/health"]["get"].update(requestBody={"required": True, "content": {}}),
        "GET /health: asks for a body",
    ),
    "another body": (
        lambda it: create(it)["requestBody"].update(content={"application/xml": {"schema": {}}}),
        "takes no application/json any more",
    ),
    "no success": (lambda it: create(it)["responses"].pop("201"), f"POST {CREATE}: 201 is gone"),
    "no header": (lambda it: create(it)["responses"]["201"]["headers"].pop("Location"), "201 has no Location any more"),
    "another media type": (
        lambda it: create(it)["responses"]["201"].update(content={"text/plain": {"schema": {}}}),
        "201 is never application/json any more",
    ),
    "a member of an answer is gone": (
        lambda it: (
            schema(it, "Quote")["required"].remove("balance"),
            schema(it, "Quote")["properties"].pop("balance"),
        ),
        "200: balance may be missing",
    ),
    "a member of an answer may be null": (
        lambda it: member(it, "is_valid", "Quote").update(type=["boolean", "null"]),
        "200, is_valid: may be null",
    ),
    "another state": (
        lambda it: member(it, "operation_state", "Operation")["enum"].append("NEW"),
        "200, operation_state: may be NEW",
    ),
    "another item": (
        lambda it: member(it, "unchecked", "Quote").update(items={"type": "integer"}),
        "200, unchecked, its items: may be integer",
    ),
    "another title of a problem": (
        lambda it: member(it, "title", "BookingRejectedProblem").update(const="New"),
        "422, title: may be New",
    ),
    "another alternative": (
        lambda it: member(it, "answer", "Operation")["oneOf"].append({"type": "string"}),
        "200, answer: another alternative",
    ),
    "another scope": (
        lambda it: create(it)["security"][0]["AdultWork"].append("more"),
        f"POST {CREATE}: asks for the scope more",
    ),
    "a token is asked for": (
        lambda it: it["paths"]["/health"]["get"].update(security=[{"AdultWork": []}]),
        "GET /health: asks for an access token",
    ),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda it: it,
    "another path": lambda it: it["paths"].update({"/new": {"get": {"responses": {}}}}),
    "more is taken": lambda it: member(it, "Duration").update(maximum=2000, minimum=1),
    "another optional member is taken": lambda it: schema(it, "BookingRequest")["properties"].update(New={}),
    "a member is not asked for any more": lambda it: schema(it, "BookingRequest")["required"].remove("Credits"),
    "another choice is taken": lambda it: member(it, "Method")["enum"].append(4),
    "another member of an answer": lambda it: schema(it, "Quote")["properties"].update(new={"type": "string"}),
    "a number is an integer": lambda it: member(it, "Credits", "Booking").update(type="integer"),
    "another kind of problem": lambda it: create(it)["responses"]["422"]["content"]["application/problem+json"][
        "schema"
    ]["oneOf"].append({"$ref": "#/components/schemas/NotFoundProblem"}),
    "a problem is never told any more": lambda it: create(it)["responses"].pop("413"),
    "one kind of problem in place of two": lambda it: create(it)["responses"]["422"]["content"][
        "application/problem+json"
    ].update(schema={"$ref": "#/components/schemas/BookingRejectedProblem"}),
    "another status": lambda it: create(it)["responses"].update({"418": {"description": "", "content": {}}}),
    "other words": lambda it: create(it).update(summary="New", description="New"),
    "no body": lambda it: create(it).pop("requestBody"),
    "another parameter": lambda it: create(it)["parameters"].append({"name": "X", "in": "header", "schema": {}}),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_told(name: str) -> None:
    """Make it, and read what is said."""
    change, told = BREAKING[name]
    changes = breaking_changes(DOCUMENT, changed(change))
    assert any(one.endswith(told) for one in changes), changes


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_not_told(name: str) -> None:
    """Callers go on."""
    assert breaking_changes(DOCUMENT, changed(HARMLESS[name])) == []


@pytest.mark.parametrize(
    ("before", "after", "announced"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.2.3", "1.9.0", False),
        ("1.2.3", "2.0.0", True),
        ("2.0.0", "1.0.0", False),
    ],
)
def test_a_version_announces_what_it_may_break(before: str, after: str, announced: bool) -> None:  # noqa: FBT001 (a row of the table)
    """Below 1.0.0 by its second number, from then on by its first."""
    documents = ({"info": {"version": version}} for version in (before, after))
    assert is_announced(*documents) is announced

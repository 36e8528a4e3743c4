"""The OpenAPI document: valid, whole, as the code has it, and no surprise to callers of the released version."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib import VERSION
from chalicelib.domain.access import Scope
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.facts import FACT_RULES, FactRule
from chalicelib.domain.booking.rules.form import FORM_RULES, violations
from chalicelib.domain.booking.rules.rule import FormRule
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.contract.document import openapi_document
from chalicelib.edge.contract.example import MEMBERS
from chalicelib.edge.contract.operations import OPERATIONS
from chalicelib.edge.contract.problem_schemas import schema_name
from chalicelib.edge.contract.rule_texts import rule_texts
from chalicelib.edge.links import Links
from chalicelib.edge.problems.table import CALLERS_SLUGS
from chalicelib.edge.routes import resources
from devtools.contract.compare import breaking_changes, is_announced
from devtools.contract.written import CURRENT, RELEASED, load, rendered
from devtools.places import ROOT
from tests.builders import LONDON, NOW, POLICY, form
from tests.described import Described, examples

DOCUMENT = load(CURRENT)
DESCRIBED = Described(DOCUMENT)
RULES: tuple[FormRule | FactRule, ...] = (*FORM_RULES, *FACT_RULES)
EXAMPLES = list(examples(DOCUMENT))
DRAFT = DOCUMENT["components"]["schemas"]["BookingDraft"]
BODY = {"$ref": "#/components/schemas/BookingRequest"}


def nobody() -> Any:  # noqa: ANN401 (never called)
    """Stand in for the container, which no document needs."""
    raise AssertionError


def made(**settings: Any) -> dict[str, Any]:  # noqa: ANN401 (settings of the edge)
    """Return the document of another deployment."""
    links = settings.pop("links", Links())
    return openapi_document(resources(nobody), EdgeSettings(**settings), links)


def test_the_committed_document_is_the_one_that_is_served() -> None:
    """After a change: `make openapi`."""
    assert CURRENT.read_text() == rendered()


def test_the_document_is_valid() -> None:
    """Say the authors of the specification."""
    assert [error.message for error in OpenAPIV31SpecValidator(json.loads(CURRENT.read_text())).iter_errors()] == []


def test_a_change_that_breaks_callers_is_announced_by_the_version() -> None:
    """Compare with the released document."""
    released = load(RELEASED)
    changes = breaking_changes(released, DOCUMENT)
    assert not changes or is_announced(released, DOCUMENT), "\n".join(changes)


def test_a_booking_and_what_names_its_operation_lead_to_how_it_stands() -> None:
    """An answer whose operation cannot be asked for, as that of a refusal, leads nowhere."""
    answers = DOCUMENT["paths"]["/v1/PhoneChat/CreateBooking"]["post"]["responses"]
    links = {status: answer["links"]["status"] for status, answer in answers.items() if "links" in answer}
    assert set(links) == {"201", "401", "402", "409", "429", "502", "503", "504"}
    assert {link["operationId"] for link in links.values()} == {"getOperation"}
    assert "parameters" not in links.pop("201")  # its operation is in Location, which no expression can take apart
    assert all(link["parameters"] == {"operation_id": "$response.body#/operation_id"} for link in links.values())
    told = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    linked = {each["operationId"] for each in told if any("links" in answer for answer in each["responses"].values())}
    assert linked == {operation.id for operation in OPERATIONS.values() if operation.status is not None}


def test_the_version_is_that_of_the_project() -> None:
    """In the document, in the package and in pyproject.toml."""
    (project,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert DOCUMENT["info"]["version"] == VERSION == project


def test_every_path_and_method_that_is_served_is_described_and_no_other() -> None:
    """Those of the routes, but for the greedy path, where there is nothing."""
    served = {(resource.path, method) for resource in resources(nobody) for method in resource.views}
    assert served == set(OPERATIONS)
    told = {(path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert told == served


def test_every_kind_of_problem_has_a_schema_and_an_operation_that_answers_it() -> None:
    """But for the one that no described method can have."""
    assert {schema_name(slug) for slug in CALLERS_SLUGS} <= DOCUMENT["components"]["schemas"].keys()
    answered = {slug for operation in OPERATIONS.values() for slug in operation.problems}
    assert answered == CALLERS_SLUGS - {"method-not-allowed"}


def test_every_scope_that_the_code_knows_is_told() -> None:
    """With what it is for."""
    flow = DOCUMENT["components"]["securitySchemes"]["AdultWork"]["flows"]["authorizationCode"]
    assert flow["scopes"].keys() == {scope.value for scope in Scope}


def test_every_rule_is_told_at_its_member() -> None:
    """With the text that callers get."""
    told = {
        (rule["rule"], f"/{name}")
        for name, member in DOCUMENT["components"]["schemas"]["BookingRequest"]["properties"].items()
        for rule in member["x-rules"]
        if rule["message"] in member["description"]
    }
    assert told == {(rule.id, rule.pointer) for rule in RULES}


@pytest.mark.parametrize(("place", "schema", "value"), EXAMPLES, ids=[place for place, _, _ in EXAMPLES])
def test_every_example_is_of_its_schema(place: str, schema: dict[str, Any], value: object) -> None:
    """With no member too many."""
    assert DESCRIBED.faults(schema, value) == [], place


def test_the_example_is_that_of_the_readme_and_is_sound() -> None:
    """One booking is shown everywhere."""
    (sent,) = re.findall(r"-d '(\{.*?\})'", (ROOT / "README.md").read_text(), re.DOTALL)
    assert json.loads(sent, parse_float=Decimal) == MEMBERS
    assert violations(form(MEMBERS)) == ()


def test_the_limits_are_those_of_the_deployment() -> None:
    """Its policy, its largest body, its entrance, its pages of problems."""
    policy = BookingPolicy(
        ZoneInfo("America/New_York"),
        maximum_duration_minutes=90,
        maximum_comments_length=50,
        refuse_premium_numbers=False,
    )
    document = made(policy=policy, maximum_body_bytes=9000, links=Links("/dev", "https://docs.example/p/"))
    members = document["components"]["schemas"]["BookingRequest"]["properties"]
    assert (members["Duration"]["maximum"], members["Comments"]["maxLength"]) == (90, 50)
    assert "America/New_York" in members["SessionDate"]["description"]
    assert "phone-number-premium" not in [rule["rule"] for rule in members["PhoneNumber"]["x-rules"]]
    assert document["servers"] == [{"url": "/dev"}]
    create = document["paths"]["/v1/PhoneChat/CreateBooking"]["post"]
    assert create["requestBody"]["x-maximum-bytes"] == 9000
    problem = document["components"]["schemas"]["BookingRejectedProblem"]
    assert problem["properties"]["type"]["const"] == "https://docs.example/p/booking-rejected"
    example = create["responses"]["201"]["content"]["application/json"]
    assert example["schema"] == {"$ref": "#/components/schemas/Booking"}
    assert [
        error.message
        for error in OpenAPIV31SpecValidator(json.loads(json.dumps(document, default=float))).iter_errors()
    ] == []


def test_a_zone_without_summer_time_has_no_rules_about_it() -> None:
    """What cannot be broken is not told."""
    told = {text.rule for text in rule_texts(BookingPolicy(ZoneInfo("UTC")))}
    assert {rule.id for rule in FORM_RULES} - told == {
        "session-date-exists", "session-date-ambiguous", "accept-by-exists", "accept-by-ambiguous",
    }  # fmt: skip
    assert len(rule_texts(POLICY)) == len(FORM_RULES) + len(FACT_RULES)


def test_every_rule_is_told_under_a_policy_that_the_example_breaks() -> None:
    """A deployment may allow less than the example asks for."""
    texts = rule_texts(BookingPolicy(LONDON, maximum_duration_minutes=10, maximum_comments_length=0))
    assert len(texts) == len(FORM_RULES) + len(FACT_RULES)


JANUARY = ["2032-01-20 21:30", "2032-01-20T18:00", "2032-01-20T18:00:00", "2032-01-20t18:00:00.00+00:00", "soon", 5]
FORMS = st.fixed_dictionaries(
    {},
    optional={
        "BookUserID": st.sampled_from([1, 2**31 - 1, 0, 2**31, Decimal("15.0"), "1", True]),
        "SessionDate": st.sampled_from([*JANUARY, "2032-01-21 21:30"]),
        "AcceptBy": st.sampled_from(JANUARY),
        "Duration": st.sampled_from([5, 1440, 4, 1441, Decimal("15.0")]),
        "Method": st.sampled_from([1, 2, 3, 4, Decimal("1.0")]),
        "PhoneNumber": st.sampled_from(["07700900123", "+44 (0) 7700 900123", "0770", None, 7, "0" * 65]),
        "SkypeName": st.sampled_from(["live:client.one", "short", None, 7]),
        "Credits": st.sampled_from([0, Decimal("32.5000"), Decimal("9999999.9999"), 10**7, -1, "32"]),
        "Comments": st.sampled_from(["Hello \N{GRINNING FACE}", "", None, 1, "x" * 2000, "x" * 2001]),
        "Unknown": st.just(1),
    },
)


@given(FORMS)
def test_the_schema_takes_whatever_the_form_takes(document: Mapping[str, Any]) -> None:
    """A client that checks its bodies with the document refuses no sound booking; a quote may be asked for anything."""
    plain = {
        name: int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
        for name, value in document.items()
    }  # in JSON 15.0 is an integer; for the judge's Python a Decimal is none
    if not violations(form(document)):
        assert DESCRIBED.faults(BODY, plain) == []
    assert Draft202012Validator(DRAFT).is_valid(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"Duration": 4}, {"Duration": 1441}, {"BookUserID": 0}, {"Method": 4}, {"Credits": -1}, {"Credits": "32"},
        {"SessionDate": "soon"}, {"SessionDate": "2032-02-21 24:30"}, {"PhoneNumber": 7}, {"Method": 3}, {"Unknown": 1},
        {"Method": 3, "SkypeName": "short"}, {"Comments": "x" * 2001}, {"AcceptBy": None},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_a_limit_refuses(changes: dict[str, Any]) -> None:
    """As far as a schema can."""
    assert DESCRIBED.faults(BODY, {**MEMBERS, **changes})


def test_the_examples_are_judged_before_their_dates() -> None:
    """The example is sound at the instant of the tests, too."""
    assert NOW.astimezone(LONDON).year < 2032

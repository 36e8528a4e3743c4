"""The name of a release follows from its functions and what they are told, and from nothing else."""

import json
from typing import Any

import pytest

from devtools.deploy.versions.release import TOKEN, named, release_of

Json = dict[str, Any]
VALUES = {"Sending": "1", "Tracing": "0", "AlarmEmail": ""}


def app(code: str = "s3://bucket/1.zip") -> Json:
    """Return a template with a function that takes one parameter by name and another one by a condition."""
    function = {
        "CodeUri": code,
        "Description": f"Release {TOKEN}",
        "Tracing": {"Fn::If": ["Traces", "Active", "PassThrough"]},
        "Environment": {"Variables": {"SENDING": {"Ref": "Sending"}}},
    }
    return {
        "Conditions": {"Traces": {"Fn::Equals": [{"Ref": "Tracing"}, "1"]}, "Other": {"Ref": "AlarmEmail"}},
        "Resources": {
            "One": {"Type": "AWS::Serverless::Function", "Properties": function},
            f"OneVersion{TOKEN}": {"Type": "AWS::Lambda::Version"},
            "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {"Endpoint": {"Ref": "AlarmEmail"}}},
        },
    }


def name_of(template: Json) -> str:
    """Return the name of the release that a template is of."""
    found: str = template["Metadata"]["Release"]
    return found


def test_a_release_names_its_versions_and_functions_and_itself() -> None:
    """The same in all places, as letters and digits."""
    released = named(app(), VALUES)
    name = name_of(released)
    assert f"OneVersion{name}" in released["Resources"]
    assert release_of(released["Resources"]["One"]["Properties"]["Description"]) == name
    assert TOKEN not in json.dumps(released)
    assert name.isalnum()


def test_a_template_from_a_stack_is_named_as_the_packaged_one() -> None:
    """Name what has a name already: by the same parameters it keeps it, by others it gets theirs."""
    released = named(app(), VALUES)
    assert named(released, VALUES) == released
    assert named(released, VALUES | {"Sending": "0"}) == named(app(), VALUES | {"Sending": "0"})


@pytest.mark.parametrize(
    ("template", "values"),
    [(app("s3://bucket/2.zip"), VALUES), (app(), VALUES | {"Sending": "0"}), (app(), VALUES | {"Tracing": "1"})],
    ids=["code", "parameter", "condition"],
)
def test_whatever_a_function_is_told_makes_another_release(template: Json, values: dict[str, str]) -> None:
    """Other code, another value, or a value that a condition turns on."""
    assert name_of(named(template, values)) != name_of(named(app(), VALUES))


def test_what_no_function_is_told_makes_none() -> None:
    """No cold starts for the address of an alarm."""
    assert name_of(named(app(), VALUES | {"AlarmEmail": "you@example.org"})) == name_of(named(app(), VALUES))

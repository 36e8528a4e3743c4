"""What outlives a deployment stands in a stack of its own."""

from typing import Any

import pytest

from devtools.deploy.split import split

TABLE = {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {}}


def whole(**resources: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Return a template of Chalice's with resources."""
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Table": TABLE, **resources}, "Outputs": {}}


def test_the_app_is_handed_what_it_refers_to() -> None:
    """By name, by ARN, and inside a text; each is an output there and a parameter here."""
    used = {
        "name": {"Ref": "Table"},
        "arn": {"Fn::GetAtt": ["Table", "Arn"]},
        "index": {"Fn::Sub": "${Table.Arn}/index/open in ${AWS::Region}"},
    }
    two = split(whole(Function={"Type": "AWS::Serverless::Function", "Properties": used}))
    assert two.kept["Outputs"] == {
        "Table": {"Value": {"Ref": "Table"}},
        "TableArn": {"Value": {"Fn::GetAtt": ["Table", "Arn"]}},
    }
    assert two.app["Parameters"].keys() == two.kept["Outputs"].keys()
    assert two.app["Resources"]["Function"]["Properties"] == {
        "name": {"Ref": "Table"},
        "arn": {"Ref": "TableArn"},
        "index": {"Fn::Sub": "${TableArn}/index/open in ${AWS::Region}"},
    }


def test_a_further_function_lands_in_the_app_and_a_further_table_is_kept() -> None:
    """Nobody lists them."""
    two = split(whole(Second={"Type": "AWS::Serverless::Function"}, More=TABLE))
    assert two.app["Resources"].keys() == {"Second"}
    assert two.kept["Resources"].keys() == {"Table", "More"}


def test_the_kept_stack_needs_no_transform() -> None:
    """Only the app has what SAM knows."""
    two = split(whole())
    assert "Transform" in two.app
    assert "Transform" not in two.kept


def test_what_is_kept_may_not_lean_on_the_app() -> None:
    """It would be left behind with a reference to nothing."""
    leaning = {**TABLE, "Properties": {"TableName": {"Fn::Sub": "${Function}-rows"}}}
    with pytest.raises(ValueError, match="Function"):
        split(whole(Leaning=leaning, Function={"Type": "AWS::Serverless::Function"}))

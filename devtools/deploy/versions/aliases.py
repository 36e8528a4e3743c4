"""The alias `live` of each function, which all calls go by: a release publishes a version of each and moves the alias to it.

Chalice knows neither versions nor aliases, so the packaged template is given them here. What called a function calls its alias:
the paths of both APIs, the schedules, and the permissions of both.
"""

import json
from typing import Any

from devtools.deploy.parts import Json, arn
from devtools.deploy.versions import shift
from devtools.deploy.versions.release import DESCRIPTION, TOKEN

ALIAS = "live"
FUNCTION, PERMISSION = "AWS::Serverless::Function", "AWS::Lambda::Permission"


def add_versions(app: Json) -> None:
    """Publish every function of the app's template under its alias, and let everything call the aliases."""
    resources = app["Resources"]
    functions = [name for name, one in resources.items() if one["Type"] == FUNCTION]
    for name in functions:
        resources[name]["Properties"]["Description"] = DESCRIPTION
        resources.update(_schedules(name, resources[name]["Properties"].pop("Events", {})))
        resources[f"{name}Version{TOKEN}"] = _version(name)
        resources[f"{name}Alias"] = _alias(name)
    for permission in [one for one in resources.values() if one["Type"] == PERMISSION]:
        called = permission["Properties"]["FunctionName"]
        if called.get("Ref") in functions:
            called["Ref"] += "Alias"
    for api in [one for one in resources.values() if one["Type"] == "AWS::Serverless::Api"]:
        body = json.dumps(api["Properties"]["DefinitionBody"])
        for name in functions:
            body = body.replace(f"${{{name}.Arn}}", f"${{{name}Alias}}")
        api["Properties"]["DefinitionBody"] = json.loads(body)
    app["Outputs"]["Release"] = {"Description": "What was deployed; `make rollback` goes back from it.", "Value": TOKEN}
    shift.add(app)


def _version(function: str) -> Json:
    """Return a version that is kept for a rollback, unless the very deployment that made it fails.

    Were it kept then too, the same release could not be deployed again: Lambda publishes nothing that it has published last.
    """
    return {
        "Type": "AWS::Lambda::Version",
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"FunctionName": {"Ref": function}, "Description": DESCRIPTION},
    }


def _alias(function: str) -> Json:
    properties = {
        "Name": ALIAS,
        "FunctionName": {"Ref": function},
        "FunctionVersion": {"Fn::GetAtt": [f"{function}Version{TOKEN}", "Version"]},
    }
    return {"Type": "AWS::Lambda::Alias", "Properties": properties}


def _schedules(function: str, events: dict[str, Any]) -> Json:
    """Return the rules of a function's schedules; SAM would let them call what is not published yet."""
    made: Json = {}
    for event, described in events.items():
        rule = f"{function}{event}"
        made[rule] = {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": described["Properties"]["Schedule"],
                "Targets": [{"Arn": {"Ref": f"{function}Alias"}, "Id": ALIAS}],
            },
        }
        made[f"{rule}Permission"] = {
            "Type": PERMISSION,
            "Properties": {
                "FunctionName": {"Ref": f"{function}Alias"},
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": arn(rule),
            },
        }
    return made

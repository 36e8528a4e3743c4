"""Nothing calls a function but by its alias, and traffic comes to a new version as the stage says."""

import json
import re
from typing import Any

import pytest

from devtools.deploy.alarms import ALARMS
from devtools.deploy.package import Package
from devtools.deploy.parameters import parameters
from devtools.deploy.stages import KINDS, LIVE_UPSTREAM, SANDBOX_UPSTREAM, Stage
from devtools.deploy.versions.release import TOKEN

Json = dict[str, Any]


@pytest.fixture(scope="module")
def resources(package: Package) -> Json:
    """Return the resources of the app's template."""
    found: Json = json.loads(package.app.read_text())["Resources"]
    return found


def of_type(resources: Json, kind: str) -> Json:
    """Return the resources of a type by name."""
    return {name: one for name, one in resources.items() if one["Type"] == kind}


def test_every_function_has_a_version_and_an_alias_that_leads_to_it(resources: Json) -> None:
    """Kept when the next one takes its place, and gone with the deployment that failed to bring it."""
    functions = of_type(resources, "AWS::Serverless::Function")
    assert len(functions) == 6
    for name, function in functions.items():
        version, alias = resources[f"{name}Version{TOKEN}"], resources[f"{name}Alias"]
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        assert version["Properties"]["FunctionName"] == alias["Properties"]["FunctionName"] == {"Ref": name}
        assert alias["Properties"]["Name"] == "live"
        assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [f"{name}Version{TOKEN}", "Version"]}
        assert function["Properties"]["Description"] == version["Properties"]["Description"] == f"Release {TOKEN}"


def test_apis_schedules_and_permissions_know_aliases_alone(resources: Json) -> None:
    """What called a function itself would call what is not published yet, and go on past every rollback."""
    functions = of_type(resources, "AWS::Serverless::Function")
    assert not any("Events" in function["Properties"] for function in functions.values())
    called = {
        name
        for kind in ("AWS::Serverless::Api", "AWS::Events::Rule", "AWS::Lambda::Permission")
        for one in of_type(resources, kind).values()
        for name in re.findall(r"\w+", json.dumps(one))
    }
    assert not functions.keys() & called
    assert {f"{name}Alias" for name in functions} <= called


def test_a_schedule_may_call_its_alias_and_nobody_else_may(resources: Json) -> None:
    """A rule and a permission each, for what has to happen every hour."""
    rules = of_type(resources, "AWS::Events::Rule")
    assert {one["Properties"]["ScheduleExpression"] for one in rules.values()} == {
        *("rate(1 hour)", "cron(25 * * * ? *)", "cron(35 * * * ? *)")
    }
    for name, rule in rules.items():
        (target,) = rule["Properties"]["Targets"]
        permission = resources[f"{name}Permission"]["Properties"]
        assert permission["FunctionName"] == target["Arn"]
        assert permission["SourceArn"] == {"Fn::GetAtt": [name, "Arn"]}


def test_traffic_shifts_under_the_eyes_of_the_alarms_that_a_version_can_cause(resources: Json) -> None:
    """And comes back by itself."""
    group = resources["APIHandlerShift"]["Properties"]
    watching = [one["Name"]["Ref"] for one in group["AlarmConfiguration"]["Alarms"]]
    assert watching == [one.name for one in ALARMS if one.ends_shift]
    assert {"ServerFaultsAlarm", "APIHandlerErrorsAlarm", "AuditPendingAlarm"} <= set(watching) <= resources.keys()
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["DeploymentConfigName"] == {"Fn::Sub": "CodeDeployDefault.Lambda${TrafficShift}"}
    kinds = {one["Condition"] for one in resources.values() if one["Type"].startswith("AWS::CodeDeploy")}
    assert kinds == {"ShiftsTraffic"}


def test_the_other_functions_follow_when_the_api_has_arrived(resources: Json) -> None:
    """A shift that is taken back has moved none of them."""
    aliases = of_type(resources, "AWS::Lambda::Alias")
    first = aliases.pop("APIHandlerAlias")
    (condition, policy, other) = first["UpdatePolicy"]["Fn::If"]
    assert (condition, other) == ("ShiftsTraffic", {"Ref": "AWS::NoValue"})
    assert policy["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"] == {"Ref": "APIHandlerShift"}
    assert {one["DependsOn"] for one in aliases.values()} == {"APIHandlerAlias"}
    assert not any("UpdatePolicy" in one for one in aliases.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_stage_that_books_for_real_is_careful_by_default(kind: str) -> None:
    """And one that does not is quick."""
    upstream = {"sandbox": SANDBOX_UPSTREAM, "live": LIVE_UPSTREAM}[kind]
    stage = Stage("one", kind, {"ADULTWORK_BASE_URL": upstream}, timeout=26, memory=1024)
    default = parameters(stage)["TrafficShift"]["Default"]
    assert default == {"sandbox": "AllAtOnce", "live": "Canary10Percent10Minutes"}[kind]

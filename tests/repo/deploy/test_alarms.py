"""The alarms of a stage: on every metric that is not normal, for the stage and the function that it is told for."""

import json
import re
from typing import Any

import pytest

from chalicelib.domain.operation.operation import OperationState
from chalicelib.watch.metrics import METRICS, NAMESPACE, metric_of_state
from devtools.deploy.alarms import ALARMS
from devtools.deploy.package import Package
from devtools.places import ROOT

Json = dict[str, Any]


@pytest.fixture(scope="module")
def resources(package: Package) -> Json:
    """Return the resources of the template."""
    found: Json = json.loads(package.template.read_text())["Resources"]
    return found


def alarms_of(resources: Json) -> list[Json]:
    """Return the properties of all alarms."""
    return [each["Properties"] for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm"]


def alarm_of(resources: Json, metric: str, function: str) -> Json:
    """Return the properties of the alarm on a metric of a function."""
    named = {"Value": {"Ref": function}}
    (found,) = [
        each
        for each in alarms_of(resources)
        if each["MetricName"] == metric and any(named.items() <= one.items() for one in each["Dimensions"])
    ]
    return found


# Seen on the dashboard: what is normal, and what leads to one of the others.
WITHOUT_ALARM = {
    *(
        "ColdStarts",
        "OverheadMs",
        "UpstreamSendMs",
        "BreakerRefused",
        "OpenOperations",
        "OperationsVerified",
        "DigestsBehind",
    ),
    *(name for name in METRICS if re.fullmatch(r"Upstream(\dxx|NoAnswer)|Bookings\w+", name)),
}


def test_every_metric_of_the_code_has_an_alarm_or_is_normal(resources: Json) -> None:
    """Under the namespace, the stage and the function of the log lines that count it."""
    own = [each for each in alarms_of(resources) if each["Namespace"] == NAMESPACE]
    assert {each["MetricName"] for each in own} == METRICS.keys() - WITHOUT_ALARM
    for each in own:
        stage, function = each["Dimensions"]
        assert stage == {"Name": "Stage", "Value": "dev"}
        assert (function["Name"], resources[function["Value"]["Ref"]]["Type"]) == (
            "Function",
            "AWS::Serverless::Function",
        )


def test_every_metric_is_one_that_the_code_tells() -> None:
    """By its name somewhere, or for each state of an operation and each hundred of statuses."""
    source = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py") if path.name != "metrics.py")
    told = set(re.findall(r'"([A-Z][A-Za-z]+)"', source))
    told |= {metric_of_state(state) for state in OperationState} | {f"Upstream{each}xx" for each in range(2, 6)}
    assert METRICS.keys() - told == set()


def test_a_function_is_told_its_stage(resources: Json) -> None:
    """Its metrics are told for it; Lambda itself tells the function's name."""
    functions = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Serverless::Function"]
    assert [each["Environment"]["Variables"]["STAGE"] for each in functions] == ["dev"] * len(WATCHED)


WATCHED = ("APIHandler", "ExpireOperations", "ReviewHandler", "CustodyHandler", "ErrandsHandler", "DigestHandler")


@pytest.mark.parametrize("name", WATCHED)
def test_a_function_that_fails_raises_an_alarm(resources: Json, name: str) -> None:
    """Lambda counts what ends in an exception, out of time or out of memory."""
    assert alarm_of(resources, "Errors", name)["Namespace"] == "AWS/Lambda"


# What AdultWork and AWS do now and then, and what is normal for a while.
SEVERAL = {
    "ServerFaults": 3,
    "ContactUnsealed": 3,
    "AwsThrottled": 10,
    "UpstreamReadMs": 2000,
    "OldestOpenSeconds": 900,
}
HAS_TO_HAPPEN = {"Invocations", "DigestsMade"}


def test_alarms_ring_at_the_first_occurrence_and_at_nothing_else(resources: Json) -> None:
    """One is enough but for what has a number or a time, and no data is none."""
    alarms = alarms_of(resources)
    assert len(alarms) == len(ALARMS) > 20
    for alarm in (each for each in alarms if each["MetricName"] not in HAS_TO_HAPPEN):
        assert alarm["Threshold"] == SEVERAL.get(alarm["MetricName"], 1)
        assert (alarm.get("Statistic"), alarm["EvaluationPeriods"]) == STATISTICS.get(alarm["MetricName"], ("Sum", 1))
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["TreatMissingData"] == "notBreaching"


STATISTICS = {"UpstreamReadMs": (None, 3), "OldestOpenSeconds": ("Maximum", 1)}


@pytest.mark.parametrize(
    ("metric", "function"), [("Invocations", "ExpireOperations"), ("DigestsMade", "DigestHandler")]
)
def test_what_has_to_happen_each_hour_is_missed_after_two(resources: Json, metric: str, function: str) -> None:
    """No data is alarming here: a function that is not started counts nothing."""
    alarm = alarm_of(resources, metric, function)
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (3600, 2, "breaching")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)

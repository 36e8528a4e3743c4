"""How a stage is watched: two topics, one for what cannot wait, and a dashboard that shows nothing but what is there."""

import json
import re
from typing import Any

import pytest

from chalicelib.watch.metrics import METRICS, NAMESPACE, metric_of_rule
from devtools.deploy.alarms import ALARMS
from devtools.deploy.package import Package
from devtools.deploy.watching.alarm import Urgency

Json = dict[str, Any]
OF_AWS = {
    "AWS/Lambda": {"Errors", "Throttles", "ConcurrentExecutions"},
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError"},
}


@pytest.fixture(scope="module")
def resources(package: Package) -> Json:
    """Return the resources of the app."""
    found: Json = json.loads(package.app.read_text())["Resources"]
    return found


@pytest.fixture(scope="module")
def drawn(resources: Json) -> list[Json]:
    """Return the widgets of the dashboard."""
    body = json.loads(resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    found: list[Json] = body["widgets"]
    return found


def test_an_alarm_tells_the_topic_of_its_urgency(resources: Json) -> None:
    """One of the two; each is there, and each has some."""
    told = {
        name: one["Properties"]["AlarmActions"] for name, one in resources.items() if one["Type"].endswith("::Alarm")
    }
    assert told == {alarm.name: [{"Ref": alarm.urgency.value}] for alarm in ALARMS}
    assert {alarm.urgency for alarm in ALARMS} == set(Urgency)
    assert {resources[urgency.value]["Type"] for urgency in Urgency} == {"AWS::SNS::Topic"}


def test_the_mail_address_hears_of_both_topics(package: Package, resources: Json) -> None:
    """Where one is given; whoever wants a pager subscribes it to the first of the outputs."""
    subscriptions = [one for one in resources.values() if one["Type"] == "AWS::SNS::Subscription"]
    assert {one["Condition"] for one in subscriptions} == {"HasAlarmEmail"}
    assert [one["Properties"]["TopicArn"]["Ref"] for one in subscriptions] == [urgency.value for urgency in Urgency]
    outputs = json.loads(package.app.read_text())["Outputs"]
    assert [outputs[f"{urgency.value}Arn"]["Value"] for urgency in Urgency] == [{"Ref": each.value} for each in Urgency]


def test_the_dashboard_shows_only_metrics_that_are_told(resources: Json, drawn: list[Json]) -> None:
    """Under the dimensions that the code tells them for, and of functions that the stack has."""
    for widget in drawn:
        for line in widget["properties"]["metrics"]:
            if len(line) == 1:
                continue
            namespace, name, *place, how = line
            dimensions = dict(zip(place[::2], place[1::2], strict=True))
            assert name in (METRICS if namespace == NAMESPACE else OF_AWS[namespace]), name
            expected = {"Stage", "Function"} if namespace == NAMESPACE else OF_DIMENSIONS[namespace]
            assert dimensions.keys() == expected, name
            assert how["stat"] in {"Sum", "Maximum", "p50", "p90", "p99"}
    functions = set(re.findall(r"\$\{(\w+)\}", json.dumps(drawn)))
    assert functions == {alarm.function for alarm in ALARMS}
    assert {resources[name]["Type"] for name in functions} == {"AWS::Serverless::Function"}
    body = resources["RestAPI"]["Properties"]["DefinitionBody"]
    assert body["info"]["title"] in json.dumps(drawn)


OF_DIMENSIONS = {"AWS/Lambda": {"FunctionName"}, "AWS/ApiGateway": {"ApiName", "Stage"}}


def test_the_dashboard_shows_every_metric_of_the_code(drawn: list[Json]) -> None:
    """And, by a search, those that come with rules: CloudWatch finds a name by each word of it."""
    shown = {line[1] for widget in drawn for line in widget["properties"]["metrics"] if len(line) > 1}
    assert METRICS.keys() - shown == {"BookingsRefused"}
    (found,) = [line[0] for widget in drawn for line in widget["properties"]["metrics"] if len(line) == 1]
    assert 'MetricName=Refused Stage="dev" Function="${APIHandler}"' in found["expression"]
    for name in (metric_of_rule("duration-minimum"), "BookingsRefused"):
        assert "Refused" in re.findall("[A-Z][a-z]+", name)


def test_widgets_lie_beside_each_other(drawn: list[Json]) -> None:
    """None covers another, and none leaves the grid."""
    places = [(widget["x"], widget["y"]) for widget in drawn]
    assert len(set(places)) == len(places) > 10
    assert all(widget["x"] + widget["width"] <= 24 for widget in drawn)

"""The evaluator of alarms, on what CloudWatch's guide says of each part that the template uses."""

from typing import Any

import pytest

from tests.outages.cloudwatch import Alarm, CloudWatch, Datapoint, embedded_in

DIMENSIONS = frozenset({("Stage", "dev")})
PROPERTIES = {
    "Namespace": "N",
    "MetricName": "M",
    "Dimensions": [{"Name": "Stage", "Value": "dev"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 3,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}


def told(*points: tuple[float, float], metric: str = "M", stage: str = "dev") -> list[Datapoint]:
    """Return datapoints of a metric, each a second and a value."""
    return [Datapoint("N", metric, frozenset({("Stage", stage)}), second, value) for second, value in points]


def rings_at(points: list[Datapoint], **changes: Any) -> list[float]:  # noqa: ANN401 (any property of an alarm)
    """Return when an alarm rings in the first five minutes."""
    alarm = Alarm("A", {**PROPERTIES, **changes})
    return [second for second, rings in alarm.states(points, 0, 300) if rings]


def test_a_sum_is_over_one_period() -> None:
    """Aligned to the clock: what falls into the next one counts there, and it rings at the end of it."""
    assert rings_at(told((10, 2), (59, 1))) == [60]
    assert rings_at(told((10, 2), (60, 1))) == []


def test_another_metric_or_stage_is_none_of_it() -> None:
    """Namespace, name and all dimensions have to be the same."""
    assert rings_at(told((10, 9), metric="Other") + told((10, 9), stage="live")) == []


def test_several_periods_have_to_breach_one_after_the_other() -> None:
    """Or as many of them as it says."""
    points = told((10, 3), (70, 3), (190, 3))
    assert rings_at(points, EvaluationPeriods=2) == [120]
    assert rings_at(points, EvaluationPeriods=3, DatapointsToAlarm=2) == [120, 180, 240]


def test_a_period_without_data_is_what_the_alarm_says() -> None:
    """Breaching, where something has to happen."""
    missed = {"TreatMissingData": "breaching", "ComparisonOperator": "LessThanThreshold", "Threshold": 1}
    assert rings_at(told((10, 1), (70, 1), (130, 1)), EvaluationPeriods=2, **missed) == [300]
    assert rings_at([]) == []


@pytest.mark.parametrize(
    ("changes", "rings"),
    [
        ({"Statistic": "Maximum", "Threshold": 90}, True),
        ({"Statistic": "Maximum", "Threshold": 101}, False),
        ({"ExtendedStatistic": "p90", "Threshold": 90}, True),
        ({"ExtendedStatistic": "p90", "Threshold": 91}, False),
        ({"ExtendedStatistic": "p50", "Threshold": 50}, True),
    ],
)
def test_each_statistic_is_of_the_values_of_the_period(changes: dict[str, object], rings: bool) -> None:  # noqa: FBT001 (an expectation)
    """Of ten values, 10 to 100, nine are at most 90."""
    points = told(*[(30, value * 10) for value in range(1, 11)])
    assert bool(rings_at(points, **changes)) is rings


def test_what_a_line_embeds_is_told_value_by_value() -> None:
    """For each set of dimensions; a line that names what it has not got would be dropped, and is a fault here."""
    directive = {"Namespace": "N", "Dimensions": [["Stage"]], "Metrics": [{"Name": "M"}, {"Name": "Ms"}]}
    line = {"_aws": {"CloudWatchMetrics": [directive]}, "Stage": "dev", "M": 2, "Ms": [1.5, 2.5]}
    found = list(embedded_in(line, 7))
    assert [(each.metric, each.value, each.second, each.dimensions) for each in found] == [
        ("M", 2, 7, DIMENSIONS),
        ("Ms", 1.5, 7, DIMENSIONS),
        ("Ms", 2.5, 7, DIMENSIONS),
    ]
    with pytest.raises(KeyError):
        list(embedded_in({**line, "_aws": {"CloudWatchMetrics": [{**directive, "Dimensions": [["Function"]]}]}}, 7))
    assert list(embedded_in({"event": "request"}, 7)) == []


def test_the_alarms_of_a_template_are_found_by_name() -> None:
    """And a reference in a dimension is the name of its resource."""
    dimensions = [{"Name": "Stage", "Value": {"Ref": "Api"}}]
    resources = {
        "A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {**PROPERTIES, "Dimensions": dimensions}},
        "Topic": {"Type": "AWS::SNS::Topic"},
    }
    cloudwatch = CloudWatch.of({"Resources": resources})
    assert cloudwatch.rung(told((10, 3), stage="Api"), 0, 120) == {"A"}
    assert cloudwatch.rung(told((10, 3), stage="Api"), 60, 120) == set()

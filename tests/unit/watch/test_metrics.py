"""The metrics: an allow-list, and how a line tells them to CloudWatch."""

from chalicelib.domain.booking.rules.facts import FACT_RULES
from chalicelib.domain.booking.rules.form import FORM_RULES
from chalicelib.domain.operation.operation import OperationState
from chalicelib.watch.metrics import COUNT, METRICS, embedded, metric_of_rule, metric_of_state, unit_of

DIMENSIONS = {"Stage": "dev", "Function": "api"}


def test_a_measure_is_told_for_a_stage_and_a_function() -> None:
    """In the embedded metric format: a directive, the dimensions and the values, side by side."""
    assert embedded({"ColdStarts": 1, "OverheadMs": [12.5, 3.0]}, DIMENSIONS, 1_700_000_000_000) == {
        "_aws": {
            "Timestamp": 1_700_000_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Switchboard",
                    "Dimensions": [["Stage", "Function"]],
                    "Metrics": [
                        {"Name": "ColdStarts", "Unit": "Count"},
                        {"Name": "OverheadMs", "Unit": "Milliseconds"},
                    ],
                }
            ],
        },
        "Stage": "dev",
        "Function": "api",
        "ColdStarts": 1,
        "OverheadMs": [12.5, 3.0],
    }


def test_what_is_no_metric_is_not_told() -> None:
    """Nor is a line without any metric marked as one."""
    assert embedded({"07700900123": 1}, DIMENSIONS, 0) == {}
    told = embedded({"PhoneNumber": 7, "ColdStarts": 1}, DIMENSIONS, 0)
    assert (told["ColdStarts"], "PhoneNumber" in told) == (1, False)


def test_every_rule_of_a_booking_has_a_metric_of_its_own() -> None:
    """Which is known by its form; the rules are not listed twice."""
    rules = {*(rule.id for rule in FORM_RULES), *(rule.id for rule in FACT_RULES)}
    metrics = {metric_of_rule(rule) for rule in rules}
    assert len(metrics) == len(rules) > 10
    assert {unit_of(metric) for metric in metrics} == {COUNT}
    assert not metrics & METRICS.keys()


def test_every_state_that_an_operation_may_come_to_has_a_metric() -> None:
    """SENDING is where it begins."""
    states = [state for state in OperationState if state is not OperationState.SENDING]
    assert {metric_of_state(state) for state in states} <= METRICS.keys()
    assert metric_of_state(OperationState.NOT_SENT) == "BookingsNotSent"


def test_a_name_that_only_resembles_a_rules_is_none() -> None:
    """No digits first, no spaces, no small letter."""
    assert [unit_of(name) for name in ("Refused", "Refused 1", "Refused0770", "refusedDuration")] == [None] * 4

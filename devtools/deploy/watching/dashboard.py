"""The dashboard of a stage: what an operator looks at when an alarm has rung, or before anybody asks.

Its body is JSON in which CloudFormation puts the names of the functions; widgets stand in rows, three beside each other.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.watch.metrics import FUNCTION, METRICS, NAMESPACE, STAGE
from devtools.deploy.alarms import ALARMS, API, DIGEST, HOURLY, REVIEW
from devtools.deploy.watching.alarm import HOUR_SECONDS, PERIOD_SECONDS

DASHBOARD = "Dashboard"
WIDTH, HEIGHT, COLUMNS = 8, 6, 3  # of CloudWatch's grid, which is 24 wide
LAMBDA, GATEWAY = "AWS/Lambda", "AWS/ApiGateway"
UNWHOLE = (
    "AuditPending",
    "OperationAmbiguous",
    "OperationUnreadable",
    "ClientUnnamed",
    "ContactUnsealed",
    "PeopleUnsealed",
)

Json = dict[str, Any]
Line = list[Any]  # a metric as a widget spells it: namespace, name, dimensions in pairs, how it is drawn


@dataclass(frozen=True, slots=True)
class Widget:
    """A title, its lines, and the time that a point of them stands for, in seconds."""

    title: str
    lines: tuple[Line, ...]
    seconds: int = PERIOD_SECONDS

    def properties(self) -> Json:
        """Return what CloudWatch draws."""
        metrics = [list(line) for line in self.lines]
        return {
            "title": self.title,
            "metrics": metrics,
            "period": self.seconds,
            "region": "${AWS::Region}",
            "view": "timeSeries",
        }


def widgets(stage: str, api_stage: str) -> tuple[Widget, ...]:
    """Return the widgets of a stage, whose API has a stage of its own name."""

    def own(function: str, *names: str, stat: str = "Sum") -> tuple[Line, ...]:
        place = [STAGE, stage, FUNCTION, f"${{{function}}}"]
        return tuple([NAMESPACE, name, *place, {"stat": stat}] for name in names)

    def gateway(*names: str) -> tuple[Line, ...]:
        return tuple([GATEWAY, name, "ApiName", "switchboard", "Stage", api_stage, {"stat": "Sum"}] for name in names)

    def of_lambda(name: str, stat: str, *functions: str) -> tuple[Line, ...]:
        return tuple(
            [LAMBDA, name, "FunctionName", f"${{{one}}}", {"stat": stat, "label": f"{one} {name}"}] for one in functions
        )

    def percentiles(name: str) -> tuple[Line, ...]:
        return tuple(line for stat in ("p50", "p90", "p99") for line in own(API, name, stat=stat))

    states = (name for name in METRICS if name.startswith("Bookings") and name != "BookingsRefused")
    functions = tuple(dict.fromkeys(alarm.function for alarm in ALARMS))
    return (
        Widget("Bookings by what became of them", own(API, *states)),
        Widget("Refusals by rule", (_search(stage),)),
        Widget("Answers at the gateway", gateway("Count", "4XXError", "5XXError")),
        Widget("Own overhead of a request, ms", percentiles("OverheadMs")),
        Widget("Reads from AdultWork, ms", percentiles("UpstreamReadMs")),
        Widget("Bookings sent to AdultWork, ms", percentiles("UpstreamSendMs")),
        Widget("Answers of AdultWork", own(API, *(name for name in METRICS if name.startswith("Upstream") and "Ms" not in name))),
        Widget("Faults, breaker, throttled calls", own(API, "ServerFaults", "BreakerOpened", "BreakerRefused", "AwsThrottled")),
        Widget("Cold starts and calls at once", (*own(API, "ColdStarts"), *of_lambda("ConcurrentExecutions", "Maximum", API))),
        Widget("Open operations", own(HOURLY, "OpenOperations", "OperationsExpired", stat="Maximum"), HOUR_SECONDS),
        Widget("Age of the oldest open operation, s", own(HOURLY, "OldestOpenSeconds", stat="Maximum"), HOUR_SECONDS),
        Widget("Records that are not whole", own(API, *UNWHOLE)),
        Widget("Digests", own(DIGEST, "DigestsMade", "DigestsBehind", "DigestsUnreadable"), HOUR_SECONDS),
        Widget("Verifications", own(REVIEW, "OperationsVerified", "AuditFindings"), HOUR_SECONDS),
        Widget("Errors of the functions", of_lambda("Errors", "Sum", *functions)),
        Widget("Throttles of the functions", of_lambda("Throttles", "Sum", *functions)),
    )  # fmt: skip


def resources(stage: str, api_stage: str) -> Json:
    """Return the dashboard of a stage, called as its stack."""
    drawn = [*_placed(widgets(stage, api_stage))]
    body = {"Fn::Sub": json.dumps({"widgets": drawn}, separators=(",", ":"))}
    name = {"Fn::Sub": "${AWS::StackName}"}
    return {
        DASHBOARD: {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": name, "DashboardBody": body}}
    }


def _placed(several: tuple[Widget, ...]) -> Iterator[Json]:
    for number, widget in enumerate(several):
        row, column = divmod(number, COLUMNS)
        place = {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}
        yield {"type": "metric", **place, "properties": widget.properties()}


def _search(stage: str) -> Line:
    """Return the line that draws each rule that was broken: their metrics come with the rules."""
    place = f"{{{NAMESPACE},{STAGE},{FUNCTION}}}"
    found = f'{place} MetricName=Refused {STAGE}="{stage}" {FUNCTION}="${{{API}}}"'
    return [{"expression": f"SEARCH('{found}', 'Sum', {PERIOD_SECONDS})", "id": "refused"}]

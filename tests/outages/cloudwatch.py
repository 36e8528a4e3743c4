"""CloudWatch, as far as the alarms of the template use it: metrics that were told, and which alarms ring on them.

Source: the user guide of CloudWatch, "Using Amazon CloudWatch alarms": statistics over aligned periods, M out of N periods, and
what stands in for a period without data. Time is simulated: a metric is told at whatever second it is said to be.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
Dimensions = frozenset[tuple[str, str]]
Series = tuple[str, str, Dimensions]  # what one metric is: namespace, name and all dimensions

_BREACHES: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max}


@dataclass(frozen=True, slots=True)
class Datapoint:
    """A value that a metric was told, at a second of the simulated time."""

    namespace: str
    metric: str
    dimensions: Dimensions
    second: float
    value: float

    @property
    def series(self) -> Series:
        """Return which metric it is of."""
        return self.namespace, self.metric, self.dimensions


def embedded_in(line: Json, second: float) -> Iterator[Datapoint]:
    """Yield what CloudWatch takes out of a log line (embedded metric format), as if it had been written at a second.

    Raises:
        KeyError: the directive names what the line does not have, and CloudWatch would drop it.
    """
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, line[name]) for name in names)
            for metric in directive["Metrics"]:
                told = line[metric["Name"]]
                for value in told if isinstance(told, list) else [told]:
                    yield Datapoint(directive["Namespace"], metric["Name"], dimensions, second, value)


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as the template has it; `Ref` in a dimension stands for the name of a function, which is its resource's here."""

    name: str
    properties: Json

    def states(self, told: Sequence[Datapoint], start: float, end: float) -> Iterator[tuple[float, bool]]:
        """Yield at the end of each period after `start` whether it rings."""
        seconds, series = self.properties["Period"], self._series()
        mine = [each for each in told if each.series == series]
        for number in range(math.floor(start / seconds) + 1, math.floor(end / seconds) + 1):
            yield number * seconds, self._rings(mine, number * seconds)

    def _rings(self, told: Sequence[Datapoint], end: float) -> bool:
        """Tell whether enough of the periods before `end` breach."""
        periods, seconds = self.properties["EvaluationPeriods"], self.properties["Period"]
        breaching = [self._breaches(told, end - back * seconds) for back in range(periods)]
        return bool(sum(breaching) >= self.properties.get("DatapointsToAlarm", periods))

    def _breaches(self, told: Sequence[Datapoint], end: float) -> bool:
        """Tell whether the period that ends at `end` breaches; one without data is what the alarm says that it is."""
        values = [each.value for each in told if end - self.properties["Period"] <= each.second < end]
        if not values:
            return {"breaching": True, "notBreaching": False}[self.properties["TreatMissingData"]]
        compare = _BREACHES[self.properties["ComparisonOperator"]]
        return compare(self._statistic(values), self.properties["Threshold"])

    def _statistic(self, values: Sequence[float]) -> float:
        if percentile := self.properties.get("ExtendedStatistic"):
            rank = math.ceil(float(percentile.removeprefix("p")) / 100 * len(values))
            return sorted(values)[rank - 1]
        return _STATISTICS[self.properties["Statistic"]](values)

    def _series(self) -> Series:
        values = [(one["Name"], one["Value"]) for one in self.properties["Dimensions"]]
        dimensions = frozenset((name, value["Ref"] if isinstance(value, dict) else value) for name, value in values)
        return self.properties["Namespace"], self.properties["MetricName"], dimensions


@dataclass(frozen=True, slots=True)
class CloudWatch:
    """The alarms of a template."""

    alarms: tuple[Alarm, ...] = field(default=())

    @classmethod
    def of(cls, template: Json) -> "CloudWatch":
        """Return those of a template."""
        resources = template["Resources"].items()
        return cls(
            tuple(Alarm(name, one["Properties"]) for name, one in resources if one["Type"] == "AWS::CloudWatch::Alarm")
        )

    def rung(self, told: Sequence[Datapoint], start: float, end: float) -> set[str]:
        """Return the alarms that ring at some time after `start`, up to `end`."""
        return {each.name for each in self.alarms if any(rings for _, rings in each.states(told, start, end))}

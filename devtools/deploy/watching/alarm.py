"""An alarm: what it looks at, when it rings, whom it tells, and what a person does then."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from chalicelib.watch.metrics import FUNCTION, METRICS, NAMESPACE, STAGE

PERIOD_SECONDS = 300
HOUR_SECONDS, MISSED_HOURS = 3600, 2


class Urgency(Enum):
    """When somebody has to look; each is a topic of its own, by the name of its resource."""

    AT_ONCE = "AlarmTopic"
    TOMORROW = "TomorrowTopic"

    @property
    def told(self) -> str:
        """Return it in words."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings when the `statistic` of a function's metric is `at_least` so much in each of `periods` of `seconds`.

    If it `is_missed`, it rings when there was less than that in MISSED_HOURS, or nothing at all. The metric is one of the code's
    own or one of Lambda's; `title` is there where several functions have an alarm on the same one of the code's. `because` says
    why it has its urgency. `ends_shift` says that a new version may be its cause, so that traffic goes back to the one before.
    """

    metric: str
    function: str
    urgency: Urgency
    because: str
    happened: str
    advice: str
    is_missed: bool = False
    at_least: float = 1
    statistic: str = "Sum"
    seconds: int = PERIOD_SECONDS
    periods: int = 1
    title: str | None = None
    ends_shift: bool = False

    @property
    def is_own(self) -> bool:
        """Tell whether the code counts it, and not Lambda."""
        return self.metric in METRICS

    @property
    def name(self) -> str:
        """Return the name of the resource."""
        return f"{self.title or (self.metric if self.is_own else self.function + self.metric)}Alarm"

    def template(self, stage: str) -> dict[str, Any]:
        """Return the resource; where nothing happens CloudWatch has no data, which is alarming only of what has to happen."""
        of_function = {"Ref": self.function}
        own = [{"Name": STAGE, "Value": stage}, {"Name": FUNCTION, "Value": of_function}]
        periods = {"Period": self.seconds, "EvaluationPeriods": self.periods}
        if self.is_missed:
            periods = {"Period": HOUR_SECONDS, "EvaluationPeriods": MISSED_HOURS}
        statistic = "ExtendedStatistic" if self.statistic.startswith("p") else "Statistic"
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmDescription": f"{self.happened} {self.advice}",
                "Namespace": NAMESPACE if self.is_own else "AWS/Lambda",
                "MetricName": self.metric,
                "Dimensions": own if self.is_own else [{"Name": "FunctionName", "Value": of_function}],
                statistic: self.statistic,
                **periods,
                "Threshold": self.at_least,
                "ComparisonOperator": "LessThanThreshold" if self.is_missed else "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "breaching" if self.is_missed else "notBreaching",
                "AlarmActions": [{"Ref": self.urgency.value}],
            },
        }

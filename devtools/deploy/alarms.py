"""What calls for a person: the alarms of a stage, and the topic that they notify.

A count without an alarm is seen by nobody. Each alarm rings at the first occurrence, as none of these is normal, or
when what has to happen each hour has not; single answers with a 5xx are the exception, as an upstream has its moments.
"""

from dataclasses import dataclass
from typing import Any

from chalicelib.log import NAMESPACE

PERIOD_SECONDS = 300
HOUR_SECONDS, MISSED_HOURS = 3600, 2
TOPIC = "AlarmTopic"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings when a metric is counted `at_least` so often in PERIOD_SECONDS; if `is_missed`, not once in MISSED_HOURS.

    `function` is the function it is counted for, None for the code's own metrics. Those have no dimensions, so stages that share
    an account and a region ring together: keep them apart. `ends_shift` says that a new version may be its cause, so that traffic
    goes back to the one before.
    """

    metric: str
    happened: str
    advice: str
    function: str | None = None
    is_missed: bool = False
    at_least: int = 1
    ends_shift: bool = False

    @property
    def name(self) -> str:
        """Return the name of the resource."""
        return f"{self.function or ''}{self.metric}Alarm"

    def template(self) -> dict[str, Any]:
        """Return the resource; where nothing happens CloudWatch has no data, which is alarming only of what has to happen."""
        dimensions = [] if self.function is None else [{"Name": "FunctionName", "Value": {"Ref": self.function}}]
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmDescription": f"{self.happened} {self.advice}",
                "Namespace": NAMESPACE if self.function is None else "AWS/Lambda",
                "MetricName": self.metric,
                "Dimensions": dimensions,
                "Statistic": "Sum",
                "Period": HOUR_SECONDS if self.is_missed else PERIOD_SECONDS,
                "EvaluationPeriods": MISSED_HOURS if self.is_missed else 1,
                "Threshold": self.at_least,
                "ComparisonOperator": "LessThanThreshold" if self.is_missed else "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "breaching" if self.is_missed else "notBreaching",
                "AlarmActions": [{"Ref": TOPIC}],
            },
        }


ALARMS = (
    Alarm(
        "ServerFaults",
        "Three requests or more got a 5xx in five minutes: the upstream, a table, the secret or a setting is out of reach.",
        "Find the log lines `request` with level ERROR: `problem` and `cause` name it; a wrong setting is in `container.failed`.",
        at_least=3,
        ends_shift=True,
    ),
    Alarm(
        "Throttles",
        "Requests were turned away because as many calls as the function may serve were under way.",
        "See whether AdultWork is slow; then raise `ReservedConcurrency`, or the account's limit.",
        function="APIHandler",
    ),
    Alarm(
        "Invocations",
        "The hourly function was not started for two hours: what nobody came back for is not flagged.",
        "See that its schedule is enabled and its concurrency is not 0; the next run flags all that is overdue.",
        function="ExpireOperations",
        is_missed=True,
    ),
    Alarm(
        "AuditPending",
        "A booking was made or may have been, and its outcome could not be recorded.",
        "Find the log line `audit.pending`; a repeat, the status resource or the account's next calls settle the operation.",
        ends_shift=True,
    ),
    Alarm(
        "OperationsExpired",
        "Operations without a known outcome were flagged: nobody came back for them in a day.",
        "Find the log lines `operation.expired`, ask AdultWork what became of the bookings, and settle each with `make resolve`.",
    ),
    Alarm(
        "OperationAmbiguous",
        "More than one booking at AdultWork may be the one that an operation sent, so no read can settle it.",
        "Find the log line `operation.ambiguous`; the operation's audit events name the bookings. Settle it with `make resolve`.",
    ),
    Alarm(
        "OperationUnreadable",
        "A row of the operations table cannot be read.",
        "Find the log line `operation.unreadable`; the row is settled by nobody until it is mended.",
        ends_shift=True,
    ),
    Alarm(
        "ClientUnnamed",
        "An outcome was recorded without the client's pseudonym: the register of people was out of reach.",
        "Find the log line `client.unnamed`; search such an operation by its id, its day or its candidate.",
    ),
    Alarm(
        "PeopleUnsealed",
        "A claim was recorded without the sealed UserIDs that make a lost table of operations again.",
        "Find the log line `people.unsealed`; keep the table's point-in-time recovery on until the cause is gone.",
    ),
    Alarm(
        "Errors",
        "The hourly function failed.",
        "Find the log line `expire_operations.failed`; the next hour tries again.",
        function="ExpireOperations",
    ),
    Alarm(
        "Errors",
        "A request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the function's log; a booking that was being sent is settled when its user repeats it or asks for it.",
        function="APIHandler",
        ends_shift=True,
    ),
    Alarm(
        "Errors",
        "A reviewer's request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the log of the reviewers' function. Bookings do not depend on it.",
        function="ReviewHandler",
    ),
    Alarm(
        "Errors",
        "The digest of an hour could not be made.",
        "Find the log line `make_digests.failed`; the next run makes what is missing, as long as the trail can be read.",
        function="DigestHandler",
    ),
    Alarm(
        "Errors",
        "A custodian's request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the log of the custodians' function, and ask again: what was begun goes on.",
        function="CustodyHandler",
    ),
    Alarm(
        "Errors",
        "What custodians have left to the clock could not be done: new records of people who are held still have an end.",
        "Find the log line `run_errands.failed`; the next hour tries again.",
        function="ErrandsHandler",
    ),
    Alarm(
        "Invocations",
        "No digest was made for two hours: its function was not started.",
        "See that its schedule is enabled and its concurrency is not 0; the next run makes what is missing.",
        function="DigestHandler",
        is_missed=True,
    ),
)


def resources() -> dict[str, Any]:
    """Return the alarms and their topic.

    The topic is not encrypted: CloudWatch would need a key policy of its own for it, and an alarm tells a metric's name and
    a count, never personal data.
    """
    return {TOPIC: {"Type": "AWS::SNS::Topic"}, **{alarm.name: alarm.template() for alarm in ALARMS}}


def outputs() -> dict[str, Any]:
    """Return what the operator needs to subscribe to the topic."""
    return {"AlarmTopicArn": {"Description": "Subscribe to it to hear of the alarms.", "Value": {"Ref": TOPIC}}}

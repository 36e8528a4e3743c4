"""What calls for a person: the alarms of a stage, and the topic that they notify.

A count without an alarm is seen by nobody. Most ring at the first occurrence, as none of these is normal, or when what has to
happen each hour has not; what AdultWork and AWS do now and then has a number or a time that it takes.
"""

from dataclasses import dataclass
from typing import Any

from chalicelib.watch.metrics import FUNCTION, METRICS, NAMESPACE, STAGE

PERIOD_SECONDS = 300
HOUR_SECONDS, MISSED_HOURS = 3600, 2
TOPIC = "AlarmTopic"
API, HOURLY, DIGEST, REVIEW = "APIHandler", "ExpireOperations", "DigestHandler", "ReviewHandler"
CUSTODY, ERRANDS = "CustodyHandler", "ErrandsHandler"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings when the `statistic` of a function's metric is `at_least` so much in each of `periods` of `seconds`.

    If it `is_missed`, it rings when there was less than that in MISSED_HOURS, or nothing at all. The metric is one of the code's
    own or one of Lambda's; `title` is there where several functions have an alarm on the same one of the code's.
    """

    metric: str
    function: str
    happened: str
    advice: str
    is_missed: bool = False
    at_least: float = 1
    statistic: str = "Sum"
    seconds: int = PERIOD_SECONDS
    periods: int = 1
    title: str | None = None

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
                "AlarmActions": [{"Ref": TOPIC}],
            },
        }


ALARMS = (
    Alarm(
        "ServerFaults",
        API,
        "Three requests or more got a 5xx in five minutes: the upstream, a table, the secret or a setting is out of reach.",
        "Find the log lines `request` with level ERROR: `problem` and `cause` name it; a wrong setting is in `container.failed`.",
        at_least=3,
    ),
    Alarm(
        "Throttles",
        API,
        "Requests were turned away because as many calls as the function may serve were under way.",
        "See whether AdultWork is slow; then raise `ReservedConcurrency`, or the account's limit.",
    ),
    Alarm(
        "BreakerOpened",
        API,
        "AdultWork failed so many calls of one process in a row that it is left alone for a moment.",
        "Find the log lines `breaker.opened`: `reason` says how it failed. If it goes on, stop bookings with `Sending=0`.",
    ),
    Alarm(
        "UpstreamReadMs",
        API,
        "One read of ten from AdultWork took two seconds or more, for a quarter of an hour; at three they are given up.",
        "Look at the dashboard whether it grows; if bookings fail for it, raise `READ_SECONDS` and `READS_SECONDS` a little.",
        at_least=2000,
        statistic="p90",
        periods=3,
        title="UpstreamSlow",
    ),
    Alarm(
        "AwsThrottled",
        API,
        "DynamoDB, KMS or Secrets Manager turned ten calls away in five minutes for their number.",
        "See which on the dashboard and in the log lines' `cause`; raise the quota, or find out who calls so often.",
        at_least=10,
    ),
    Alarm(
        "Invocations",
        HOURLY,
        "The hourly function was not started for two hours: what nobody came back for is not flagged.",
        "See that its schedule is enabled and its concurrency is not 0; the next run flags all that is overdue.",
        is_missed=True,
    ),
    Alarm(
        "AuditPending",
        API,
        "A booking was made or may have been, and its outcome could not be recorded.",
        "Find the log line `audit.pending`; a repeat, the status resource or the account's next calls settle the operation.",
    ),
    Alarm(
        "OldestOpenSeconds",
        HOURLY,
        "An operation has had no known outcome for a quarter of an hour or longer, and its user has not come back.",
        "Find the log line `operations.open`, which names it. Its user's next call settles it; after a day it is for a person.",
        at_least=900,
        statistic="Maximum",
        seconds=HOUR_SECONDS,
        title="OperationsWaiting",
    ),
    Alarm(
        "OperationsExpired",
        HOURLY,
        "Operations without a known outcome were flagged: nobody came back for them in a day.",
        "Find the log lines `operation.expired`, ask AdultWork what became of the bookings, and settle each with `make resolve`.",
    ),
    Alarm(
        "OperationAmbiguous",
        API,
        "More than one booking at AdultWork may be the one that an operation sent, so no read can settle it.",
        "Find the log line `operation.ambiguous`; the operation's audit events name the bookings. Settle it with `make resolve`.",
    ),
    Alarm(
        "OperationUnreadable",
        API,
        "A row of the operations table cannot be read.",
        "Find the log line `operation.unreadable`; the row is settled by nobody until it is mended.",
    ),
    Alarm(
        "OperationUnreadable",
        HOURLY,
        "The hourly function cannot read a row of the operations table.",
        "Find the log line `operation.unreadable`; the row is flagged by nobody until it is mended.",
        title="ExpireOperationsOperationUnreadable",
    ),
    Alarm(
        "ClientUnnamed",
        API,
        "An outcome was recorded without the client's pseudonym: the register of people was out of reach.",
        "Find the log line `client.unnamed`; search such an operation by its id, its day or its candidate.",
    ),
    Alarm(
        "PeopleUnsealed",
        API,
        "A claim was recorded without the sealed UserIDs that make a lost table of operations again.",
        "Find the log line `people.unsealed`; keep the table's point-in-time recovery on until the cause is gone.",
    ),
    Alarm(
        "Errors",
        HOURLY,
        "The hourly function failed.",
        "Find the log line `expire_operations.failed`; the next hour tries again.",
    ),
    Alarm(
        "Errors",
        API,
        "A request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the function's log; a booking that was being sent is settled when its user repeats it or asks for it.",
    ),
    Alarm(
        "Errors",
        REVIEW,
        "A reviewer's request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the log of the reviewers' function. Bookings do not depend on it.",
    ),
    Alarm(
        "ServerFaults",
        REVIEW,
        "Three requests of reviewers or more got a 5xx in five minutes.",
        "Find the log lines `request` with level ERROR in the log of the reviewers' function. Bookings do not depend on it.",
        at_least=3,
        title="ReviewHandlerServerFaults",
    ),
    Alarm(
        "AuditFindings",
        REVIEW,
        "A reviewer's verification found records that do not prove what they tell.",
        "Ask the reviewer for the verdict, or verify the same days with `switchboard audit verify`; it says how to read each.",
    ),
    Alarm(
        "Errors",
        DIGEST,
        "The digest of an hour could not be made.",
        "Find the log line `make_digests.failed`; the next run makes what is missing, as long as the trail can be read.",
    ),
    Alarm(
        "DigestsMade",
        DIGEST,
        "No digest was made for two hours.",
        "See that its schedule is enabled and its concurrency is not 0; the next run makes what is missing.",
        is_missed=True,
    ),
    Alarm(
        "DigestsUnreadable",
        DIGEST,
        "Audit events could not be read while an hour's digest was made, which says so.",
        "Verify that hour with `switchboard audit verify`; it names the events.",
    ),
    Alarm(
        "Errors",
        CUSTODY,
        "A custodian's request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the log of the custodians' function, and ask again: what was begun goes on.",
    ),
    Alarm(
        "ServerFaults",
        CUSTODY,
        "Three requests of custodians or more got a 5xx in five minutes.",
        "Find the log lines `request` with level ERROR in the log of the custodians' function, and ask again.",
        at_least=3,
        title="CustodyHandlerServerFaults",
    ),
    Alarm(
        "Errors",
        ERRANDS,
        "What custodians have left to the clock could not be done: new records of people who are held still have an end.",
        "Find the log line `run_errands.failed`; the next hour tries again.",
    ),
)


def resources(stage: str) -> dict[str, Any]:
    """Return the alarms of a stage and their topic.

    The topic is not encrypted: CloudWatch would need a key policy of its own for it, and an alarm tells a metric's name and
    a count, never personal data.
    """
    return {TOPIC: {"Type": "AWS::SNS::Topic"}, **{alarm.name: alarm.template(stage) for alarm in ALARMS}}


def outputs() -> dict[str, Any]:
    """Return what the operator needs to subscribe to the topic."""
    return {"AlarmTopicArn": {"Description": "Subscribe to it to hear of the alarms.", "Value": {"Ref": TOPIC}}}

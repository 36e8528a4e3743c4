"""The metrics: every name that is counted or measured, with its unit. What is not listed here is not told to CloudWatch.

Each is told for a stage and a function (embedded metric format); a name and a number, so nothing personal can be in them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from chalicelib.values import dataclass

NAMESPACE = "Switchboard"
STAGE, FUNCTION = "Stage", "Function"  # the dimensions
COUNT, MILLISECONDS, SECONDS = "Count", "Milliseconds", "Seconds"
MOST_VALUES = 100  # of one metric in a line; source: the specification of the format

Measure: TypeAlias = "float | Sequence[float]"


@dataclass(frozen=True, slots=True)
class Metric:
    """Its unit, as CloudWatch spells it, and what it tells."""

    unit: str
    tells: str


METRICS: Mapping[str, Metric] = {
    "ServerFaults": Metric(COUNT, "answers with a 5xx, but for those of a pause that an operator asked for"),
    "ColdStarts": Metric(COUNT, "first requests of a process"),
    "OverheadMs": Metric(MILLISECONDS, "the time of a request in which AdultWork was not waited for"),
    "UpstreamReadMs": Metric(MILLISECONDS, "a read from AdultWork, also one that failed"),
    "UpstreamSendMs": Metric(MILLISECONDS, "a booking that was sent to AdultWork, also one that failed"),
    "Upstream2xx": Metric(COUNT, "answers of AdultWork, by their status"),
    "Upstream3xx": Metric(COUNT, "the same"),
    "Upstream4xx": Metric(COUNT, "the same"),
    "Upstream5xx": Metric(COUNT, "the same"),
    "UpstreamNoAnswer": Metric(COUNT, "exchanges with AdultWork that brought no whole answer"),
    "BreakerOpened": Metric(COUNT, "a process left AdultWork alone for a moment"),
    "BreakerRefused": Metric(COUNT, "calls that were not made because of that"),
    "AwsThrottled": Metric(COUNT, "calls that DynamoDB, KMS or Secrets Manager turned away for their number"),
    "BookingsConfirmed": Metric(COUNT, "operations that came to this state, by a send or by a read"),
    "BookingsRejected": Metric(COUNT, "the same"),
    "BookingsNotSent": Metric(COUNT, "the same"),
    "BookingsUnknown": Metric(COUNT, "the same"),
    "BookingsNotCreated": Metric(COUNT, "the same"),
    "BookingsAmbiguous": Metric(COUNT, "the same"),
    "BookingsExpiredUnknown": Metric(COUNT, "the same"),
    "BookingsRefused": Metric(COUNT, "requests for a booking that broke rules"),
    "AuditPending": Metric(COUNT, "outcomes that could not be recorded"),
    "OperationAmbiguous": Metric(COUNT, "operations that no read can settle"),
    "OperationUnreadable": Metric(COUNT, "rows of the operations table that cannot be read"),
    "ClientUnnamed": Metric(COUNT, "outcomes recorded without the client's pseudonym"),
    "ContactUnsealed": Metric(COUNT, "outcomes recorded without the contact fields that were sent"),
    "PeopleUnsealed": Metric(COUNT, "claims recorded without their sealed UserIDs"),
    "OperationsExpired": Metric(COUNT, "operations that were flagged because nobody came back for them"),
    "OpenOperations": Metric(COUNT, "operations without a final state, looked at each hour"),
    "OldestOpenSeconds": Metric(SECONDS, "the age of the oldest of them; 0 without one"),
    "DigestsMade": Metric(COUNT, "hours whose digest was made"),
    "DigestsBehind": Metric(COUNT, "runs that left hours without a digest"),
    "DigestsUnreadable": Metric(COUNT, "audit events that a digest could not read, once for each that may cover them"),
    "OperationsVerified": Metric(COUNT, "operations whose records a reviewer verified"),
    "AuditFindings": Metric(COUNT, "what such a verification found"),
}
_OF_A_RULE = "Refused"  # and the rule's name; such a metric comes with the rule, and is not listed


def metric_of_rule(rule: str) -> str:
    """Return the metric that counts how often a rule was broken: `RefusedDurationMinimum`."""
    return _OF_A_RULE + _camel(rule)


def metric_of_state(state: str) -> str:
    """Return the metric that counts operations that came to a state: `BookingsNotSent`."""
    return "Bookings" + _camel(state.lower())


def unit_of(name: str) -> str | None:
    """Return a metric's unit; None for what is no metric."""
    if name in METRICS:
        return METRICS[name].unit
    return COUNT if re.fullmatch(rf"{_OF_A_RULE}([A-Z][a-z0-9]*){{1,12}}", name) else None


def embedded(measures: Mapping[str, Measure], dimensions: Mapping[str, str], milliseconds: int) -> dict[str, object]:
    """Return the members that make CloudWatch take measures out of a line; what is no metric is left out."""
    units = {name: unit for name in measures if (unit := unit_of(name)) is not None}
    if not units:
        return {}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
    }
    told = {"_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": [directive]}, **dimensions}
    return told | {name: measures[name] for name in units}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split("[-_]", name))

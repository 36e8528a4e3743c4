"""The outages that the alarms are rehearsed with: what is broken, which alarms ring, and what in the log names the cause.

`tests/outages` breaks each of them for real; the table of `docs/operations.md` is printed from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outage:
    """`alarms` ring and no others. `line` is what one log line has: members with their values, None for any.

    Without one nothing of the code ran, and the alarm itself names the cause.
    """

    name: str
    alarms: tuple[str, ...]
    line: Mapping[str, str | None] = field(default_factory=dict)


def _request(cause: str | None, **others: str | None) -> Mapping[str, str | None]:
    return {"event": "request", "cause": cause, **others}


OUTAGES = (
    Outage("a setting is wrong", ("ServerFaultsAlarm",), {"event": "container.failed", "settings": "BREAKER_FAILURES"}),
    Outage("a table is gone", ("ServerFaultsAlarm",), _request("AwsError:ResourceNotFoundException")),
    Outage("the secret is gone", ("ServerFaultsAlarm",), _request("AwsError:ResourceNotFoundException")),
    Outage("the secret was mistyped by a person", ("ServerFaultsAlarm",), _request(None, problem="store-unavailable")),
    Outage("the tables throttle", ("ServerFaultsAlarm", "AwsThrottledAlarm"), _request("AwsError:ThrottlingException")),
    Outage("AdultWork is down", ("ServerFaultsAlarm",), _request("ExchangeFailedError:unreachable")),
    Outage("AdultWork answers too late", ("ServerFaultsAlarm",), _request("ExchangeFailedError:late")),
    Outage("AdultWork is slow", ("UpstreamSlowAlarm",), {"event": "request", "UpstreamReadMs": None}),
    Outage(
        "AdultWork is down for long, and the breaker opens",
        ("ServerFaultsAlarm", "BreakerOpenedAlarm"),
        {"event": "breaker.opened", "reason": "unreachable"},
    ),
    Outage("more calls at once than the function may serve", ("APIHandlerThrottlesAlarm",)),
    Outage("the function is killed", ("APIHandlerErrorsAlarm",), {"event": "platform", "text": None}),
    Outage("an outcome cannot be recorded", ("AuditPendingAlarm",), {"event": "audit.pending", "operation_id": None}),
    Outage(
        "an outcome is unknown for more than 15 minutes",
        ("OperationsWaitingAlarm",),
        {"event": "operations.open", "operation_id": None},
    ),
    Outage(
        "nobody came back for an unknown outcome in a day",
        ("OperationsExpiredAlarm",),
        {"event": "operation.expired", "operation_id": None},
    ),
    Outage(
        "a row of the operations table cannot be read",
        ("OperationUnreadableAlarm",),
        {"event": "operation.unreadable", "operation_id": None},
    ),
    Outage("the schedule of the hourly function is disabled", ("ExpireOperationsInvocationsAlarm",)),
    Outage(
        "the hourly function fails",
        ("ExpireOperationsErrorsAlarm",),
        {"event": "expire_operations.failed", "cause": "AwsError:ResourceNotFoundException"},
    ),
    Outage("the schedule of the digests is disabled", ("DigestsMadeAlarm",)),
    Outage(
        "the bucket of the digests is gone",
        ("DigestHandlerErrorsAlarm", "DigestsMadeAlarm"),
        {"event": "make_digests.failed", "cause": "NoSuchBucket:NoSuchBucket"},
    ),
)

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


DENIED = "ClientError:AccessDeniedException"
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
    Outage(
        "more than one booking may be the one that was sent",
        ("OperationAmbiguousAlarm",),
        {"event": "operation.ambiguous", "operation_id": None},
    ),
    Outage(
        "a client's row in the register of people cannot be read",
        ("ClientUnnamedAlarm",),
        {"event": "vault.locked", "cause": "AwsError:AccessDeniedException"},
    ),
    Outage(
        "the key that seals is disabled",
        ("ContactUnsealedAlarm",),
        {"event": "vault.locked", "cause": "AwsError:DisabledException"},
    ),
    Outage(
        "the library of the ciphers cannot be loaded",
        ("PeopleUnsealedAlarm",),
        {"event": "people.unsealed", "error": "builtins.ModuleNotFoundError", "operation_id": None},
    ),
    Outage("the schedule of the hourly function is disabled", ("ExpireOperationsInvocationsAlarm",)),
    Outage(
        "the hourly function fails",
        ("ExpireOperationsErrorsAlarm",),
        {"event": "expire_operations.failed", "cause": "AwsError:ResourceNotFoundException"},
    ),
    Outage(
        "an overdue row of the operations table cannot be read",
        ("ExpireOperationsOperationUnreadableAlarm", "OperationsWaitingAlarm"),
        {"event": "operation.unreadable", "operation_id": None},
    ),
    Outage("the schedule of the digests is disabled", ("DigestsMadeAlarm",)),
    Outage(
        "the bucket of the digests is gone",
        ("DigestHandlerErrorsAlarm", "DigestsMadeAlarm"),
        {"event": "make_digests.failed", "cause": "NoSuchBucket:NoSuchBucket"},
    ),
    Outage(
        "an event of the audit cannot be read",
        ("DigestsUnreadableAlarm",),
        {"event": "digests.unreadable", "count": None},
    ),
    Outage("the reviewers' function cannot start", ("ReviewHandlerErrorsAlarm",), {"event": "platform", "text": None}),
    Outage("the reviewers' function may not read the tables", ("ReviewHandlerServerFaultsAlarm",), _request(DENIED)),
    Outage("the custodians' function is killed", ("CustodyHandlerErrorsAlarm",), {"event": "platform", "text": None}),
    Outage(
        "the custodians' function may not read the register of people",
        ("CustodyHandlerServerFaultsAlarm",),
        _request(DENIED),
    ),
    Outage(
        "the identity provider is down when functions start",
        ("ReviewHandlerServerFaultsAlarm", "CustodyHandlerServerFaultsAlarm"),
        _request(None, problem="identity-unavailable"),
    ),
    Outage(
        "somebody has changed an event of the audit",
        ("AuditFindingsAlarm",),
        {"event": "request", "route": "/v1/audit/verification", "AuditFindings": None},
    ),
    Outage(
        "the errands of custodians fail",
        ("ErrandsHandlerErrorsAlarm",),
        {"event": "run_errands.failed", "cause": DENIED},
    ),
)

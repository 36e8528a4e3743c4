"""What calls for a person: the alarms of a stage, and the topics that they notify.

A count without an alarm is seen by nobody. Most ring at the first occurrence, as none of these is normal, or when what has to
happen each hour has not; what AdultWork and AWS do now and then has a number or a time that it takes.
"""

from typing import Any

from devtools.deploy.watching.alarm import HOUR_SECONDS, Alarm, Urgency

AT_ONCE, TOMORROW = Urgency.AT_ONCE, Urgency.TOMORROW
API, HOURLY, DIGEST, REVIEW = "APIHandler", "ExpireOperations", "DigestHandler", "ReviewHandler"
CUSTODY, ERRANDS = "CustodyHandler", "ErrandsHandler"

ALARMS = (
    Alarm(
        "ServerFaults",
        API,
        AT_ONCE,
        "People cannot book.",
        "Three requests or more got a 5xx in five minutes: the upstream, a table, the secret or a setting is out of reach.",
        "Find the log lines `request` with level ERROR: `problem` and `cause` name it; a wrong setting is in `container.failed`.",
        at_least=3,
        ends_shift=True,
    ),
    Alarm(
        "Throttles",
        API,
        AT_ONCE,
        "People cannot book.",
        "Requests were turned away because as many calls as the function may serve were under way.",
        "See whether AdultWork is slow; then raise `ReservedConcurrency`, or the account's limit.",
    ),
    Alarm(
        "BreakerOpened",
        API,
        TOMORROW,
        "If it lasts, bookings fail, and `ServerFaultsAlarm` wakes somebody.",
        "AdultWork failed so many calls of one process in a row that it is left alone for a moment.",
        "Find the log lines `breaker.opened`: `reason` says how it failed. If it goes on, stop bookings with `Sending=0`.",
    ),
    Alarm(
        "UpstreamReadMs",
        API,
        TOMORROW,
        "Bookings are made; if they no longer are, `ServerFaultsAlarm` wakes somebody.",
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
        TOMORROW,
        "The calls are tried again; if that does not help, `ServerFaultsAlarm` wakes somebody.",
        "DynamoDB, KMS or Secrets Manager turned ten calls away in five minutes for their number.",
        "See which on the dashboard and in the log lines' `cause`; raise the quota, or find out who calls so often.",
        at_least=10,
    ),
    Alarm(
        "Invocations",
        HOURLY,
        TOMORROW,
        "Nothing is lost: what is overdue stays open, and the next run flags it.",
        "The hourly function was not started for two hours: what nobody came back for is not flagged.",
        "See that its schedule is enabled and its concurrency is not 0; the next run flags all that is overdue.",
        is_missed=True,
    ),
    Alarm(
        "AuditPending",
        API,
        AT_ONCE,
        "A record is not complete, and the account's next calls may be refused until it is.",
        "A booking was made or may have been, and its outcome could not be recorded.",
        "Find the log line `audit.pending`; a repeat, the status resource or the account's next calls settle the operation.",
        ends_shift=True,
    ),
    Alarm(
        "OldestOpenSeconds",
        HOURLY,
        TOMORROW,
        "Nobody but its user can settle it before a day is over.",
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
        TOMORROW,
        "It has waited for a day already, and a person at AdultWork has to be asked.",
        "Operations without a known outcome were flagged: nobody came back for them in a day.",
        "Find the log lines `operation.expired`, ask AdultWork what became of the bookings, and settle each with `make resolve`.",
    ),
    Alarm(
        "OperationAmbiguous",
        API,
        TOMORROW,
        "Nothing is sent again, and only that one booking is held up.",
        "More than one booking at AdultWork may be the one that an operation sent, so no read can settle it.",
        "Find the log line `operation.ambiguous`; the operation's audit events name the bookings. Settle it with `make resolve`.",
    ),
    Alarm(
        "OperationUnreadable",
        API,
        AT_ONCE,
        "A record may be lost, and a version that writes such rows would go on writing them.",
        "A row of the operations table cannot be read.",
        "Find the log line `operation.unreadable`; the row is settled by nobody until it is mended.",
        ends_shift=True,
    ),
    Alarm(
        "OperationUnreadable",
        HOURLY,
        AT_ONCE,
        "The same.",
        "The hourly function cannot read a row of the operations table.",
        "Find the log line `operation.unreadable`; the row is flagged by nobody until it is mended.",
        title="ExpireOperationsOperationUnreadable",
    ),
    Alarm(
        "ClientUnnamed",
        API,
        TOMORROW,
        "The booking is made and recorded; only a search by its client does not find it.",
        "An outcome was recorded without the client's pseudonym: the register of people was out of reach.",
        "Find the log line `client.unnamed`; search such an operation by its id, its day or its candidate.",
    ),
    Alarm(
        "ContactUnsealed",
        API,
        AT_ONCE,
        "Bookings are made, and a part of the record of each is lost for good.",
        "Three outcomes or more were recorded without their contact fields in five minutes: the seal could not be had.",
        "Find the log lines `vault.locked`: `cause` says what KMS or the register answered. Enable the key, or mend the policy.",
        at_least=3,
    ),
    Alarm(
        "PeopleUnsealed",
        API,
        TOMORROW,
        "It matters only if the table is lost, which point-in-time recovery is there for.",
        "A claim was recorded without the sealed UserIDs that make a lost table of operations again.",
        "Find the log line `people.unsealed`; keep the table's point-in-time recovery on until the cause is gone.",
    ),
    Alarm(
        "Errors",
        HOURLY,
        TOMORROW,
        "Nothing is lost: the next hour tries again.",
        "The hourly function failed.",
        "Find the log line `expire_operations.failed`; the next hour tries again.",
    ),
    Alarm(
        "Errors",
        API,
        AT_ONCE,
        "A booking may have been cut off, or the function cannot start at all.",
        "A request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the function's log; a booking that was being sent is settled when its user repeats it or asks for it.",
        ends_shift=True,
    ),
    Alarm(
        "Errors",
        REVIEW,
        TOMORROW,
        "Nobody books through it.",
        "A reviewer's request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the log of the reviewers' function. Bookings do not depend on it.",
    ),
    Alarm(
        "ServerFaults",
        REVIEW,
        TOMORROW,
        "Nobody books through it.",
        "Three requests of reviewers or more got a 5xx in five minutes.",
        "Find the log lines `request` with level ERROR in the log of the reviewers' function. Bookings do not depend on it.",
        at_least=3,
        title="ReviewHandlerServerFaults",
    ),
    Alarm(
        "AuditFindings",
        REVIEW,
        AT_ONCE,
        "Somebody may be changing records; what is looked at sooner shows more.",
        "A reviewer's verification found records that do not prove what they tell.",
        "Ask the reviewer for the verdict, or verify the same days with `switchboard audit verify`; it says how to read each.",
    ),
    Alarm(
        "Errors",
        DIGEST,
        TOMORROW,
        "A later run makes what is missing.",
        "The digest of an hour could not be made.",
        "Find the log line `make_digests.failed`; the next run makes what is missing, as long as the trail can be read.",
    ),
    Alarm(
        "DigestsMade",
        DIGEST,
        TOMORROW,
        "A later run makes what is missing.",
        "No digest was made for two hours.",
        "See that its schedule is enabled and its concurrency is not 0; the next run makes what is missing.",
        is_missed=True,
    ),
    Alarm(
        "DigestsUnreadable",
        DIGEST,
        AT_ONCE,
        "Somebody may have changed a record; what is looked at sooner shows more.",
        "Audit events could not be read while an hour's digest was made, which says so.",
        "Verify that hour with `switchboard audit verify`; it names the events.",
    ),
    Alarm(
        "Errors",
        CUSTODY,
        TOMORROW,
        "Nobody books through it, and the same request goes on.",
        "A custodian's request ended without an answer of the code: the function was cut off or could not start.",
        "Look at the log of the custodians' function, and ask again: what was begun goes on.",
    ),
    Alarm(
        "ServerFaults",
        CUSTODY,
        TOMORROW,
        "Nobody books through it, and the same request goes on.",
        "Three requests of custodians or more got a 5xx in five minutes.",
        "Find the log lines `request` with level ERROR in the log of the custodians' function, and ask again.",
        at_least=3,
        title="CustodyHandlerServerFaults",
    ),
    Alarm(
        "Errors",
        ERRANDS,
        TOMORROW,
        "Records are kept for months; an hour changes nothing.",
        "What custodians have left to the clock could not be done: new records of people who are held still have an end.",
        "Find the log line `run_errands.failed`; the next hour tries again.",
    ),
)


def resources(stage: str) -> dict[str, Any]:
    """Return the alarms of a stage and their topics.

    The topics are not encrypted: CloudWatch would need a key policy of its own for them, and an alarm tells a metric's name and
    a count, never personal data.
    """
    topics = {urgency.value: {"Type": "AWS::SNS::Topic"} for urgency in Urgency}
    return {**topics, **{alarm.name: alarm.template(stage) for alarm in ALARMS}}


def outputs() -> dict[str, Any]:
    """Return what the operator needs to subscribe to the topics."""
    return {
        "AlarmTopicArn": {
            "Description": "Subscribe to it to hear of the alarms that cannot wait.",
            "Value": {"Ref": AT_ONCE.value},
        },
        "TomorrowTopicArn": {
            "Description": "Subscribe to it to hear of the alarms that can.",
            "Value": {"Ref": TOMORROW.value},
        },
    }

"""How each outage of what no booking waits for is made to happen: the clock, reviewers, custodians. Seconds are simulated."""

from datetime import UTC, datetime, timedelta

from chalicelib.adapters.aws.dynamodb import items, tables
from devtools.local.dynamodb import create_table
from devtools.local.review.digests import create_digest_store
from tests.contract.review.test_audit_index import opening
from tests.outages.conftest import CLIENT, NAMES, answered, numbers
from tests.outages.playing import Plays, change, event_changed, operation_of, unknown
from tests.outages.stage import CUSTODY, DIGEST, ERRANDS, HOUR, HOURLY, REVIEW, Recording, Running, Stage

SEARCH, VERIFICATION = "/v1/audit/operations", "/v1/audit/verification"
PERSON = f"/v1/audit/persons/{CLIENT}"
DENIED = "AccessDeniedException"  # what a policy does that lacks a right

PLAYS = Plays()


@PLAYS.of("an outcome is unknown for more than 15 minutes", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with unknown(stage, recording, timedelta(minutes=20)) as (running, _):
        running.tick(HOURLY, 300)


@PLAYS.of("nobody came back for an unknown outcome in a day", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with unknown(stage, recording, timedelta(hours=25)) as (running, _):
        running.tick(HOURLY, 300)


@PLAYS.of("the schedule of the hourly function is disabled", HOURLY)
def _(_: Stage, __: Recording) -> None:
    """Nothing is started."""


@PLAYS.of("the hourly function fails", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording, OPERATIONS_TABLE="gone") as running:
        for hour in range(2):
            running.tick(HOURLY, hour * HOUR + 300)


@PLAYS.of("the schedule of the digests is disabled", DIGEST)
def _(_: Stage, __: Recording) -> None:
    """Nothing is started."""


@PLAYS.of("the bucket of the digests is gone", DIGEST)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording, DIGEST_BUCKET="gone") as running:
        for hour in range(2):
            running.tick(DIGEST, hour * HOUR + 1500)


@PLAYS.of("an overdue row of the operations table cannot be read", HOURLY)
def _(stage: Stage, recording: Recording) -> None:
    with unknown(stage, recording, timedelta(hours=25)) as (running, operation_id):
        change(stage, operation_id, "state", "NOBODY-KNOWS")
        running.tick(HOURLY, 300)


@PLAYS.of("an event of the audit cannot be read", DIGEST)
def _(stage: Stage, recording: Recording) -> None:
    """In a trail of its own: the digests of the healthy one have been made."""
    table, bucket = "unreadable-audit", "unreadable-digests"
    create_table(stage.database, tables.AUDIT, table)
    create_digest_store(stage.surroundings["AWS_ENDPOINT_URL_S3"], bucket, NAMES["DigestKey"])
    row = items.audit_event(opening(1, datetime.now(UTC) - timedelta(hours=3)))
    stage.database.put_item(TableName=table, Item={**row, "canonical": {"S": "{"}})
    with stage.running(recording, AUDIT_TABLE=table, DIGEST_BUCKET=bucket) as running:
        running.tick(DIGEST, 1500)


@PLAYS.of("the reviewers' function cannot start", REVIEW)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running_without("jwt", recording) as running:
        answer = running.ask(0, "rita", SEARCH)
        assert answer is not None
        assert answer["errorType"] == "Runtime.ImportModuleError", answer


@PLAYS.of("the reviewers' function may not read the tables", REVIEW)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running, stage.relay.refusing(DENIED):
        three_questions(running, "rita", SEARCH)


@PLAYS.of("the custodians' function is killed", CUSTODY)
def _(stage: Stage, recording: Recording) -> None:
    """While it starts, as one is that has too little memory."""
    with stage.running(recording, AWS_LAMBDA_FUNCTION_MEMORY_SIZE="128") as running:
        assert running.ask(0, "carl", PERSON, dies_after=0.1) is None


@PLAYS.of("the custodians' function may not read the register of people", CUSTODY)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running, stage.relay.refusing(DENIED, lambda body: b'"PERSON#' in body):
        three_questions(running, "carl", PERSON)


@PLAYS.of("the identity provider is down when functions start", REVIEW, CUSTODY)
def _(stage: Stage, recording: Recording) -> None:
    """Those that run have its keys for a while yet."""
    stage.identity.provider.is_down = True
    try:
        with stage.running(recording, REVIEW_ROLES_CLAIM="roles") as running:
            three_questions(running, "rita", SEARCH)
            three_questions(running, "carl", PERSON)
    finally:
        stage.identity.provider.is_down = False


@PLAYS.of("somebody has changed an event of the audit", REVIEW)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running:
        operation_id = operation_of(running.book(0, next(numbers)))
        with event_changed(stage, operation_id, '"p_', '"p_0'):
            answered(running.ask(20, "rita", VERIFICATION, f"operation={operation_id}"), 200)


@PLAYS.of("the errands of custodians fail", ERRANDS)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running, stage.relay.refusing(DENIED):
        running.tick(ERRANDS, 2100)


def three_questions(running: Running, user: str, path: str) -> None:
    """Ask three times in a minute, in vain."""
    for second in (0.0, 20.0, 40.0):
        answered(running.ask(second, user, path), 503)

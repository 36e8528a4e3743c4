"""Each judgement of the doctor: nothing is said of what is as it must be, and every fault is named with its mend."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from devtools.deploy import calls
from devtools.places import ROOT
from switchboard_cli.doctor.facts import (
    AlarmFacts,
    BucketFacts,
    ClockFacts,
    DriftFacts,
    FunctionFacts,
    KeyFacts,
    LoadFacts,
    OriginFacts,
    RoleFacts,
    ScheduleFacts,
    SecretFacts,
    StackFacts,
    TableFacts,
    TopicFacts,
    UpstreamFacts,
)
from switchboard_cli.doctor.judging_records import judge_digests, judge_keys, judge_policy, judge_secret, judge_tables
from switchboard_cli.doctor.judging_running import (
    judge_alarms,
    judge_clock,
    judge_load,
    judge_schedules,
    judge_upstream,
)
from switchboard_cli.doctor.judging_stage import judge_drift, judge_origins, judge_settings, judge_stacks
from switchboard_cli.doctor.needs import NEEDS
from switchboard_cli.doctor.verdict import Fault, Note

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
DENIES = {"Statement": [{"Effect": "Deny", "Resource": "*", "Action": ["Update:Replace", "Update:Delete"]}]}
KEPT_STACK = StackFacts("switchboard-dev-kept", "CREATE_COMPLETE", is_protected=True, policy=DENIES)
APP_STACK = StackFacts("switchboard-dev", "UPDATE_COMPLETE")
KEPT = {"OperationsTable": "ops", "AuditTable": "audit", "ApiSecret": "secret", "SealingKeyArn": "key"}
SETTINGS = {
    "OPERATIONS_TABLE": "ops",
    "AUDIT_TABLE": "audit",
    "SECRETS_NAME": "secret",
    "SEALING_KEY_ID": "key",
    "FUNCTION_TIMEOUT_SECONDS": "26",
}
FUNCTION = FunctionFacts("APIHandler", SETTINGS, 26.0, "Active", "arn:aws:iam::1:role/api")
TABLE = TableFacts(
    name="OperationsTable",
    called="ops",
    status="ACTIVE",
    is_on_demand=True,
    is_recoverable=True,
    is_protected=True,
    key="arn:key",
    expiry="expires_at",
    recovery_days=35,
)
BUCKET = BucketFacts("digests", is_versioned=True, is_private=True, lock_days=400)
STATEMENT = {"Effect": "Allow", "Sid": "Some", "Action": ["dynamodb:GetItem"], "Resource": ["arn:table"]}
ROLE = RoleFacts("APIHandler", [STATEMENT])
ORIGIN = "https://app.example"
ORIGINS = OriginFacts([ORIGIN], is_live=True, leave={ORIGIN: ORIGIN})
LOAD = LoadFacts(rate=33, burst=100, call_seconds=24, reserved=892, account=1000)
CLOCK = ClockFacts(NOW, NOW, NOW)
TOPIC = TopicFacts("arn:sns:AlarmTopic", hearing=1)
ALARM = AlarmFacts("ErrorsAlarm", is_armed=True, topics=["arn:sns:AlarmTopic"])
SCHEDULE = ScheduleFacts("ExpireOperations", is_enabled=True, calls=1)
UPSTREAM = UpstreamFacts("https://api-sandbox.adultwork.com", 404)


def settings(function: FunctionFacts = FUNCTION, **variables: str) -> Iterator[Fault | Note]:
    """Judge the settings of one function, with other variables."""
    return judge_settings([replace(function, variables={**function.variables, **variables})], KEPT)


def alarms(*topics: TopicFacts, **other: object) -> Iterator[Fault | Note]:
    """Judge one alarm, altered, and its topics."""
    altered = replace(ALARM, **other)  # type: ignore[arg-type]  # members of its own
    return judge_alarms([altered], topics or [TOPIC])


HEALTHY: dict[str, Iterable[Fault | Note]] = {
    "stacks": judge_stacks([KEPT_STACK, APP_STACK]),
    "settings": settings(),
    "settings of a stage without reviewers": settings(replace(FUNCTION, name="ReviewHandler"), REVIEW_ISSUER=""),
    "settings of a function that nobody knows": settings(replace(FUNCTION, name="Other", timeout=3)),
    "drift": judge_drift([]),
    "origins": judge_origins(ORIGINS),
    "tables": judge_tables([TABLE, replace(TABLE, name="AuditTable", expiry="ends", recovery_days=None)]),
    "keys": judge_keys([KeyFacts("SealingKey", "Enabled", is_rotated=True), KeyFacts("DigestKey", "Enabled", None)]),
    "secret": judge_secret(SecretFacts("secret")),
    "digests": judge_digests(BUCKET),
    "policy": judge_policy([ROLE]),
    "alarms": alarms(),
    "schedules": judge_schedules([SCHEDULE]),
    "load": judge_load(LOAD),
    "load of a large account": judge_load(replace(LOAD, reserved=None)),
    "clock": judge_clock(CLOCK),
    "clock that is a little off": judge_clock(replace(CLOCK, here=NOW + timedelta(seconds=30))),
    "upstream": judge_upstream(UPSTREAM),
}


HEALTHY = {name: list(found) for name, found in HEALTHY.items()}


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_said_of_what_is_healthy(name: str) -> None:
    """Neither a fault nor a note."""
    assert HEALTHY[name] == []


FAULTS: dict[str, tuple[Iterable[Fault | Note], str]] = {
    "no stack": (judge_stacks([replace(KEPT_STACK, status=None)]), "is not there"),
    "a stack that failed": (judge_stacks([replace(APP_STACK, status="ROLLBACK_COMPLETE")]), "is ROLLBACK_COMPLETE"),
    "a stack that may be deleted": (judge_stacks([replace(KEPT_STACK, is_protected=False)]), "may be deleted"),
    "no stack policy": (judge_stacks([replace(KEPT_STACK, policy=None)]), "no stack policy"),
    "a weak stack policy": (
        judge_stacks([replace(KEPT_STACK, policy={"Statement": [{"Effect": "Allow", "Resource": "*"}]})]),
        "no stack policy",
    ),
    "a changed resource": (judge_drift([DriftFacts("s", "r", "MODIFIED", ["/Timeout"])]), "by hand: /Timeout"),
    "a deleted resource": (judge_drift([DriftFacts("s", "r", "DELETED")]), "was deleted by hand"),
    "a wrong setting": (settings(CALL_SECONDS="soon"), "CALL_SECONDS"),
    "a wildcard in the settings": (settings(ALLOWED_ORIGINS="*"), "ALLOWED_ORIGINS"),
    "a misspelt setting": (settings(ALLOWED_ORIGIN=ORIGIN), "did you mean ALLOWED_ORIGINS"),
    "half of the reviewers' settings": (
        settings(replace(FUNCTION, name="ReviewHandler"), REVIEW_ISSUER="https://id.example"),
        "REVIEW_AUDIENCE: has to be set",
    ),
    "another timeout": (settings(replace(FUNCTION, timeout=30.0)), "Lambda ends it after 30"),
    "another table": (settings(OPERATIONS_TABLE="other"), "OPERATIONS_TABLE is not the OperationsTable"),
    "a function that failed": (settings(replace(FUNCTION, state="Failed")), "is Failed"),
    "an origin with a wildcard": (judge_origins(replace(ORIGINS, allowed=["*"])), "lets every page call"),
    "an origin without TLS": (judge_origins(replace(ORIGINS, allowed=["http://app.example"])), "not reached over TLS"),
    "a live stage for localhost": (judge_origins(replace(ORIGINS, allowed=["http://localhost:1"])), "own machine"),
    "an origin without leave": (judge_origins(replace(ORIGINS, leave={ORIGIN: None})), "gets no leave"),
    "leave for everybody": (judge_origins(replace(ORIGINS, foreign="*")), "gives any page leave to call: *"),
    "a table that is made": (judge_tables([replace(TABLE, status="CREATING")]), "is CREATING"),
    "a table of another shape": (
        judge_tables([replace(TABLE, shape=["lacks the index open"])]),
        "lacks the index open",
    ),
    "a provisioned table": (judge_tables([replace(TABLE, is_on_demand=False)]), "provisioned capacity"),
    "a table that may be deleted": (judge_tables([replace(TABLE, is_protected=False)]), "may be deleted"),
    "a table of AWS's key": (judge_tables([replace(TABLE, key=None)]), "not encrypted under the stage's own key"),
    "a table without recovery": (judge_tables([replace(TABLE, is_recoverable=False)]), "cannot be restored"),
    "a short recovery": (judge_tables([replace(TABLE, recovery_days=1)]), "for 1 days only"),
    "rows that never end": (judge_tables([replace(TABLE, expiry=None)]), "ends no rows by expires_at"),
    "rows that end by another attribute": (judge_tables([replace(TABLE, name="AuditTable")]), "ends no rows by ends"),
    "a key that goes": (judge_keys([KeyFacts("k", "PendingDeletion", None)]), "about to be deleted"),
    "a disabled key": (judge_keys([KeyFacts("k", "Disabled", None)]), "is Disabled"),
    "a key that is never renewed": (judge_keys([KeyFacts("k", "Enabled", is_rotated=False)]), "not renewed"),
    "a secret that goes": (judge_secret(SecretFacts("s", gone_at=NOW)), "is deleted on 2026-01-15"),
    "a secret of no use": (judge_secret(SecretFacts("s", "HMAC_KEY needs")), "HMAC_KEY needs"),
    "digests without versions": (judge_digests(replace(BUCKET, is_versioned=False)), "keeps no versions"),
    "digests for everybody": (judge_digests(replace(BUCKET, is_private=False)), "public access"),
    "digests without a lock": (judge_digests(replace(BUCKET, lock_days=None)), "no Object Lock"),
    "an attached policy": (judge_policy([replace(ROLE, attached=["AdministratorAccess"])]), "AdministratorAccess"),
    "every action": (judge_policy([replace(ROLE, statements=[{**STATEMENT, "Action": "dynamodb:*"}])]), "Some"),
    "every resource": (judge_policy([replace(ROLE, statements=[{**STATEMENT, "Resource": "*"}])]), "Some"),
    "all but an action": (
        judge_policy([replace(ROLE, statements=[{"Effect": "Allow", "NotAction": "s3:*"}])]),
        "without",
    ),
    "a need that is denied": (
        judge_policy([replace(ROLE, denied=["kms:Decrypt on key"])]),
        "may not kms:Decrypt on key",
    ),
    "nobody hears": (alarms(replace(TOPIC, hearing=0)), "has no subscriber: nobody hears"),
    "nobody has confirmed": (alarms(replace(TOPIC, hearing=0, pending=2)), "2 subscriptions wait"),
    "an alarm that is off": (alarms(is_armed=False), "its actions are off"),
    "an alarm for nobody": (alarms(topics=["arn:sns:other"]), "tells no topic"),
    "an alarm that rings": (alarms(is_ringing=True, told="Why."), "rings now. Why."),
    "no alarms": (judge_alarms([], [TOPIC]), "the stage has none"),
    "a disabled rule": (judge_schedules([replace(SCHEDULE, is_enabled=False)]), "its rule is disabled"),
    "a function that lets nobody in": (judge_schedules([replace(SCHEDULE, calls=0)]), "no call is let in"),
    "an API that lets nobody in": (judge_load(replace(LOAD, reserved=0)), "serves nobody"),
    "too few calls reserved": (judge_load(replace(LOAD, reserved=891)), "892 calls run at once, and 891 are reserved"),
    "an account that is too small": (judge_load(replace(LOAD, reserved=None, account=10)), "has 10 for all functions"),
    "a wrong clock here": (judge_clock(replace(CLOCK, here=NOW + timedelta(seconds=31))), "is 31 seconds ahead of AWS"),
    "a wrong clock there": (judge_clock(replace(CLOCK, upstream=NOW - timedelta(hours=1))), "is 3600 seconds behind"),
    "no upstream": (judge_upstream(replace(UPSTREAM, status=None, failure="ConnectTimeout")), "ConnectTimeout"),
    "an upstream that fails": (judge_upstream(replace(UPSTREAM, status=503)), "answers 503"),
}


FAULTS = {name: (list(found), what) for name, (found, what) in FAULTS.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_mend(name: str) -> None:
    """One fault for one cause, and what a person does about it."""
    found, what = FAULTS[name]
    (fault,) = found
    assert isinstance(fault, Fault)
    assert what in f"{fault.where} {fault.what}"
    assert len(fault.mend) > 10


NOTES: dict[str, tuple[Iterable[Fault | Note], str]] = {
    "paused": (settings(SENDING="0"), "new bookings are refused"),
    "no pages": (judge_origins(replace(ORIGINS, allowed=[])), "no page of a browser may call"),
    "no time of AWS": (judge_clock(replace(CLOCK, aws=None)), "tells no time"),
    "no time of AdultWork": (judge_clock(replace(CLOCK, upstream=None)), "is not known"),
}


NOTES = {name: (list(found), what) for name, (found, what) in NOTES.items()}


@pytest.mark.parametrize("name", NOTES)
def test_what_somebody_wanted_so_is_noted_and_no_fault(name: str) -> None:
    """It is worth knowing, and nothing to mend."""
    found, what = NOTES[name]
    (note,) = found
    assert isinstance(note, Note)
    assert what in note.what


def test_a_sandbox_stage_may_be_called_from_localhost() -> None:
    """Where developers work; a booking there is none."""
    local = "http://localhost:5173"
    assert list(judge_origins(OriginFacts([local], is_live=False, leave={local: local}))) == []


def test_what_the_doctor_holds_for_needed_is_what_the_policies_allow() -> None:
    """But for what the platform does itself, and what a condition narrows."""
    for function, file in (("APIHandler", "policy-dev.json"), ("ExpireOperations", "policy-hourly.json")):
        assert needed(function) == allowed(file), function


def needed(function: str) -> set[tuple[str, str]]:
    """Return what the doctor asks IAM for."""
    return {
        (action, need.output.removesuffix("Arn") + need.below) for need in NEEDS[function] for action in need.actions
    }


def allowed(file: str) -> set[tuple[str, str]]:
    """Return what a policy of `.chalice` allows."""
    statements = json.loads((ROOT / ".chalice" / file).read_text())["Statement"]
    role = {"Properties": {"Policies": [{"PolicyDocument": {"Statement": statements}}]}}
    return calls.allowed(role)

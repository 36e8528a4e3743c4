"""How each outage of bookings is made to happen: what is broken, and what goes on meanwhile. Seconds are simulated."""

import json
from urllib.parse import urlsplit

from tests.integration.exchange import send
from tests.integration.proxy import Proxy
from tests.outages.conftest import answered, numbers
from tests.outages.playing import CREATE, Plays, broken, change, operation_of, slow, three_bookings
from tests.outages.stage import API, SETTINGS_PATH, Recording, Stage, wish
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB, error

DEAD = "http://127.0.0.1:9"  # the port of "discard", which nobody listens on
OTHER_CLIENT, OTHER_TOKEN = 1002, "other-client-token"

PLAYS = Plays()


@PLAYS.of("a setting is wrong", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 500, {"BREAKER_FAILURES": "many"})


@PLAYS.of("a table is gone", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"OPERATIONS_TABLE": "gone"})


@PLAYS.of("the secret is gone", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"SECRETS_NAME": "gone"})


@PLAYS.of("the secret was mistyped by a person", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"SECRETS_NAME": "mistyped"})


@PLAYS.of("the tables throttle", API)
def _(stage: Stage, recording: Recording) -> None:
    stub = StubDynamoDB()
    try:
        stub.will(*[error("ThrottlingException")] * 500)
        with stage.running(recording, AWS_ENDPOINT_URL_DYNAMODB=stub.endpoint_url) as running:
            three_bookings(running, 503)
            three_bookings(running, 503)
    finally:
        stub.close()


@PLAYS.of("AdultWork is down", API)
def _(stage: Stage, recording: Recording) -> None:
    broken(stage, recording, 503, {"ADULTWORK_BASE_URL": DEAD})


@PLAYS.of("AdultWork answers too late", API)
def _(stage: Stage, recording: Recording) -> None:
    with slow(stage, "latency", 5):
        broken(stage, recording, 504, {"READ_SECONDS": "0.3"})


@PLAYS.of("AdultWork is slow", API)
def _(stage: Stage, recording: Recording) -> None:
    patient = {"READ_SECONDS": "10", "READS_SECONDS": "20"}  # so that a busy machine makes no failure of it
    with stage.running(recording, **patient) as running, slow(stage, "latency", 2.1, SETTINGS_PATH):
        answered(running.request(0.0, "GET", SETTINGS_PATH), 200)
    recording.go_on(300.0, times=3)


@PLAYS.of("AdultWork is down for long, and the breaker opens", API)
def _(stage: Stage, recording: Recording) -> None:
    """How many reads of a booking are made before the first failure ends it is a matter of threads: at least one."""
    with stage.running(recording, ADULTWORK_BASE_URL=DEAD) as running:
        for _ in range(6):  # more bookings than failures open it
            three_bookings(running, 503)


@PLAYS.of("more calls at once than the function may serve", API)
def _(_: Stage, recording: Recording) -> None:
    recording.count(API, "Throttles", 0)


@PLAYS.of("the function is killed", API)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running:
        assert running.book(0, next(numbers)) is not None
        with slow(stage, "slow-answer", 20, CREATE):
            assert running.book(10, next(numbers), dies_after=0.7) is None


@PLAYS.of("an outcome cannot be recorded", API)
def _(stage: Stage, recording: Recording) -> None:
    target = urlsplit(stage.surroundings["AWS_ENDPOINT_URL_DYNAMODB"]).port
    assert target is not None
    with Proxy(target) as proxy, stage.running(recording, AWS_ENDPOINT_URL_DYNAMODB=proxy.url) as running:
        assert running.book(0, next(numbers)) is not None
        proxy.take_only(1)
        answer = running.book(10, next(numbers))
        assert answer is not None
        assert answer["headers"].get("Audit-Status") == "pending", answer


@PLAYS.of("a row of the operations table cannot be read", API)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running(recording) as running:
        operation_id = operation_of(running.book(0, next(numbers)))
        change(stage, operation_id, "state", "NOBODY-KNOWS")
        running.request(10, "GET", f"/v1/operations/{operation_id}")


@PLAYS.of("more than one booking may be the one that was sent", API)
def _(stage: Stage, recording: Recording) -> None:
    """Somebody has made the same one at AdultWork itself, and the answer to ours is lost."""
    wanted = wish(0, next(numbers))  # one for both, also when the minute ends between them
    headers = {"Authorization": "bearer client-token", "Content-Type": "application/json"}
    with stage.running(recording) as running:
        elsewhere = send(stage.sandbox.url, "POST", CREATE, headers, json.dumps(wanted).encode())
        assert elsewhere.status == 200, elsewhere
        stage.sandbox.faults.arm(CREATE, "commit-then-drop", 1)
        answered(running.request(0, "POST", CREATE, wanted), 502)


@PLAYS.of("a client's row in the register of people cannot be read", API)
def _(stage: Stage, recording: Recording) -> None:
    """The candidate is known; without her name nothing would be sent."""
    with stage.running(recording) as running:
        answered(running.book(0, next(numbers)), 201)
        with stage.relay.refusing("AccessDeniedException", lambda body: f'"PERSON#{OTHER_CLIENT}"'.encode() in body):
            answered(running.book(20, next(numbers), token=OTHER_TOKEN), 201)


@PLAYS.of("the key that seals is disabled", API)
def _(stage: Stage, recording: Recording) -> None:
    """Bookings do not wait for it; KMS frames its answers as DynamoDB does."""
    stub = StubDynamoDB()
    try:
        stub.will(*[error("DisabledException")] * 50)
        broken(stage, recording, 201, {"AWS_ENDPOINT_URL_KMS": stub.endpoint_url})
    finally:
        stub.close()


@PLAYS.of("the library of the ciphers cannot be loaded", API)
def _(stage: Stage, recording: Recording) -> None:
    with stage.running_without("cryptography", recording) as running:
        answered(running.book(0, next(numbers)), 201)

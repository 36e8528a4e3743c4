"""The local DynamoDB: it keeps what it should, and its commands say what is wrong."""

import json
import os
import signal
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice
from click.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.tables import OPERATIONS
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from devtools.local.dynamodb import (
    AUDIT_TABLE,
    OPERATIONS_TABLE,
    LocalDynamoDB,
    create_table,
    create_tables,
    local_client,
    local_database,
)
from devtools.local.review.digests import DIGEST_BUCKET, create_digest_store, local_service
from devtools.local.server import LocalGateway
from devtools.local.stack import app_environment, kept_key
from devtools.proof.trials.scene import wiring
from sandbox import SandboxServer
from switchboard_cli.program import program
from tests.contract.records import claim_event, enough_time, operation
from tests.integration import bookings
from tests.integration.exchange import Answer, send

EVENT = claim_event(operation())


def add_event(server: LocalDynamoDB) -> None:
    """Create the tables and write one event."""
    create_tables(server.endpoint_url)
    with local_database(server.endpoint_url) as database:
        DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE).record_refusal(EVENT, enough_time())


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    """State is kept in its folder, creating tables again changes nothing, and the command line tells what is stored."""
    with LocalDynamoDB(state=tmp_path) as first:
        add_event(first)
    with LocalDynamoDB(state=tmp_path) as second:
        create_tables(second.endpoint_url)
        assert stored_events(second) == [EVENT.canonical()]
        assert shown(EVENT.operation_id, second.port)["events"][0]["hash"] == EVENT.hash


def shown(operation_id: str, port: int | None) -> dict[str, Any]:
    """Return what `switchboard audit show` tells of an operation whose chain is whole."""
    result = CliRunner().invoke(program, ["audit", "show", operation_id, "--json", "--local", str(port)])
    assert result.exit_code == 0
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_a_killed_server_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    """It is killed as soon as the write was answered, and all is there again."""
    server = LocalDynamoDB(state=tmp_path)
    server.start()
    try:
        add_event(server)
        os.kill(server.pid or 0, signal.SIGKILL)
    finally:
        server.stop()
    with LocalDynamoDB(state=tmp_path) as second:
        assert stored_events(second) == [EVENT.canonical()]


def stored_events(server: LocalDynamoDB) -> list[bytes]:
    """Return the events of the operation."""
    with local_database(server.endpoint_url) as database:
        return DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE).events(EVENT.operation_id)


def test_a_write_that_cannot_be_kept_is_an_error_and_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Put a file where its folder was, and let it write again: the first event stays, the second never was, the third is kept."""
    state = tmp_path / "state"
    second, third = (replace(EVENT, operation_id=f"op_{number}") for number in (2, 3))
    with LocalDynamoDB(state=state) as server, local_database(server.endpoint_url) as database:
        add_event(server)
        trail = DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE)
        state.rename(tmp_path / "aside")
        state.touch()
        for _ in range(2):
            with pytest.raises(StoreUnavailableError):
                trail.record_refusal(second, enough_time())
        assert trail.events(second.operation_id) == []
        assert stored_events(server) == [EVENT.canonical()]
        state.unlink()
        (tmp_path / "aside").rename(state)
        trail.record_refusal(third, enough_time())
    told = capfd.readouterr().err.splitlines()
    assert [line for line in told if str(state) in line] == told[:1]
    assert "Writes fail until it can be written" in told[0]
    with LocalDynamoDB(state=state) as again, local_database(again.endpoint_url) as database:
        trail = DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE)
        assert [len(trail.events(event.operation_id)) for event in (EVENT, second, third)] == [1, 0, 1]


def test_a_booking_is_answered_as_before_after_a_restart(tmp_path: Path, upstream: SandboxServer) -> None:
    """As `make run` keeps it from one day to the next: operation, sealed answer, data key and what wraps it."""
    upstream.reset()
    answers = []
    for _ in range(2):
        with LocalDynamoDB(state=tmp_path / "ministack") as server:
            create_tables(server.endpoint_url)
            answers.append(_book(server, upstream, kept_key(tmp_path)))
    first, second = answers
    assert (first.status, first.header("Idempotency-Replayed")) == (201, None)
    assert (second.status, second.header("Idempotency-Replayed")) == (201, "true")
    assert (second.body, second.header("Location")) == (first.body, first.header("Location"))
    assert upstream.journal.count(bookings.CREATE) == 1
    upstream.reset()


def test_the_events_of_a_booking_are_shown_and_their_chain_is_whole(upstream: SandboxServer) -> None:
    """The rows are those that a booking writes, so that the command reads the record's head as it is kept."""
    upstream.reset()
    with LocalDynamoDB() as server:
        create_tables(server.endpoint_url)
        operation_id = (_book(server, upstream, "k" * 32).header("Location") or "").rpartition("/")[2]
        told = shown(operation_id, server.port)
    assert [event["kind"] for event in told["events"]] == ["claimed", "confirmed"]
    assert told["chain"] == "whole"
    upstream.reset()


def _book(server: LocalDynamoDB, upstream: SandboxServer, hmac_key: str) -> Answer:
    """Start the app on a database as it is, book, and stop the app."""
    container = bootstrap.build(app_environment(os.environ, upstream.url, server.endpoint_url, hmac_key))
    app: Any = Chalice(app_name="switchboard")
    install(app, lambda: container)
    register(app, lambda: container)
    headers = bookings.headers(key="the-same-on-both-days")
    with LocalGateway(app) as gateway:
        answer = send(gateway.url, "POST", bookings.PATH, headers, bookings.to_body(bookings.MEMBERS))
    wiring.close(container)
    return answer


def test_a_table_of_another_version_is_told(tmp_path: Path) -> None:
    """Its indexes would be missing at each request; the message says how to get rid of it."""
    first, *others = OPERATIONS.indexes
    older = replace(OPERATIONS, indexes=(replace(first, name="open-by-time"), *others), expiry=None)
    with LocalDynamoDB(state=tmp_path) as server, closing(local_client(server.endpoint_url)) as client:
        create_table(client, older, OPERATIONS_TABLE)
        with pytest.raises(RuntimeError, match=f"{OPERATIONS_TABLE} is from another version.*`make reset`"):
            create_tables(server.endpoint_url)


def test_a_server_that_cannot_start_says_why() -> None:
    """A taken port is the usual reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = LocalDynamoDB(port=taken.getsockname()[1])
        with pytest.raises(RuntimeError, match="already in use"):
            server.start()


def test_digests_and_their_bucket_are_there_after_a_restart(tmp_path: Path) -> None:
    """Also when it was killed; the key that signed them is the same, and the lock of the bucket stands."""
    server = LocalDynamoDB(state=tmp_path)
    server.start()
    try:
        create_digest_store(server.endpoint_url)
        with closing(local_service("s3", server.endpoint_url)) as s3:
            s3.put_object(Bucket=DIGEST_BUCKET, Key="digests/one.jsonl", Body=b"one", IfNoneMatch="*")
        os.kill(server.pid or 0, signal.SIGKILL)
    finally:
        server.stop()
    with LocalDynamoDB(state=tmp_path) as second:
        create_digest_store(second.endpoint_url)
        with closing(local_service("s3", second.endpoint_url)) as s3:
            assert s3.get_object(Bucket=DIGEST_BUCKET, Key="digests/one.jsonl")["Body"].read() == b"one"
            lock = s3.get_object_lock_configuration(Bucket=DIGEST_BUCKET)["ObjectLockConfiguration"]
            assert lock["Rule"]["DefaultRetention"]["Mode"] == "GOVERNANCE"
            with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
                s3.put_object(Bucket=DIGEST_BUCKET, Key="digests/one.jsonl", Body=b"two", IfNoneMatch="*")

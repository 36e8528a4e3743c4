"""Log lines: what is not known to be harmless is not written."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import VERSION, log
from chalicelib.watch.call import watched
from chalicelib.watch.trace import Trace
from tests.unit.json_lines import configured

OPERATION_ID = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M"


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    """Make ours the only output."""
    with configured():
        yield


def written(call: Any, *arguments: Any, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (any function of log)
    """Return the lines that a call writes."""
    output = io.StringIO()
    with redirect_stdout(output):
        call(*arguments, **fields)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def raised(error: Exception) -> Exception:
    """Return an error with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_a_line_has_time_level_event_and_fields() -> None:
    """One JSON object; what is None is left out."""
    (line,) = written(log.event, "request", status=201, operation_id=OPERATION_ID, problem=None)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "version": VERSION,
        "event": "request",
        "status": 201,
        "operation_id": OPERATION_ID,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("comment", "Hello"),
        ("status", "201"),
        ("status", True),
        ("status", 99),
        ("booking_id", "07700900123"),
        ("method", "BREW"),
        ("operation_id", "op_client-token"),
        ("problem", "Not a slug"),
        ("route", "no/slash"),
        ("request_id", "a b"),
        ("reason", ["list"]),
    ],
)
def test_an_unknown_field_or_an_odd_value_is_redacted(field: str, value: object) -> None:
    """Each field has a shape."""
    (line,) = written(log.event, "request", **{field: value})
    assert line[field] == "[redacted]"


def test_a_long_value_is_cut() -> None:
    """At 200 characters."""
    (line,) = written(log.event, "request", route="/" + "a" * 500)
    assert len(line["route"]) == 200


def test_a_metric_is_counted_once() -> None:
    """CloudWatch reads the embedded directive; its time is in milliseconds."""
    (line,) = written(log.event, "audit.pending", level=logging.ERROR, metric="AuditPending")
    assert (line["level"], line["AuditPending"]) == ("ERROR", 1)
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Switchboard",
            "Dimensions": [["Stage", "Function"]],
            "Metrics": [{"Name": "AuditPending", "Unit": "Count"}],
        }
    ]
    assert line["_aws"]["Timestamp"] > 1_700_000_000_000
    assert (line["Stage"], line["Function"]) == ("local", "local")


def test_metrics_are_told_for_the_stage_and_the_function_of_the_process() -> None:
    """As the environment names them; what is no such name is not repeated."""
    log.configure({"STAGE": "dev", "AWS_LAMBDA_FUNCTION_NAME": "switchboard-dev-APIHandler-1A2B"})
    (line,) = written(log.event, "request", metric="ServerFaults", measures={"ColdStarts": 1})
    assert (line["Stage"], line["Function"]) == ("dev", "switchboard-dev-APIHandler-1A2B")
    assert (line["ServerFaults"], line["ColdStarts"]) == (1, 1)
    log.configure({"STAGE": "07700 900123", "AWS_LAMBDA_FUNCTION_NAME": "a secret"})
    (line,) = written(log.event, "request", metric="ServerFaults")
    assert (line["Stage"], line["Function"]) == ("[redacted]", "[redacted]")


def test_each_line_of_a_call_has_its_trace() -> None:
    """Failures and what other libraries say as well; lines of no call have none."""
    identifier = "4bf92f3577b34da6a3ce929d0e0e4736"
    with watched(Trace(identifier, f"00-{identifier}-00f067aa0ba902b7-01")):
        lines = [
            *written(log.event, "request"),
            *written(log.failure, "view.failed", raised(ValueError("secret"))),
            *written(logging.getLogger("urllib3").warning, "secret"),
        ]
    assert [line["trace_id"] for line in lines] == [identifier] * 3
    assert "trace_id" not in written(log.event, "request")[0]


def test_a_failure_may_be_counted_too() -> None:
    """Under the same directive; otherwise it is no metric."""
    (line,) = written(log.failure, "operation.unreadable", raised(ValueError("secret")), metric="OperationUnreadable")
    assert (line["level"], line["OperationUnreadable"]) == ("ERROR", 1)
    (line,) = written(log.failure, "view.failed", raised(ValueError("secret")))
    assert "_aws" not in line


def test_a_failure_is_told_by_types_and_frames() -> None:
    """Innermost last, with the types of what caused it, and no text of either."""
    error = ValueError("secret")
    error.__cause__ = KeyError("secret")
    (line,) = written(log.failure, "view.failed", raised(error), request_id="r-1", token="secret")
    assert (line["level"], line["error"], line["causes"]) == ("ERROR", "builtins.ValueError", ["builtins.KeyError"])
    assert line["frames"][-1].startswith("unit/test_log.py:")
    assert line["frames"][-1].endswith(":raised")
    assert (line["request_id"], line["token"]) == ("r-1", "[redacted]")


def test_a_ring_of_causes_and_a_deep_trace_end() -> None:
    """A line stays a line."""

    def deep(depth: int) -> None:
        if depth == 0:
            raise ValueError
        deep(depth - 1)

    try:
        deep(50)
    except ValueError as caught:
        caught.__cause__ = caught
        (line,) = written(log.failure, "view.failed", caught)
    assert (len(line["frames"]), len(line["causes"])) == (12, 4)


def test_a_foreign_logger_tells_only_its_name_and_level() -> None:
    """Its message, its arguments and its exception may quote a caller."""
    foreign = logging.getLogger("urllib3.connectionpool")
    (line,) = written(foreign.warning, "secret %s", "secret", exc_info=raised(ValueError("secret")))
    del line["time"]
    assert line == {"level": "WARNING", "version": VERSION, "event": "foreign", "logger": "urllib3.connectionpool"}


def test_a_chatty_foreign_logger_is_silent() -> None:
    """Even when a library or an operator turned its level down."""
    foreign = logging.getLogger("tests.chatty")
    foreign.setLevel(logging.DEBUG)
    assert written(foreign.info, "secret") == []


def test_an_adopted_logger_loses_its_own_output() -> None:
    """Chalice gives its app's logger a handler that prints messages."""
    own = io.StringIO()
    logger = logging.getLogger("tests.adopted")
    logger.addHandler(logging.StreamHandler(own))
    logger.propagate = False
    log.adopt(logger)
    assert [line["logger"] for line in written(logger.error, "secret")] == ["tests.adopted"]
    assert own.getvalue() == ""


def test_an_output_that_is_gone_fails_nothing() -> None:
    """A booking does not fail because a pipe is closed."""
    closed = io.StringIO()
    closed.close()
    with redirect_stdout(closed):
        log.event("request", status=201)
    assert written(log.event, "request", status=201)[0]["status"] == 201


PHONES = st.from_regex(r"0[0-9]{9,10}", fullmatch=True)
SKYPES = st.from_regex(r"live:[a-z][a-z0-9.,_-]{5,20}", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z0-9]{10,20}[~+/=][A-Za-z0-9]{10,20}", fullmatch=True)
COMMENTS = st.from_regex(r"[A-Za-z]{3,9} [A-Za-z]{3,9}[!?.]", fullmatch=True)
FIELDS = sorted({*log.SHAPES, "token", "phone", "comments", "body", "error", "frames"} - {"request_id"})


@pytest.mark.unmeasured
@given(secret=PHONES | SKYPES | TOKENS | COMMENTS, field=st.sampled_from(FIELDS))
def test_a_secret_never_appears(secret: str, field: str) -> None:
    """Not from a field, an exception, its cause, or a foreign message. Request ids are kept in shape by the edge."""
    error = ValueError(secret)
    error.__cause__ = KeyError(secret)
    lines = [
        *written(log.event, "request", **{field: secret}),
        *written(log.event, "request", **{field: {secret: [secret]}}),
        *written(log.failure, "view.failed", raised(error), **{field: secret}),
        *written(logging.getLogger("botocore").error, secret, exc_info=raised(error)),
    ]
    assert len(lines) == 4
    assert secret not in json.dumps(lines, ensure_ascii=False)

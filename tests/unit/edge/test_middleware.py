"""What happens around every view: headers, log lines, and an answer whatever happens."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from chalice.app import Chalice, ChaliceUnhandledError, Response

from chalicelib import VERSION
from chalicelib.adapters.aws.faults import AwsError
from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain import errors
from chalicelib.domain.audit.event import told_request_id
from chalicelib.domain.violation import Violation
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from chalicelib.edge.routes.resource import METHODS
from chalicelib.settings import read_settings
from chalicelib.watch.call import note_exchange
from tests.unit.edge.gateway_event import (
    ANSWERED,
    CREATE_BOOKING,
    FORM,
    HEADERS,
    OPERATION_ID,
    OPERATIONS,
    ORIGIN,
    CountdownContext,
    FakePlaceBooking,
    call,
    container_of,
    edge_app,
    operation_event,
    rest_event,
)

SECRETS = ("client-token", "07700900123", "live:canary", "Hello there")
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
BODY = json.dumps({"PhoneNumber": SECRETS[1], "SkypeName": SECRETS[2], "Comments": SECRETS[3]})


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the log lines written so far; every line of the output is one, and none holds a secret."""
    output = capsys.readouterr()
    assert output.err == ""
    for secret in SECRETS:
        assert secret not in output.out
    return [json.loads(line) for line in output.out.splitlines()]


def line(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, Any]:
    """Return the one log line of a name."""
    (found,) = [entry for entry in lines(capsys) if entry["event"] == name]
    return found


@pytest.mark.parametrize("outcome", [None, errors.NotFoundError("m"), RuntimeError("m")])
def test_every_answer_has_the_security_headers(outcome: BaseException | None) -> None:
    """Successes, problems and unforeseen faults alike."""
    use_case = FakePlaceBooking() if outcome is None else FakePlaceBooking(outcome)
    headers = call(edge_app(use_case), rest_event()).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-request-id"] == "gateway-request"


def test_a_request_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Method, template, status, time and ids; nothing that the caller wrote. The first of a process counts as its start."""
    app = edge_app()
    call(app, rest_event(body=BODY))
    assert lines(capsys)[0]["ColdStarts"] == 1
    call(app, rest_event(body=BODY))
    (entry,) = lines(capsys)
    del entry["time"]
    assert entry == {
        "level": "INFO",
        "version": VERSION,
        "event": "request",
        "method": "POST",
        "route": CREATE_BOOKING,
        "status": 201,
        "duration_ms": 80,
        "request_id": told_request_id("gateway-request"),
        "operation_id": OPERATION_ID,
    }


def test_a_problem_is_named_in_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """By its slug; the path as its template, without what stood in it; a server's fault at level ERROR."""
    app = edge_app(FakePlaceBooking(errors.StoreUnavailableError("m")))
    call(app, rest_event("GET", "/{proxy+}", path="/07700900123", pathParameters={"proxy": "07700900123"}))
    entry = line(capsys, "request")
    assert (entry["route"], entry["problem"], entry["level"]) == ("/{proxy+}", "not-found", "INFO")
    call(app, rest_event())
    assert line(capsys, "request")["level"] == "ERROR"


def test_a_server_fault_names_its_cause_and_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """The innermost error's type and what AWS called it, whatever was raised of it on the way out."""
    error = errors.StoreUnavailableError("m")
    error.__cause__ = AwsError("ResourceNotFoundException", 400, {"message": "07700900123"})
    call(edge_app(FakePlaceBooking(error)), rest_event())
    entry = line(capsys, "request")
    assert (entry["cause"], entry["ServerFaults"]) == ("AwsError:ResourceNotFoundException", 1)


def test_broken_rules_are_counted_by_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of them, and the refusal once; the line repeats no value."""
    broken = [Violation("/PhoneNumber", "phone-number", "m"), Violation("/Duration", "duration-minimum", "m")]
    call(edge_app(FakePlaceBooking(errors.BookingRejectedError(broken))), rest_event(body=BODY))
    entry = line(capsys, "request")
    counted = [entry[name] for name in ("BookingsRefused", "RefusedPhoneNumber", "RefusedDurationMinimum")]
    assert (counted, "ServerFaults" in entry) == ([1, 1, 1], False)


@dataclass(frozen=True)
class Upstream:
    """A use case that notes what a call of AdultWork's does, and answers."""

    began: float
    ended: float

    def execute(self, _: object) -> Answered:
        """Note two exchanges beside each other."""
        note_exchange("UpstreamReadMs", self.began, self.ended, 200)
        note_exchange("UpstreamReadMs", self.began, self.ended, 200)
        return ANSWERED


@pytest.mark.parametrize(("ended", "overhead"), [(7.03, 50.0), (8.0, 0.0)])
def test_what_adultwork_was_not_waited_for_is_overhead(
    ended: float, overhead: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the 80 ms that this call took by Lambda's clock; two clocks may differ a little, and nothing takes less than none."""
    use_case: Any = Upstream(7.0, ended)
    call(edge_app(use_case), rest_event())
    entry = line(capsys, "request")
    assert (entry["duration_ms"], entry["OverheadMs"], len(entry["UpstreamReadMs"])) == (80, [overhead], 2)


def test_a_trace_is_told_in_the_line_and_believed_in_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """One that is malformed, or has to do with the token, is not there; the answer is the same."""
    for identifier, token, told in (
        (TRACE_ID, "client-token", TRACE_ID),
        (TRACE_ID, TRACE_ID, None),
        ("0" * 32, "client-token", None),
    ):
        trace = {"traceparent": f"00-{identifier}-00f067aa0ba902b7-01", "tracestate": "a=07700900123"}
        headers = {**HEADERS, "Authorization": f"Bearer {token}", **trace}
        assert call(edge_app(), rest_event(headers=headers)).status == 201
        assert line(capsys, "request").get("trace_id") == told


def test_a_pause_that_an_operator_has_asked_for_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """It rings no alarm, for as long as it takes."""
    call(edge_app(FakePlaceBooking(errors.SendingPausedError("m"))), rest_event())
    entry = line(capsys, "request")
    assert (entry["status"], entry["problem"], entry["level"]) == (503, "sending-paused", "INFO")
    assert not {"ServerFaults", "cause"} & entry.keys()


def test_a_final_refusal_is_named_in_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It was given before as an answer, and is a problem all the same."""
    refusal = FORM.refused(errors.UpstreamRefusedError("m", operation_id=OPERATION_ID), "request-1")
    call(edge_app(FakePlaceBooking(replace(ANSWERED, answer=refusal))), rest_event())
    entry = line(capsys, "request")
    assert (entry["status"], entry["problem"]) == (422, "upstream-refused")


def test_a_problem_that_is_not_known_any_more_is_not_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A kept answer may be older than the table, or than the setting that its type was made with."""
    refusal = FORM.refused(errors.UpstreamRefusedError("m"), "request-1")
    old = replace(refusal, body=refusal.body.replace("/problems/", "https://docs.example/"))
    reply = call(edge_app(FakePlaceBooking(replace(ANSWERED, answer=old))), rest_event())
    assert reply.body == old.body
    assert "problem" not in line(capsys, "request")


def test_a_question_about_an_operation_is_logged_by_its_template(capsys: pytest.CaptureFixture[str]) -> None:
    """An id that is none may be anything that a caller typed."""
    call(edge_app(), operation_event())
    entry = line(capsys, "request")
    assert (entry["route"], entry["operation_id"]) == (OPERATIONS, OPERATION_ID)
    call(edge_app(), operation_event("07700900123"))
    entry = line(capsys, "request")
    assert (entry["route"], entry["problem"], "operation_id" in entry) == (OPERATIONS, "not-found", False)


def test_without_lambda_a_line_has_no_duration(capsys: pytest.CaptureFixture[str]) -> None:
    """The edge has no clock of its own."""
    edge_app()(rest_event(), None)
    assert "duration_ms" not in line(capsys, "request")


def test_a_booking_without_its_audit_event_is_an_emergency(capsys: pytest.CaptureFixture[str]) -> None:
    """The caller learns the truth, the operator gets one line and a metric; neither holds personal data."""
    answered = replace(ANSWERED, audit_pending=True)
    reply = call(edge_app(FakePlaceBooking(answered)), rest_event(body=BODY))
    assert (reply.status, reply.headers["audit-status"]) == (201, "pending")
    entry = line(capsys, "audit.pending")
    assert (entry["level"], entry["operation_id"], entry["booking_id"]) == ("ERROR", OPERATION_ID, 77)
    assert entry["AuditPending"] == 1
    assert entry["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "AuditPending", "Unit": "Count"}]


def test_a_problem_without_its_audit_event_is_an_emergency_too(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no booking id to name then."""
    error = errors.InsufficientScopeError("m", scope="s", operation_id=OPERATION_ID)
    error.audit_pending = True
    reply = call(edge_app(FakePlaceBooking(error)), rest_event())
    assert (reply.status, reply.headers["audit-status"]) == (403, "pending")
    assert "booking_id" not in line(capsys, "audit.pending")


def test_an_unforeseen_error_is_told_by_type_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    """Its text quotes the caller, and goes nowhere; Chalice never sees the error."""
    reply = call(edge_app(FakePlaceBooking(ValueError(f"bad {SECRETS}"))), rest_event(body=BODY))
    assert (reply.status, reply.document["type"]) == (500, "/problems/internal-error")
    entries = lines(capsys)
    assert [entry["event"] for entry in entries] == ["view.failed", "request"]
    assert entries[0]["error"] == "builtins.ValueError"
    assert entries[0]["frames"][-1].startswith("edge/gateway_event.py:")
    assert not any(secret in reply.body for secret in SECRETS)


def test_without_a_container_every_request_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong settings are a clear problem and a line about the fault; no origin is allowed, nothing is served."""

    def broken() -> Container:
        raise ValueError("07700900123")

    app = Chalice(app_name="broken")
    install(app, broken)
    register(app, broken)
    for event in (rest_event(headers={**HEADERS, "Origin": ORIGIN}), rest_event("GET", "/health")):
        reply = call(app, event)
        assert (reply.status, reply.document["type"]) == (500, "/problems/internal-error")
        assert "access-control-allow-origin" not in reply.headers
        assert [entry["event"] for entry in lines(capsys)] == ["container.failed", "request"]


def test_wrong_settings_are_named_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, without their values."""

    def broken() -> Container:
        read_settings({"CALL_SECONDS": "07700900123", "BREAKER_FAILURES": "many"})
        raise AssertionError("they are wrong")

    app = Chalice(app_name="broken")
    install(app, broken)
    register(app, broken)
    call(app, rest_event())
    failed, request = lines(capsys)
    assert failed["settings"] == "HMAC_KEY, BREAKER_FAILURES, CALL_SECONDS"
    assert request["cause"] == "InvalidSettingsError"


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND"])
def test_a_method_that_chalice_refuses_is_our_405(method: str) -> None:
    """Local servers pass on what API Gateway would not."""
    reply = call(edge_app(), rest_event(method))
    assert (reply.status, reply.headers["allow"]) == (405, "POST, OPTIONS")
    assert reply.document["type"] == "/problems/method-not-allowed"
    assert call(edge_app(), rest_event(method, "/{proxy+}")).document["type"] == "/problems/not-found"


def test_a_resource_that_the_app_does_not_have_is_our_404() -> None:
    """A gateway of another version may name one."""
    assert call(edge_app(), rest_event("GET", "/v2/other")).document["status"] == 404


def bare_app(**routes: object) -> Chalice:
    """Return an app with the middleware around views that are not ours; each answers or raises its value."""
    app = Chalice(app_name="bare")
    install(app, container_of)

    def view_of(outcome: object) -> Any:  # noqa: ANN401 (a view of Chalice's)
        def view() -> object:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return view

    for name, outcome in routes.items():
        app.route(f"/{name}", methods=list(METHODS), name=name, content_types=["*/*"])(view_of(outcome))
    return app


@pytest.mark.parametrize(
    "outcome",
    [{"a": 1}, Response("07700900123"), ChaliceUnhandledError("07700900123")],
    ids=["value", "foreign", "raised"],
)
def test_what_is_not_our_answer_never_leaves(outcome: object, capsys: pytest.CaptureFixture[str]) -> None:
    """A view that was registered past us is an internal error, with all the headers."""
    reply = call(bare_app(odd=outcome), rest_event("GET", "/odd", headers={"Origin": ORIGIN}))
    assert (reply.status, reply.document["type"]) == (500, "/problems/internal-error")
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert "07700900123" not in reply.body
    lines(capsys)


def test_an_event_that_is_not_http_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    """A direct call of the function has no request; the outermost step still answers."""
    answer = edge_app()({"07700900123": 1}, None)
    assert (answer["statusCode"], json.loads(answer["body"])["request_id"]) == (500, "unknown")
    assert answer["headers"]["Vary"] == "Origin"
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert line(capsys, "edge.failed")["error"] == "builtins.AttributeError"


@pytest.mark.parametrize("value", ["a\r", "a\nb", "a\x00", "é", "a\tb", "\x7f"])
def test_an_unsound_header_is_left_out_and_told(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer itself arrives; Chalice would let a CR through and turn a LF into a 500."""
    answer = Answer("{}", status_code=201, headers={"Location": value, "Allow": "GET"})
    assert answer.headers == {"Allow": "GET"}
    reply = call(bare_app(odd=answer), rest_event("GET", "/odd"))
    assert (reply.status, reply.body) == (201, "{}")
    assert [entry.get("header") for entry in lines(capsys)][-2:] in ([None], ["Location", None])


def test_the_callers_request_id_is_echoed_and_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """In the header, the problem and the line."""
    reply = call(
        edge_app(FakePlaceBooking(errors.NotFoundError("m"))), rest_event(headers={**HEADERS, "X-Request-Id": "mine-1"})
    )
    assert (reply.headers["x-request-id"], reply.document["request_id"]) == ("mine-1", "mine-1")
    assert line(capsys, "request")["request_id"] == told_request_id("mine-1")


def test_requests_in_parallel_do_not_see_each_other() -> None:
    """Local servers run one app in many threads, and Chalice's `current_request` is shared by them."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (needed by this test alone)

    app = edge_app()

    def ask(number: int) -> bool:
        event = rest_event(headers={**HEADERS, "X-Request-Id": f"r-{number}", "Content-Type": f"text/{number}"})
        reply = call(app, event, CountdownContext())
        return {reply.headers["x-request-id"], reply.document["request_id"]} == {f"r-{number}"}

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(200)))

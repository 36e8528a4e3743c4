"""What happens around every view, in one ordered list."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib import log
from chalicelib.domain.audit.event import told_request_id
from chalicelib.domain.errors import MethodNotAllowedError, NotFoundError, SendingPausedError
from chalicelib.edge import cors
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import EdgeSettings, Serving
from chalicelib.edge.exchange import Exchange, current_exchange, opened
from chalicelib.edge.problems.response import problem_response
from chalicelib.edge.problems.table import problem_type
from chalicelib.edge.request import milliseconds_left, request_id, trace_of
from chalicelib.edge.routes.resource import allowed_methods
from chalicelib.watch.call import current, watched
from chalicelib.watch.metrics import Measure, metric_of_rule

Next = Callable[[Request], Answer]
Step = Callable[[Request, Next], Answer]

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
METHOD_NOT_ALLOWED = 405
FIRST_SERVER_FAULT = 500
PAUSED = problem_type(SendingPausedError("")).slug  # what an operator has asked for is no fault


def install(
    app: Chalice, container: Callable[[], Serving], environment: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Put the steps around every view of an app, outermost first, and make JSON lines the process's only output.

    `container` is asked at each request; while it raises, every request is answered with a problem. `environment` tells
    what the process's metrics are told for.
    """
    log.configure(environment)
    log.adopt(app.log)
    for step in (
        _answer_whatever_happens,
        _open_exchange(container),
        _write_log_lines(),
        _add_security_headers,
        _add_cors_headers,
        _make_problems(app),
    ):
        app.register_middleware(step, "http")


def _answer_whatever_happens(request: Request, following: Next) -> Answer:
    """Answer even when a step below has a fault; what reached Chalice would be logged with its text."""
    try:
        return following(request)
    except Exception as error:  # noqa: BLE001 (the last line of defence)
        log.failure("edge.failed", error)
        answer = problem_response(error, "unknown", None, EdgeSettings().links)
        answer.add_headers(SECURITY_HEADERS | {"Vary": "Origin"})
        return answer


def _open_exchange(container: Callable[[], Serving]) -> Step:
    """Open the exchange; one without a container carries the fault to where it is answered."""

    def step(request: Request, following: Next) -> Answer:
        identifier = request_id(request)
        try:
            exchange = Exchange(request, identifier, container().settings)
        except Exception as error:  # noqa: BLE001 (whatever the wiring raises, the caller gets a problem)
            log.failure(
                "container.failed",
                error,
                request_id=told_request_id(identifier),
                settings=getattr(error, "names", None),
            )
            exchange = Exchange(request, identifier, EdgeSettings(), fault=error)
        with opened(exchange), watched(trace_of(request)):
            return following(request)

    return step


def _write_log_lines() -> Step:
    """Write the line of each request with all that was noted of it, and the emergency line when its audit event is missing.

    The duration is measured on the platform's own countdown, so that the edge reads no clock.
    """
    starts = iter([1])  # the first request of the process

    def step(request: Request, following: Next) -> Answer:
        before = milliseconds_left(request)
        answer = following(request)
        after = milliseconds_left(request)
        duration = None if before is None or after is None else round(before - after)
        is_fault = answer.status_code >= FIRST_SERVER_FAULT and answer.problem != PAUSED
        identifier = told_request_id(current_exchange().request_id)
        told: dict[str, Any] = {"request_id": identifier, "operation_id": answer.operation_id}
        log.event(
            "request",
            level=logging.ERROR if is_fault else logging.INFO,
            metric="ServerFaults" if is_fault else None,
            measures=_measures(answer, duration, cold_starts=next(starts, 0)),
            method=request.method,
            route=request.path,
            status=int(answer.status_code),
            duration_ms=duration,
            problem=answer.problem,
            cause=answer.cause if is_fault else None,
            **told,
        )
        if answer.audit_pending:
            log.event("audit.pending", level=logging.ERROR, metric="AuditPending", booking_id=answer.booking_id, **told)
        return answer

    return step


def _measures(answer: Answer, duration: int | None, *, cold_starts: int) -> Mapping[str, Measure]:
    """Return what was noted of the call that ends with an answer, and what only its end tells."""
    call = current()
    if cold_starts:
        call.note("ColdStarts")
    if answer.rules:
        call.note("BookingsRefused")
    for rule in answer.rules:
        call.note(metric_of_rule(rule))
    if duration is not None and call.has_waited:
        call.note("OverheadMs", max(0.0, round(duration - call.waited_seconds() * 1000, 1)))
    return call.measures()


def _add_security_headers(request: Request, following: Next) -> Answer:
    answer = following(request)
    answer.add_headers(SECURITY_HEADERS | {"X-Request-Id": current_exchange().request_id})
    return answer


def _add_cors_headers(request: Request, following: Next) -> Answer:
    answer = following(request)
    exchange = current_exchange()
    headers = cors.answer_headers(exchange.origin, exchange.settings.allowed_origins)
    answer.add_headers(headers)
    return answer


def _make_problems(app: Chalice) -> Callable[[Request, Callable[[Request], Response]], Answer]:
    """Return the innermost step: what is no answer of ours, raised or made by Chalice, becomes a problem."""

    def step(request: Request, following: Callable[[Request], Response]) -> Answer:
        exchange = current_exchange()
        if exchange.fault is not None:
            return exchange.problem(exchange.fault)
        try:
            response = following(request)
        except Exception as error:  # noqa: BLE001 (whatever Chalice raises, the caller gets a problem)
            log.failure("chalice.failed", error, request_id=told_request_id(exchange.request_id))
            return exchange.problem(error)
        if isinstance(response, Answer):
            return response
        return exchange.problem(_meaning(response, allowed_methods(app, request.path)))

    return step


def _meaning(response: Response, allowed: tuple[str, ...]) -> Exception:
    """Return the error that an answer of Chalice's own stands for."""
    if response.status_code != METHOD_NOT_ALLOWED:
        return RuntimeError("Chalice answered in place of a view")
    if set(allowed) <= {"OPTIONS"}:  # a path that serves preflights alone is none
        return NotFoundError("There is nothing at this path.")
    return MethodNotAllowedError("This path does not know this method.", allowed=allowed)

"""Answer the control requests below /_sandbox/, which steer the simulation from outside."""

import json
from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from typing import Protocol, TypeAlias

from sandbox.adultwork.amendments import amend_account, amend_booking
from sandbox.adultwork.clock import Clock, london_time
from sandbox.adultwork.shapes import made_booking
from sandbox.adultwork.world import World
from sandbox.connection.message import Answer, Request
from sandbox.faults.armed import ArmedFault, Faults
from sandbox.faults.settings import FaultError
from sandbox.journal import Journal
from sandbox.writing.documents import Record
from sandbox.writing.json_writer import decimal_text, record_text

PREFIX = "/_sandbox/"


class Steerable(Protocol):
    """Name what control requests need of the simulation."""

    world: World
    journal: Journal
    faults: Faults
    clock: Clock

    def reset(self) -> None:
        """Return to the first state."""


Action: TypeAlias = Callable[[Steerable, Request, str], Answer]


def is_control(request: Request) -> bool:
    """Tell whether a request steers the simulation rather than using it."""
    return request.path.lower().startswith(PREFIX)


def respond(request: Request, site: Steerable) -> Answer:
    """Answer a control request."""
    resource, _, key = request.path[len(PREFIX) :].lower().partition("/")
    action = _ACTIONS.get((request.method, resource, bool(key)))
    if action is None:
        known = ", ".join(f"{method} {PREFIX}{name}{'/{id}' if keyed else ''}" for method, name, keyed in _ACTIONS)
        return _message(HTTPStatus.NOT_FOUND, f"there are: {known}")
    try:
        return action(site, request, key)
    except LookupError as error:
        return _message(HTTPStatus.NOT_FOUND, str(error.args[0]))
    except ValueError as error:
        return _message(HTTPStatus.BAD_REQUEST, str(error))


def _reset(site: Steerable, _request: Request, _key: str) -> Answer:
    site.reset()
    return Answer(HTTPStatus.NO_CONTENT)


def _requests(site: Steerable, _request: Request, _key: str) -> Answer:
    return _json(HTTPStatus.OK, [_journal_entry(request) for request in site.journal.requests])


def _bookings(site: Steerable, _request: Request, _key: str) -> Answer:
    shown = (_with_account(made_booking(booking), booking.account_id) for booking in site.world.bookings)
    return _raw_json(HTTPStatus.OK, f"[{','.join(shown)}]")


def _accounts(site: Steerable, _request: Request, _key: str) -> Answer:
    return _json(
        HTTPStatus.OK,
        [
            {
                "UserID": account.user_id,
                "Nickname": account.nickname,
                "scopes": sorted(account.scopes),
                "credits": decimal_text(account.credits),
            }
            for account in site.world.accounts
        ],
    )


def _faults(site: Steerable, _request: Request, _key: str) -> Answer:
    return _json(HTTPStatus.OK, [_armed(armed) for armed in site.faults.armed])


def _arm(site: Steerable, request: Request, _key: str) -> Answer:
    settings = _body(request)
    path, fault, times = settings.pop("path", "*"), settings.pop("fault", ""), settings.pop("times", 1)
    if not isinstance(path, str) or not isinstance(fault, str) or not isinstance(times, int | str):
        message = "path and fault take texts, times takes a whole number"
        raise FaultError(message)
    return _json(HTTPStatus.CREATED, _armed(site.faults.arm(path, fault, times, **settings)))


def _disarm(site: Steerable, _request: Request, _key: str) -> Answer:
    site.faults.clear()
    return Answer(HTTPStatus.NO_CONTENT)


def _end_tokens(site: Steerable, _request: Request, _key: str) -> Answer:
    site.world.logins.end_access()
    return Answer(HTTPStatus.NO_CONTENT)


def _amend_booking(site: Steerable, request: Request, key: str) -> Answer:
    booking = amend_booking(site.world, key, _body(request), london_time(site.clock()))
    return _raw_json(HTTPStatus.OK, _with_account(made_booking(booking), booking.account_id))


def _amend_account(site: Steerable, request: Request, key: str) -> Answer:
    amend_account(site.world, key, _body(request))
    return Answer(HTTPStatus.NO_CONTENT)


_ACTIONS: dict[tuple[str, str, bool], Action] = {
    ("POST", "reset", False): _reset,
    ("GET", "requests", False): _requests,
    ("GET", "bookings", False): _bookings,
    ("POST", "bookings", True): _amend_booking,
    ("GET", "accounts", False): _accounts,
    ("POST", "accounts", True): _amend_account,
    ("GET", "faults", False): _faults,
    ("POST", "faults", False): _arm,
    ("DELETE", "faults", False): _disarm,
    ("DELETE", "tokens", False): _end_tokens,
}


def _body(request: Request) -> dict[str, object]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        message = "the body is not JSON"
        raise ValueError(message) from error
    if not isinstance(body, dict):
        message = "the body is not a JSON object"
        raise ValueError(message)  # noqa: TRY004 - all faults of a body are answered alike
    return body


def _journal_entry(request: Request) -> dict[str, object]:
    headers: dict[str, str] = {}
    for name, value in request.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return {
        "method": request.method,
        "path": request.target,
        "headers": headers,
        "body": request.body.decode("utf-8", "replace"),
        "time": request.arrived.astimezone(UTC).isoformat(),
        "connection": request.connection,
    }


def _armed(armed: ArmedFault) -> dict[str, object]:
    times = "forever" if armed.remaining is None else armed.remaining
    return {"path": armed.path, "fault": armed.fault.name, "times": times, **armed.settings}


def _with_account(record: Record, user_id: int) -> str:
    return record_text(Record(record.name, record.namespace, (("AccountUserID", user_id), *record.members)))


def _message(status: int, text: str) -> Answer:
    return _json(status, {"message": text})


def _json(status: int, value: object) -> Answer:
    return _raw_json(status, json.dumps(value))


def _raw_json(status: int, text: str) -> Answer:
    return Answer(status, "application/json; charset=utf-8", text.encode("utf-8", "replace"))

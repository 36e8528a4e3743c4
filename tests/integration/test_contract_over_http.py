"""What the app answers over real HTTP is what its OpenAPI document says: status, headers, media type and every member."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.changing.changes import CHANGES
from chalicelib.edge.problems.table import CALLERS_SLUGS
from tests.described import Described
from tests.integration import bookings
from tests.integration.bookings import (
    BALANCE,
    CREATE,
    DETAILS,
    MADE_BOOKINGS,
    MEMBERS,
    PERMISSIONS,
    REQUIREMENTS,
    VALIDATE,
    members,
    to_body,
)
from tests.integration.exchange import PROBLEM, Answer
from tests.integration.service import Service

SETTINGS = "/v1/PhoneChat/GetSettings"
KEY = "contract-test-key-1"
OPERATION = "/v1/operations/{operation_id}"
NOWHERE_YET = "op_01ARZ3NDEKTSV4RRFFQ69G5FAV"
SOUND = to_body(MEMBERS)

CANCEL, _, DELETE, ACCEPT, _ = (change.path for change in CHANGES)

Ask = Callable[[Service], Answer]


def post(path: str, body: bytes = SOUND, **headers: str | None) -> Ask:
    """Return how to send a body; `headers` replace those of a page, those that are None are left out."""
    changed = {name.replace("_", "-").title(): value for name, value in headers.items()}
    told = {name: value for name, value in {**bookings.headers(key=KEY), **changed}.items() if value is not None}
    return lambda service: service.send("POST", path, told, body)


def ask(operation_id: str = NOWHERE_YET, token: str = bookings.TOKEN) -> Ask:
    """Return how to ask for an operation."""
    return lambda service: service.ask(operation_id, token=token)


def read(path: str, accept: str = "*/*") -> Ask:
    """Return how to read a page."""
    return lambda service: service.send("GET", path, {**bookings.headers(None), "Accept": accept})


def know(path: str, query: str = "", token: str | None = bookings.TOKEN) -> Ask:
    """Return how to read what AdultWork knows."""
    return lambda service: service.send("GET", path + query, bookings.headers(token))


def armed(path: str, then: Ask, fault: str = "status", times: int = 2, **settings: Any) -> Ask:  # noqa: ANN401 (settings of a fault)
    """Return how to ask while the upstream misbehaves."""

    def misbehaving(service: Service) -> Answer:
        service.arm(path, fault, times, **settings)
        return then(service)

    return misbehaving


def after(first: Ask, then: Ask) -> Ask:
    """Return how to ask twice."""

    def twice(service: Service) -> Answer:
        first(service)
        return then(service)

    return twice


def of_the_booking(service: Service) -> Answer:
    """Book, and ask for the operation."""
    location = str(post(CREATE)(service).header("Location"))
    return service.ask(location.rpartition("/")[2])


def of_the_details(service: Service) -> Answer:
    """Book, and read the booking at AdultWork."""
    booking_id = post(CREATE)(service).document["BookingID"]
    return know(DETAILS, f"?BookingID={booking_id}")(service)


def of_the_unknown(service: Service) -> Answer:
    """Book in vain, and ask for the operation while nobody can tell."""
    answer = UNKNOWN(service)
    return service.ask(answer.document["operation_id"])


def change(path: str, named: Mapping[str, Any], key: str | None = KEY, token: str = bookings.TOKEN) -> Ask:
    """Return how to ask for a change with other members than the booking's."""
    return post(path, to_body(named), idempotency_key=key, authorization=f"Bearer {token}")


def of_a_booking(path: str, key: str | None = KEY, token: str = bookings.TOKEN, **more: Any) -> Ask:  # noqa: ANN401 (members)
    """Return how to book, and to ask for a change of the booking."""

    def changing(service: Service) -> Answer:
        booking_id = post(CREATE)(service).document["BookingID"]
        return change(path, {"BookingID": booking_id, **more}, key, token)(service)

    return changing


def of_deletion(service: Service) -> Answer:
    """Book, and ask for the booking's deletion, which AdultWork declines in an answer of its own."""
    booking_id = post(CREATE)(service).document["BookingID"]
    return change(DELETE, {"BookingIDs": str(booking_id)})(service)


def of_the_change(service: Service) -> Answer:
    """Cancel a booking, and ask for the operation that did."""
    location = str(CANCELLED(service).header("Location"))
    return service.ask(location.rpartition("/")[2])


BOOK = post(CREATE)
CANCELLED = of_a_booking(CANCEL, Reason="Another day")
CHANGE_UNKNOWN = armed(DETAILS, armed(CANCEL, CANCELLED, times=1, status=500), status=500, times=9)
REFUSED = armed(CREATE, BOOK, times=1, status=402, message="No credits.")
UNKNOWN = armed(MADE_BOOKINGS, armed(CREATE, BOOK, times=1, status=500), status=500, times=9)
# One way to each answer of each operation that a test can bring about: what is asked, and what comes.
ANSWERS: Mapping[str, tuple[tuple[str, str], Ask, int, str | None]] = {
    "a booking": (("POST", CREATE), BOOK, 201, None),
    "a repeat": (("POST", CREATE), after(BOOK, BOOK), 201, None),
    "no JSON": (("POST", CREATE), post(CREATE, b"{"), 400, "malformed-request"),
    "a name twice": (("POST", CREATE), post(CREATE, b'{"a": 1, "a": 2}'), 400, "malformed-request"),
    "a bad key": (("POST", CREATE), post(CREATE, idempotency_key="short"), 400, "invalid-idempotency-key"),
    "a large body": (("POST", CREATE), post(CREATE, SOUND + b" " * 40_000), 413, "body-too-large"),
    "no media type": (("POST", CREATE), post(CREATE, content_type=None), 415, "unsupported-media-type"),
    "no token": (("POST", CREATE), post(CREATE, authorization=None), 401, "missing-token"),
    "a bad token": (("POST", CREATE), post(CREATE, authorization="Bearer nobody"), 401, "invalid-token"),
    "no scope": (("POST", CREATE), post(CREATE, authorization="Bearer no-scope-token"), 403, "insufficient-scope"),
    "broken rules": (("POST", CREATE), post(CREATE, to_body({"Duration": 1})), 422, "booking-rejected"),
    "another body": (
        ("POST", CREATE),
        after(BOOK, post(CREATE, to_body(members(Duration=20)))),
        422,
        "idempotency-key-reused",
    ),
    "an equal booking": (
        ("POST", CREATE),
        after(BOOK, post(CREATE, idempotency_key=None)),
        409,
        "duplicate-booking",
    ),
    "a refusal": (("POST", CREATE), REFUSED, 402, "upstream-refused"),
    "a refusal to wait": (("POST", CREATE), armed(CREATE, BOOK, times=1, status=429), 429, "upstream-refused"),
    "nobody there": (("POST", CREATE), armed(REQUIREMENTS, BOOK, status=500), 503, "upstream-unavailable"),
    "an unknown outcome": (("POST", CREATE), UNKNOWN, 502, "outcome-unknown"),
    "a quote": (("POST", VALIDATE), post(VALIDATE), 200, None),
    "a quote of broken rules": (("POST", VALIDATE), post(VALIDATE, to_body({"Duration": 1, "x": 2})), 200, None),
    "a quote without a balance": (("POST", VALIDATE), armed(BALANCE, post(VALIDATE), status=403), 200, None),
    "no quote without a token": (("POST", VALIDATE), post(VALIDATE, authorization=None), 401, "missing-token"),
    "no quote of no JSON": (("POST", VALIDATE), post(VALIDATE, b"{"), 400, "malformed-request"),
    "no quote without facts": (
        ("POST", VALIDATE),
        armed(REQUIREMENTS, post(VALIDATE), status=500),
        503,
        "upstream-unavailable",
    ),
    "an operation": (("GET", OPERATION), of_the_booking, 200, None),
    "an open operation": (("GET", OPERATION), of_the_unknown, 200, None),
    "no operation": (("GET", OPERATION), ask(), 404, "not-found"),
    "no operation for nobody": (("GET", OPERATION), ask(token="nobody"), 401, "invalid-token"),
    "no operation without a scope": (("GET", OPERATION), ask(token="no-scope-token"), 403, "insufficient-scope"),
    "no operation while nobody is there": (
        ("GET", OPERATION),
        armed(PERMISSIONS, ask(), status=500),
        503,
        "upstream-unavailable",
    ),
    "a cancellation": (("POST", CANCEL), CANCELLED, 200, None),
    "its repeat": (("POST", CANCEL), after(CANCELLED, CANCELLED), 200, None),
    "a cancellation without a reason": (("POST", CANCEL), change(CANCEL, {"BookingID": 1}), 422, "change-rejected"),
    "a cancellation of nothing": (
        ("POST", CANCEL),
        change(CANCEL, {"BookingID": 999, "Reason": "None"}),
        422,
        "upstream-refused",
    ),
    "an unknown cancellation": (("POST", CANCEL), CHANGE_UNKNOWN, 502, "outcome-unknown"),
    "another one of the same": (
        ("POST", CANCEL),
        armed(DETAILS, after(CHANGE_UNKNOWN, of_a_booking(CANCEL, None, Reason="Again")), status=500, times=9),
        409,
        "duplicate-change",
    ),
    "an operation that cancels": (("GET", OPERATION), of_the_change, 200, None),
    "an offer that is accepted": (
        ("POST", ACCEPT),
        of_a_booking(ACCEPT, token="performer-token", Credits=32),
        200,
        None,
    ),
    "a deletion of what stands": (("POST", DELETE), of_deletion, 200, None),
    "requirements": (("GET", REQUIREMENTS), know(REQUIREMENTS, "?BookUserID=123456"), 200, None),
    "no requirements of nobody": (("GET", REQUIREMENTS), know(REQUIREMENTS), 422, "parameters-rejected"),
    "a candidate who is not bookable": (
        ("GET", REQUIREMENTS),
        know(REQUIREMENTS, "?BookUserID=200004"),
        422,
        "upstream-refused",
    ),
    "no booking yet": (("GET", MADE_BOOKINGS), know(MADE_BOOKINGS), 200, None),
    "a page of bookings": (
        ("GET", MADE_BOOKINGS),
        after(BOOK, know(MADE_BOOKINGS, "?OrderBy=sessiondate-asc&BookingsPerPage=1&PageNumber=1")),
        200,
        None,
    ),
    "a page of no number": (
        ("GET", MADE_BOOKINGS),
        know(MADE_BOOKINGS, "?PageNumber=0&x=1&PageNumber=2"),
        422,
        "parameters-rejected",
    ),
    "a booking as it stands": (("GET", DETAILS), of_the_details, 200, None),
    "no booking of this id": (("GET", DETAILS), know(DETAILS, "?BookingID=999"), 422, "upstream-refused"),
    "a booking that may not be read": (
        ("GET", DETAILS),
        armed(DETAILS, know(DETAILS, "?BookingID=1"), status=403),
        403,
        "upstream-refused",
    ),
    "settings": (("GET", SETTINGS), know(SETTINGS), 200, None),
    "settings without a token": (("GET", SETTINGS), know(SETTINGS, token=None), 401, "missing-token"),
    "settings without a scope": (("GET", SETTINGS), know(SETTINGS, token="no-scope-token"), 403, "insufficient-scope"),
    "a balance": (("GET", BALANCE), know(BALANCE), 200, None),
    "no balance without its scope": (
        ("GET", BALANCE),
        know(BALANCE, token="no-balance-token"),
        403,
        "insufficient-scope",
    ),
    "no balance while nobody is there": (
        ("GET", BALANCE),
        armed(BALANCE, know(BALANCE), status=500),
        503,
        "upstream-unavailable",
    ),
    "permissions": (("GET", PERMISSIONS), know(PERMISSIONS, token="no-scope-token"), 200, None),
    "no permissions of nobody": (("GET", PERMISSIONS), know(PERMISSIONS, token="nobody"), 401, "invalid-token"),
    "health": (("GET", "/health"), read("/health"), 200, None),
    "the document": (("GET", "/openapi.json"), read("/openapi.json"), 200, None),
    "the reference": (("GET", "/docs"), read("/docs"), 200, None),
    "a file": (("GET", "/docs/{file}"), read("/docs/reference.js"), 200, None),
    "no file": (("GET", "/docs/{file}"), read("/docs/secrets"), 404, "not-found"),
    "a problem": (("GET", "/problems/{slug}"), read("/problems/outcome-unknown", "application/json"), 200, None),
    "a problem's page": (("GET", "/problems/{slug}"), read("/problems/outcome-unknown", "text/html"), 200, None),
    "a problem's text": (("GET", "/problems/{slug}"), read("/problems/outcome-unknown"), 200, None),
    "no problem": (("GET", "/problems/{slug}"), read("/problems/none"), 404, "not-found"),
}


def described(service: Service) -> Described:
    """Return the document that the service itself serves."""
    return Described(json.loads(service.send("GET", "/openapi.json", {}).body, parse_float=Decimal))


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_as_the_document_says(service: Service, name: str) -> None:
    """Every member of it, and no other."""
    (method, path), way, status, slug = ANSWERS[name]
    document = described(service)
    answer = way(service)
    assert answer.kind == (status, slug), answer.body
    headers = {key.lower(): value for key, value in answer.headers}
    is_json = "json" in headers["content-type"]
    told = json.loads(answer.body, parse_float=Decimal) if is_json else answer.body.decode()
    document.require(method, path, status, headers, told)


def test_the_limit_of_an_account_is_as_the_document_says(configured: Callable[..., Service]) -> None:
    """With its headers."""
    service = configured(BOOKINGS_PER_MINUTE="1")
    BOOK(service)
    answer = post(CREATE, to_body(bookings.later(1)), idempotency_key="contract-test-key-2")(service)
    assert answer.kind == (429, "too-many-bookings")
    headers = {key.lower(): value for key, value in answer.headers}
    described(service).require("POST", CREATE, 429, headers, answer.document)
    CANCELLED(service)
    other = change(CANCEL, {"BookingID": 999, "Reason": "None"}, "contract-test-key-3")(service)
    assert other.kind == (429, "too-many-changes")
    headers = {key.lower(): value for key, value in other.headers}
    described(service).require("POST", CANCEL, 429, headers, other.document)


def test_a_method_that_is_not_allowed_is_as_the_document_says(service: Service) -> None:
    """It belongs to no operation; its schema is there."""
    answer = service.send("DELETE", CREATE)
    assert answer.kind == (405, "method-not-allowed")
    reference = {"$ref": "#/components/schemas/MethodNotAllowedProblem"}
    assert described(service).faults(reference, answer.document) == []


def test_the_answers_cover_every_kind_of_problem_that_a_test_can_bring_about() -> None:
    """The others need a race, a person, a sign-in, or a fault of our own; `tests/repo/test_openapi.py` judges their examples."""
    found = {slug for _, _, _, slug in ANSWERS.values() if slug is not None} | {
        "too-many-bookings",
        "too-many-changes",
        "method-not-allowed",
    }
    assert CALLERS_SLUGS - found == {
        "booking-not-created", "change-not-made", "internal-error", "operation-in-progress", "sending-paused",
        "store-unavailable", "sign-in-refused", "sign-in-in-progress", "sign-in-unavailable", "too-many-sign-ins",
    }  # fmt: skip


@pytest.mark.parametrize("entrance", ["", "/dev"])
def test_the_document_has_the_addresses_of_its_entrance(service: Service, entrance: str) -> None:
    """Behind a stage, problems and paths begin with it, as in the answers."""
    document = json.loads(service.send("GET", f"{entrance}/openapi.json", {}).body)
    assert document["servers"] == [{"url": entrance or "/"}]
    told = document["components"]["schemas"]["MissingTokenProblem"]["properties"]["type"]["const"]
    refused = service.send("POST", f"{entrance}{CREATE}", {"Content-Type": "application/json"}, SOUND)
    assert refused.header("Content-Type") == PROBLEM
    assert refused.document["type"] == told == f"{entrance}/problems/missing-token"

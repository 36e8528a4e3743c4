"""What the caller can mend, over real HTTP: every answer is a problem that a page may read, and nothing is sent."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.names import PSEUDONYM
from chalicelib.edge.problems.table import BY_SLUG
from tests.integration import bookings
from tests.integration.bookings import CREATE, MEMBERS, ORIGIN, REQUIREMENTS, members, to_body
from tests.integration.exchange import CHALLENGE, Answer, require_problem
from tests.integration.service import Service

SCOPE = "account_phonechat_bookings"
SOUND = to_body(MEMBERS)


def rules(answer: Answer) -> list[tuple[str, str]]:
    """Return pointer and rule of every violation, in order."""
    return [(violation["pointer"], violation["rule"]) for violation in answer.document["violations"]]


def test_a_request_with_five_defects_lists_five(service: Service) -> None:
    """One answer for the whole form, and no call for any of it."""
    broken = members(
        SessionDate="2018-02-21 21:30",
        Duration=4,
        Method=9,
        Credits="32",
        AcceptBy=None,
        PhoneNumber=None,
        Comments=None,
    )
    answer = service.book(broken)
    require_problem(answer, 422, "booking-rejected")
    assert sorted(rules(answer)) == [
        ("/AcceptBy", "required"),
        ("/Credits", "credits-form"),
        ("/Duration", "duration-minimum"),
        ("/Method", "method"),
        ("/SessionDate", "session-date-future"),
    ]
    assert all(violation["message"] for violation in answer.document["violations"])
    params = {violation["rule"]: violation["params"] for violation in answer.document["violations"]}
    assert (params["duration-minimum"], params["method"]) == ({"minimum": 5}, {"allowed": [1, 2, 3]})
    assert b'"maximum":9999999.9999' in answer.body
    assert (service.posts, service.records.kinds()) == (0, ["refused"])


def test_a_bad_token_comes_before_every_mistake(service: Service) -> None:
    """Whoever is not known learns nothing about the form, and leaves no record."""
    assert service.book(members(Duration=1), token="nobody").kind == (401, "invalid-token")
    assert service.records.kinds() == []


def test_mistakes_of_the_form_and_of_the_facts_come_in_one_answer(service: Service) -> None:
    """Leave AcceptBy out, and offer what neither the candidate nor the account agrees to."""
    answer = service.book(members(BookUserID=200002, Credits=29, AcceptBy=None), token="poor-token")
    require_problem(answer, 422, "booking-rejected")
    assert rules(answer) == [
        ("/AcceptBy", "required"),
        ("/Method", "method-available"),
        ("/Credits", "credits-minimum"),
        ("/Credits", "balance-sufficient"),
    ]


@pytest.mark.parametrize(
    ("token", "request_", "expected"),
    [
        ("poor-token", MEMBERS, [("/Credits", "balance-sufficient")]),
        ("client-token", members(Credits=301), [("/Credits", "balance-sufficient")]),
        ("client-token", members(Credits=Decimal("22.4999")), [("/Credits", "credits-minimum")]),
        ("client-token", members(Method=2), [("/Method", "method-available")]),
        ("client-token", members(BookUserID=200002), [("/Method", "method-available")]),
        ("client-token", members(BookUserID=200001), [("/BookUserID", "candidate-bookable")]),
        ("client-token", members(BookUserID=200004), [("/BookUserID", "candidate-bookable")]),
        ("client-token", members(BookUserID=999999), [("/BookUserID", "candidate-bookable")]),
        (
            "poor-token",
            members(BookUserID=200002, Credits=29),
            [("/Method", "method-available"), ("/Credits", "credits-minimum"), ("/Credits", "balance-sufficient")],
        ),
    ],
    ids=[
        "too poor", "above the balance", "below the price", "method not offered", "skype only", "direct chat only",
        "no phone chat", "not found", "three at once",
    ],
)  # fmt: skip
def test_a_booking_that_the_facts_forbid_is_refused_and_recorded(
    service: Service, token: str, request_: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """All violations at once; the event names rules and members, the operations table stays empty."""
    answer = service.book(request_, token=token)
    document = require_problem(answer, 422, "booking-rejected")
    assert rules(answer) == expected
    (event,) = service.records.events()
    assert (event["kind"], event["operation_id"]) == ("refused", document["operation_id"])
    assert event["violations"] == [f"{rule}{pointer}" for pointer, rule in expected]
    assert (service.posts, service.records.rows()) == (0, [])


@pytest.mark.parametrize(
    ("duration", "credits_", "status"),
    [(15, "4.9995", 201), (15, "4.9994", 422), (30, "9.999", 201), (30, "9.9989", 422), (7, "2.3331", 201)],
)
def test_the_price_is_compared_exactly(service: Service, duration: int, credits_: str, status: int) -> None:
    """0.3333 a minute: the very product is enough, a ten-thousandth less is not."""
    request = members(BookUserID=200005, Duration=duration, Credits=Decimal(credits_))
    assert service.book(request).status == status


@pytest.mark.parametrize("credits_", [0, Decimal("0.0001")])
def test_a_candidate_without_a_price_takes_any_offer(service: Service, credits_: Decimal) -> None:
    """No price is no minimum, and no reason to leave anything unchecked."""
    assert service.book(members(BookUserID=200003, Credits=credits_)).status == 201
    assert service.records.events()[0]["unchecked"] == []


def test_a_token_without_the_scope_is_refused_and_recorded(service: Service) -> None:
    """The challenge names the scope to ask for; the refusal is an event of the account."""
    answer = service.book(token="no-scope-token")
    document = require_problem(answer, 403, "insufficient-scope")
    challenge = answer.header(CHALLENGE) or ""
    assert challenge.startswith("Bearer ")
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{SCOPE}"' in challenge
    (event,) = service.records.events()
    assert (event["kind"], event["missing_scope"]) == ("refused", SCOPE)
    assert PSEUDONYM.fullmatch(event["client"])
    assert event["operation_id"] == document["operation_id"]
    assert service.posts == 0


def test_an_unknown_token_is_refused_and_leaves_no_record(service: Service) -> None:
    """Nobody knows whose it is; the challenge says what is wrong with it."""
    answer = service.book(token="nobody-knows-me")
    require_problem(answer, 401, "invalid-token")
    assert 'error="invalid_token"' in (answer.header(CHALLENGE) or "")
    assert (service.posts, service.records.kinds()) == (0, [])


def test_without_a_token_the_challenge_names_no_error(service: Service) -> None:
    """RFC 6750: who sent no credentials has made no mistake with them."""
    answer = service.send("POST", bookings.PATH, bookings.headers(token=None), SOUND)
    require_problem(answer, 401, "missing-token")
    assert answer.header(CHALLENGE) == 'Bearer realm="switchboard"'
    assert service.calls() == 0


@pytest.mark.parametrize("form", ["no-flag", "no-number", "two-flags", "texts"])
def test_methods_that_cannot_be_read_leave_their_rule_unchecked(service: Service, form: str) -> None:
    """The names of their members are not documented: the booking goes on, and the event says what nobody checked."""
    service.arm(REQUIREMENTS, "unreadable-methods", form=form)
    assert service.book().status == 201
    assert service.records.events()[0]["unchecked"] == ["method-available"]


def test_methods_are_read_under_any_names(service: Service) -> None:
    """One whole number and one boolean an entry are enough."""
    service.arm(REQUIREMENTS, "method-names", number="Art", available="Erreichbar")
    assert rules(service.book(members(Method=2))) == [("/Method", "method-available")]


BODIES: dict[str, tuple[bytes, int, str]] = {
    "20,000 nested arrays": (b"[" * 20_000 + b"]" * 20_000, 413, "body-too-large"),
    "as many as fit": (b"[" * 4_000 + b"]" * 4_000, 400, "malformed-request"),
    "nested without an end": (b'{"a":' * 1_600, 400, "malformed-request"),
    "duplicate key": (SOUND[:-1] + b',"Duration":15}', 400, "malformed-request"),
    "duplicate key, escaped": (SOUND[:-1] + b',"Dura\\u0074ion":15}', 400, "malformed-request"),
    "byte order mark": (b"\xef\xbb\xbf" + SOUND, 400, "malformed-request"),
    "NaN": (SOUND.replace(b'"Credits": 32', b'"Credits": NaN'), 400, "malformed-request"),
    "Infinity": (SOUND.replace(b'"Credits": 32', b'"Credits": -Infinity'), 400, "malformed-request"),
    "30 KiB": (SOUND[:-1] + b" " * 30_720 + b"}", 413, "body-too-large"),
    "empty": (b"", 400, "malformed-request"),
    "blank": (b" \n", 400, "malformed-request"),
    "not JSON": (b"BookUserID=123456&Duration=15", 400, "malformed-request"),
    "cut off": (SOUND[:-20], 400, "malformed-request"),
    "not UTF-8": (SOUND.replace(b"Hello", b"H\xe9llo"), 400, "malformed-request"),
    "UTF-16": (SOUND.decode().encode("utf-16"), 400, "malformed-request"),
    "lone surrogate": (SOUND.replace(b"Hello", b"\\ud800"), 400, "malformed-request"),
    "an array": (b"[]", 400, "malformed-request"),
    "a number": (b"1", 400, "malformed-request"),
    "null": (b"null", 400, "malformed-request"),
    "two objects": (SOUND + SOUND, 400, "malformed-request"),
    "long number": (SOUND.replace(b'"Credits": 32', b'"Credits": ' + b"3" * 21), 400, "malformed-request"),
    "huge exponent": (SOUND.replace(b'"Credits": 32', b'"Credits": 1e999999999'), 422, "booking-rejected"),
    "boolean as a number": (SOUND.replace(b'"Duration": 15', b'"Duration": true'), 422, "booking-rejected"),
    "unknown member": (SOUND[:-1] + b',"Discount":5}', 422, "booking-rejected"),
    "empty object": (b"{}", 422, "booking-rejected"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_sound_booking_is_a_problem(service: Service, name: str) -> None:
    """A 4xx that a page may read, whatever the bytes are; what cannot be parsed costs no call, and nothing is sent."""
    body, status, slug = BODIES[name]
    assert body.replace(b"Hello", b"") != SOUND.replace(b"Hello", b"") or name in {"not UTF-8", "lone surrogate"}
    answer = service.post(body)
    require_problem(answer, status, slug)
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN
    assert (service.calls() > 0, service.records.kinds()) == ((True, ["refused"]) if status == 422 else (False, []))
    assert service.posts == 0


def test_nested_arrays_are_refused_by_their_depth_too(configured: Callable[..., Service]) -> None:
    """With a limit that lets all 20,000 in, the parser still does not fall over them."""
    service = configured(MAXIMUM_BODY_BYTES="100000")
    require_problem(service.post(b"[" * 20_000 + b"]" * 20_000), 400, "malformed-request")
    require_problem(service.post(b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"), 400, "malformed-request")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json; charset=utf-16",
        "json",
        "",
    ],
)
def test_another_content_type_is_a_problem(service: Service, media_type: str) -> None:
    """The body is not even looked at."""
    answer = service.post(SOUND, content_type=media_type)
    require_problem(answer, 415, "unsupported-media-type")
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN
    assert service.calls() == 0


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_may_be_declared_in_any_case_and_with_its_charset(service: Service, media_type: str) -> None:
    """Content-Type is compared without case."""
    assert service.post(SOUND, content_type=media_type).status == 201


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
def test_another_method_is_a_problem(service: Service, method: str) -> None:
    """The Allow header lists the right ones."""
    answer = service.send(method, CREATE)
    assert (answer.status, answer.header("Allow")) == (405, "POST, OPTIONS")
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN
    if method != "HEAD":
        require_problem(answer, 405, "method-not-allowed")
    assert service.calls() == 0


@pytest.mark.parametrize(
    "path",
    ["/", "/v1/PhoneChat", "/v1/phonechat/createbooking", "/v1/PhoneChat/CreateBooking/7", "/%7Bproxy+%7D", "/a%2fb"],
)
def test_an_unknown_path_is_a_problem(service: Service, path: str) -> None:
    """Paths are case-sensitive; the token of the request is not repeated."""
    answer = service.send("POST", path, body=SOUND)
    require_problem(answer, 404, "not-found")
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN
    assert bookings.TOKEN.encode() not in answer.body
    assert service.calls() == 0


@pytest.mark.parametrize(
    "key", ["short", "k" * 129, "with a space inside", '"unclosed-quoted-key', "ключ-ключ-ключ-ключ"]
)
def test_a_malformed_idempotency_key_is_a_problem(service: Service, key: str) -> None:
    """Before any call goes out."""
    answer = service.post(SOUND, idempotency_key=key.encode().decode("latin-1"))
    require_problem(answer, 400, "invalid-idempotency-key")
    assert service.calls() == 0


@pytest.mark.parametrize("slug", BY_SLUG)
def test_every_problem_type_has_a_page(service: Service, slug: str) -> None:
    """The `type` of a problem leads to it."""
    answer = service.send("GET", f"/problems/{slug}")
    assert (answer.status, answer.header("Content-Type")) == (200, "text/plain; charset=utf-8")
    assert slug in answer.body.decode()
    assert BY_SLUG[slug].advice in answer.body.decode()


def test_a_problem_type_that_does_not_exist_has_none(service: Service) -> None:
    """It is not found, like any other path."""
    require_problem(service.send("GET", "/problems/no-such-problem"), 404, "not-found")


def test_a_problem_never_repeats_what_was_sent(service: Service) -> None:
    """Values of the caller come back in no problem, only the pointers to them."""
    secrets = {"Comments": "hidden\u202ewords", "PhoneNumber": "0900 secret", "SkypeName": "!!", "Duration": "a secret"}
    answer = service.book(members(**secrets, BookUserID="secret", Secret="secret"))
    require_problem(answer, 422, "booking-rejected")
    assert b"secret" not in answer.body
    assert b"hidden" not in answer.body
    assert {"/Comments", "/PhoneNumber", "/Duration", "/BookUserID", "/Secret"} <= {p for p, _ in rules(answer)}
    json.loads(answer.body)

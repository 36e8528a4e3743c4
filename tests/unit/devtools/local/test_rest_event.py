"""HTTP becomes REST proxy events, and their answers become HTTP."""

import base64
from typing import Any

import pytest

from devtools.local.paths import Match
from devtools.local.rest_event import HttpRequest, MalformedAnswerError, from_answer, to_event


def event(query: str = "", headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> dict[str, Any]:
    """Return the event of a GET."""
    request = HttpRequest("GET", "/v1/a%20b", query, headers, body, "127.0.0.1")
    return to_event(request, Match("/v1/{name}", {"name": "a b"}), "request-1")


def test_an_event_tells_resource_path_parameters_and_context() -> None:
    """The members that Chalice reads are there, decoded."""
    seen = event()
    context = seen["requestContext"]
    assert (seen["resource"], seen["path"], seen["pathParameters"]) == ("/v1/{name}", "/v1/a b", {"name": "a b"})
    assert (context["resourcePath"], context["httpMethod"]) == ("/v1/{name}", "GET")
    assert (context["requestId"], context["identity"]["sourceIp"]) == ("request-1", "127.0.0.1")


def test_repeated_headers_survive() -> None:
    """`headers` holds the last value, `multiValueHeaders` all of them in order."""
    seen = event(headers=(("idempotency-key", "one"), ("idempotency-key", "two")))
    assert seen["headers"]["idempotency-key"] == "two"
    assert seen["multiValueHeaders"]["idempotency-key"] == ["one", "two"]


def test_repeated_query_parameters_survive() -> None:
    """The same for the query, decoded; an empty value stays."""
    seen = event(query="a=1&a=2%203&b=")
    assert seen["queryStringParameters"] == {"a": "2 3", "b": ""}
    assert seen["multiValueQueryStringParameters"] == {"a": ["1", "2 3"], "b": [""]}


def test_what_is_empty_is_none() -> None:
    """The platform sends null, not an empty map or text."""
    seen = event()
    names = ("queryStringParameters", "multiValueQueryStringParameters", "body", "stageVariables")
    assert [seen[name] for name in names] == [None] * 4
    assert seen["isBase64Encoded"] is False


def test_a_body_in_utf_8_is_text() -> None:
    """It arrives as it was sent."""
    seen = event(body="né".encode())
    assert (seen["body"], seen["isBase64Encoded"]) == ("né", False)


def test_a_body_that_is_not_utf_8_is_base64() -> None:
    """No byte is lost."""
    seen = event(body=b"\xff\x00")
    assert seen["isBase64Encoded"] is True
    assert base64.b64decode(seen["body"]) == b"\xff\x00"


def test_an_answer_keeps_status_headers_and_body() -> None:
    """A name under both members counts under multiValueHeaders only."""
    answer = from_answer(
        {
            "statusCode": 201,
            "headers": {"Location": "/v1/operations/op_1", "vary": "dropped"},
            "multiValueHeaders": {"Vary": ["Origin", "Accept"]},
            "body": "né",
        }
    )
    assert answer.status == 201
    assert answer.headers == ((b"Location", b"/v1/operations/op_1"), (b"Vary", b"Origin"), (b"Vary", b"Accept"))
    assert answer.body == "né".encode()


def test_a_base64_answer_is_decoded() -> None:
    """A binary body leaves as bytes."""
    assert from_answer({"statusCode": 200, "body": "AAE=", "isBase64Encoded": True}).body == b"\x00\x01"


@pytest.mark.parametrize("member", ["headers", "multiValueHeaders"])
def test_headers_are_renamed_and_dropped_as_the_platform_does(member: str) -> None:
    """The challenge above all: clients find it under another name."""
    kept = {"Location": "/a", "Content-Type": "text/plain", "Allow": "GET"}
    renamed = {
        "WWW-Authenticate": "Bearer",
        "date": "today",
        "Server": "ours",
        "Content-MD5": "x",
        "Connection": "close",
    }
    given = {**kept, **renamed, "Via": "us", "Transfer-Encoding": "chunked", "Host": "here"}
    answer = from_answer(
        {"statusCode": 401, member: given if member == "headers" else {name: [value] for name, value in given.items()}}
    )
    told = {name.decode(): value.decode() for name, value in answer.headers}
    assert told == kept | {f"x-amzn-Remapped-{name}": value for name, value in renamed.items()}


def test_the_context_tells_the_whole_path_and_the_event_that_of_the_resource() -> None:
    """As behind a stage."""
    request = HttpRequest("GET", "/v1/a%20b", "", (), b"", "127.0.0.1", "/dev")
    seen = to_event(request, Match("/v1/{name}", {"name": "a b"}), "request-1")
    assert (seen["path"], seen["requestContext"]["path"]) == ("/v1/a b", "/dev/v1/a b")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"statusCode": "200"},
        {"statusCode": 200, "body": {}},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"X-A": "one\r\nX-B: two"}},
        {"statusCode": 200, "headers": {"X-A": "€"}},
        {"statusCode": 200, "headers": ["X-A"]},
        {"statusCode": 200, "multiValueHeaders": {"X-A": 3}},
    ],
)
def test_an_answer_that_is_no_answer_is_refused(answer: object) -> None:
    """The platform would answer 502 for it."""
    with pytest.raises(MalformedAnswerError):
        from_answer(answer)

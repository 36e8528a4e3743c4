"""A service of AWS: what is sent to it, where it is, and that no call outlives its deadline whatever it does."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from zlib import crc32

import pytest

from chalicelib.adapters.aws.database import DYNAMODB
from chalicelib.adapters.aws.faults import AwsError, is_transient
from chalicelib.adapters.aws.kms import KMS
from chalicelib.adapters.aws.service import NoRegionError, Place, Service
from chalicelib.adapters.http.answer import UnparsableAnswerError, UnreadableAnswerError
from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.adapters.http.transport import HttpAnswer, HttpRequest, Transport
from chalicelib.domain.time_budget import Deadline
from devtools.proof.trials.scene.clock import MovableClock
from tests.fakes.certificates import Authority
from tests.fakes.raw_upstream import (
    Peer,
    RawUpstream,
    Script,
    answer,
    closes,
    drips,
    repeats,
    resets,
    says,
    says_and_closes,
    says_and_stalls,
)

REQUEST_ID = "x-amzn-RequestId: 8DJ3"
ENVIRONMENT = {
    "AWS_REGION": "eu-west-2",
    "AWS_ACCESS_KEY_ID": "AKIA1",
    "AWS_SECRET_ACCESS_KEY": "canary-secret",
    "AWS_SESSION_TOKEN": "token",
}
TRY_SECONDS = 0.4
MOMENT = 0.3  # a busy machine needs no longer than that to notice
GOOD = answer(b'{"Item":{"pk":{"S":"a"}}}', "200 OK", REQUEST_ID)

NO_ANSWER = (ExchangeFailedError, UnreadableAnswerError)

ServiceAt = Callable[[str], Service]


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


@pytest.fixture
def clock() -> MovableClock:
    """Return the clock that connections are aged by."""
    return MovableClock()


@pytest.fixture
def place(authority: Authority, clock: MovableClock) -> Iterator[Place]:
    """Return AWS, under an authority of the tests."""
    transport = Transport(tls_context(str(authority.path)))
    yield Place.of(ENVIRONMENT, transport, clock)
    transport.close()


@pytest.fixture
def service_at(place: Place) -> ServiceAt:
    """Return what makes a DynamoDB at an address, of which one try takes 0.4 s at most."""
    return lambda url: replace(place.service(DYNAMODB), endpoint=url, try_seconds=TRY_SECONDS)


def test_a_call_is_one_signed_request(service_at: ServiceAt) -> None:
    """The whole of it: nothing is sent that is not meant to be."""
    with RawUpstream(says(GOOD)) as upstream:
        answered = service_at(upstream.url).call("GetItem", {"Key": {"pk": {"B": b"\x00\xff"}}}, after(5))
    (request,) = upstream.requests
    assert answered == {"Item": {"pk": {"S": "a"}}}
    assert (request.method, request.target) == ("POST", "/")
    assert request.body == b'{"Key":{"pk":{"B":"AP8="}}}'
    signature, stamp = request.headers.pop("authorization"), request.headers.pop("x-amz-date")
    assert request.headers == {
        "host": upstream.url.removeprefix("http://"),
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.GetItem",
        "x-amz-security-token": "token",
        "accept-encoding": "identity",
        "user-agent": "Switchboard",
        "content-length": str(len(request.body)),
    }
    assert f"Credential=AKIA1/{stamp[:8]}/eu-west-2/dynamodb/aws4_request" in signature
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target," in signature


@pytest.mark.parametrize(
    ("variables", "endpoint"),
    [
        ({}, "https://dynamodb.eu-west-2.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1/"}, "http://127.0.0.1:1"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"},
            "http://127.0.0.1:2",
        ),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, "https://dynamodb.eu-west-1.amazonaws.com"),
    ],
)
def test_the_environment_says_where_a_service_is(place: Place, variables: dict[str, str], endpoint: str) -> None:
    """By AWS's own variables."""
    found = Place.of({**ENVIRONMENT, **variables}, place.transport, place.clock)
    assert found.service(DYNAMODB).endpoint == endpoint


def test_without_a_region_there_is_no_service(place: Place) -> None:
    """A signature needs one even where an address is given."""
    with pytest.raises(NoRegionError):
        Place.of({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, place.transport, place.clock)


def test_neither_the_environment_nor_anything_of_a_call_shows(place: Place) -> None:
    """Print all of it: the environment holds our secrets, and a tool may print what it was given."""
    secret = Place.of({**ENVIRONMENT, "HMAC_KEY": "canary-key"}, place.transport, place.clock)
    request = HttpRequest("POST", "https://x/", {"Authorization": "canary"}, b"canary")
    shown = f"{secret!r} {secret.service(KMS)!r} {request!r} {HttpAnswer(200, {'a': 'canary'}, b'canary')!r}"
    assert "eu-west-2" in shown
    assert "canary" not in shown
    assert ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in shown


def test_services_over_tls_share_the_one_context(place: Place, authority: Authority) -> None:
    """And a server of another authority is refused before a byte is sent."""
    with ExitStack() as running:
        good = running.enter_context(RawUpstream(says(GOOD), context=authority.server_context()))
        other = Authority.create(authority.path.with_name("stranger.pem"))
        bad = running.enter_context(RawUpstream(says(GOOD), context=other.server_context()))
        assert replace(place.service(DYNAMODB), endpoint=good.url).call("GetItem", {}, after(5))
        with pytest.raises(ExchangeFailedError) as failure:
            replace(place.service(KMS), endpoint=bad.url).call("Decrypt", {}, after(5))
    assert (failure.value.reason, failure.value.is_sent, bad.requests) == ("tls-failed", False, [])


SLOW: dict[str, Script] = {
    "says nothing": says_and_stalls(b""),
    "drips its head": drips(GOOD),
    "drips its body": drips(GOOD[-25:], GOOD[:-25]),
    "stalls in its body": says_and_stalls(GOOD[:-1]),
    "drips interim answers": drips(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "sends chunks for ever": repeats(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
}


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
def test_a_slow_service_ends_at_the_deadline(service_at: ServiceAt, script: Script) -> None:
    """Of the try, or of the call where that is earlier; botocore's own time-outs start anew with each byte."""
    for seconds, limit in ((5.0, TRY_SECONDS), (0.2, 0.2)):
        with RawUpstream(script) as upstream:
            begun = time.monotonic()
            with pytest.raises(ExchangeFailedError) as failure:
                service_at(upstream.url).call("PutItem", {}, after(seconds))
            assert time.monotonic() - begun < limit + MOMENT
        assert (failure.value.reason, failure.value.is_sent) == ("late", True)
        assert is_transient(failure.value)


def test_a_handshake_that_drips_ends_at_the_deadline(place: Place, authority: Authority) -> None:
    """Nothing is sent until it is over."""
    dripping = RawUpstream(says(GOOD), context=authority.server_context(), handshake_seconds_between_bytes=0.05)
    with dripping as upstream:
        begun = time.monotonic()
        with pytest.raises(ExchangeFailedError) as failure:
            replace(place.service(DYNAMODB), endpoint=upstream.url, try_seconds=TRY_SECONDS).call("Query", {}, after(5))
        assert time.monotonic() - begun < TRY_SECONDS + MOMENT
    assert (failure.value.reason, failure.value.is_sent) == ("connect-timeout", False)


BROKEN: dict[str, Script] = {
    "closes": closes,
    "resets": resets,
    "is cut in its body": says_and_closes(GOOD[:-1]),
    "is no HTTP": says_and_closes(b"\x15\x03\x01\x00\x02\x02\x28"),
    "has two lengths": says(GOOD.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n")),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_none(service_at: ServiceAt, script: Script) -> None:
    """The call may have been carried out; its next try tells."""
    with RawUpstream(script) as upstream, pytest.raises(ExchangeFailedError) as failure:
        service_at(upstream.url).call("PutItem", {}, after(5))
    assert failure.value.is_sent
    assert is_transient(failure.value)


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_an_answer_that_is_cut_anywhere_is_no_success(service_at: ServiceAt, length: int) -> None:
    """After each of its bytes: not even a head with its request id, but without a length, says that there is no item."""
    head, _, body = GOOD.partition(b"\r\n\r\n")
    *lines, identified = head.split(b"\r\n")
    reordered = b"\r\n".join([lines[0], identified, *lines[1:]]) + b"\r\n\r\n" + body
    with RawUpstream(says_and_closes(reordered[:length])) as upstream, pytest.raises(NO_ANSWER) as caught:
        service_at(upstream.url).call("GetItem", {}, after(5))
    assert is_transient(caught.value)


FOREIGN = {
    "an empty 200": answer(b"", "200 OK", REQUEST_ID),
    "a page": answer(b"<html>Sign in</html>", "200 OK", REQUEST_ID),
    "a list": answer(b"[]", "200 OK", REQUEST_ID),
    "bytes that are none": answer(b'{"Item":{"pk":{"B":"?"}}}', "200 OK", REQUEST_ID),
    "half a character": answer(b'{"a":"\xc3"}', "200 OK", REQUEST_ID),
    "too deep": answer(b"[" * 100_000, "500 Internal Server Error", REQUEST_ID),
    "another checksum": answer(b"{}", "200 OK", REQUEST_ID, "x-amz-crc32: 1"),
    "no checksum": answer(b"{}", "200 OK", REQUEST_ID, "x-amz-crc32: none"),
    "nobody's": answer(b"{}"),
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_answer_of_aws_is_not_believed(service_at: ServiceAt, text: bytes) -> None:
    """Nor quoted."""
    with RawUpstream(says(text)) as upstream, pytest.raises(UnreadableAnswerError) as caught:
        service_at(upstream.url).call("PutItem", {}, after(5))
    assert is_transient(caught.value)
    assert "Sign" not in str(caught.value)


def test_a_right_checksum_is_taken(service_at: ServiceAt) -> None:
    """As DynamoDB sends it along."""
    body = b'{"Attributes":{"B":{"B":"AP8="},"C":null},"ConsumedCapacity":null}'
    with RawUpstream(says(answer(body, "200 OK", REQUEST_ID, f"x-amz-crc32: {crc32(body)}"))) as upstream:
        answered = service_at(upstream.url).call("UpdateItem", {}, after(5))
    assert answered == {"Attributes": {"B": {"B": b"\x00\xff"}, "C": None}}


@pytest.mark.parametrize(
    ("status", "document", "header", "code", "may_pass"),
    [
        (400, {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}, "", "ThrottlingException", True),
        (400, {"__type": "AccessDeniedException"}, "", "AccessDeniedException", False),
        (400, {}, "ValidationException:http://internal.amazon.com/", "ValidationException", False),
        (400, {"__type": None}, "", "", False),
        (500, {}, "", "", True),
        (503, {"__type": "x#AccessDeniedException"}, "", "AccessDeniedException", True),
        (301, {}, "", "", False),
    ],
)
def test_a_refusal_is_told_by_its_name(  # noqa: PLR0913, PLR0917 (a table)
    service_at: ServiceAt,
    status: int,
    document: dict[str, str],
    header: str,
    code: str,
    may_pass: bool,  # noqa: FBT001
) -> None:
    """However it is spelled; what AWS says beside it is not told on."""
    body = json.dumps({**document, "message": "canary"}).encode()
    headers = [f"x-amzn-ErrorType: {header}"] if header else []
    with RawUpstream(says(answer(body, f"{status} No", *headers))) as upstream, pytest.raises(AwsError) as caught:
        service_at(upstream.url).call("PutItem", {}, after(5))
    assert (caught.value.code, caught.value.status, is_transient(caught.value)) == (code, status, may_pass)
    assert "canary" not in str(caught.value)


def test_a_cancelled_transaction_tells_what_stood_in_the_way(service_at: ServiceAt) -> None:
    """The old items come with their bytes."""
    reasons = [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Item": {"head": {"B": base64.b64encode(b"h").decode()}}},
    ]
    body = json.dumps({"__type": "a#TransactionCanceledException", "CancellationReasons": reasons}).encode()
    with RawUpstream(says(answer(body, "400 No", REQUEST_ID))) as upstream, pytest.raises(AwsError) as caught:
        service_at(upstream.url).call("TransactWriteItems", {}, after(5))
    assert caught.value.reasons == [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"head": {"B": b"h"}}}]
    assert not is_transient(caught.value)


def test_calls_in_sequence_share_one_connection(service_at: ServiceAt, clock: MovableClock) -> None:
    """Until it has been idle for so long that it may have sat through a freeze."""
    with RawUpstream(says(GOOD)) as upstream:
        service = service_at(upstream.url)
        for _ in range(5):
            service.call("GetItem", {}, after(5))
        assert upstream.connections == 1
        clock.move_on(46)
        service.call("GetItem", {}, after(5))
        assert upstream.connections == 2


def test_after_a_connection_broke_no_older_one_is_trusted(service_at: ServiceAt, clock: MovableClock) -> None:
    """Where one died in a freeze, those beside it did too, and the next try must not find out one by one."""

    def takes_its_time(peer: Peer) -> None:
        peer.pause(0.1)
        peer.say(GOOD)

    with RawUpstream(takes_its_time, takes_its_time, resets, says(GOOD)) as upstream:
        service = service_at(upstream.url)
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda _: service.call("GetItem", {}, after(5)), range(2)))
        assert upstream.connections == 2
        clock.move_on(1)
        with pytest.raises(ExchangeFailedError):
            service.call("GetItem", {}, after(5))
        service.call("GetItem", {}, after(5))
    assert upstream.requests[-1].connection == 3


def test_what_has_no_place_in_a_document_is_our_own_fault(service_at: ServiceAt) -> None:
    """A set, say: nothing is sent."""
    with pytest.raises(TypeError, match="set has no place"):
        service_at("http://127.0.0.1:1").call("PutItem", {"a": {1}}, after(5))


def test_the_largest_answer_of_dynamodb_is_taken_and_a_larger_one_is_not(service_at: ServiceAt) -> None:
    """16 MB of items, as base64; AdultWork's limit is another."""
    large = b'{"Items":["' + b"x" * (1024 * 1024) + b'"]}'
    with RawUpstream(says(answer(large, "200 OK", REQUEST_ID))) as upstream:
        service = replace(service_at(upstream.url), try_seconds=5)
        assert len(service.call("Query", {}, after(5))["Items"][0]) == 1024 * 1024
        narrow = replace(service, protocol=replace(DYNAMODB, maximum_bytes=1000))
        with pytest.raises(ExchangeFailedError) as failure:
            narrow.call("Query", {}, after(5))
    assert failure.value.reason == "answer-too-large"
    assert issubclass(UnparsableAnswerError, UnreadableAnswerError)

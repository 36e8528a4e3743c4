"""The local stand-in of API Gateway and Lambda, over real HTTP."""

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from typing import Any

import pytest
import requests

from devtools.local.gateway import LambdaContext
from devtools.local.server import LocalGateway

Function = Callable[[dict[str, Any], object], object]


class SmallApp:
    """An app with a few resources around one function; it keeps the contexts that it was called with."""

    routes: Mapping[str, Mapping[str, object]] = {
        "/bookings": {"POST": object(), "OPTIONS": object()},
        "/{proxy+}": {"GET": object()},
    }

    def __init__(self, function: Function) -> None:
        self.function = function
        self.contexts: list[object] = []

    def __call__(self, event: dict[str, Any], context: object) -> object:
        """Remember the context and run the function."""
        self.contexts.append(context)
        return self.function(event, context)


def echo(event: dict[str, Any], _: object) -> object:
    """Answer with what arrived."""
    keys = "|".join(event["multiValueHeaders"].get("x-key", []))
    return {"statusCode": 200, "headers": {"X-Keys": keys}, "body": str(event["pathParameters"])}


@contextmanager
def serving(
    function: Function, function_seconds: float = 26, integration_seconds: float = 29
) -> Iterator[tuple[str, SmallApp]]:
    """Serve an app; yield its address and the app."""
    app = SmallApp(function)
    with LocalGateway(app, function_seconds=function_seconds, integration_seconds=integration_seconds) as gateway:
        yield gateway.url, app


@pytest.fixture(scope="module")
def echoing() -> Iterator[str]:
    """Serve `echo` for the tests of this module."""
    with serving(echo) as (url, _):
        yield url


def test_repeated_headers_reach_the_function(echoing: str) -> None:
    """Two lines of one header are two values."""
    address = echoing.removeprefix("http://")
    connection = HTTPConnection(address)
    connection.putrequest("POST", "/bookings")
    connection.putheader("X-Key", "one")
    connection.putheader("X-Key", "two")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["X-Keys"]) == (200, "one|two")
    connection.close()


def test_a_greedy_resource_takes_several_segments(echoing: str) -> None:
    """`/{proxy+}` sees the whole decoded path."""
    assert requests.get(f"{echoing}/a/b%20c", timeout=5).text == "{'proxy': 'a/b c'}"


@pytest.mark.parametrize(("method", "path"), [("GET", "/bookings"), ("GET", "/"), ("PUT", "/a"), ("HEAD", "/bookings")])
def test_an_unknown_resource_or_method_is_the_gateways_own_404(echoing: str, method: str, path: str) -> None:
    """The answer is a problem that a page may read, and has the request's id."""
    answer = requests.request(method, echoing + path, timeout=5)
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/problem+json"
    if method != "HEAD":
        assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def test_more_than_10_mib_is_refused(echoing: str) -> None:
    """The gateway answers 413 and the function is not called."""
    answer = requests.post(f"{echoing}/bookings", data=b"x" * (10 * 1024 * 1024 + 1), timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


def test_a_function_error_is_502(capsys: pytest.CaptureFixture[str]) -> None:
    """The caller learns that nothing is known; the developer sees the traceback."""

    def fail(_: dict[str, Any], __: object) -> object:
        raise TimeoutError("on purpose")

    with serving(fail) as (url, _):
        answer = requests.post(f"{url}/bookings", timeout=5)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (502, "*")
    assert answer.json()["safe_to_retry_with_new_key"] is False
    assert "on purpose" in capsys.readouterr().err


def test_an_answer_that_is_none_is_502(capsys: pytest.CaptureFixture[str]) -> None:
    """A malformed answer is a function error."""
    with serving(lambda _, __: "text") as (url, _):
        assert requests.post(f"{url}/bookings", timeout=5).status_code == 502
    assert "MalformedAnswerError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("function_seconds", "integration_seconds", "status"), [(5, 0.05, 504), (0.05, 5, 502)], ids=["gateway", "function"]
)
def test_a_late_function_is_left_behind(function_seconds: float, integration_seconds: float, status: int) -> None:
    """API Gateway gives up with 504; a function that its own timeout ends first is 502."""
    release = threading.Event()

    def wait(_: dict[str, Any], __: object) -> object:
        release.wait(5)
        return {"statusCode": 200}

    with serving(wait, function_seconds, integration_seconds) as (url, _):
        answer = requests.post(f"{url}/bookings", timeout=5)
        release.set()
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_an_entrance_stands_before_every_path() -> None:
    """The longest that fits is taken; what begins with none is nowhere."""

    def tell(event: dict[str, Any], _: object) -> object:
        return {"statusCode": 200, "body": f"{event['requestContext']['path']} {event['path']}"}

    with LocalGateway(SmallApp(tell), entrances=("/dev", "/dev/v2")) as gateway:
        asked = {
            path: requests.get(gateway.url + path, timeout=5) for path in ("/dev/a", "/dev/v2/a", "/a", "/devil/a")
        }
    assert asked["/dev/a"].text == "/dev/a /a"
    assert asked["/dev/v2/a"].text == "/dev/v2/a /a"
    assert [asked[path].status_code for path in ("/a", "/devil/a")] == [404, 404]


def test_the_context_tells_the_time_that_is_left() -> None:
    """It counts down from the function's timeout, 26 s."""
    with serving(echo) as (url, app):
        requests.post(f"{url}/bookings", timeout=5)
    context = app.contexts[0]
    assert isinstance(context, LambdaContext)
    assert 20_000 < context.get_remaining_time_in_millis() <= 26_000


def test_calls_run_beside_each_other() -> None:
    """Two calls that wait for each other both end."""
    together = threading.Barrier(2, timeout=5)

    def meet(_: dict[str, Any], __: object) -> object:
        together.wait()
        return {"statusCode": 204}

    statuses: list[int] = []
    with serving(meet) as (url, _):

        def call() -> None:
            statuses.append(requests.post(f"{url}/bookings", timeout=5).status_code)

        threads = [threading.Thread(target=call) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [204, 204]


def is_without_nagle(client: socket.socket) -> bool:
    """Tell whether the other end of a connection within this process sends at once."""
    for descriptor in (int(name) for name in os.listdir("/dev/fd")):  # noqa: PTH208 (numbers, not paths)
        with suppress(OSError):  # the one that listed them is gone, and a listener has no peer
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as copy:
                    if copy.family == client.family and copy.getpeername() == client.getsockname():
                        return bool(copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    raise AssertionError("nobody accepted")


def test_an_answer_in_two_pieces_does_not_wait_for_the_client(echoing: str) -> None:
    """Nagle's algorithm is off on accepted connections: with it, each request on a kept connection takes 40 ms more."""
    connection = HTTPConnection(echoing.removeprefix("http://"))
    connection.request("GET", "/a")
    connection.getresponse().read()
    assert is_without_nagle(connection.sock)
    connection.close()


def test_a_taken_port_is_an_error(echoing: str) -> None:
    """It is said at the start, not in a thread."""
    port = int(echoing.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        LocalGateway(SmallApp(echo), port).start()

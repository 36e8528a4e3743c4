"""Two calls at once: one booking, and both are told."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from switchboard_client import AsyncClient, Booked, Client, FileStorage, MemoryStorage
from tests.clients.python.forms import finished
from tests.clients.python.test_answers import BOOKING

URL = "https://stage.example"


def answering(seen: list[httpx.Request]) -> Callable[[httpx.Request], httpx.Response]:
    """Return what books, and notes each request."""

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"BookingID": 1})

    return handler


def test_a_second_thread_joins_the_booking_of_the_first() -> None:
    """The first one waits for its token while the second one asks."""
    seen: list[httpx.Request] = []
    has_begun, may_go_on = threading.Event(), threading.Event()

    def token(_rejected: str | None) -> str:
        has_begun.set()
        assert may_go_on.wait(10)
        return "token"

    http = httpx.Client(transport=httpx.MockTransport(answering(seen)))
    client = Client(URL, "me", token, MemoryStorage(), http=http)
    intent = client.intend(BOOKING)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(client.book, intent)
        assert has_begun.wait(10)
        second = pool.submit(client.book, intent)
        while not second.running():
            has_begun.wait(0.001)
        may_go_on.set()
        outcomes = first.result(10), second.result(10)
    client.close()
    assert all(isinstance(one, Booked) for one in outcomes)
    assert len(seen) == 1


def test_a_second_task_joins_the_booking_of_the_first_and_may_be_cancelled() -> None:
    """Who is cancelled leaves the other alone."""
    seen: list[httpx.Request] = []

    async def run() -> list[object]:
        http = httpx.AsyncClient(transport=httpx.MockTransport(answering(seen)))

        async def token(_rejected: str | None) -> str:
            await asyncio.sleep(0.01)
            return "token"

        client = AsyncClient(URL, "me", token, MemoryStorage(), http=http)
        intent = await client.intend(BOOKING)
        first = asyncio.create_task(client.book(intent))
        await asyncio.sleep(0)
        second, third = asyncio.create_task(client.book(intent)), asyncio.create_task(client.book(intent))
        await asyncio.sleep(0)
        third.cancel()
        outcomes = await asyncio.gather(first, second, third, return_exceptions=True)
        await client.close()
        return list(outcomes)

    first, second, third = finished(run())
    assert (first == second, type(first), type(third)) == (True, Booked, asyncio.CancelledError)
    assert len(seen) == 1


def test_a_failure_is_told_to_both(tmp_path: Path) -> None:
    """The folder of the intents is gone, and a file is in its place."""
    storage = FileStorage(tmp_path / "intents")
    client = Client(URL, "me", lambda _: "token", storage, http=httpx.Client())
    intent = client.intend(BOOKING)
    storage.remove(storage.names()[0])
    (tmp_path / "intents").rmdir()
    (tmp_path / "intents").write_text("")
    with pytest.raises(NotADirectoryError):
        client.book(intent)
    client.close()


def test_intents_are_files_of_their_owner_alone(tmp_path: Path) -> None:
    """What a crash left half written is no intent."""
    storage = FileStorage(tmp_path / "a" / "b")
    assert (storage.names(), storage.get("one")) == ([], None)
    storage.set("one/two", "text")
    (file,) = (tmp_path / "a" / "b").iterdir()
    assert (file.stat().st_mode & 0o777, file.name) == (0o600, "one%2Ftwo")
    (tmp_path / "a" / "b" / "three.1.draft").write_text("")
    assert (storage.names(), storage.get("one/two")) == (["one/two"], "text")
    storage.remove("one/two")
    storage.remove("one/two")
    assert storage.names() == []

"""Both forms of the Python client behind one face, so that each test is told once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from switchboard_client import AsyncClient, Client, Storage

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class World:
    """What a client is made of in tests: `handler` answers, `sleep` is told how long the client waits."""

    url: str
    tokens: Callable[[str | None], str | None]
    storage: Storage
    now: Callable[[], float]
    sleep: Callable[[float], object]
    handler: Handler | None = None
    account: str = "1001"


def finished(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 (whatever it returns)
    """Run a coroutine in a thread: a browser that another test of this process drives has a loop in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def run_sync(world: World, name: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
    """Call a method of a new Client; what it yields comes as a list."""
    transport = None if world.handler is None else httpx.MockTransport(world.handler)
    with httpx.Client(transport=transport) as http:
        client = Client(
            world.url, world.account, world.tokens, world.storage, http=http, now=world.now, sleep=world.sleep
        )
        result = getattr(client, name)(*arguments, **options)
        return list(result) if isinstance(result, Iterator) else result


def run_async(world: World, name: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (the same)
    """Call a method of a new AsyncClient, in a loop of its own."""

    async def sleep(seconds: float) -> None:
        world.sleep(seconds)

    async def called() -> Any:  # noqa: ANN401 (the same)
        transport = None if world.handler is None else httpx.MockTransport(world.handler)
        async with httpx.AsyncClient(transport=transport) as http:
            client = AsyncClient(
                world.url, world.account, world.tokens, world.storage, http=http, now=world.now, sleep=sleep
            )
            result = getattr(client, name)(*arguments, **options)
            return [one async for one in result] if isinstance(result, AsyncIterator) else await result

    return finished(called())


FORMS = {"sync": run_sync, "async": run_async}

"""Sign-in of a native program: a desktop program, a script. A page signs in with the client for TypeScript."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field
from threading import Lock
from typing import Any, TypeVar

import httpx

from switchboard_client.core.driving import driven, driven_async
from switchboard_client.core.effects import AskToken, Effect, Keep, Send, Sleep, Steps
from switchboard_client.core.requests import TIMEOUT_SECONDS, arguments, new_verifier, response
from switchboard_client.core.sign_in import Session
from switchboard_client.storage import Keychain

Result = TypeVar("Result")


@dataclass(slots=True)
class NativeSignIn:
    """One user's sign-in; `token` is the `tokens` of Client.

    `redirect_uri` is where the login sends the browser back to, registered with Switchboard and with AdultWork. `keychain` is
    the system's own: who reads it can book for the user.
    """

    base_url: str
    redirect_uri: str
    keychain: Keychain = field(repr=False)
    _: KW_ONLY
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT_SECONDS))
    now: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    _session: Session = field(init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = _session(self.base_url, self.redirect_uri, self.now)

    def token(self, rejected: str | None = None) -> str | None:
        """Return the access token, a new one before it runs out and where it was rejected; None when the user has to sign in.

        Threads that ask at once refresh once.

        Raises:
            SignInUnavailableError: no answer now. To a Client it is a network that is away for a moment.
        """
        return self._run(self._session.token(rejected))

    def begin(self) -> str:
        """Begin: return the address to open in the system's browser.

        Raises:
            SignInUnavailableError: no answer, or a refusal.
        """
        return self._run(self._session.begin())

    def end(self, address: str) -> bool:
        """End, with the address that the browser came back to: False when the user cancelled or has to begin anew.

        Raises:
            SignInUnavailableError: no answer now; the same address may be given again.
        """
        return self._run(self._session.end(address))

    def log_out(self) -> None:
        """Forget the session here."""
        self._run(self._session.log_out())

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _run(self, steps: Steps[Result]) -> Result:
        with self._lock:
            return driven(steps, self._do)

    def _do(self, effect: Effect) -> object:
        match effect:
            case Send():
                try:
                    return response(self.http.request(**arguments(self.base_url, effect)))
                except httpx.HTTPError:
                    return None
            case Sleep(seconds):
                return self.sleep(seconds)
            case Keep(work):
                return work(self.keychain)
            case AskToken():
                return None  # the requests of a sign-in carry none


@dataclass(slots=True)
class AsyncNativeSignIn:
    """The same with asyncio; the keychain is called in a thread beside the loop.

    What was begun goes on when whoever waits for it is cancelled: a refresh token whose answer is lost may be lost with it.
    """

    base_url: str
    redirect_uri: str
    keychain: Keychain = field(repr=False)
    _: KW_ONLY
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=TIMEOUT_SECONDS))
    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _session: Session = field(init=False, repr=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _running: set["asyncio.Task[Any]"] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = _session(self.base_url, self.redirect_uri, self.now)

    async def token(self, rejected: str | None = None) -> str | None:
        """Return the access token, as `NativeSignIn.token` does."""
        return await self._run(self._session.token(rejected))

    async def begin(self) -> str:
        """Begin, as `NativeSignIn.begin` does."""
        return await self._run(self._session.begin())

    async def end(self, address: str) -> bool:
        """End, as `NativeSignIn.end` does."""
        return await self._run(self._session.end(address))

    async def log_out(self) -> None:
        """Forget the session here."""
        await self._run(self._session.log_out())

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def _run(self, steps: Steps[Result]) -> Result:
        task = asyncio.ensure_future(self._in_turn(steps))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _in_turn(self, steps: Steps[Result]) -> Result:
        async with self._lock:
            return await driven_async(steps, self._do)

    async def _do(self, effect: Effect) -> object:
        match effect:
            case Send():
                try:
                    return response(await self.http.request(**arguments(self.base_url, effect)))
                except httpx.HTTPError:
                    return None
            case Sleep(seconds):
                return await self.sleep(seconds)
            case Keep(work):
                return await asyncio.to_thread(work, self.keychain)
            case AskToken():
                return None  # the requests of a sign-in carry none


def _session(base_url: str, redirect_uri: str, now: Callable[[], float]) -> Session:
    return Session(re.sub(r"\W+", "_", base_url.rstrip("/"), flags=re.ASCII), redirect_uri, now, new_verifier)

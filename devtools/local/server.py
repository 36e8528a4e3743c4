"""Serve the local stand-in of API Gateway on loopback from a background thread."""

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn

from devtools.local.gateway import FUNCTION_SECONDS, INTEGRATION_SECONDS, Gateway, RestApplication

HOST = "127.0.0.1"
STOP_SECONDS = 3


class LocalGateway:
    """An app behind a local API Gateway: a context manager, or `start`, `stop` and `join`, once.

    `port` 0 takes any free port.
    """

    def __init__(
        self,
        app: RestApplication,
        port: int = 0,
        *,
        function_seconds: float = FUNCTION_SECONDS,
        integration_seconds: float = INTEGRATION_SECONDS,
        entrances: tuple[str, ...] = ("",),
    ) -> None:
        self._gateway = Gateway(app, function_seconds, integration_seconds, entrances)
        self._port = port
        self._server = uvicorn.Server(_config(self._gateway))
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the port; 0 before the start when any free one will do."""
        return self._port

    @property
    def url(self) -> str:
        """Return the address, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        # With the protocol named: asyncio switches Nagle off only then, and an answer would wait 40 ms for its second half.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self._port))
            listener.listen(128)  # from here on a client can connect, even before the server's first turn
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="local-gateway", daemon=True)
        self._thread.start()

    def _serve(self, listener: socket.socket) -> None:
        """Run the server until it is told to stop."""
        with listener:
            self._server.run(sockets=[listener])

    def stop(self) -> None:
        """Stop listening; answer what is answered within STOP_SECONDS and end every connection."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def join(self) -> None:
        """Wait for calls that outlived their connection: a booking under way is concluded, not cut."""
        self._gateway.threads.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and wait for what still runs."""
        self.stop()
        self.join()


def _config(gateway: Gateway) -> uvicorn.Config:
    """Return the server's settings: no logs of its own, no headers that give it away."""
    return uvicorn.Config(
        gateway,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )

"""The whole app over real HTTP: local gateway, middleware, routes and the real container; one server, many settings."""

import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice

from chalicelib import bootstrap, log
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.application.booking.place_booking import PlaceBooking
from chalicelib.edge.container import Container
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from devtools.local.dynamodb import create_table, local_environment
from devtools.local.server import LocalGateway
from devtools.proof.trials.scene import wiring
from sandbox import SandboxServer
from tests.integration import bookings, exchange
from tests.integration.exchange import Answer
from tests.integration.records import Records

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ORIGINS = (bookings.ORIGIN, "https://app.example")
FOREVER = "forever"
OWN_KMS = "AWS_ENDPOINT_URL_KMS"

_numbers = count(1)


class Service:
    """One app behind one server. `configure` gives it new tables and a container built as in production."""

    def __init__(self, sandbox: SandboxServer, client: "DynamoDBClient", authority: Path) -> None:
        self.sandbox = sandbox
        self._authority = authority  # one certificate: reading the bundled hundreds would take half of each start
        self.records = Records(client, "", "")
        self._client = client
        self._container: Container | None = None
        self._settings: dict[str, str] | None = None
        self._is_used = False
        app: Any = Chalice(app_name="switchboard")
        install(app, self._current)
        register(app, self._current)
        self._gateway = LocalGateway(app, entrances=("", "/dev"))

    def start(self) -> None:
        """Listen."""
        self._gateway.start()

    def stop(self) -> None:
        """Stop listening, and close what is open."""
        self._gateway.stop()
        self._gateway.join()
        self._close()

    @property
    def url(self) -> str:
        """Return the address."""
        return self._gateway.url

    def configure(self, **settings: str) -> "Service":
        """Start over with new tables and a new container; `settings` are environment variables. Return the service.

        A container that has these settings and was not used yet is taken as it is.
        """
        if settings != self._settings:
            self._close()
            number = next(_numbers)
            self.records = Records(self._client, f"operations-http-{number}", f"audit-http-{number}")
            create_table(self._client, OPERATIONS, self.records.operations_table)
            create_table(self._client, AUDIT, self.records.audit_table)
            self._container = self._built(settings)
            self._settings = settings
        log.configure()  # other tests of this process may have given the loggers other outputs
        return self

    def restart(self, **settings: str) -> "Service":
        """Put a new container in the place of the old one, over the same tables, as a deployment does."""
        self._take_apart()
        self._settings = (self._settings or {}) | settings
        self._container = self._built(self._settings)
        return self

    def replace(self, container: Container) -> None:
        """Put another container in place."""
        self._close()
        self._container = container

    def lose_cipher(self) -> "Service":
        """Let the present container's vault be one whose cipher cannot be loaded."""
        self._container = wiring.without_cipher(self._current())
        self._is_used = True
        return self

    def tidy(self) -> None:
        """End a test: the sandbox is as at first, and a container that made a call is gone."""
        if self._is_used:
            self._close()
        self.sandbox.reset()

    def _close(self) -> None:
        """Wait for reads that nobody waits for any more, and close the container's connections."""
        self.sandbox.reset()
        self._take_apart()
        self._settings, self._is_used = None, False
        self.sandbox.reset()

    def _take_apart(self) -> None:
        """Close the container, if it is a real one."""
        container, self._container = self._container, None
        if container is not None and isinstance(container.place_booking, PlaceBooking):
            wiring.close(container)

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send any request; without `headers` those of a page."""
        answer = exchange.send(self.url, method, path, bookings.headers() if headers is None else headers, body)
        self._is_used = self._is_used or self.calls() > 0
        return answer

    def mark_used(self) -> None:
        """Remember that the present container has made calls."""
        self._is_used = True

    @property
    def container(self) -> Container:
        """Return the present container."""
        return self._current()

    def book(
        self, members: Mapping[str, Any] = bookings.MEMBERS, *, token: str = bookings.TOKEN, key: str | None = None
    ) -> Answer:
        """Ask for a booking as a page does, and check that the page may read the answer."""
        answer = self.send("POST", bookings.PATH, bookings.headers(token, key), bookings.to_body(members))
        assert answer.header("Access-Control-Allow-Origin") == bookings.ORIGIN
        return answer

    def ask(self, operation_id: str, *, token: str = bookings.TOKEN) -> Answer:
        """Ask how an operation stands."""
        return self.send("GET", f"/v1/operations/{operation_id}", bookings.headers(token))

    def post(self, body: bytes, **headers: str) -> Answer:
        """Send a body of any bytes to CreateBooking; `headers` replace those of a page (`content_type=...`)."""
        changed = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return self.send("POST", bookings.PATH, bookings.headers() | changed, body)

    def arm(self, path: str, fault: str, times: int | str = 1, **settings: object) -> None:
        """Make the upstream misbehave."""
        self.sandbox.faults.arm(path, fault, times, **settings)

    def calls(self, path: str | None = None) -> int:
        """Return how many requests reached the upstream, in all or for one path."""
        journal = self.sandbox.journal
        return len(journal.requests) if path is None else journal.count(path)

    @property
    def posts(self) -> int:
        """Return how many bookings were sent."""
        return self.calls(bookings.CREATE)

    def _built(self, settings: Mapping[str, str]) -> Container:
        """Return a container as production makes it."""
        return bootstrap.build({**self._environment(), **settings})

    def _current(self) -> Container:
        assert self._container is not None, "the service is not configured"
        return self._container

    def _environment(self) -> dict[str, str]:
        return {
            **local_environment(self._client.meta.endpoint_url),
            "ADULTWORK_BASE_URL": self.sandbox.url,
            "ADULTWORK_CA_BUNDLE": str(self._authority),
            "ALLOWED_ORIGINS": ",".join(ORIGINS),
            "AUDIT_TABLE": self.records.audit_table,
            "AWS_CA_BUNDLE": str(self._authority),
            "BOOKINGS_PER_DAY": "0",  # tests book more in a minute than a person in a day
            "BOOKINGS_PER_MINUTE": "0",
            "HMAC_KEY": "a key for tests over HTTP, 32 or more",
            "OPERATIONS_TABLE": self.records.operations_table,
        }


def wait_until(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that is about to happen in another thread."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)

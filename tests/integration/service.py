"""The whole app over real HTTP: local gateway, middleware, routes, the real container; one server, many configurations."""

import secrets
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice

from chalicelib import bootstrap, log
from chalicelib.edge.container import Container
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from chalicelib.adapters.dynamodb.tables import AUDIT, OPERATIONS
from devtools.dynamodb import create_table
from devtools.local_server import LocalGateway
from sandbox import SandboxServer
from tests.integration import bookings, exchange
from tests.integration.exchange import Answer
from tests.integration.records import Records

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ORIGINS = (bookings.ORIGIN, "https://app.example")

_numbers = count(1)


class Service:
    """One app behind one server; `configure` gives it new tables and a container built as in production."""

    def __init__(self, sandbox: SandboxServer, client: "DynamoDBClient") -> None:
        self.sandbox = sandbox
        self._client = client
        self._container: Container | None = None
        app = Chalice(app_name="switchboard")
        install(app, self._current)
        register(app, self._current)
        self._gateway = LocalGateway(app)
        self.records = Records(client, "", "")

    def start(self) -> None:
        """Listen."""
        self._gateway.start()

    def stop(self) -> None:
        """Release everything."""
        self._gateway.stop()
        self._gateway.join()

    def configure(self, **settings: str) -> "Service":
        """Put a new container in place, with new tables, under the default settings with changes; return this."""
        self.release()
        number = next(_numbers)
        self.records = Records(self._client, f"operations-http-{number}", f"audit-http-{number}")
        create_table(self._client, OPERATIONS, self.records.operations_table)
        create_table(self._client, AUDIT, self.records.audit_table)
        self._container = bootstrap.build(self._environment() | settings)
        log.configure()  # other tests of this process may have changed the loggers since
        return self

    def replace(self, container: Container) -> None:
        """Put another container in place."""
        self.release()
        self._container = container

    def release(self) -> None:
        """Wait for the reads that nobody waits for any more, and close the container's connections."""
        self.sandbox.reset()
        container, self._container = self._container, None
        place_booking: Any = None if container is None else container.place_booking
        if isinstance(place_booking, bootstrap.PlaceBooking):
            parts: Any = place_booking
            parts.reads.concurrency._executor.shutdown(wait=True)  # noqa: SLF001 (production never ends it)
            parts.reads.introspector.client.adapter.close()
            parts.store.client.close()

    def send(self, method: str, path: str, headers: Mapping[str, str] = bookings.headers(), body: bytes = b"") -> Answer:
        return exchange.send(self._gateway.url, method, path, headers, body)

    def book(self, members: Mapping[str, Any] = bookings.MEMBERS, **given: str | None) -> Answer:
        """Ask for a booking as a page does; `given` are the arguments of `bookings.headers`."""
        return self.send("POST", bookings.PATH, bookings.headers(**given), bookings.to_body(members))

    def _current(self) -> Container:
        assert self._container is not None
        return self._container

    def _environment(self) -> dict[str, str]:
        return {}

"""Call the sandbox with nothing but the standard library."""

import http.client
import json
import socket
from dataclasses import dataclass, field
from typing import Any

from sandbox import SandboxServer

TIMEOUT_SECONDS = 5.0
CREATE = "/v1/PhoneChat/CreateBooking"
REQUIREMENTS = "/v1/PhoneChat/GetUserBookingRequirements"
BALANCE = "/v1/CreditHistory/GetCurrentCreditBalance"
PERMISSIONS = "/v1/Account/GetPermissions"
CREDENTIALS = "/v1/account/verifyCredentials"
MADE = "/v1/PhoneChat/MadeBookings"
DETAILS = "/v1/PhoneChat/MadeBookingDetails"
CANCEL = "/v1/PhoneChat/CancelMadeBooking"


def an_order(**changes: object) -> dict[str, object]:
    """Return a sound order for the candidate of the documentation, with changes; None leaves a member out."""
    order: dict[str, object] = {
        "BookUserID": 123456,
        "SessionDate": "2018-02-21 21:30",
        "Duration": 15,
        "Method": 1,
        "PhoneNumber": "07123456789",
        "Credits": 32,
        "AcceptBy": "2018-02-21 18:00",
        "Comments": "Hi",
    }
    return {name: value for name, value in (order | changes).items() if value is not None}


@dataclass(frozen=True)
class Seen:
    """Hold an answer as a client sees it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the body read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Caller:
    """Call one sandbox as one client."""

    server: SandboxServer
    token: str = "client-token"
    accept: str = "application/json"
    extra: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: object = None) -> Seen:
        """Send a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=TIMEOUT_SECONDS)
        try:
            return self.send_on(connection, method, path, body)
        finally:
            connection.close()

    def send_on(self, connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> Seen:
        """Send a request on a given connection."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, self._headers())
        answer = connection.getresponse()
        return Seen(answer.status, dict(answer.getheaders()), answer.read())

    def get(self, path: str) -> Seen:
        """Send a GET."""
        return self.send("GET", path)

    def post(self, path: str, body: object = None) -> Seen:
        """Send a POST."""
        return self.send("POST", path, body)

    def book(self, **changes: object) -> Seen:
        """Send an order."""
        return self.post(CREATE, an_order(**changes))

    def balance(self) -> str:
        """Return the balance as written on the wire."""
        return self.get(BALANCE).text

    def raw(self, method: str = "POST", path: str = CREATE, *, most: int | None = None) -> bytes:
        """Send an order over a bare socket and return the bytes up to `most` or the end of the connection."""
        body = json.dumps(an_order()).encode() if method == "POST" else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: sandbox", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self._headers().items()]
        received = b""
        with socket.create_connection(("127.0.0.1", self.server.port), TIMEOUT_SECONDS) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            while (most is None or len(received) < most) and (chunk := connection.recv(65536)):
                received += chunk
        return received

    def _headers(self) -> dict[str, str]:
        sent = {"Authorization": f"bearer {self.token}", "Accept": self.accept, "Content-Type": "application/json"}
        return {name: value for name, value in (sent | self.extra).items() if value}

"""A service of AWS that takes documents: each call is signed, and ends at its deadline whatever the service does."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit

from chalicelib.adapters.aws import document as documents
from chalicelib.adapters.aws.credentials import CredentialSource, EnvironmentCredentials
from chalicelib.adapters.aws.faults import AwsError, is_throttled
from chalicelib.adapters.aws.signing import signed
from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES
from chalicelib.adapters.http.exchange import Exchange
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.adapters.http.transport import IDLE_SECONDS, HttpRequest, Transport
from chalicelib.application.ports import Clock
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass
from chalicelib.watch.call import note

# One try, from the connection to the last byte. A call has more time than that, so that a second try has some.
TRY_SECONDS = 1.5
DEFAULT_PORTS = {"http": 80, "https": 443}


class NoRegionError(Exception):
    """The environment does not say which region the tables and keys are in."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a service is spoken to: its name in addresses and signatures, the prefix of its calls, its version of JSON.

    `variable` is the environment's name for another address of it.
    """

    name: str
    target: str
    version: str
    variable: str
    maximum_bytes: int = MAXIMUM_ANSWER_BYTES


@dataclass(frozen=True, slots=True)
class Place:
    """Where the services are, in whose name they are called, and over which connections."""

    region: str
    environment: Mapping[str, str] = field(repr=False)  # it holds secrets of ours
    transport: Transport
    clock: Clock
    credentials: CredentialSource

    @classmethod
    def of(cls, environment: Mapping[str, str], transport: Transport, clock: Clock) -> "Place":
        """Return what the environment describes, with its credentials.

        Raises:
            NoRegionError: it names no region.
        """
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
        if not region:
            raise NoRegionError("AWS_REGION: missing")
        return cls(region, environment, transport, clock, EnvironmentCredentials(environment))

    def service(self, protocol: Protocol) -> "Service":
        """Return a service at the address that the environment has for it, or for all, else at AWS's own."""
        own = f"https://{protocol.name}.{self.region}.amazonaws.com"
        endpoint = self.environment.get(protocol.variable) or self.environment.get("AWS_ENDPOINT_URL") or own
        return Service(protocol, self, endpoint.rstrip("/"))


class _Trust:
    """Since when connections are trusted (POSIX seconds): when one has broken, those that are as old may be dead as well."""

    def __init__(self) -> None:
        self.since = 0.0


@dataclass(frozen=True, slots=True)
class Service:
    """One service; safe to share between threads. `try_seconds` is the most that a single try may take."""

    protocol: Protocol
    place: Place
    endpoint: str
    try_seconds: float = TRY_SECONDS
    _trust: _Trust = field(default_factory=_Trust, init=False, compare=False)

    def call(self, operation: str, document: Mapping[str, Any], deadline: Deadline) -> Any:  # noqa: ANN401 (any document)
        """Make a call, once; return the document of its answer.

        Raises:
            AwsError: the service has refused it.
            ExchangeFailedError: no whole answer came in time.
            UnreadableAnswerError: what came is no answer of AWS.
            NoCredentialsError: it could not be signed.
        """
        body = documents.written(document)
        exchange = self._exchange(deadline)
        try:
            answer = self.place.transport.send(self._request(operation, body), exchange)
        except ExchangeFailedError:
            self._trust.since = self._wall()
            raise
        try:
            return documents.read(answer)
        except AwsError as error:
            if is_throttled(error):
                note("AwsThrottled")
            raise

    def _exchange(self, deadline: Deadline) -> Exchange:
        oldest = max(self._wall() - IDLE_SECONDS, self._trust.since)
        limit = self.protocol.maximum_bytes
        return Exchange(deadline.within(self.try_seconds), self._wall, oldest, maximum_bytes=limit)

    def _request(self, operation: str, body: bytes) -> HttpRequest:
        """Return the signed request; everything that is sent of its headers is signed, but for who we are."""
        headers = {
            "Host": _host(self.endpoint),
            "Content-Type": f"application/x-amz-json-{self.protocol.version}",
            "X-Amz-Target": f"{self.protocol.target}.{operation}",
        }
        place = self.place
        complete = signed(place.credentials(), place.region, self.protocol.name, place.clock.now(), headers, body)
        unsigned = {"Accept-Encoding": "identity", "User-Agent": "Switchboard"}
        return HttpRequest("POST", f"{self.endpoint}/", complete | unsigned, body)

    def _wall(self) -> float:
        """Return the wall clock, which goes on while the function is frozen."""
        return self.place.clock.now().timestamp()


def _host(endpoint: str) -> str:
    """Return the `Host` of an address: without the port that its scheme has anyway."""
    parts = urlsplit(endpoint)
    host = parts.netloc.rpartition("@")[2]
    return host.removesuffix(f":{DEFAULT_PORTS.get(parts.scheme)}")

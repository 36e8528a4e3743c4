"""Where the benchmark takes place: the upstream and the database in processes of their own, the code as it is deployed."""

import http.client
import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import certifi

from devtools.bench.certificate import write_certificate
from devtools.bench.deployment import deployed
from devtools.bench.processes import Child, Variant
from devtools.dynamodb import ROOT, LocalDynamoDB, create_tables, local_environment
from devtools.example import ORIGIN

OPERATIONS, AUDIT = "bench-operations", "bench-audit"
ACCOUNTS = (1001, 1002)
PLENTY = "1000000000"
QUIET = {
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",  # what is measured has its own, from the deployment or from pip
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The control of a sandbox that runs elsewhere."""

    port: int

    def control(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 (JSON)
        """Carry out a control request; return the document that it answers, None without one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, f"/_sandbox/{path}", None if document is None else json.dumps(document))
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            msg = f"{method} {path}: {answer.status} {body!r}"
            raise RuntimeError(msg)
        return json.loads(body) if body else None

    def requests(self) -> list[dict[str, Any]]:
        """Return everything that arrived."""
        return list(self.control("GET", "requests"))


@dataclass(frozen=True, slots=True)
class Line:
    """A relay that runs elsewhere: what lies between the function and a server."""

    process: Child
    port: int

    def slow_down(self, seconds: float) -> None:
        """Let every answer take so long, from now on."""
        self.process.ask(str(seconds))

    def connections(self) -> int:
        """Return the number of connections so far."""
        return int(self.process.ask(""))


class Setting:
    """Everything that a run needs; a context manager."""

    def __init__(self) -> None:
        self._open = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _start(self) -> None:
        self._directory = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="switchboard-bench-")))
        self._deployed = deployed(self._directory / "deployed")
        self._database = self._open.enter_context(LocalDynamoDB())
        create_tables(self._database.endpoint_url, OPERATIONS, AUDIT)
        sandbox = self._open.enter_context(Child(["-u", "-m", "sandbox", "--port", "0"], ROOT, QUIET))
        self.sandbox = Sandbox(int(sandbox.read().rpartition(":")[2]))
        for account in ACCOUNTS:
            self.sandbox.control("POST", f"accounts/{account}", {"credits": PLENTY})
        self.database_line = self._line(self._database.port or 0)
        self.upstream_line = self._line(self.sandbox.port)
        key = self._directory / "server.pem"
        self._bundle = self._directory / "authorities.pem"
        self._bundle.write_bytes(Path(certifi.where()).read_bytes() + write_certificate(key))
        self._urls = {
            "plain": f"http://127.0.0.1:{self.sandbox.port}",
            "tls": f"https://127.0.0.1:{self._line(self.sandbox.port, str(key)).port}",
            "far": f"http://127.0.0.1:{self.upstream_line.port}",
        }

    def _line(self, target: int, *certificate: str) -> Line:
        """Start a relay to a port."""
        relay = self._open.enter_context(Child(["-m", "devtools.bench.proxy", str(target), *certificate], ROOT, QUIET))
        return Line(relay, int(relay.read()))

    def variants(self, upstream: str) -> tuple[Variant, Variant]:
        """Return ours and the baseline; `upstream` is plain, tls, or far: then it and the database are behind lines."""
        far = f"http://127.0.0.1:{self.database_line.port}"
        environment = {
            **QUIET,
            **_deployed_environment(),
            **local_environment(far if upstream == "far" else self._database.endpoint_url),
            "ADULTWORK_BASE_URL": self._urls[upstream],
            "ADULTWORK_CA_BUNDLE": str(self._bundle),
            "ALLOWED_ORIGINS": ORIGIN,
            "OPERATIONS_TABLE": OPERATIONS,
            "AUDIT_TABLE": AUDIT,
            "HMAC_KEY": "k" * 64,
            "BOOKINGS_PER_MINUTE": "1000000",  # counted as in a deployment, and never reached
            "BOOKINGS_PER_DAY": "1000000",
        }
        return (
            Variant("app", "app", self._deployed, environment),
            Variant("devtools.bench.baseline", "answer", self._deployed, environment),
        )


def _deployed_environment() -> dict[str, str]:
    """Return the variables that every stage sets."""
    variables: dict[str, str] = json.loads((ROOT / ".chalice" / "config.json").read_text())["environment_variables"]
    return variables

"""Where the benchmark takes place: the upstream and the database in processes of their own, the zip as it is deployed."""

import http.client
import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import certifi

from devtools.bench.ground.aws_stub import FORGET
from devtools.bench.ground.certificate import write_certificate
from devtools.bench.ground.deployment import deploy
from devtools.bench.ground.processes import Child, Variant
from devtools.deploy.authorities import FOLDER, add_authorities
from devtools.deploy.stages import TIMEOUT, read_stage
from devtools.local.dynamodb import SEALING_KEY, LocalDynamoDB, create_tables, local_environment
from devtools.local.example import ORIGIN
from devtools.places import ROOT

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
    """Everything that a run needs, around one zip; a context manager.

    The upstream and all of AWS lie behind lines with TLS, as they do in a stage.
    """

    def __init__(self, archive: Path) -> None:
        self.archive = archive
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
        self.deployment = deploy(self.archive, self._directory)
        self._key = self._directory / "server.pem"
        self._bundle = self._directory / "authorities.pem"
        certificate = write_certificate(self._key)
        self._bundle.write_bytes(Path(certifi.where()).read_bytes() + certificate)
        add_authorities(certificate.decode(), self.deployment.task / FOLDER)
        sandbox = self._open.enter_context(Child(["-u", "-m", "sandbox", "--port", "0"], ROOT, QUIET))
        self.sandbox = Sandbox(int(sandbox.read().rpartition(":")[2]))
        self.restock()
        aws = self._open.enter_context(Child(["-m", "devtools.bench.ground.aws_stub"], ROOT, QUIET))
        self._aws_port = int(aws.read())
        self.upstream_line = self._line(self.sandbox.port)
        self.aws_line = self._line(self._aws_port)

    def _line(self, target: int) -> Line:
        """Start a relay to a port."""
        arguments = ["-m", "devtools.bench.ground.proxy", str(target), str(self._key)]
        relay = self._open.enter_context(Child(arguments, ROOT, QUIET))
        return Line(relay, int(relay.read()))

    def restock(self) -> None:
        """Give the upstream's accounts money again, with nothing booked."""
        self.sandbox.control("POST", "reset")
        for account in ACCOUNTS:
            self.sandbox.control("POST", f"accounts/{account}", {"credits": PLENTY})

    def forget(self) -> None:
        """Let AWS know no account: the next booking makes a data key."""
        connection = http.client.HTTPConnection("127.0.0.1", self._aws_port, timeout=10)
        connection.request("POST", FORGET)
        connection.getresponse().read()
        connection.close()

    def database(self) -> Line:
        """Start a database that keeps what it is given, with its tables; return the line to it."""
        database = self._open.enter_context(LocalDynamoDB())
        create_tables(database.endpoint_url, OPERATIONS, AUDIT)
        return self._line(database.port or 0)

    def ours(self, database: Line | None = None) -> Variant:
        """Return Switchboard, out of the zip, with the settings of a stage; `database` takes the place of the quick one."""
        paths = (self.deployment.task, self.deployment.runtime, self.deployment.code)
        settings = {
            **_stage(),
            "ALLOWED_ORIGINS": ORIGIN,
            "SECRETS_NAME": "bench-secret",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",  # as Lambda tells it: the container is built with the import
            "SEALING_KEY_ID": SEALING_KEY,
            "BOOKINGS_PER_MINUTE": "1000000",  # counted as in a stage, and never reached
            "BOOKINGS_PER_DAY": "1000000",
        }
        found = self._environment(database or self.aws_line)
        # It trusts whom its own zip names, as in a stage: the bench's authority is among them.
        environment = {**settings, **{name: value for name, value in found.items() if not name.endswith("_CA_BUNDLE")}}
        return Variant("Switchboard", "app", "app", paths, environment)

    def baseline(self) -> Variant:
        """Return the yardstick."""
        paths = (self.deployment.code, self.deployment.task, self.deployment.runtime)
        environment = {**self._environment(self.aws_line), "HMAC_KEY": "k" * 64, "ALLOWED_ORIGINS": ORIGIN}
        return Variant("bare", "devtools.bench.yardstick.function", "answer", paths, environment)

    def peers(self) -> tuple[Variant, ...]:
        """Return those of the peers that are installed: Chalice is in the zip, the others have an environment."""
        code, task, runtime = self.deployment.code, self.deployment.task, self.deployment.runtime
        beside, environment = self.deployment.beside, self._environment(self.aws_line)
        chalice = Variant(
            "naive Chalice", "devtools.bench.peers.naive_chalice", "app", (code, task, beside, runtime), environment
        )
        if self.deployment.peers is None:
            return (chalice,)
        paths = (code, self.deployment.peers, runtime)
        named = (("Powertools", "with_powertools"), ("FastAPI + Mangum", "with_fastapi"))
        others = (
            Variant(name, f"devtools.bench.peers.{module}", "answer", paths, environment) for name, module in named
        )
        return (chalice, *others)

    def trust(self) -> dict[str, str]:
        """Return the variables that let code outside the zip trust the bench's authority."""
        bundle = str(self._bundle)
        return {"AWS_CA_BUNDLE": bundle, "REQUESTS_CA_BUNDLE": bundle, "ADULTWORK_CA_BUNDLE": bundle}

    def _environment(self, database: Line) -> dict[str, str]:
        """Return what every variant finds: where everything is, and whom to trust."""
        aws = f"https://127.0.0.1:{self.aws_line.port}"
        return {
            **QUIET,
            **local_environment(aws),
            "AWS_ENDPOINT_URL_DYNAMODB": f"https://127.0.0.1:{database.port}",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": aws,
            **self.trust(),
            "ADULTWORK_BASE_URL": f"https://127.0.0.1:{self.upstream_line.port}",
            "OPERATIONS_TABLE": OPERATIONS,
            "AUDIT_TABLE": AUDIT,
        }


def _stage() -> dict[str, str]:
    """Return the variables that the stage dev sets, and the timeout that its functions are told."""
    stage = read_stage(ROOT, "dev")
    return {**stage.variables, TIMEOUT: str(stage.timeout)}

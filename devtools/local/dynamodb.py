"""A DynamoDB on loopback for local runs and tests: ministack as a child process, with our tables in it."""

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS, TableSchema
from chalicelib.adapters.aws.service import Place
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock
from devtools.places import ROOT

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
SERVER = ROOT / "devtools" / "local" / "ministack_server.py"

HOST = "127.0.0.1"
REGION = "eu-west-2"
DEFAULT_PORT = 8002
OPERATIONS_TABLE = "switchboard-operations"
AUDIT_TABLE = "switchboard-audit"
SEALING_KEY = "alias/switchboard"

# One try: what is not there on loopback will not be there later either. A stand-in on a busy machine takes its time to answer.
CLIENT_CONFIG = Config(connect_timeout=1, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})

POLL_SECONDS = 0.05
START_SECONDS = 15.0
STOP_SECONDS = 5.0


def local_environment(endpoint_url: str) -> dict[str, str]:
    """Return the environment that leads all calls to the local server, with the credentials that it takes: any."""
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url,
        "AWS_ENDPOINT_URL_KMS": endpoint_url,
        "AWS_ENDPOINT_URL_S3": endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def local_client(endpoint_url: str) -> "DynamoDBClient":
    """Return boto3's client for the local server: for tables, and for reading what others have written."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 (the local server takes any)
        config=CLIENT_CONFIG,
    )


def local_place(endpoint_url: str) -> Place:
    """Return the local server as the place of all services, to be called as in production; whoever asks closes its transport."""
    return Place.of(local_environment(endpoint_url), Transport(tls_context(default_authorities())), SystemClock())


@contextmanager
def local_database(endpoint_url: str) -> Iterator[DynamoDB]:
    """Give the local server's DynamoDB, to be called as in production."""
    place = local_place(endpoint_url)
    try:
        yield DynamoDB(place.service(DYNAMODB))
    finally:
        place.transport.close()


def create_table(client: "DynamoDBClient", schema: TableSchema, name: str) -> None:
    """Create one table as the template would; a table that is there already is left as it is.

    Raises:
        RuntimeError: the table that is there has other keys or indexes, from another version of Switchboard.
    """
    try:
        client.create_table(**schema.create_arguments(name))
    except client.exceptions.ResourceInUseException:
        if _shape(client.describe_table(TableName=name)["Table"]) != _shape(schema.create_arguments(name)):
            raise RuntimeError(
                f"The table {name} is from another version of Switchboard. `make reset` forgets it."
            ) from None
        return
    if schema.expiry is not None:
        expiry = {"AttributeName": schema.expiry, "Enabled": True}
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)  # type: ignore[arg-type]


def _shape(table: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what cannot be changed in a table, or is not by creating it again: keys and indexes."""
    indexes = {
        index["IndexName"]: (index["KeySchema"], index["Projection"]) for index in table["GlobalSecondaryIndexes"]
    }
    return table["KeySchema"], indexes


def create_sealing_key(endpoint_url: str) -> None:
    """Create the KMS key that wraps the accounts' data keys, under the alias that is the setting's default."""
    client = boto3.client(
        "kms",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 (the local server takes any)
    )
    try:
        if all(alias["AliasName"] != SEALING_KEY for alias in client.list_aliases()["Aliases"]):
            client.create_alias(AliasName=SEALING_KEY, TargetKeyId=client.create_key()["KeyMetadata"]["KeyId"])
    finally:
        client.close()


def create_tables(endpoint_url: str, operations_name: str = OPERATIONS_TABLE, audit_name: str = AUDIT_TABLE) -> None:
    """Create both tables and the key that seals what is in them, unless they are there."""
    create_sealing_key(endpoint_url)
    client = local_client(endpoint_url)
    try:
        create_table(client, OPERATIONS, operations_name)
        create_table(client, AUDIT, audit_name)
    finally:
        client.close()


@dataclass(slots=True)
class LocalDynamoDB:
    """A ministack server: `port` None takes a free one, `state` None keeps everything in memory.

    A context manager; `endpoint_url` is there while it runs.
    """

    port: int | None = None
    state: Path | None = None
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _scratch: "tempfile.TemporaryDirectory[str] | None" = field(default=None, init=False)

    @property
    def endpoint_url(self) -> str:
        """Return the address that boto3 takes."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Return the server's process id, None when it does not run."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            RuntimeError: it is not installed, it ended at once (a taken port, say), or it did not answer in time.
        """
        if not PYTHON.exists():
            raise RuntimeError("ministack is not installed; run: make setup")
        self.port = self.port or free_port()
        self._scratch = tempfile.TemporaryDirectory(prefix="switchboard-ministack-")
        with self._log.open("wb") as log, os.fdopen(os.dup(2), "wb") as complaints:  # the log is nobody's to read
            self._process = subprocess.Popen(
                [PYTHON, SERVER],
                env=self._environment() | {"COMPLAINTS_FD": str(complaints.fileno()), "PARENT": str(os.getpid())},
                pass_fds=(complaints.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal reaches us, and we stop it after the app
            )
        try:
            self._wait_until_ready(self._process, self.port)
        except BaseException:  # Ctrl-C comes here mostly: this takes longest of all
            self.stop()
            raise

    def stop(self) -> None:
        """Ask the server to end, which saves its state; kill it if it does not. Stopping twice is fine."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        """Return the file that the server's output goes to."""
        return Path(self._scratch.name if self._scratch else tempfile.gettempdir(), "ministack.log")

    def _environment(self) -> dict[str, str]:
        """Return the whole environment of the server: nothing of ours leaks into it, nothing of it listens beyond us."""
        environment = {
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_ACCOUNT_CONCURRENCY": "1000",  # an account's at first; unless set, it goes by the memory of this machine
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._log.parent),
            "PATH": os.defpath,
        }
        if self.state is not None:
            self.state.mkdir(parents=True, exist_ok=True)
            objects = {"S3_PERSIST": "1", "S3_DATA_DIR": str(self.state / "s3")}
            environment |= {"PERSIST_STATE": "1", "STATE_DIR": str(self.state), **objects}
        return environment

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        for _ in range(round(START_SECONDS / POLL_SECONDS)):
            if process.poll() is not None:
                break
            if _is_healthy(port):
                return
            time.sleep(POLL_SECONDS)
        output = self._log.read_text(errors="replace").strip()
        raise RuntimeError(f"ministack did not start on {HOST}:{port}.\n{output}")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_healthy(port: int) -> bool:
    """Tell whether the server answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()

"""The whole of Switchboard on this machine: sandbox, DynamoDB and identity stand-ins, and both apps behind local API Gateways."""

import importlib
import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from devtools.local.dynamodb import (
    AUDIT_TABLE,
    OPERATIONS_TABLE,
    LocalDynamoDB,
    create_tables,
    free_port,
    local_environment,
)
from devtools.local.gateway import FUNCTION_SECONDS
from devtools.local.review.digests import DIGEST_BUCKET, DIGEST_KEY, create_digest_store
from devtools.local.review.identity import IdentityProvider, console_environment, review_environment
from devtools.local.server import HOST, LocalGateway
from sandbox.adultwork.cast import PROJECTS
from sandbox.server import SandboxServer, later_booking_id

DEFAULT_ORIGINS = "http://localhost:5173,http://127.0.0.1:5173"
# What would lead the local app to a real account.
_FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "SECRETS_NAME", "SECRETS_VERSION")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen on loopback; 0 takes any free port."""

    app: int = 0
    sandbox: int = 0
    dynamodb: int = 0
    review: int = 0
    identity: int = 0


def app_environment(
    given: Mapping[str, str], upstream_url: str, endpoint_url: str, hmac_key: str, page_origins: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the app's whole environment: what is given, defaults for what is not, and our own database for sure.

    Pages of `page_origins` may call and sign in beside those of the allowed origins.
    """
    mine = {name: value for name, value in given.items() if name not in _FOREIGN}
    defaults = {
        "ADULTWORK_BASE_URL": upstream_url,
        "HMAC_KEY": hmac_key,
        "BOOKINGS_PER_DAY": "0",  # nobody is protected from the sandbox, and a developer books all day
    }
    origins = ",".join((mine.get("ALLOWED_ORIGINS") or DEFAULT_ORIGINS, *page_origins))
    if not given.get("ADULTWORK_BASE_URL"):
        defaults |= sandbox_sign_in(upstream_url, origins)
    tables = {"OPERATIONS_TABLE": OPERATIONS_TABLE, "AUDIT_TABLE": AUDIT_TABLE}
    tables |= {"DIGEST_BUCKET": DIGEST_BUCKET, "DIGEST_KEY_ID": DIGEST_KEY, "DIGEST_KEY_IDS": DIGEST_KEY}
    chosen = {name: mine.get(name) or value for name, value in defaults.items()}
    return {**mine, **chosen, "ALLOWED_ORIGINS": origins, **tables, **local_environment(endpoint_url)}


def sandbox_sign_in(sandbox_url: str, origins: str) -> dict[str, str]:
    """Return the settings of sign-in at the sandbox: each allowed origin may come back to its first page."""
    return {
        "SIGN_IN": "1",
        "ADULTWORK_LOGIN_URL": sandbox_url,
        "ADULTWORK_CLIENT_ID": "sandbox-project",
        "ADULTWORK_CLIENT_SECRET": PROJECTS["sandbox-project"],
        "SIGN_IN_REDIRECT_URIS": ",".join(f"{origin.strip()}/" for origin in origins.split(",") if origin.strip()),
        "SIGN_IN_NATIVE_REDIRECT_URIS": "com.example.app:/signed-in",
        "SIGN_INS_PER_MINUTE": "1000",  # each reload of a page is one, and all come from this machine
    }


def kept_key(directory: Path) -> str:
    """Return the key of the keyed hashes that belongs to a kept database; drawn and written at the first call."""
    path = directory / "hmac-key"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


class Stack:
    """Everything on loopback, in this process and one child; a context manager, for one use in a process.

    It sets the environment of this process, because the apps read it, and puts it back at the end. `state` None keeps
    the database in memory. `page_origins` may call beside the allowed origins. A given ADULTWORK_BASE_URL takes the place
    of the sandbox, a given REVIEW_ISSUER that of the local identity provider.
    """

    def __init__(
        self, ports: Ports | None = None, *, state: Path | None = None, page_origins: tuple[str, ...] = ()
    ) -> None:
        self._ports = ports or Ports()
        self._page_origins = page_origins
        self._state = state
        self._open = ExitStack()
        self._gateways: list[LocalGateway] = []
        self.sandbox: SandboxServer | None = None
        self.identity: IdentityProvider | None = None
        self.has_sign_in = False
        self.url = ""
        self.review_url = ""
        self.issuer = ""
        self.console_url = ""
        self.upstream_url = ""
        self.endpoint_url = ""

    def start(self) -> None:
        """Start the database, the upstream, then the app.

        Raises:
            OSError: a port is taken.
            RuntimeError: the database did not start.
            InvalidSettingsError: the environment holds a wrong setting.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        database = LocalDynamoDB(self._ports.dynamodb or None, self._state and self._state / "ministack")
        self.endpoint_url = self._open.enter_context(database).endpoint_url
        create_tables(self.endpoint_url)
        create_digest_store(self.endpoint_url)
        # The end goes the other way: no new calls, no upstream, so that open calls conclude soon; then the database.
        self._open.callback(self._wait_for_open_calls)
        self.upstream_url = os.environ.get("ADULTWORK_BASE_URL") or self._start_sandbox()
        self.issuer = os.environ.get("REVIEW_ISSUER") or self._start_identity()
        review_port = (
            self._ports.review or free_port()
        )  # the console's address is a setting, and so known before its server
        self._set_environment(f"http://{HOST}:{review_port}/console")
        self.url = self._serve("app", "chalicelib.bootstrap", self._ports.app)
        self.has_sign_in = importlib.import_module("chalicelib.bootstrap").container().settings.has_sign_in
        self.review_url = self._serve("chalicelib.review_app", "chalicelib.composition.review", review_port)

    def _serve(self, entry: str, root: str, port: int) -> str:
        """Start an app behind a gateway of its own; return its address."""
        app, container = importlib.import_module(entry), importlib.import_module(root).container
        container()  # a wrong setting is told now and not to the first caller
        seconds = float(os.environ.get("FUNCTION_TIMEOUT_SECONDS") or FUNCTION_SECONDS)
        gateway = LocalGateway(app.app, port, function_seconds=seconds)
        gateway.start()
        self._gateways.append(gateway)
        self._open.callback(gateway.stop)
        return gateway.url

    def _wait_for_open_calls(self) -> None:
        """Let calls that outlived their connection conclude."""
        for gateway in self._gateways:
            gateway.join()

    def _start_identity(self) -> str:
        """Start the local identity provider; return its address, which is the issuer."""
        self.identity = self._open.enter_context(IdentityProvider(self._ports.identity))
        return self.identity.url

    def _start_sandbox(self) -> str:
        """Start the sandbox; return its address."""
        self.sandbox = self._open.enter_context(SandboxServer(self._ports.sandbox, first_booking_id=later_booking_id()))
        return self.sandbox.url

    def _set_environment(self, console_url: str) -> None:
        """Give this process the app's environment until the stack stops; a given REVIEW_CLIENT_ID stays."""
        before = dict(os.environ)
        key = kept_key(self._state) if self._state else secrets.token_hex(32)
        self._open.callback(_replace_environment, before)
        apps = app_environment(before, self.upstream_url, self.endpoint_url, key, self._page_origins)
        local = self.identity and review_environment(self.issuer) | console_environment(self.identity, console_url)
        _replace_environment({**apps, **(local or {})})
        self.console_url = os.environ.get("REVIEW_CONSOLE_URL", "")

    def stop(self) -> None:
        """Stop everything, the app first."""
        self._open.close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


def _replace_environment(variables: Mapping[str, str]) -> None:
    """Make the environment of this process exactly `variables`."""
    os.environ.clear()
    os.environ.update(variables)

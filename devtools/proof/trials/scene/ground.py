"""The ground that trials stand on: a sandbox and a database for all of them, and new tables for each."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import certifi

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from devtools.local.dynamodb import LocalDynamoDB, create_sealing_key, create_table, local_client, local_environment
from devtools.proof.trials.scene.clock import MovableClock
from devtools.proof.trials.scene.death import Death
from devtools.proof.trials.scene.function import Function
from devtools.proof.trials.scene.ledger import Ledger
from devtools.proof.trials.scene.throttle import Throttle
from sandbox import SandboxServer

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

HMAC_KEY = "a key for trials, of 32 characters or more"
END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n"

_numbers = count(1)


class Ground:
    """One world: `begin` starts a trial over; `start` gives its function a new life."""

    def __init__(
        self, sandbox: SandboxServer, clock: MovableClock, database: "DynamoDBClient", authority: Path
    ) -> None:
        self._authority = authority  # one certificate: reading the bundled hundreds would take most of each start
        self.sandbox = sandbox
        self.clock = clock
        self.function = Function(clock)
        self.ledger = Ledger(database, "", "")
        self._database = database
        self._environment: dict[str, str] = {}

    def begin(self, **settings: str) -> None:
        """Start over: new tables, nothing booked, the machine's own time; `settings` are environment variables."""
        self.function.stop()
        self.sandbox.reset()
        self.clock.reset()
        self.function.log.truncate(0)
        number = next(_numbers)
        self.ledger = Ledger(self._database, f"operations-trial-{number}", f"audit-trial-{number}")
        create_table(self._database, OPERATIONS, self.ledger.operations_table)
        create_table(self._database, AUDIT, self.ledger.audit_table)
        self._environment = self._defaults() | settings

    def start(
        self, death: Death | None = None, *exchanged: tuple[object, object], throttle: Throttle | None = None
    ) -> None:
        """Give the function a new life, with nothing in memory."""
        self.function.start(self._environment, death, *exchanged, throttle=throttle)

    def restart(self, **settings: str) -> None:
        """Give the function a new life over the same tables, with other settings, as a deployment does."""
        self._environment |= settings
        self.start()

    @property
    def endpoint_url(self) -> str:
        """Return the address of the database itself."""
        return self._database.meta.endpoint_url

    def end(self) -> None:
        """Close what the last trial left open."""
        self.function.stop()
        self.sandbox.reset()

    def _defaults(self) -> dict[str, str]:
        endpoint = self._database.meta.endpoint_url
        return {
            **local_environment(endpoint),
            "AWS_CA_BUNDLE": str(self._authority),
            "ADULTWORK_BASE_URL": self.sandbox.url,
            "ADULTWORK_CA_BUNDLE": str(self._authority),
            "AUDIT_TABLE": self.ledger.audit_table,
            "BOOKINGS_PER_DAY": "0",
            "BOOKINGS_PER_MINUTE": "0",
            "HMAC_KEY": HMAC_KEY,
            "OPERATIONS_TABLE": self.ledger.operations_table,
        }


@contextmanager
def standing(endpoint_url: str | None = None) -> Iterator[Ground]:
    """Run a sandbox, and a database unless there is one at `endpoint_url`; give the ground, with nothing begun yet."""
    with ExitStack() as running:
        if endpoint_url is None:
            endpoint_url = running.enter_context(LocalDynamoDB()).endpoint_url
            create_sealing_key(endpoint_url)
        clock = MovableClock()
        sandbox = running.enter_context(SandboxServer(now=clock.now))
        authority = Path(running.enter_context(TemporaryDirectory(prefix="switchboard-trials-")), "authority.pem")
        authority.write_text(certifi.contents().partition(END_OF_CERTIFICATE)[0] + END_OF_CERTIFICATE)
        database = running.enter_context(closing(local_client(endpoint_url)))
        ground = Ground(sandbox, clock, database, authority)
        running.callback(ground.end)
        yield ground

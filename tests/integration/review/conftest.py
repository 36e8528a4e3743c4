"""The reviewers' app over real HTTP: local gateway, middleware, routes, the real container, a real identity provider."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from chalice.app import Chalice

from chalicelib import log
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.person_row import person_row
from chalicelib.composition.review import build
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.edge.middleware import install
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.review.routes import register
from devtools.local.dynamodb import create_table
from devtools.local.review.digests import create_digest_store
from devtools.local.review.identity import IdentityProvider, console_environment, review_environment
from devtools.local.server import LocalGateway
from tests.fakes.certificates import Authority
from tests.integration import exchange
from tests.integration.exchange import Answer

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ORIGIN = "https://console.example"

_numbers = count()


@dataclass
class ReviewService:
    """The app behind its server, its tables, and the provider of its users."""

    client: "DynamoDBClient"
    identity: IdentityProvider
    authority: str  # one certificate: reading the bundled hundreds would take half of each start
    url: str = ""
    operations_table: str = ""
    audit_table: str = ""
    container: ReviewContainer | None = None

    def begin(self) -> None:
        """Start over with new tables and a new container."""
        number = next(_numbers)
        self.operations_table, self.audit_table = f"operations-review-{number}", f"audit-review-{number}"
        create_table(self.client, tables.OPERATIONS, self.operations_table)
        create_table(self.client, tables.AUDIT, self.audit_table)
        self.configure()

    def configure(self, **settings: str) -> None:
        """Make a new container over the same tables."""
        endpoint = self.client.meta.endpoint_url
        self.container = build(
            {
                **review_environment(self.identity.url),
                **console_environment(self.identity, f"{self.url}/console"),
                "REVIEW_CA_BUNDLE": self.authority,
                "ALLOWED_ORIGINS": ORIGIN,
                "AUDIT_TABLE": self.audit_table,
                "OPERATIONS_TABLE": self.operations_table,
                "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
                "AWS_ENDPOINT_URL_KMS": endpoint,
                "AWS_ENDPOINT_URL_S3": endpoint,
                **settings,
            }
        )
        log.configure()

    def current(self) -> ReviewContainer:
        """Return the container."""
        assert self.container is not None
        return self.container

    def put(self, *events: AuditEvent) -> None:
        """Write audit events as the booking path does, and the rows of whom they name: tests spell a UserID into each name."""
        for event in events:
            self.client.put_item(TableName=self.audit_table, Item=items.audit_event(event))
            for name in filter(None, (event.client, event.candidate)):
                row = person_row(int(name[2:]), name, event.at)
                if "Item" not in self.client.get_item(TableName=self.operations_table, Key={"pk": row["pk"]}):
                    self.client.put_item(TableName=self.operations_table, Item=row)

    def get(self, path: str, token: str | None = None, method: str = "GET", **headers: str) -> Answer:
        """Send a request as a page does; `headers` by name (`review_reason=...`)."""
        sent = {name.replace("_", "-").title(): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return exchange.send(self.url, method, path, {"Origin": ORIGIN, **sent})

    def ask(self, path: str, user: str = "rita", **headers: str) -> Answer:
        """Send a question of a ready user."""
        return self.get(path, self.identity.provider.token(user), **headers)

    def looks(self) -> list[dict[str, Any]]:
        """Return the rows of looks, in order."""
        rows: Any = self.client.scan(TableName=self.audit_table, ConsistentRead=True)["Items"]
        return sorted((row for row in rows if row["pk"]["S"].startswith("REVIEW#")), key=lambda row: row["sk"]["S"])


@pytest.fixture(scope="session")
def running_review(database: "DynamoDBClient", tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewService]:
    """Run the provider and the app's server."""
    authority = tmp_path_factory.mktemp("review-authority") / "authority.pem"
    Authority.create(authority)
    create_digest_store(database.meta.endpoint_url)
    with IdentityProvider() as identity:
        service = ReviewService(database, identity, str(authority))
        app: Any = Chalice(app_name="switchboard-review")
        install(app, service.current)
        register(app, service.current)
        with LocalGateway(app, entrances=("", "/dev")) as gateway:
            service.url = gateway.url
            yield service


@pytest.fixture
def review(running_review: ReviewService) -> ReviewService:
    """Return the service with nothing in its tables."""
    running_review.begin()
    return running_review

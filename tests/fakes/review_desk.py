"""A desk for reviewers: the real use cases on fakes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.application.review.audit_verification import AuditVerification
from chalicelib.application.review.count_operations import CountCommand, CountOperations, Statistics
from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.export_operations import EXPORT_BOUNDS, MOST_BYTES, ExportOperations
from chalicelib.application.review.list_open import ListOpen
from chalicelib.application.review.persons import Persons
from chalicelib.application.review.ports import Register
from chalicelib.application.review.search_operations import OperationsPage, SearchCommand, SearchOperations
from chalicelib.application.review.show_operation import ShowCommand, ShowOperation, Timeline
from chalicelib.application.review.sign_in import SignIn
from chalicelib.application.review.take_evidence import TakeEvidence
from chalicelib.domain.access import AccessToken
from chalicelib.domain.review.desk.plan import Bounds
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.reviewer_errors import AuditUnavailableError, IdentityUnavailableError, ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.review.container import Console
from devtools.memory.punctuality import require_deadline
from tests.fakes.audit_index import InMemoryAuditIndex, InMemoryLookTrail
from tests.fakes.clock import FixedClock
from tests.fakes.digests import InMemoryKey, InMemoryRecords, InMemoryShelf
from tests.fakes.persons import SpelledRegister

ISSUER = "https://identity.example"
REVIEWER, UNMASKER, CUSTODIAN, NOBODY = "reviewer-token", "unmask-token", "custodian-token", "nobody-token"
ROLES: Mapping[str, frozenset[Role]] = {
    REVIEWER: frozenset({Role.REVIEWER}),
    UNMASKER: frozenset({Role.REVIEWER, Role.UNMASK}),
    CUSTODIAN: frozenset({Role.CUSTODIAN}),
    NOBODY: frozenset(),
}
UNAVAILABLE = "unavailable-token"


class FakeVerifier:
    """Implements `TokenVerifier` for the tokens above."""

    def verify(self, token: AccessToken, deadline: Deadline) -> Reviewer:
        """Return whose token it is."""
        require_deadline(deadline)
        name = token.reveal()
        if name == UNAVAILABLE:
            raise IdentityUnavailableError("told to fail")
        if name not in ROLES:
            raise ReviewerTokenInvalidError("not known")
        return Reviewer(ISSUER, name.removesuffix("-token"), ROLES[name])


@dataclass
class FakeContacts:
    """Implements `Contacts`: `fields` by sealed text; one that is not there cannot be opened."""

    fields: dict[str, Mapping[str, str]] = field(default_factory=dict)
    is_failing: bool = False

    def opened(self, account: int, operation_id: str, sealed: str, deadline: Deadline) -> Mapping[str, str] | None:
        """Return the fields."""
        require_deadline(deadline)
        if self.is_failing:
            raise AuditUnavailableError("told to fail")
        del account, operation_id
        return self.fields.get(sealed)


def visit(token: str = REVIEWER, reason: str | None = None, seconds_left: float = 24.0) -> Visit:
    """Return what every question has."""
    return Visit(AccessToken(token), "request-1", seconds_left, reason)


@dataclass
class Desk:
    """The use cases, and what is behind them."""

    bounds: Bounds = field(default_factory=Bounds)
    register: Register = field(default_factory=SpelledRegister)
    index: InMemoryAuditIndex = field(default_factory=InMemoryAuditIndex)
    trail: InMemoryLookTrail = field(default_factory=InMemoryLookTrail)
    contacts: FakeContacts = field(default_factory=FakeContacts)
    clock: FixedClock = field(default_factory=FixedClock)
    records: InMemoryRecords = field(default_factory=InMemoryRecords)
    shelf: InMemoryShelf = field(default_factory=InMemoryShelf)
    key: InMemoryKey = field(default_factory=InMemoryKey)

    @property
    def door(self) -> Door:
        """Return the door."""
        return Door(FakeVerifier(), self.trail, self.clock)

    def verification(self) -> AuditVerification:
        """Return a verification."""
        return AuditVerification(self.records, self.records, self.shelf, self.key, self.clock)

    def search(self, command: SearchCommand) -> OperationsPage:
        """Answer a search."""
        return SearchOperations(self.door, self.index, Persons(self.register), self.bounds).execute(command)

    def show(self, command: ShowCommand) -> Timeline:
        """Answer with an operation."""
        return ShowOperation(self.door, self.index, Persons(self.register), self.contacts).execute(command)

    def count(self, command: CountCommand) -> Statistics:
        """Answer with counts."""
        return CountOperations(self.door, self.index, self.bounds).execute(command)

    def exporting(self, bounds: Bounds = EXPORT_BOUNDS, most_bytes: int = MOST_BYTES) -> ExportOperations:
        """Return the export."""
        return ExportOperations(self.door, self.index, Persons(self.register), bounds, most_bytes)

    def evidence(self) -> TakeEvidence:
        """Return the taking of evidence."""
        return TakeEvidence(self.door, self.index, self.shelf, self.key)

    def console(self, signing: SignIn) -> Console:
        """Return what the console needs beside."""
        queue = ListOpen(self.door, self.index, Persons(self.register))
        return Console("https://audit.example/console", signing, queue, self.exporting(), self.evidence(), self.clock)

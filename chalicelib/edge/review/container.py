"""What the reviewers' views are given. `composition/review.py` makes it, once, on first use."""

from typing import Protocol

from chalicelib.application.people.erase_person import EraseCommand, ErasureAnswer
from chalicelib.application.people.hold_person import HoldAnswer, HoldCommand
from chalicelib.application.people.show_person import PersonCommand
from chalicelib.application.people.show_retention import RetentionAnswer
from chalicelib.application.ports import Clock
from chalicelib.application.review.audit_verification import AuditVerdict
from chalicelib.application.review.count_operations import CountCommand, Statistics
from chalicelib.application.review.door import Visit
from chalicelib.application.review.export_operations import ExportCommand, Package, TooMuch
from chalicelib.application.review.list_open import OpenQueue
from chalicelib.application.review.persons import UnknownPeople
from chalicelib.application.review.search_operations import OperationsPage, SearchCommand
from chalicelib.application.review.show_operation import ShowCommand, Timeline
from chalicelib.application.review.sign_in import SignIn
from chalicelib.application.review.take_evidence import EvidenceCommand
from chalicelib.application.review.verify_audit import VerifyCommand
from chalicelib.domain.people.person import Person
from chalicelib.edge.container import EdgeSettings
from chalicelib.values import dataclass

REASON_HEADER = "Review-Reason"  # why it is asked; a header, because addresses are kept in many places


class SearchesOperations(Protocol):
    """The use case behind the list: `application.review.SearchOperations`, or a fake."""

    def execute(self, command: SearchCommand) -> OperationsPage:
        """Return a page; every refusal and failure is a SwitchboardError."""
        ...


class ShowsOperations(Protocol):
    """The use case behind one operation: `application.review.ShowOperation`, or a fake."""

    def execute(self, command: ShowCommand) -> Timeline:
        """Return an operation; every refusal and failure is a SwitchboardError."""
        ...


class CountsOperations(Protocol):
    """The use case behind the statistics: `application.review.CountOperations`, or a fake."""

    def execute(self, command: CountCommand) -> Statistics:
        """Return counts; every refusal and failure is a SwitchboardError."""
        ...


class VerifiesAudit(Protocol):
    """The use case behind a verification: `application.review.VerifyAudit`, or a fake."""

    def execute(self, command: VerifyCommand) -> AuditVerdict:
        """Return a verdict; every refusal and failure is a SwitchboardError."""
        ...


class ListsOpen(Protocol):
    """The use case behind the queue: `application.review.ListOpen`, or a fake."""

    def execute(self, visit: Visit) -> OpenQueue:
        """Return what is open; every refusal and failure is a SwitchboardError."""
        ...


class ExportsOperations(Protocol):
    """The use case behind an export: `application.review.ExportOperations`, or a fake."""

    def execute(self, command: ExportCommand) -> Package | TooMuch | UnknownPeople:
        """Return an archive; every refusal and failure is a SwitchboardError."""
        ...


class TakesEvidence(Protocol):
    """The use case behind an evidence bundle: `application.review.TakeEvidence`, or a fake."""

    def execute(self, command: EvidenceCommand) -> Package:
        """Return an archive; every refusal and failure is a SwitchboardError."""
        ...


class ShowsPersons(Protocol):
    """The use case behind one person: `application.people.ShowPerson`, or a fake."""

    def execute(self, command: PersonCommand) -> Person:
        """Return a person; every refusal and failure is a SwitchboardError."""
        ...


class ChangesHolds(Protocol):
    """The use cases behind holds: `application.people.HoldPerson` and `LiftHold`, or a fake."""

    def execute(self, command: HoldCommand) -> HoldAnswer:
        """Return what became of a hold; every refusal and failure is a SwitchboardError."""
        ...


class ErasesPersons(Protocol):
    """The use case behind an erasure: `application.people.ErasePerson`, or a fake."""

    def execute(self, command: EraseCommand) -> ErasureAnswer:
        """Return what an erasure does; every refusal and failure is a SwitchboardError."""
        ...


class ShowsRetention(Protocol):
    """The use case behind the retention: `application.people.ShowRetention`, or a fake."""

    def execute(self, visit: Visit) -> RetentionAnswer:
        """Return the retention in force; every refusal and failure is a SwitchboardError."""
        ...


@dataclass(frozen=True, slots=True)
class Custody:
    """What custodians do, and for how long records are kept."""

    person: ShowsPersons
    hold: ChangesHolds
    lift: ChangesHolds
    erase: ErasesPersons
    retention: ShowsRetention


@dataclass(frozen=True, slots=True)
class Console:
    """What the console needs beside: `url` is where browsers find it, to its end `/console`."""

    url: str
    sign_in: SignIn
    list_open: ListsOpen
    export: ExportsOperations
    evidence: TakesEvidence
    clock: Clock


@dataclass(frozen=True, slots=True)
class ReviewContainer:
    """All that a reviewers' view can reach; without `console` there is none."""

    search: SearchesOperations
    show: ShowsOperations
    count: CountsOperations
    verify: VerifiesAudit
    custody: Custody
    settings: EdgeSettings
    console: Console | None = None

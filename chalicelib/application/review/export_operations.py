"""ExportOperations: what meets some filters as one archive, bounded in what is read and in what leaves."""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime

from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.persons import Persons, UnknownPeople
from chalicelib.application.review.ports import AuditIndex
from chalicelib.application.review.search_operations import UNKNOWN_PERSON
from chalicelib.application.review.walk import Walk, by_key
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.person import PersonId
from chalicelib.domain.review.desk.plan import Bounds, Span
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.review.exports import formats, manifest
from chalicelib.domain.review.exports.archive import Archive
from chalicelib.domain.reviewer_errors import InvalidQueryError
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass

MOST_BYTES = 4_000_000  # an answer has at most 6 MB, of JSON in which each quote and line break takes two
EXPORT_BOUNDS = Bounds(chains=5_000, days=92, batch=100)
WHY = "Say why you take records along: whoever reads them later cannot be asked."


@dataclass(frozen=True, slots=True)
class ExportCommand:
    """What to take along, of the people that a search takes; `formats` are keys of `formats.FILES`."""

    visit: Visit
    filter_: Filter = field(default_factory=Filter)
    client: PersonId | None = None
    candidate: PersonId | None = None
    formats: tuple[str, ...] = formats.USUAL


@dataclass(frozen=True, slots=True)
class Package:
    """An archive, under a name that names nobody."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TooMuch:
    """More than one archive may hold: what began at or after `since` fits. None where not even one operation would."""

    since: datetime | None


@dataclass(frozen=True, slots=True)
class ExportOperations:
    """The use case."""

    door: Door
    index: AuditIndex
    persons: Persons
    bounds: Bounds = field(default=EXPORT_BOUNDS)
    most_bytes: int = MOST_BYTES

    def execute(self, command: ExportCommand) -> Package | TooMuch | UnknownPeople:
        """Answer with all that meets the filters, or with nothing of it: a part would pass for the whole.

        An empty archive for somebody who is unknown would pass for one of somebody who never booked.

        Raises:
            InvalidQueryError: there is no reason.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(command.visit)
        reviewer = self.door.admit(command.visit, deadline, Role.REVIEWER)
        require_reason(command.visit)
        filter_ = self.persons.stored(command.filter_, command.client, command.candidate, deadline)
        draft = _Draft(command, self.door.clock.now(), self.most_bytes)
        if isinstance(filter_, UnknownPeople):
            self.door.record(command.visit, reviewer, Action.EXPORT, UNKNOWN_PERSON, 0, deadline)
            return filter_
        is_whole, asked = self._fill(draft, filter_, deadline), filter_.described()
        found = draft.tally.operations if is_whole else 0
        self.door.record(command.visit, reviewer, Action.EXPORT, asked, found, deadline)
        return draft.package() if is_whole else TooMuch(draft.since)

    def _fill(self, draft: "_Draft", filter_: Filter, deadline: Deadline) -> bool:
        """Take operations in; False when there are more than fit."""
        keyed = by_key(self.index, filter_, self.bounds, deadline)
        if keyed is not None:
            return draft.takes(chain for chain in keyed.chains if filter_.meets(chain)) and not keyed.is_bounded
        span = Span(start=filter_.start, end=filter_.end)
        walk = Walk(self.index, filter_, span, self.bounds, self.door.clock.now(), deadline)
        if not draft.takes(walk):
            return False
        if walk.is_bounded and walk.last is not None:
            draft.since = walk.last.at
        return not walk.is_bounded


def require_reason(visit: Visit) -> None:
    """Ask for the reason that taking records along needs.

    Raises:
        InvalidQueryError: there is none.
    """
    if visit.reason is None:
        raise InvalidQueryError("The query cannot be used.", violations=[Violation("/reason", "reason", WHY)])


class _Draft:
    """An export that is being written."""

    def __init__(self, command: ExportCommand, now: datetime, most: int) -> None:
        self.tally = manifest.Tally()
        self.since: datetime | None = None
        self._command, self._now, self._most = command, now, most
        self._archive = Archive(f"export-{now:%Y%m%dT%H%M%SZ}", now)
        for name in command.formats:
            self._archive.write(formats.FILES[name], formats.heading(name))

    def takes(self, chains: Iterable[Chain]) -> bool:
        """Take operations in; False at the first one that does not fit."""
        for chain in chains:
            self.tally.take(chain)
            for name in self._command.formats:
                self._archive.write(formats.FILES[name], *formats.written(name, chain))
            if self._archive.size > self._most:
                return False
            self.since = chain.begun_at or self.since
        return True

    def package(self) -> Package:
        """Return the archive with its manifest."""
        made = manifest.manifest(self._now, self._archive.sums, self.tally, self._asked(), kind="export")
        self._archive.write(manifest.NAME, made)
        return Package(f"{self._archive.folder}.tar", self._archive.packed())

    def _asked(self) -> dict[str, Canonical]:
        """Return the filters without whom they name: a manifest goes far."""
        named = {"client": self._command.client, "candidate": self._command.candidate}
        people: dict[str, Canonical] = {name: "given" for name, value in named.items() if value is not None}
        return {**self._command.filter_.described(), **people}

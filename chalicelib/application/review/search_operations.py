"""SearchOperations: a page of the operations that meet some filters, newest first."""

from dataclasses import field
from itertools import islice

from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.persons import Persons, Seen, UnknownPeople, named
from chalicelib.application.review.ports import AuditIndex
from chalicelib.application.review.walk import Walk, by_key
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.cursor import read_cursor, write_cursor
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.person import PersonId
from chalicelib.domain.review.desk.plan import Bounds, Span
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

PAGE = 25
UNKNOWN_PERSON: dict[str, Canonical] = {"person": "in no event"}  # a UserID that no event knows is told by none either


@dataclass(frozen=True, slots=True)
class SearchCommand:
    """A search: `client` and `candidate` are UserIDs or pseudonyms, the rest stands in `filter_`. `size` is at most 100."""

    visit: Visit
    filter_: Filter = field(default_factory=Filter)
    client: PersonId | None = None
    candidate: PersonId | None = None
    cursor: str | None = None
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class Found:
    """One operation in a page: its chain, and who it is about as a reviewer sees them."""

    chain: Chain
    client: Seen
    candidate: Seen


@dataclass(frozen=True, slots=True)
class OperationsPage:
    """A page, newest first.

    `older` and `newer` are cursors, None where nothing follows that way. `examined` counts the operations that were looked at;
    `is_bounded` tells that the page ends because an answer may not read more: go on from the cursor. With `unknown`, these
    parameters name people whom the register does not have, and nothing was searched: no bookings are told of, nor that there
    are none.
    """

    found: tuple[Found, ...]
    older: str | None
    newer: str | None
    examined: int
    is_bounded: bool
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchOperations:
    """The use case."""

    door: Door
    index: AuditIndex
    persons: Persons
    bounds: Bounds = field(default_factory=Bounds)

    def execute(self, command: SearchCommand) -> OperationsPage:
        """Answer a search.

        1. Let the reviewer in. 2. Name people as events do. 3. Read, by the one index that names fewest.
        4. Record the look. 5. Answer.

        Raises:
            InvalidQueryError: the cursor is none, or of another search.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(command.visit)
        reviewer = self.door.admit(command.visit, deadline, Role.REVIEWER)  # 1
        filter_ = self.persons.stored(command.filter_, command.client, command.candidate, deadline)  # 2
        if isinstance(filter_, UnknownPeople):
            page = OperationsPage((), None, None, 0, is_bounded=False, unknown=filter_.parameters)
            asked = UNKNOWN_PERSON
        else:
            page, asked = self._read(command, filter_, deadline), filter_.described()  # 3
        self.door.record(command.visit, reviewer, Action.SEARCH, asked, len(page.found), deadline)  # 4
        return page  # 5

    def _read(self, command: SearchCommand, filter_: Filter, deadline: Deadline) -> OperationsPage:
        keyed = by_key(self.index, filter_, self.bounds, deadline)
        if keyed is not None:
            found = tuple(_found(chain, command, filter_) for chain in keyed.chains if filter_.meets(chain))
            return OperationsPage(found, None, None, len(keyed.chains), keyed.is_bounded)
        return self._page(command, filter_, deadline)

    def _page(self, command: SearchCommand, filter_: Filter, deadline: Deadline) -> OperationsPage:
        direction, beyond = Direction.OLDER, None
        if command.cursor is not None:
            direction, beyond = read_cursor(command.cursor, filter_)
        span = Span(direction, beyond, filter_.start, filter_.end)
        walk = Walk(self.index, filter_, span, self.bounds, self.door.clock.now(), deadline, command.size)
        chains = list(islice(walk, command.size))
        if direction is Direction.NEWER:
            chains.reverse()
        older, newer = _ends(walk, beyond)
        return OperationsPage(
            tuple(_found(chain, command, filter_) for chain in chains),
            None if older is None else write_cursor(Direction.OLDER, older, filter_),
            None if newer is None else write_cursor(Direction.NEWER, newer, filter_),
            walk.examined,
            walk.is_bounded,
        )


def _found(chain: Chain, command: SearchCommand, filter_: Filter) -> Found:
    client = named(chain.client, command.client, filter_.client)
    return Found(chain, client, named(chain.candidate, command.candidate, filter_.candidate))


def _ends(walk: Walk, beyond: Position | None) -> tuple[Position | None, Position | None]:
    """Return the places that the next page of either direction begins beyond, None where nothing follows.

    Newer operations may come at any time, so a page that went back in time always leads forward again.
    """
    ahead = None if walk.is_exhausted else walk.last
    if walk.span.direction is Direction.OLDER:
        behind = walk.first or (beyond and Position.after_all_before(beyond.at))
        return ahead, behind
    return walk.first or (beyond and beyond.just_above()), ahead

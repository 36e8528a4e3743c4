"""ListOpen: the operations that have no final state yet, the oldest first."""

from dataclasses import field

from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.persons import Persons, Seen
from chalicelib.application.review.ports import AuditIndex
from chalicelib.application.review.search_operations import Found
from chalicelib.domain.operation.operation import OPEN
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.values import dataclass

MOST = 100


@dataclass(frozen=True, slots=True)
class OpenQueue:
    """Open operations; `is_complete` is false when there are more."""

    found: tuple[Found, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class ListOpen:
    """The use case."""

    door: Door
    index: AuditIndex
    persons: Persons
    most: int = field(default=MOST)

    def execute(self, visit: Visit) -> OpenQueue:
        """Answer with the queue; the steps are those of a search.

        Raises:
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(visit)
        reviewer = self.door.admit(visit, deadline, Role.REVIEWER)
        named = self.index.open_operations(self.most, deadline)
        chains = self.index.chains(named.operation_ids, deadline) if named.operation_ids else {}
        found = []
        for name in named.operation_ids:
            if name in chains and chains[name].state in OPEN:  # the index is a moment behind
                chain = chains[name]
                found.append(Found(chain, Seen(chain.client), Seen(chain.candidate)))
        self.door.record(visit, reviewer, Action.QUEUE, {}, len(found), deadline)
        return OpenQueue(tuple(found), named.is_complete)

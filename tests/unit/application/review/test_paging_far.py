"""SearchOperations paged through 10,000 operations: each page asks as much as the first, however far back it is."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from chalicelib.application.review.ports import Entries
from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.domain.review.desk.plan import Place, Span
from chalicelib.domain.review.desk.position import Position
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.fakes.audit_index import InMemoryAuditIndex
from tests.fakes.review_desk import Desk, visit
from tests.unit.application.review.test_search_operations import opening

OPERATIONS, PAGE = 10_000, 100


@dataclass
class NumberedIndex(InMemoryAuditIndex):
    """An index of one client's operations, the newest first and numbered from 0: it goes on behind a place as DynamoDB does."""

    positions: list[Position] = field(default_factory=list)

    def entries(self, place: Place, span: Span, limit: int, deadline: Deadline) -> Entries:  # noqa: ARG002 (at hand)
        """Return what follows the place of the cursor."""
        self.reads.append((place, limit))
        begin = 0 if span.beyond is None else int(span.beyond.operation_id[3:]) + 1
        return Entries(tuple(self.positions[begin : begin + limit]), begin + limit >= len(self.positions))


def test_every_page_costs_the_same() -> None:
    """One reading of the index and the chains that are shown; each operation is shown once."""
    index = NumberedIndex()
    events = [replace(opening(number), at=NOW - timedelta(minutes=number)) for number in range(OPERATIONS)]
    index.put(*events)
    index.positions = [Position(event.at, event.operation_id) for event in events]
    desk, command = Desk(index=index), SearchCommand(visit(), client=1001, size=PAGE)
    costs: list[tuple[int, int]] = []
    shown: list[int] = []
    while True:
        readings, chains = len(index.reads), index.chains_read
        page = desk.search(command)
        costs.append((len(index.reads) - readings, index.chains_read - chains))
        shown += [int(found.chain.operation_id[3:]) for found in page.found]
        if page.older is None:
            break
        command = replace(command, cursor=page.older)
    assert shown == list(range(OPERATIONS))
    assert costs == [(1, PAGE)] * (OPERATIONS // PAGE)

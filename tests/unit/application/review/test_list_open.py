"""ListOpen on fakes."""

from dataclasses import replace

from chalicelib.application.review.list_open import ListOpen
from chalicelib.application.review.persons import Persons, Seen
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.review.desk.look import Action
from tests.builders import pseudonym
from tests.contract.review.test_audit_index import opening
from tests.fakes.review_desk import Desk, visit


def test_open_operations_are_shown_and_the_look_is_recorded() -> None:
    """Those that have just ended are not, nor those that no event tells of; with more than are shown, that is told."""
    desk = Desk()
    first, ended = opening(1), opening(2)
    desk.index.put(first, ended, replace(ended, sequence=2, kind=EventKind.CONFIRMED))
    desk.index.open_ids = [first.operation_id, ended.operation_id, f"op_{9:026}", opening(4).operation_id]
    queue = ListOpen(desk.door, desk.index, Persons(desk.register), most=3).execute(visit())
    assert [(each.chain.operation_id, each.client) for each in queue.found] == [
        (first.operation_id, Seen(pseudonym(1001)))
    ]
    assert not queue.is_complete
    assert (desk.trail.events[-1].look.action, desk.trail.events[-1].look.found) == (Action.QUEUE, 1)


def test_nothing_open_reads_no_events() -> None:
    """The common case."""
    desk = Desk()
    assert ListOpen(desk.door, desk.index, Persons(desk.register)).execute(visit()).found == ()
    assert desk.index.chains_read == 0

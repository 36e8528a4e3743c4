"""What the event of a refusal calls people: what the register calls them, or nothing."""

from collections.abc import Collection

import pytest

from chalicelib.application.audit.events import Subject
from chalicelib.application.booking.refusals import Refusals
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import BookingRejectedError, StoreUnavailableError
from chalicelib.domain.names import Names
from chalicelib.domain.time_budget import Deadline
from devtools.memory.register import InMemoryRegister
from tests.builders import PRINCIPAL
from tests.contract.records import HASH_KEY
from tests.fakes.clock import FixedClock
from tests.fakes.trail import TroubledTrail
from tests.unit.application.world import World

CLIENT, CANDIDATE = PRINCIPAL.account, 123456
NEW = Names(None, "p_of_a_claim_that_was_not_made", is_candidate_new=True)
SECONDS = 20.0


class SilentRegister(InMemoryRegister):
    """A register that lets everybody wait in vain who asks for some `people`."""

    def __init__(self, clock: FixedClock, people: Collection[int]) -> None:
        super().__init__()
        self._clock = clock
        self._people = people

    def find(self, user_id: int, deadline: Deadline) -> str | None:
        """Return a pseudonym, or fail when the time is over."""
        if user_id in self._people:
            self._clock.tick(deadline.remaining())
            raise StoreUnavailableError("silence")
        return super().find(user_id, deadline)


class HastyTrail(TroubledTrail):
    """A trail that needs a second for each event."""

    def record_refusal(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add the event of a refusal, or fail."""
        if deadline.remaining() < 1:
            raise StoreUnavailableError("no time is left")
        super().record_refusal(event, deadline)


def refuse(world: World, register: InMemoryRegister, names: Names = NEW) -> AuditEvent:
    """Refuse a booking of a candidate who had no row when it was read; return the event."""
    subject = Subject("op_1", "request-1", PRINCIPAL, None, HASH_KEY, CANDIDATE, names)
    trail = HastyTrail()
    refusals = Refusals(trail, register, world.clock, world.budget)
    with (
        pytest.raises(BookingRejectedError) as caught,
        refusals.recorded(subject, Deadline.after(world.clock.monotonic, SECONDS)),
    ):
        raise BookingRejectedError([])
    assert not caught.value.audit_pending
    (event,) = trail.refusals
    return event


SILENT = {"client": {CLIENT}, "candidate": {CANDIDATE}, "both": {CLIENT, CANDIDATE}, "nobody": set[int]()}


@pytest.mark.parametrize("silent", SILENT.values(), ids=SILENT)
def test_whom_the_register_does_not_name_the_event_does_not_either(silent: set[int]) -> None:
    """Let the row of one, of the other, of both or of nobody be out of reach: no name is told that no row has."""
    world = World()
    register = SilentRegister(world.clock, silent)
    event = refuse(world, register)
    assert (event.client, event.candidate) == (register.rows.get(CLIENT), register.rows.get(CANDIDATE))
    assert (event.client is None) is (CLIENT in silent)
    assert (event.candidate is None) is (CANDIDATE in silent)


def test_a_silent_register_leaves_the_event_its_time() -> None:
    """Ask for both in vain: the event is written, and names nobody."""
    world = World()
    began = world.clock.monotonic()
    event = refuse(world, SilentRegister(world.clock, {CLIENT, CANDIDATE}))
    assert (event.client, event.candidate) == (None, None)
    assert world.clock.monotonic() - began <= world.budget.conclusion / 2


def test_names_that_were_read_are_told_without_the_register() -> None:
    """Know both already: nobody is asked."""
    world = World()
    event = refuse(world, SilentRegister(world.clock, {CLIENT, CANDIDATE}), Names("p_1", "p_2"))
    assert (event.client, event.candidate) == ("p_1", "p_2")

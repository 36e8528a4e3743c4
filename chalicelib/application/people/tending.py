"""What goes on after a custodian's deed, as far as there is time: the rest is the clock's."""

from chalicelib.application.people.ports import Errand, PeopleRegister, Task, Traces
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

RESERVE_SECONDS = 4.0  # kept back for the event and the answer


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows a walk has changed, and whether it came to the end."""

    rows: int
    is_complete: bool


def is_time_left(deadline: Deadline) -> bool:
    """Tell whether another piece may be begun."""
    return deadline.remaining() > RESERVE_SECONDS


def held_by(register: PeopleRegister, deadline: Deadline) -> frozenset[str]:
    """Return the pseudonyms of everybody who is held."""
    return frozenset(one.pseudonym for one in register.errands(deadline) if one.task is Task.HELD)


def keep_records(traces: Traces, pseudonym: str, deadline: Deadline) -> Swept:
    """Take the end off every record of a person who is held."""
    rows = 0
    for piece in traces.operations(pseudonym, None, deadline):
        if not is_time_left(deadline):
            return Swept(rows, is_complete=False)
        rows += traces.keep(piece, deadline)
    return Swept(rows, is_complete=True)


def let_records_end(traces: Traces, register: PeopleRegister, errand: Errand, deadline: Deadline) -> Swept:
    """Give the records of a person who is not held any more their end back; what others who are held share has none."""
    held = held_by(register, deadline)
    rows = 0
    for piece in traces.operations(errand.pseudonym, None, deadline):
        if not is_time_left(deadline):
            return Swept(rows, is_complete=False)
        rows += traces.let_end(piece, held, deadline)
    register.done(errand, deadline)
    return Swept(rows, is_complete=True)

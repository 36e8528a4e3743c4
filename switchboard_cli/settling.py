"""`switchboard operations open|resolve`: what a person has to look at, and how they settle it."""

from datetime import timedelta

import click

from chalicelib.application.changing.resolve_change import ResolveChangeCommand
from chalicelib.application.operations.resolve_operation import ResolveOperationCommand
from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.domain.changing.proof import provable
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.filters import Filter
from switchboard_cli import screen
from switchboard_cli.exits import told
from switchboard_cli.options import as_json, operation_id, where, why
from switchboard_cli.tables.world import World

STATES = (OperationState.UNKNOWN, OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN)
WAIT_FOR_LIST = "wait: AdultWork's list is read when the client comes back, until it expires"
WAIT_FOR_BOOKING = "wait: the booking is read when the client comes back, until it expires"
WAIT_FOR_PERSON = "wait until it expires: no read tells what came of it"
SETTLE = "settle it by AdultWork's own list: switchboard operations resolve"
SETTLE_CHANGE = "settle it by AdultWork's own pages: switchboard operations resolve --done or --none"


def next_of(state: OperationState, change: str | None) -> str:
    """Return what is to be done about an open operation: one that books, or a `change` by its name."""
    if state is not OperationState.UNKNOWN:
        return SETTLE if change is None else SETTLE_CHANGE
    if change is None:
        return WAIT_FOR_LIST
    return WAIT_FOR_PERSON if provable(change) is None else WAIT_FOR_BOOKING


@click.command("open")
@click.option("--days", type=click.IntRange(1, 366), default=31, show_default=True, help="How far back to look.")
@why()
@as_json
@where
def open_(days: int, why: str | None, is_json: bool, world: World) -> None:
    """List the operations whose outcome is unknown, ambiguous or expired, oldest first."""
    start = world.clock.now() - timedelta(days=days)
    found: list[tuple[OperationState, Chain]] = []
    with told(), screen.progress("open operations found") as steps:
        for state in STATES:
            cursor, is_over = None, False
            while not is_over:
                command = SearchCommand(
                    world.visit(why), Filter(start=start, state=state.value), cursor=cursor, size=100
                )
                page = world.search.execute(command)
                found += [(state, one.chain) for one in page.found]
                steps.took(len(page.found))
                cursor, is_over = page.older, page.older is None
    found.sort(key=lambda entry: str(entry[1].begun_at))
    rows = [(f"{chain.begun_at}", chain.operation_id, state.value, chain.change, ", ".join(map(str, chain.booking_ids)),
             chain.client, chain.candidate, next_of(state, chain.change)) for state, chain in found]  # fmt: skip
    columns = ("begun", "operation", "state", "change", "bookings", "client", "candidate", "next")
    if is_json:
        screen.document({"operations": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        screen.table("Open operations", columns, rows)


@click.command()
@click.argument("operation", callback=operation_id)
@click.option("--booking", type=click.IntRange(1, 10**18 - 1), help="The booking that it made, says AdultWork.")
@click.option("--done", "is_done", is_flag=True, help="Of a change: AdultWork carried it out.")
@click.option("--none", "is_none", is_flag=True, help="It made none, or changed nothing: an equal one is let in again.")
@why(is_required=True)
@as_json
@where
def resolve(  # noqa: PLR0913, PLR0917 (an option each)
    operation: str,
    booking: int | None,
    is_done: bool,
    is_none: bool,
    why: str,
    is_json: bool,
    world: World,
) -> None:
    """Settle an OPERATION that is AMBIGUOUS or EXPIRED_UNKNOWN, by what AdultWork's own list says."""
    if [booking is not None, is_done, is_none].count(True) != 1:
        raise click.UsageError("Give one of: --booking with AdultWork's number; --done, of a change; --none.")
    with told():
        by = world.person.subject
        with world.settling() as settling:
            if settling.is_change(operation):
                if booking is not None:
                    raise click.UsageError("This operation makes no booking: give --done or --none.")
                changed = ResolveChangeCommand(operation, is_done, by, why, world.request_id())
                state = settling.changes.execute(changed)
            elif is_done:
                raise click.UsageError("This operation books: give --booking or --none.")
            else:
                booked = ResolveOperationCommand(operation, booking, by, why, world.request_id())
                state = settling.bookings.execute(booked)
    if is_json:
        screen.document({"operation": operation, "state": state.value, "by": by})
    else:
        click.echo(f"{operation} is {state}. Its audit event names {by} and the reason.")

"""`switchboard audit search|show|stats`: what the reviewers' API answers, on a terminal. Every look is recorded."""

from collections import Counter
from datetime import datetime

import click

from chalicelib.application.review.count_operations import CountCommand, Statistics
from chalicelib.application.review.persons import UNKNOWN
from chalicelib.application.review.search_operations import PAGE, OperationsPage, SearchCommand
from chalicelib.application.review.show_operation import ShowCommand, Timeline
from chalicelib.domain.audit.chain import StoredChain, beside_record, broken_link
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_event import StoredEvent, UnreadableEventError
from chalicelib.domain.review import wording
from chalicelib.edge.links import Links
from chalicelib.edge.review.documents import page_document, statistics_document, timeline_document
from switchboard_cli import filters, screen
from switchboard_cli.exits import CommandError, Exit, told
from switchboard_cli.options import Moment, as_json, operation_id, where, why
from switchboard_cli.tables.world import World

LINKS = Links()


@click.command()
@filters.options
@click.option("--limit", type=click.IntRange(1, 100), default=PAGE, show_default=True, help="The size of a page.")
@click.option("--cursor", help="Where to go on: a cursor that an earlier search gave.")
@why()
@as_json
@where
def search(  # noqa: PLR0913, PLR0917 (an option each)
    asked: filters.Asked,
    limit: int,
    cursor: str | None,
    why: str | None,
    is_json: bool,
    world: World,
) -> None:
    """Find operations, newest first. Filters combine."""
    with told():
        command = SearchCommand(world.visit(why), asked.filter_, asked.client, asked.candidate, cursor, limit)
        page = world.search.execute(command)
    if is_json:
        screen.document(page_document(page, LINKS))
    else:
        _show_page(page)
    if page.unknown:
        raise CommandError(f"--{' and --'.join(page.unknown)}: {UNKNOWN}", Exit.NOT_FOUND)


def _show_page(page: OperationsPage) -> None:
    rows = [
        (
            found.chain.begun_at and f"{found.chain.begun_at:%Y-%m-%d %H:%M:%S}",
            found.chain.operation_id,
            found.chain.state,
            found.client.person,
            found.candidate.person,
            ", ".join(map(str, found.chain.booking_ids)),
            ", ".join((*found.chain.reasons, *found.chain.rules)),
        )
        for found in page.found
    ]
    screen.table(
        "Operations", ("begun (UTC)", "operation", "state", "client", "candidate", "bookings", "reasons"), rows
    )
    if page.is_bounded:
        screen.remark(f"One answer reads no more than {page.examined} operations; more may follow.")
    if page.older is not None:
        screen.remark(f"Go on with: --cursor {page.older}")


@click.command()
@click.argument("operation", callback=operation_id)
@why()
@as_json
@where
def show(operation: str, why: str | None, is_json: bool, world: World) -> None:
    """Tell what happened to one OPERATION, event by event, and check its chain."""
    with told():
        timeline = world.show.execute(ShowCommand(world.visit(why), operation))
        finding = _finding(timeline, world)
    if is_json:
        document = timeline_document(timeline, LINKS)
        screen.document({**document, "chain": "whole" if finding is None else str(finding)})
    else:
        _show(timeline)
    if finding is not None:
        screen.remark(f"The chain is not as it was written. {finding}\n{finding.how_to_read}")
        raise SystemExit(Exit.FOUND_WRONG)
    screen.remark("The chain is whole. Whether digests cover it, `switchboard audit bundle` and `verify` tell.")


@click.command()
@click.option("--from", "start", type=Moment(), required=True, help="From when on.")
@click.option("--to", "end", type=Moment(), help="Until when, itself excluded.")
@why()
@as_json
@where
def stats(start: datetime, end: datetime | None, why: str | None, is_json: bool, world: World) -> None:
    """Count operations by day and state, and refusals by rule."""
    parts: list[Statistics] = []
    with told(), screen.progress("operations counted") as steps:
        while not parts or parts[-1].older is not None:
            cursor = parts[-1].older if parts else None
            parts.append(world.count.execute(CountCommand(world.visit(why), start, end, cursor)))
            steps.took(parts[-1].examined)
    if is_json:
        screen.document({"parts": [statistics_document(part) for part in parts]})
        return
    days: Counter[tuple[str, str]] = Counter()
    rules: Counter[str] = Counter()
    for part in parts:
        days.update(
            {(day, state): count for day, states in part.counts.days.items() for state, count in states.items()}
        )
        rules.update(part.counts.refusals)
    screen.table(
        "By day", ("day (UTC)", "state", "operations"), [(*key, days[key]) for key in sorted(days, reverse=True)]
    )
    screen.table("Refusals", ("rule or reason", "refusals"), rules.most_common())
    open_now = parts[0].open_now
    if open_now is not None:
        screen.table("Open now", ("state", "operations"), list(open_now.states.items()))


def _show(timeline: Timeline) -> None:
    rows = [
        (number, shown.members.get("at"), shown.title, "\n".join(_words(shown.event.canonical)), shown.event.hash[:16])
        for number, shown in enumerate(timeline.events, start=1)
    ]
    title = f"{timeline.chain.operation_id}: {timeline.chain.state}"
    screen.table(title, ("", "at", "event", "in words", "hash"), rows)


def _words(canonical: bytes) -> tuple[str, ...]:
    try:
        return wording.sentences(StoredEvent.read(canonical))
    except UnreadableEventError as error:
        return (f"It cannot be read: {error}.",)


def _finding(timeline: Timeline, world: World) -> Finding | None:
    """Return the first event that is not as the chain, or the operation's own record, says."""
    operation = timeline.chain.operation_id
    chain = StoredChain(operation, [event.canonical for event in timeline.chain.events], world.head(operation))
    return broken_link(chain) or beside_record(chain, 0)

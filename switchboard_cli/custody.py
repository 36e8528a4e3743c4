"""`switchboard audit erase|hold|unhold`: a dry run unless `--yes` is given, and each an event either way."""

import click

from chalicelib.application.people.erase_person import EraseCommand, ErasureAnswer
from chalicelib.application.people.hold_person import HoldAnswer, HoldCommand
from chalicelib.application.people.show_person import PersonCommand
from chalicelib.domain.people.person import Person
from chalicelib.domain.people.trace import REMAINS
from chalicelib.edge.review.custody import erasure_document, hold_document, person_document
from chalicelib.edge.review.questions import HIGHEST_USER_ID
from switchboard_cli import screen
from switchboard_cli.exits import CommandError, Exit, told
from switchboard_cli.options import Command, as_json, where, why
from switchboard_cli.tables.world import World

NOTHING_YET = "Nothing was changed. Give --yes to do it."
LABELS = {
    "operations": "operations and refusals that name the pseudonym; their events stay",
    "rows": "rows of operations that are stripped",
    "identities": "sealed identities that are taken off events",
    "contacts": "sealed contacts beside events that nobody can open any more",
    "counts": "rows that count bookings or refusals, which are deleted",
}


def of_person(command: Command) -> Command:
    """Add the argument that names a person, and `--yes`."""
    sure = click.option("--yes", "is_sure", is_flag=True, help="Do it; without it, only what would happen is told.")
    return click.argument("person", type=click.IntRange(1, HIGHEST_USER_ID))(sure(command))


@click.command()
@of_person
@why(is_required=True)
@as_json
@where
def erase(person: int, is_sure: bool, why: str, is_json: bool, world: World) -> None:
    """Erase a client or candidate by the UserID PERSON: records stay whole and verify, and nothing tells any more who it was."""
    with told(), screen.progress("rounds of stripping") as steps:
        answer = world.erase.execute(EraseCommand(world.visit(why), person, is_dry_run=not is_sure))
        while not answer.is_complete:
            steps.took()
            answer = world.erase.execute(EraseCommand(world.visit(why), person, is_dry_run=False))
    if is_json:
        screen.document(erasure_document(answer))
    else:
        _show_erasure(answer)
    if answer.is_dry_run:
        screen.remark(NOTHING_YET)
    if answer.effect.obstacles:
        reasons = " ".join(one.message for one in answer.effect.obstacles)
        raise CommandError(f"It would be refused. {reasons}", Exit.REFUSED)


@click.command()
@of_person
@why(is_required=True)
@as_json
@where
def hold(person: int, is_sure: bool, why: str, is_json: bool, world: World) -> None:
    """Set a legal hold on the records of the UserID PERSON: nothing of them is erased, and none of their records ends."""
    with told():
        if not is_sure:
            _show_person(world.person_of.execute(PersonCommand(world.visit(why), person)), is_json=is_json)
            return
        answer = world.hold.execute(HoldCommand(world.visit(why), person))
    _show_hold(answer, is_json=is_json)


@click.command()
@of_person
@why(is_required=True)
@as_json
@where
def unhold(person: int, is_sure: bool, why: str, is_json: bool, world: World) -> None:
    """Lift the legal hold on the records of the UserID PERSON: what is past its retention ends within days."""
    with told():
        if not is_sure:
            _show_person(world.person_of.execute(PersonCommand(world.visit(why), person)), is_json=is_json)
            return
        answer = world.lift.execute(HoldCommand(world.visit(why), person))
    _show_hold(answer, is_json=is_json)


def _show_erasure(answer: ErasureAnswer) -> None:
    title = f"What erasing {answer.pseudonym} would do" if answer.is_dry_run else f"{answer.pseudonym} is erased"
    screen.table(title, ("count", "of"), [(answer.effect.counted()[name], label) for name, label in LABELS.items()])
    screen.table("What remains", ("",), [(line,) for line in REMAINS])


def _show_person(found: Person, *, is_json: bool) -> None:
    document = person_document(found)
    if is_json:
        screen.document(document)
    else:
        held = found.hold
        rows = [
            ("pseudonym", found.pseudonym),
            ("since", found.created_at),
            ("client", "yes" if found.is_client else "no"),
            ("hold", "none" if held is None else f"by {held.by} since {held.at}: {held.why}"),
        ]
        screen.table("In the register", ("", ""), rows)
    screen.remark(NOTHING_YET)


def _show_hold(answer: HoldAnswer, *, is_json: bool) -> None:
    if is_json:
        screen.document(hold_document(answer))
    elif answer.hold is None:
        click.echo(f"{answer.person.pseudonym} is not held any more; {answer.records} records have an end again.")
    else:
        click.echo(f"{answer.person.pseudonym} is held; {answer.records} records have no end any more.")
    if not answer.is_complete:
        screen.remark("There are more records: the hourly function does the rest.")

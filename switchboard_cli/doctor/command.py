"""`switchboard doctor STAGE`: examine a deployed stage, and tell each fault with its mend. Reads alone; nothing is booked."""

import re
from collections import Counter
from collections.abc import Sequence

import click
from botocore.exceptions import BotoCoreError

from switchboard_cli import screen
from switchboard_cli.doctor.account import Account
from switchboard_cli.doctor.examination import CHECKS, examine
from switchboard_cli.doctor.verdict import State, Verdict
from switchboard_cli.exits import CommandError, Exit
from switchboard_cli.options import as_json

ABOUT = {check.name: check.looks_at for check in CHECKS}
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,40}")


def _stage(ctx: click.Context, param: click.Parameter, value: str) -> str:
    del ctx
    if not _STAGE.fullmatch(value):
        raise click.BadParameter("the name of a stage of .chalice/config.json, for example dev", param=param)
    return value


@click.command()
@click.argument("stage", callback=_stage)
@as_json
def doctor(stage: str, is_json: bool) -> None:
    """Examine a deployed STAGE: every fault is told with its mend. It reads, books nothing, and sends no token.

    Ends with 0 where all is healthy, 1 where something is wrong, and 2 where it could not look at everything and found nothing
    wrong in what it saw. The account and region are those of your AWS credentials.
    """
    verdicts: list[Verdict] = []
    try:
        account = Account(stage)
        with screen.progress("checks made") as steps:
            for verdict in examine(account):
                verdicts.append(verdict)
                steps.took()
    except BotoCoreError as error:  # no region, or no such profile
        raise CommandError(f"AWS could not be asked: {error}", Exit.NOT_LOOKED) from error
    if is_json:
        screen.document({"stage": stage, "verdict": told_as(verdicts), "checks": [_document(one) for one in verdicts]})
    else:
        _show(stage, verdicts)
    raise SystemExit(end_of(verdicts))


def end_of(verdicts: Sequence[Verdict]) -> Exit:
    """Return how the command ends: a fault that was seen outweighs what was not."""
    states = {one.state for one in verdicts}
    if State.FAULTS in states:
        return Exit.FOUND_WRONG
    return Exit.NOT_LOOKED if State.UNSEEN in states else Exit.DONE


def told_as(verdicts: Sequence[Verdict]) -> str:
    """Return the verdict of all in a word."""
    return {Exit.FOUND_WRONG: State.FAULTS, Exit.NOT_LOOKED: State.UNSEEN}.get(end_of(verdicts), State.HEALTHY).value


def _document(verdict: Verdict) -> dict[str, object]:
    return {
        "check": verdict.check,
        "looks_at": ABOUT[verdict.check],
        "state": verdict.state.value,
        "unseen_because": verdict.unseen,
        "faults": [{"where": one.where, "what": one.what, "mend": one.mend} for one in verdict.faults],
        "notes": [{"where": one.where, "what": one.what} for one in verdict.notes],
    }


def _show(stage: str, verdicts: Sequence[Verdict]) -> None:
    screen.table(
        f"The stage {stage}",
        ("check", "state", "looks at"),
        [(one.check, one.state.value, ABOUT[one.check]) for one in verdicts],
    )
    rows = [(one.check, fault.where, fault.what, fault.mend) for one in verdicts for fault in one.faults]
    if rows:
        screen.table("Faults", ("check", "where", "what", "mend"), rows)
    for one in verdicts:
        if one.unseen is not None:
            screen.remark(f"{one.check} could not be looked at: {one.unseen}")
        for note in one.notes:
            screen.remark(f"{one.check}: {note.where} {note.what}.")
    counts = Counter(one.state for one in verdicts)
    screen.remark(", ".join(f"{counts[state]} {state.value}" for state in State if counts[state]) + ".")

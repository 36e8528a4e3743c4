"""`switchboard audit check`: the stored records themselves against the signed digests, and against the protocol."""

from datetime import datetime

import click

from chalicelib.application.review.audit_verification import Asked, Progress
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.review.documents import verdict_document
from switchboard_cli import screen
from switchboard_cli.exits import Exit, told
from switchboard_cli.options import Moment, as_json, digests, operation_id, where, why
from switchboard_cli.tables.world import World

LONGEST_SECONDS = 24 * 3600.0  # nobody but the person waits for it


@click.command()
@click.option("--from", "start", type=Moment(), help="What began at or after; else all that there is.")
@click.option("--to", "end", type=Moment(), help="What began before.")
@click.option("--operation", callback=operation_id, help="One operation.")
@digests
@why()
@as_json
@where
def check(  # noqa: PLR0913, PLR0917 (an option each)
    start: datetime | None,
    end: datetime | None,
    operation: str | None,
    digest_bucket: str,
    key_ids: tuple[str, ...],
    why: str | None,
    is_json: bool,
    world: World,
) -> None:
    """Verify the stored records: hashes, digests and behaviour. What is told of is recorded as a look."""
    with told():
        visit, person = world.visit(why), world.person
        with screen.progress("operations and digests verified") as steps:
            seen = 0

            def tell(progress: Progress) -> None:
                nonlocal seen
                done = progress.digests + progress.operations
                steps.took(done - seen)
                seen = done

            deadline = Deadline.after(world.clock.monotonic, LONGEST_SECONDS)
            verdict = world.verification(digest_bucket, key_ids).verify(Asked(start, end, operation), deadline, tell)
        times: dict[str, Canonical] = {
            name: at.isoformat() for name, at in (("from", start), ("to", end)) if at is not None
        }
        asked = times if operation is None else {**times, "operation": operation}
        door = world.door
        door.record(visit, person, Action.VERIFY, asked, verdict.records.operations, door.deadline(visit))
    document = verdict_document(verdict)
    if is_json:
        screen.document(document)
    else:
        title = "Clean" if verdict.is_clean else "NOT as it was written"
        lists = ("findings", "behaviour")
        screen.table(title, ("what", "how many"), [entry for entry in document.items() if entry[0] not in lists])
        for finding in verdict.findings:
            screen.remark(f"{finding}\n  {finding.how_to_read}")
    if not verdict.is_clean:
        raise SystemExit(Exit.FOUND_WRONG)

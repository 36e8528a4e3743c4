"""`switchboard audit export|bundle`: records taken along, in files that say what they hold."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from chalicelib.application.review.persons import UNKNOWN
from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.application.review.show_operation import ShowCommand
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import LONG_AGO
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports import bundle as bundles
from chalicelib.domain.review.exports import evidence_files, lines, manifest
from chalicelib.domain.review.exports import formats as files_of
from switchboard_cli import filters, screen
from switchboard_cli.exits import CommandError, Exit, told
from switchboard_cli.files import Folder
from switchboard_cli.options import digests, operation_id, where, why
from switchboard_cli.tables.world import World

LARGEST_PAGE = 100


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@filters.options
@click.option(
    "--format",
    "formats",
    type=click.Choice(tuple(files_of.FILES)),
    multiple=True,
    help="Which files; else lines and a table.",
)
@click.option("--looks", "with_looks", is_flag=True, help="Also who looked, and what custodians did: looks.jsonl.")
@why(is_required=True)
@where
def export(  # noqa: PLR0913, PLR0917 (an option each)
    folder: Path, asked: filters.Asked, formats: tuple[str, ...], with_looks: bool, why: str, world: World
) -> None:
    """Write the operations that meet the filters into a new FOLDER, with a manifest. Memory does not grow with them."""
    chosen = formats or files_of.USUAL
    tally = manifest.Tally()
    with told(), _new(folder) as files, screen.progress("operations exported") as steps:
        for name in chosen:
            files.write(files_of.FILES[name], files_of.heading(name))
        for chain in _found(asked, why, world):
            tally.take(chain)
            for name in chosen:
                files.write(files_of.FILES[name], *files_of.written(name, chain))
            steps.took()
        if with_looks:
            files.open(files_of.LOOKS)
            for looks in world.looks(asked.filter_.start, asked.filter_.end, why):
                files.write(files_of.LOOKS, *lines.written(looks.events))
        made = manifest.manifest(world.clock.now(), files.sums, tally, asked.described(), kind="export")
        files.write(manifest.NAME, made)
    screen.remark(f"{tally.operations} operations with {tally.events} events are in {folder}.")


@click.command()
@click.argument("operation", callback=operation_id)
@click.argument("folder", type=click.Path(path_type=Path))
@digests
@click.option("--without-digests", is_flag=True, help="Leave them out: the chain alone covers the events.")
@why(is_required=True)
@where
def bundle(  # noqa: PLR0913, PLR0917 (an option each)
    operation: str,
    folder: Path,
    digest_bucket: str,
    key_ids: tuple[str, ...],
    without_digests: bool,
    why: str,
    world: World,
) -> None:
    """Write the evidence of one OPERATION into a new FOLDER: its events, proofs and a page, to verify without AWS."""
    with told(), _new(folder) as files:
        chain = world.show.execute(ShowCommand(world.visit(why), operation)).chain
        hours: Iterable[DigestedHour] = ()
        keys: Sequence[bytes] = ()
        if not without_digests:
            first, last = chain.begun_at or LONG_AGO, chain.last_at or world.clock.now()
            hours = world.hours(digest_bucket, first, last)
            keys = world.public_keys(key_ids)
        gathered = bundles.collect(operation, [event.canonical for event in chain.events], hours)
        evidence_files.write(files, chain, gathered, keys, world.clock.now())
    screen.remark(f"The evidence of {operation} is in {folder}: switchboard audit verify {folder}")


def _new(folder: Path) -> Folder:
    if folder.exists():
        raise CommandError(f"{folder} is there already; name a new folder.", Exit.WRONG_USE)
    return Folder(folder)


def _found(asked: filters.Asked, why: str, world: World) -> Iterator[Chain]:
    """Yield what meets the filters, page by page, as many as it takes; each page is a look of its own."""
    cursor = None
    while True:
        command = SearchCommand(world.visit(why), asked.filter_, asked.client, asked.candidate, cursor, LARGEST_PAGE)
        answer = world.search.execute(command)
        if answer.unknown:
            raise NotFoundError(f"--{' and --'.join(answer.unknown)}: {UNKNOWN}")
        yield from (found.chain for found in answer.found)
        cursor = answer.older
        if cursor is None:
            return

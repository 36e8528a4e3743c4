"""What a person sees: tables on the standard output, progress and remarks on the standard error."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WIDE = 200  # where nobody's terminal says how wide it is: ids stay whole


def plain(value: object) -> Text:
    """Return a text in which nothing commands the terminal, whatever a record holds."""
    told = "" if value is None else str(value)
    return Text("".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in told))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; one without rows keeps its columns."""
    made = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(plain(cell) for cell in row))
    _console().print(made)


def document(told: Mapping[str, object]) -> None:
    """Print a JSON document."""
    click.echo(json.dumps(told, indent=2, ensure_ascii=True, default=str))


def remark(text: str) -> None:
    """Tell something beside what was asked for."""
    click.echo(text, err=True)


@contextmanager
def progress(what: str) -> Iterator["Steps"]:
    """Show how far a long piece of work is, on a terminal; where there is none, a line at its end."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        yield Steps(shown, shown.add_task(what, total=None))


class Steps:
    """Counts what is done."""

    def __init__(self, shown: Progress, task: object) -> None:
        self._shown, self._task = shown, task

    def took(self, count: int = 1) -> None:
        """Count some more."""
        self._shown.advance(self._task, count)  # type: ignore[arg-type]  # rich's own id


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=WIDE)

"""Options that commands share, and how what is given to them is read."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

import click

from switchboard_cli.tables.world import World

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_PORT = 8002
SHORTEST_REASON, LONGEST_REASON = 5, 200
_LONG_NUMBER = re.compile(r"[0-9]{6}")  # a UserID, or most of a phone number
_NAME = re.compile(r"[\w.@+:/=,-]{1,255}")
_OPERATION = re.compile(r"op_[0-9A-HJKMNP-TV-Z]{26}")


class Moment(click.ParamType[datetime]):
    """A time with its offset, or a date, which is its midnight in UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401 (click's)
        """Return the time in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = (
                datetime.combine(date.fromisoformat(value), time(), UTC) if len(value) == len("2026-01-15") else None
            )
            moment = moment or datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail("give a date, or an RFC 3339 time with its offset: 2026-01-15T21:30:00Z", param, ctx)
        return moment.astimezone(UTC)


def _reason(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return why; some words, and no number of a person: it is kept for good."""
    del ctx
    if value is None:
        return None
    is_sound = SHORTEST_REASON <= len(value.strip()) <= LONGEST_REASON and value.isprintable()
    if not is_sound or _LONG_NUMBER.search(value):
        message = f"{SHORTEST_REASON} to {LONGEST_REASON} characters, without a number of six digits or more"
        raise click.BadParameter(message, param=param)
    return value.strip()


def _named(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    del ctx
    if value is not None and not _NAME.fullmatch(value):
        raise click.BadParameter("letters, digits and . @ + : / = , - only", param=param)
    return value


def operation_id(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return an operation's id, if it is of that form."""
    del ctx
    if value is not None and not _OPERATION.fullmatch(value):
        raise click.BadParameter("an operation's id is op_ and 26 digits and capitals", param=param)
    return value


def why(*, is_required: bool = False) -> Callable[[Command], Command]:
    """Add `--why`."""
    return click.option("--why", callback=_reason, required=is_required, help="Why you look; it is recorded.")


def as_json(command: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "is_json", is_flag=True, help="Print JSON instead of a table.")(command)


def digests(command: Command) -> Command:
    """Add the options that say where the signed digests are, and what signs them."""
    bucket = click.option("--digest-bucket", envvar="DIGEST_BUCKET", default="switchboard-digests", show_default=True,
                          help="Where the signed digests are (DIGEST_BUCKET).")  # fmt: skip
    key = click.option("--digest-key", "key_ids", envvar="DIGEST_KEY_IDS", multiple=True, show_default=True,
                       default=("alias/switchboard-digests",), help="A KMS key that digests are signed with.")  # fmt: skip
    return bucket(key(command))


def where(command: Command) -> Command:
    """Add the options that say where the tables are, and who asks; the command gets a `world`."""

    def built(ctx: click.Context, param: click.Parameter, value: int | None) -> World:
        del param
        operations, audit, named = (ctx.params.pop(name) for name in ("operations_table", "audit_table", "named"))
        return World(operations, audit, named, value)

    options = (
        click.option("--operations-table", envvar="OPERATIONS_TABLE", default="switchboard-operations", is_eager=True,
                     show_default=True, help="The table of operations (OPERATIONS_TABLE)."),
        click.option("--audit-table", envvar="AUDIT_TABLE", default="switchboard-audit", is_eager=True,
                     show_default=True, help="The table of audit events (AUDIT_TABLE)."),
        click.option("--as", "named", callback=_named, is_eager=True,
                     help="Who you are; else the identity of your AWS credentials."),
        click.option("--local", "world", type=click.IntRange(1, 65535), is_flag=False, flag_value=DEFAULT_PORT,
                     callback=built, metavar="[PORT]", help=f"The tables of `make run`, on port {DEFAULT_PORT} or another."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command

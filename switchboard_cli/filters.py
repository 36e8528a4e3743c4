"""The filters of a search as options; the command gets them as `asked`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from chalicelib.domain.canonical import Canonical
from chalicelib.domain.review.desk.chain import STATES
from chalicelib.domain.review.desk.filters import Filter
from switchboard_cli.options import Moment, operation_id

HIGHEST_USER_ID = 2_147_483_647
OPTIONS = (
    click.option("--from", "start", type=Moment(), help="Begun at or after: a date, or a time with its offset."),
    click.option("--to", "end", type=Moment(), help="Begun before."),
    click.option("--client", type=click.IntRange(1, HIGHEST_USER_ID), help="The UserID of who booked."),
    click.option("--candidate", type=click.IntRange(1, HIGHEST_USER_ID), help="The UserID of who was booked."),
    click.option("--booking", type=click.IntRange(1), help="AdultWork's BookingID."),
    click.option("--operation", callback=operation_id, help="An operation's id."),
    click.option("--request-id", help="The X-Request-Id of an answer."),
    click.option("--state", type=click.Choice(STATES), help="Where it stands."),
    click.option("--rule", help="A rule that was broken, or the problem of a refusal."),
    click.option("--upstream-status", type=click.IntRange(100, 599), help="An HTTP status of AdultWork."),
)
NAMES = ("start", "end", "booking", "operation", "request_id", "state", "rule", "upstream_status")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched by; people by their UserIDs."""

    filter_: Filter
    client: int | None
    candidate: int | None

    def described(self) -> dict[str, Canonical]:
        """Return the filters that are set, by name, without whom they name: a manifest goes far."""
        named = {"client": self.client, "candidate": self.candidate}
        people: dict[str, Canonical] = {name: "given" for name, value in named.items() if value is not None}
        return {**self.filter_.described(), **people}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of all filters."""

    @wraps(command)
    def filtered(*, client: int | None, candidate: int | None, **rest: Any) -> Any:  # noqa: ANN401 (click's)
        filter_ = Filter(**{name: rest.pop(name) for name in NAMES})
        if filter_.start is not None and filter_.end is not None and filter_.start >= filter_.end:
            raise click.UsageError("--to has to be after --from.")
        return command(asked=Asked(filter_, client, candidate), **rest)

    for option in reversed(OPTIONS):
        filtered = option(filtered)
    return filtered

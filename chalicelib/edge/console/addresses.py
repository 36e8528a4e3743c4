"""The address of a search is its filters: made from the form, kept short, and the same for whoever opens it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from chalicelib.application.review.search_operations import PAGE
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.edge.console import times
from chalicelib.edge.console.desk import CONSOLE
from chalicelib.edge.console.words import FILTER_LABELS, state_of
from chalicelib.edge.review.questions import FILTERS
from chalicelib.values import dataclass

FORM_ONLY = ("from_day", "from_time", "to_day", "to_time", "zone")
KEPT = (*FILTERS, "limit", "cursor")


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is set: what it is called, what it is set to, and the address of the same search without it."""

    name: str
    label: str
    value: str
    without: str


def canonical(given: Mapping[str, str]) -> dict[str, str] | None:
    """Return the parameters that say the same in the one way that is kept; None when they do already.

    A form sends empty fields, and days of the reviewer's zone, which mean something else elsewhere.
    """
    if all(given.values()) and not any(name in given for name in FORM_ONLY):
        return None
    kept = {name: value.strip() for name, value in given.items() if value.strip() and name not in FORM_ONLY}
    zone = times.zone_named(given.get("zone", "")) or "UTC"
    for name, made in (("from", times.beginning), ("to", times.end)):
        day, clock = given.get(f"{name}_day", ""), given.get(f"{name}_time", "")
        if day or clock:
            kept[name] = made(day, clock, zone)
    if kept.get("limit") == str(PAGE):
        del kept["limit"]
    return dict(sorted(kept.items(), key=lambda entry: KEPT.index(entry[0]) if entry[0] in KEPT else len(KEPT)))


def address(given: Mapping[str, str], **changes: str | None) -> str:
    """Return the address of a search, from its first page, with filters changed, or taken away (None)."""
    told = {name: value for name, value in given.items() if name in KEPT and name != "cursor"}
    told = {name: value for name, value in {**told, **changes}.items() if value is not None}
    return f"{CONSOLE}?{urlencode(told, errors='replace')}" if told else CONSOLE


def active(given: Mapping[str, str], filter_: Filter, zone: str) -> list[Active]:
    """Return the filters that are set, in the order of the form."""
    shown = {
        "from": times.local(filter_.start, zone),
        "to": times.local(filter_.end, zone),
        "state": state_of(filter_.state).label,
    }
    return [
        Active(name, FILTER_LABELS[name], shown.get(name, given[name]), address(given, **{name: None}))
        for name in FILTERS
        if name in given
    ]

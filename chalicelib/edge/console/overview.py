"""How bookings went, day by day: a chart, the same as a table, and what refused requests."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from chalicelib.application.review.count_operations import CountCommand, Statistics
from chalicelib.application.review.sign_in import Session
from chalicelib.edge.answer import Answer
from chalicelib.edge.console.addresses import address
from chalicelib.edge.console.chart import chart
from chalicelib.edge.console.desk import CONSOLE, Desk
from chalicelib.edge.console.rendering import page
from chalicelib.edge.console.words import KINDS, state_of
from chalicelib.edge.review.query import Query
from chalicelib.edge.review.questions import CURSOR

OVERVIEW = f"{CONSOLE}/overview"
SPANS = (7, 31, 90)
UNDATED = "unknown"  # the day of operations whose first event does not tell one


def show_overview(desk: Desk, session: Session) -> Answer:
    """Show the counts of some days up to today, in UTC."""
    query = Query(desk.exchange.request, ("days", "cursor"))
    days = query.choice("days", tuple(str(span) for span in SPANS))
    cursor = query.text("cursor", CURSOR, "Follow the link of the page before.")
    query.require_sound()
    span = int(days or SPANS[0])
    today = desk.console.clock.now().astimezone(UTC).date()
    start = datetime.combine(today - timedelta(days=span - 1), time(), UTC)
    statistics = desk.serving.count.execute(CountCommand(desk.visit(session), start, None, cursor))
    told = {name: dict.fromkeys(KINDS, 0) for name in _days(start, span)}
    for day, states in statistics.counts.days.items():
        for state, number in states.items():
            told.setdefault(day, dict.fromkeys(KINDS, 0))[state_of(state).kind] += number
    return page(desk, "overview.html", session, **_shown(statistics, told, span, is_first=cursor is None))


def _shown(statistics: Statistics, told: dict[str, dict[str, int]], span: int, *, is_first: bool) -> dict[str, Any]:
    def of_day(day: str) -> str | None:
        if day == UNDATED:
            return None
        after = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
        return address({}, **{"from": f"{day}T00:00:00Z", "to": f"{after}T00:00:00Z"})

    on = None if statistics.older is None else urlencode({"days": span, "cursor": statistics.older})
    return {
        "chart": chart({day: kinds for day, kinds in told.items() if day != UNDATED}),
        "days": dict(sorted(told.items(), reverse=True)),
        "kinds": KINDS,
        "span": span,
        "spans": SPANS,
        "refusals": [(rule, number, address({}, rule=rule)) for rule, number in statistics.counts.refusals.items()],
        "refusals_counted": statistics.counts.refusals_counted,
        "open_now": statistics.open_now,
        "examined": statistics.examined,
        "on": None if on is None else f"{OVERVIEW}?{on}",
        "is_first": is_first,
        "of_day": of_day,
    }


def _days(start: datetime, span: int) -> list[str]:
    return [(start + timedelta(days=number)).date().isoformat() for number in range(span)]

"""The search: filters, the page of what they find, and both ways on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.application.review.persons import UNKNOWN
from chalicelib.application.review.search_operations import PAGE, Found, OperationsPage, SearchCommand
from chalicelib.application.review.sign_in import Session
from chalicelib.domain.reviewer_errors import InvalidQueryError
from chalicelib.domain.violation import Violation
from chalicelib.edge.answer import Answer
from chalicelib.edge.console import times
from chalicelib.edge.console.addresses import active, address, canonical
from chalicelib.edge.console.desk import CONSOLE, EXPORT, Desk
from chalicelib.edge.console.rendering import page, redirect
from chalicelib.edge.problems.table import problem_type
from chalicelib.edge.review.questions import FILTERS, search_command

SIZES = (25, 50, 100)


def show_search(desk: Desk, session: Session) -> Answer:
    """Show the operations that meet the filters of the address, newest first."""
    given = desk.parameters()
    better = canonical(given)
    if better is not None:
        return redirect(desk.path(address(better)))
    try:
        command = replace(search_command(desk.exchange, session.token), visit=desk.visit(session))
        found = desk.serving.search.execute(command)
    except InvalidQueryError as error:
        form, violations = _form(given, None, session.zone), _by_name(error.violations)
        answer = page(
            desk,
            "search.html",
            session,
            status=400,
            form=form,
            violations=violations,
            result=None,
            given=given,
        )
        answer.problem = problem_type(error).slug
        return answer
    result = _result(given, command, found, session.zone)
    form = _form(given, command, session.zone)
    return page(desk, "search.html", session, form=form, violations={}, result=result, given=given, what=UNKNOWN)


def rows(found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return what a list shows of operations."""
    return [_row(each) for each in found]


def _row(found: Found) -> dict[str, Any]:
    chain, request = found.chain, found.chain.first.get("request")
    asked: Mapping[str, Any] = request if isinstance(request, Mapping) else {}
    return {
        "id": chain.operation_id,
        "begun_at": chain.begun_at,
        "state": chain.state,
        "change": chain.change,
        "client": found.client,
        "candidate": found.candidate,
        "session_date": asked.get("session_date"),
        "credits": asked.get("credits"),
        "booking_ids": chain.booking_ids,
        "reasons": chain.rules or (chain.reasons if chain.state == "REFUSED" else ()),
        "upstream_statuses": chain.upstream_statuses,
    }


def _result(given: Mapping[str, str], command: SearchCommand, found: OperationsPage, zone: str) -> dict[str, Any]:
    """Return a page: its rows, the filters that made it, and where it goes on."""

    def narrowed(name: str, value: object) -> str:
        return address(given, **{name: str(value)})

    return {
        "rows": rows(found.found),
        "active": active(given, command.filter_, zone),
        "narrowed": narrowed,
        "export": f"{EXPORT}{address(given).removeprefix(CONSOLE)}",
        "first": address(given) if "cursor" in given else None,
        "older": None if found.older is None else address(given, cursor=found.older),
        "newer": None if found.newer is None or "cursor" not in given else address(given, cursor=found.newer),
        "examined": found.examined,
        "is_bounded": found.is_bounded,
        "unknown": found.unknown,
    }


def _form(given: Mapping[str, str], command: SearchCommand | None, zone: str) -> dict[str, Any]:
    """Return what the fields of the form hold; days and times in the reviewer's zone."""
    fields: dict[str, Any] = {name: given.get(name, "") for name in FILTERS}
    filter_ = None if command is None else command.filter_
    start, end = (None, None) if filter_ is None else (filter_.start, filter_.end)
    fields["from_day"], fields["from_time"] = ("", "") if start is None else times.first_day(start, zone)
    fields["to_day"], fields["to_time"] = ("", "") if end is None else times.last_day(end, zone)
    fields["limit"] = given.get("limit", str(PAGE))
    return {"fields": fields, "action": CONSOLE, "sizes": [str(size) for size in SIZES]}


def _by_name(violations: Sequence[Violation]) -> dict[str, str]:
    """Return what is wrong with each field; under nothing what is wrong with no field of the form."""
    return {each.pointer.removeprefix("/"): each.message for each in violations}

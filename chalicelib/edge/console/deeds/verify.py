"""Verifying records: a stretch of days or one operation, and the verdict with how to read it."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.application.review.audit_verification import AuditVerdict
from chalicelib.application.review.sign_in import Session
from chalicelib.application.review.verify_audit import VerifyCommand
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.edge.answer import Answer
from chalicelib.edge.console import times
from chalicelib.edge.console.desk import CONSOLE, Desk
from chalicelib.edge.console.forms import read_form
from chalicelib.edge.console.rendering import page
from chalicelib.edge.review.questions import OPERATION_ID
from chalicelib.edge.review.verdict_counts import noted

VERIFY = f"{CONSOLE}/verify"
DAYS_BEFORE = 1  # what a form begins with: yesterday and today


def show_verify(desk: Desk, session: Session) -> Answer:
    """Show the form; nothing is read yet."""
    today = desk.console.clock.now()
    form = {
        "from_day": times.local(today - timedelta(days=DAYS_BEFORE), session.zone)[:10],
        "to_day": times.local(today, session.zone)[:10],
        "operation": desk.parameters().get("operation", ""),
    }
    return page(desk, "verify.html", session, form=form, fault=None, verdict=None)


def verify_records(desk: Desk, session: Session) -> Answer:
    """Verify, and show the verdict; a form that cannot be used says why."""
    given = read_form(desk, session)
    form = {name: given.get(name, "").strip() for name in ("from_day", "to_day", "operation")}
    visit = desk.visit(session)
    if form["operation"]:
        if not OPERATION_ID.fullmatch(form["operation"]):
            return _refused(desk, session, form, "Write an operation's id: op_ and 26 digits and capitals.")
        command = VerifyCommand(visit, operation_id=form["operation"])
    else:
        try:
            start, end = (
                datetime.fromisoformat(made(form[name], "", session.zone))
                for name, made in (("from_day", times.beginning), ("to_day", times.end))
            )
        except ValueError:
            return _refused(desk, session, form, "Write the first and the last day, or an operation's id.")
        if start >= end:
            return _refused(desk, session, form, "Write a last day that is not before the first one.")
        command = VerifyCommand(visit, start, end)
    verdict = noted(desk.serving.verify.execute(command))
    return page(desk, "verify.html", session, form=form, fault=None, verdict=_shown(verdict))


def _refused(desk: Desk, session: Session, form: dict[str, str], fault: str) -> Answer:
    answer = page(desk, "verify.html", session, status=400, form=form, fault=fault, verdict=None)
    answer.problem = "invalid-query"
    return answer


def _shown(verdict: AuditVerdict) -> dict[str, Any]:
    records = verdict.records
    return {
        "is_clean": verdict.is_clean,
        "findings": [_finding(each) for each in verdict.findings],
        "left_out": records.left_out,
        "operations": records.operations,
        "events": records.events,
        "looks": records.looks,
        "digests": records.digests,
        "uncovered": records.not_yet_covered + records.unproved,
        "start": verdict.start,
        "until": verdict.until,
        "is_bounded": verdict.is_bounded,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "operation": None if is_of_looks(finding.operation_id) else finding.operation_id,
        "sequence": finding.sequence,
        "where": finding.where,
        "what": finding.what,
        "how_to_read": finding.how_to_read,
    }

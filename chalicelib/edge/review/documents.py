"""What reviewers get, as JSON documents."""

from collections.abc import Mapping
from typing import Any

from chalicelib.application.review.audit_verification import AuditVerdict
from chalicelib.application.review.count_operations import Statistics
from chalicelib.application.review.persons import UNKNOWN
from chalicelib.application.review.search_operations import Found, OperationsPage
from chalicelib.application.review.show_operation import ShownEvent, Timeline
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.edge.links import Links
from chalicelib.edge.representation import Document, instant

OPERATIONS = "/v1/audit/operations"


def page_document(page: OperationsPage, links: Links) -> dict[str, Document]:
    """Return a page. With `bound_reached`, more may follow though fewer than asked for are here: go on from `older`.

    `unknown_people` are parameters whose UserIDs the register does not have: then nothing was searched.
    """
    return {
        "operations": [_found(found, links) for found in page.found],
        "older": page.older,
        "newer": page.newer,
        "examined": page.examined,
        "bound_reached": page.is_bounded,
        "unknown_people": [{"parameter": name, "what": UNKNOWN} for name in page.unknown],
    }


def timeline_document(timeline: Timeline, links: Links) -> dict[str, Document]:
    """Return an operation with every event, oldest first."""
    contact: Document = None if timeline.contact is None else dict(timeline.contact)
    return {
        **_summary(Found(timeline.chain, timeline.client, timeline.candidate), links),
        "contact_state": timeline.contact_state.value,
        "contact": contact,
        "events": [_event(number, shown) for number, shown in enumerate(timeline.events, 1)],
    }


def statistics_document(statistics: Statistics) -> dict[str, Document]:
    """Return counts; with an `older` cursor they go on in the next answer, and are added up."""
    counts, open_now = statistics.counts, statistics.open_now
    return {
        "days": [{"day": day, "states": _counts(states)} for day, states in counts.days.items()],
        "refusals_by_rule": _counts(counts.refusals),
        "refusals_counted_only": counts.refusals_counted,
        "open_now": None if open_now is None else _counts(open_now.states),
        "open_now_is_complete": None if open_now is None else open_now.is_complete,
        "examined": statistics.examined,
        "older": statistics.older,
    }


def verdict_document(verdict: AuditVerdict) -> dict[str, Document]:
    """Return a verdict; with `bound_reached` it is of what began before `to`, and the next question goes on from there.

    With `events_kept_since`, what is asked for reaches back behind that moment: there it is past its retention; with
    `looks_kept_since`, looks are.
    """
    records = verdict.records
    return {
        "verdict": "clean" if verdict.is_clean else "findings",
        "from": instant(verdict.start),
        "to": instant(verdict.until),
        "bound_reached": verdict.is_bounded,
        "events_kept_since": instant(verdict.kept_since),
        "looks_kept_since": instant(verdict.looks_kept_since),
        "operations": records.operations,
        "events": records.events,
        "looks": records.looks,
        "digests": records.digests,
        "late": records.late,
        "not_yet_covered": records.not_yet_covered,
        "unproved": records.unproved,
        "left_out": records.left_out,
        "findings": [_finding(one) for one in records.findings],
        "behaviour": [_finding(one) for one in verdict.impossible],
    }


def _finding(finding: Finding) -> Document:
    """Return a finding; the number is that of an event or a look, or of a digest where there is no chain of either."""
    is_look = is_of_looks(finding.operation_id)
    return {
        "kind": finding.kind.value,
        "operation_id": None if is_look else finding.operation_id,
        "looks": finding.operation_id if is_look else None,
        "number": finding.sequence,
        "what": finding.what,
        "how_to_read": finding.how_to_read,
    }


def _counts(counts: Mapping[str, int]) -> dict[str, Document]:
    return dict(counts)


def _found(found: Found, links: Links) -> Document:
    return _summary(found, links)


def _summary(found: Found, links: Links) -> dict[str, Document]:
    """Return what a list shows of an operation; what no event tells is null or empty."""
    chain, client, candidate = found.chain, found.client, found.candidate
    request = chain.first.get("request")
    asked: Mapping[str, Any] = request if isinstance(request, Mapping) else {}
    return {
        "operation_id": chain.operation_id,
        "url": links.path(f"{OPERATIONS}/{chain.operation_id}"),
        "begun_at": instant(chain.begun_at),
        "last_event_at": instant(chain.last_at),
        "state": chain.state,
        "change": chain.change,
        "client": client.person,
        "client_user_id": client.user_id,
        "candidate": candidate.person,
        "candidate_user_id": candidate.user_id,
        "BookingIDs": list(chain.booking_ids),
        "SessionDate": asked.get("session_date"),
        "Duration": asked.get("duration"),
        "Credits": asked.get("credits"),
        "attempts": chain.attempts,
        "rules": list(chain.rules),
        "reasons": list(chain.reasons),
        "upstream_statuses": list(chain.upstream_statuses),
        "request_id": chain.first.get("request_id"),
        "event_count": len(chain.events),
    }


def _event(number: int, shown: ShownEvent) -> Document:
    """Return an event: its place, a title, a slot for words, its hash, and what it says."""
    return {
        "number": number,
        "kind": shown.event.kind,
        "title": shown.title,
        "words": shown.words,
        "hash": shown.event.hash,
        "members": dict(shown.members),
    }

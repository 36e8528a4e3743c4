"""Phrases that events of every kind of operation are told with."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.review.moves import is_retryable

Sentences = Iterator[str]
FOR_A_PERSON = "Reads will not settle it any more; a person has to."


def client_of(event: StoredEvent, named: str, unnamed: str) -> str:
    """Return what an event calls the client; `unnamed` where it calls him nothing."""
    return unnamed if event.client is None else f"{named} {event.client}"


def unchecked(event: StoredEvent) -> Sentences:
    """Yield which rules were not checked, if any."""
    if unchecked := listed(event.document.get("unchecked")):
        yield f"AdultWork did not tell what these rules need, so they were not checked: {unchecked}."


def reason_of(event: StoredEvent, words: Mapping[str, str]) -> str:
    """Return the reason that an event tells, in `words`; as it is where there are none for it."""
    reason = str(event.document.get("reason"))
    return words.get(reason, reason)


def status_of(event: StoredEvent) -> str:
    """Return the status that AdultWork answered with, to be put behind a sentence."""
    status = event.document.get("upstream_status")
    return "" if status is None else f", status {status}"


def again(event: StoredEvent) -> str:
    """Return whether the same request may be sent again under its key."""
    if is_retryable(event):
        return "The same request may be sent again under its key."
    return "This is final: a repeat under the same key gets the same answer."


def decision(event: StoredEvent) -> str | None:
    """Return who decided and why, None where no person did."""
    by = event.document.get("resolved_by")
    return f"{by} decided, because of “{event.document.get('why')}”," if by else None


def evidence_of(event: StoredEvent) -> Mapping[str, Any]:
    """Return what was read, nothing where the event does not say."""
    told = event.document.get("evidence")
    return told if isinstance(told, Mapping) else {}


def details_of_refusal(document: Mapping[str, Any]) -> Sentences:
    """Yield what an event tells of a refusal beside its reason."""
    if broken := listed(document.get("violations")):
        left_out = document.get("violations_left_out")
        yield f"The rules that it breaks: {broken}{f' and {left_out} more' if left_out else ''}."
    if earlier := document.get("earlier"):
        yield f"The operation in its way: {earlier}."
    if scope := document.get("missing_scope"):
        yield f"The permission that is missing: {scope}."
    if limit := document.get("limit"):
        yield f"The limit: {limit} in {document.get('window_seconds')} seconds."
    if status := document.get("upstream_status"):
        yield f"AdultWork answered with status {status}."


def listed(told: object) -> str:
    """Return what a list says, with commas."""
    return ", ".join(str(one) for one in told) if isinstance(told, list) else ""

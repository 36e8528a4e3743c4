"""The oracle: what must hold after every run, whatever went wrong in it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from chalicelib.domain.audit.chain import Head, beside_record, broken_link
from chalicelib.domain.operation.operation import ENDED_UPSTREAM, FREES_GUARD, OPEN, OperationState
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.review.moves import Standing, is_allowed
from chalicelib.domain.review.stories import impossible_stories
from devtools.proof.simulation.oracle.answers_told import false_answers
from devtools.proof.simulation.oracle.evidence import Breach, Evidence
from devtools.proof.simulation.oracle.names_given import (
    bookings_stopped_by_names,
    names_that_differ,
    user_ids_told,
)
from devtools.proof.simulation.oracle.pauses import repeats_paused, sent_while_paused
from devtools.proof.simulation.oracle.secrets_kept import leaks


def breaches(evidence: Evidence) -> list[Breach]:
    """Return every broken invariant of a run."""
    return [Breach(name, what) for name, check in INVARIANTS.items() for what in check(evidence)]


def _no_duplicates(evidence: Evidence) -> Iterator[str]:
    for first, second in evidence.history.doubled:
        yield f"bookings {first.id} and {second.id} of account {first.account} stand for one session"


def _recorded_before_the_send(evidence: Evidence) -> Iterator[str]:
    for booking in evidence.history.bookings:
        if booking.post is not None and not booking.post.has_claim:
            yield f"booking {booking.id} was sent by call {booking.post.call} without a claim"


def _nothing_lost(evidence: Evidence) -> Iterator[str]:
    for booking in evidence.lost():
        yield f"booking {booking.id} of account {booking.account} has no record at all"


def _confirmed_is_true(evidence: Evidence) -> Iterator[str]:
    confirmed = [record for record in evidence.records if record.state is OperationState.CONFIRMED]
    for record in confirmed:
        if record.booking_id not in {booking.id for booking in evidence.bookings_of(record.id)}:
            yield f"{record.id} is CONFIRMED with {record.booking_id}, which it did not book"


def _nothing_booked_is_true(evidence: Evidence) -> Iterator[str]:
    for move in evidence.history.moves:
        after = move.after
        if after.state in FREES_GUARD and (booked := evidence.booked_by.get((after.id, after.attempt))):
            yield f"{after.id}, attempt {after.attempt}, is {after.state} and booked {booked[0].id}"


def _one_post_an_attempt(evidence: Evidence) -> Iterator[str]:
    posts = Counter((post.operation_id, post.attempt) for post in evidence.history.posts)
    for (operation_id, attempt), number in posts.items():
        if operation_id is not None and number > 1:
            yield f"{operation_id}, attempt {attempt}, was sent {number} times"
    allowed = {(post.operation_id, post.attempt): post.is_retry_allowed for post in evidence.history.posts}
    for post in evidence.history.posts:
        if post.attempt > 1 and not allowed.get((post.operation_id, post.attempt - 1), True):
            yield f"{post.operation_id}, attempt {post.attempt}, follows one that may have booked"


def _moves_are_allowed(evidence: Evidence) -> Iterator[str]:
    for move in evidence.history.moves:
        if not _is_allowed(move.before, move.after):
            before = None if move.before is None else move.before.state
            yield f"{move.after.id} moved from {before} to {move.after.state} at {move.at:.3f} s"


def _is_allowed(before: AnyRecord | None, after: AnyRecord) -> bool:
    """Tell whether a change is a move of the protocol; an event that leaves the state as it is can only be a release."""
    if before is None:
        return is_allowed(None, _standing(after))
    is_released = before.state is after.state and after.sequence == before.sequence + 1
    return is_allowed(_standing(before), replace(_standing(after), is_released=is_released))


def _standing(record: AnyRecord) -> Standing:
    return Standing(record.state, record.attempt, record.is_retryable)


def _everything_ends(evidence: Evidence) -> Iterator[str]:
    for record in evidence.records:
        if record.state in OPEN:
            yield f"{record.id} is still {record.state}"


def _chains_verify(evidence: Evidence) -> Iterator[str]:
    records: Mapping[str, OperationRecord] = {record.id: record for record in evidence.records}
    for chain in evidence.stored_chains():
        record = records.get(chain.operation_id)
        known = chain if record is None else replace(chain, head=Head(record.sequence, record.head))
        if finding := broken_link(known) or beside_record(known, covered=0):
            yield str(finding)
    for operation_id in records.keys() - evidence.chains.keys():
        yield f"{operation_id} has no events"


def _stories_are_allowed(evidence: Evidence) -> Iterator[str]:
    """What a verifier finds that has nothing but the records; the other invariants see more."""
    yield from map(str, impossible_stories(evidence.stored_chains(), now=evidence.ended_at))


def _one_booking_a_wish(evidence: Evidence) -> Iterator[str]:
    """An app that obeys blindly never books twice: two bookings at two minutes are no duplicates, and cost as much."""
    made: dict[int, list[int]] = {}
    for booking in evidence.history.bookings:
        wish = None if booking.post is None else evidence.history.wishes.get(booking.post.call)
        if wish is not None and booking.status not in ENDED_UPSTREAM:
            made.setdefault(wish, []).append(booking.id)
    for wish, bookings in made.items():
        if len(bookings) > 1:
            yield f"wish {wish} ended with the bookings {bookings}, and its app did as it was told"


def _no_foreign_errors(evidence: Evidence) -> Iterator[str]:
    yield from evidence.history.foreign_errors


INVARIANTS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "I1 no duplicate": _no_duplicates,
    "I2 recorded before the send": _recorded_before_the_send,
    "I2 nothing lost": _nothing_lost,
    "I3 confirmed is true": _confirmed_is_true,
    "I4 nothing booked is true": _nothing_booked_is_true,
    "I5 no false answer": false_answers,
    "I6 one POST an attempt": _one_post_an_attempt,
    "I7 moves are allowed": _moves_are_allowed,
    "I8 everything ends": _everything_ends,
    "I9 nothing personal in clear": leaks,
    "I10 chains verify": _chains_verify,
    "I11 one booking a wish": _one_booking_a_wish,
    "I12 stories are allowed": _stories_are_allowed,
    "I13 one name a person": names_that_differ,
    "I14 no UserID in events": user_ids_told,
    "I15 names stop no booking": bookings_stopped_by_names,
    "I16 paused sends nothing": sent_while_paused,
    "I17 paused answers repeats": repeats_paused,
    "no foreign error": _no_foreign_errors,
}

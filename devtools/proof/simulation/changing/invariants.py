"""What must hold of changes, whatever happens."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain.audit.chain import Head, StoredChain, beside_record, broken_link
from chalicelib.domain.changing.changes import BY_NAME, CANCEL_MADE_BOOKING, DELETE_MADE_BOOKINGS
from chalicelib.domain.errors import SendingPausedError
from chalicelib.domain.operation.operation import (
    ANSWERED,
    FREES_GUARD,
    OPEN,
    OperationState,
)
from chalicelib.domain.review.stories import impossible_stories
from devtools.memory.changes import InMemoryChangeStore
from devtools.proof.simulation.changing.upstream import SimulatedChanges
from devtools.proof.simulation.changing.wishes import Asked
from devtools.proof.simulation.intents import CANARY
from devtools.proof.simulation.oracle.evidence import Breach
from devtools.proof.simulation.oracle.history import History
from devtools.proof.simulation.world.upstream import TOKEN_PREFIX

OK = 200
SHOWN = (CANCEL_MADE_BOOKING, DELETE_MADE_BOOKINGS)  # the booking itself shows whether it was changed so


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything about one run: the truth at AdultWork, what the tables hold, and who asked for what."""

    upstream: SimulatedChanges
    tables: InMemoryChangeStore
    history: History
    asked: Sequence[Asked]


def sent_once(seen: Seen) -> Iterator[str]:
    """C1: yield what was sent twice, without a claim, or after an attempt that may have been carried out."""
    attempts = Counter((post.operation_id, post.attempt) for post in seen.upstream.sent)
    yield from (f"{name} was sent {number} times" for name, number in attempts.items() if number > 1)
    follows = {(post.operation_id, post.attempt): post.may_follow for post in seen.upstream.sent}
    for post in seen.upstream.sent:
        if not post.has_claim:
            yield f"{post.operation_id} was sent without a claim"
        if post.attempt > 1 and not follows.get((post.operation_id, post.attempt - 1), True):
            yield f"{post.operation_id}, attempt {post.attempt}, follows one that may have been carried out"


def untrue(seen: Seen) -> Iterator[str]:
    """C2: yield the states that say something else than what happened."""
    made = {(post.operation_id, post.attempt) for post in seen.upstream.sent if post.is_made}
    for move in seen.history.moves:
        after = move.after
        if after.state in FREES_GUARD and (after.id, after.attempt) in made:
            yield f"{after.id}, attempt {after.attempt}, is {after.state} and was carried out"
    for record in seen.tables.records():
        if record.state is not OperationState.CONFIRMED:
            continue
        change = BY_NAME[record.change]
        is_known = any((record.id, attempt) in made for attempt in range(1, record.attempt + 1))
        if change in SHOWN and not seen.upstream.is_seen(change, record.booking_ids[0]):
            yield f"{record.id} is CONFIRMED, and the booking does not show it"
        if change not in SHOWN and not is_known:
            yield f"{record.id} is CONFIRMED, and was never carried out"


def unended(seen: Seen) -> Iterator[str]:
    """C3: yield what has no end."""
    yield from (f"{one.id} is {one.state}" for one in seen.tables.records() if one.state in OPEN)


def false_answers(seen: Seen) -> Iterator[str]:
    """C4: yield who was told of a success that was none."""
    made = {(post.request.change.name, post.request.booking_ids[0]) for post in seen.upstream.sent if post.is_made}
    for asked in seen.asked:
        wish, answer = asked.wish, asked.answer
        is_success = isinstance(answer, Answered) and answer.answer.status == OK
        is_there = (wish.change.name, wish.booking_id) in made or seen.upstream.is_seen(wish.change, wish.booking_id)
        if is_success and not is_there:
            yield f"wish {wish.number} was told that it was done"


def odd_chains(seen: Seen) -> Iterator[str]:
    """C5: yield the chains that do not verify, or tell what the protocol does not allow."""
    trail, records = seen.tables.trail, {record.id: record for record in seen.tables.records()}
    ids = [*records, *(event.operation_id for event in trail.refusals)]
    chains = [StoredChain(id_, trail.events(id_)) for id_ in ids]
    for chain in chains:
        record = records.get(chain.operation_id)
        known = chain if record is None else replace(chain, head=Head(record.sequence, record.head))
        if finding := broken_link(known) or beside_record(known, covered=0):
            yield str(finding)
    yield from map(str, impossible_stories(chains))


def leaks(seen: Seen) -> Iterator[str]:
    """C6: yield what stands in a row in clear and is personal."""
    rows = seen.tables.rows()
    yield from (f"{secret} is in a row" for secret in (CANARY, TOKEN_PREFIX) if secret in rows)


def sent_while_paused(seen: Seen) -> Iterator[str]:
    """C7: yield what calls of a container that may not send claimed or sent."""
    paused = {asked.call for asked in seen.asked if not asked.is_sending}
    for move in seen.history.moves:
        if move.call in paused and move.after.state is OperationState.SENDING:
            yield f"call {move.call} of a paused container claimed {move.after.id}"
    yield from (
        f"call {post.call} of a paused container sent a change" for post in seen.upstream.sent if post.call in paused
    )


def repeats_paused(seen: Seen) -> Iterator[str]:
    """C8: yield who was told of a pause by a container that sends, or although the request had its answer when it came."""
    answered = answered_at(seen.history)
    for asked in seen.asked:
        if not isinstance(asked.answer, SendingPausedError):
            continue
        if asked.is_sending:
            yield f"call {asked.call} was told of a pause, and its container sends"
        if asked.had_its_answer(answered):
            yield f"call {asked.call} was told of a pause, and its request had its answer"


def answered_at(history: History) -> Mapping[str, float]:
    """Return the second at which each operation that has a final answer got it."""
    answered: dict[str, float] = {}
    for move in history.moves:
        if move.after.state in ANSWERED and not move.after.is_retryable:
            answered.setdefault(move.after.id, move.at)
    return answered


INVARIANTS: Mapping[str, Callable[[Seen], Iterator[str]]] = {
    "C1 one POST an attempt, each claimed before": sent_once,
    "C2 the state is true": untrue,
    "C3 everything ends": unended,
    "C4 no false success": false_answers,
    "C5 chains verify and tell what may be": odd_chains,
    "C6 nothing personal in clear": leaks,
    "C7 paused sends nothing": sent_while_paused,
    "C8 paused answers repeats": repeats_paused,
    "no foreign error": lambda seen: iter(seen.history.foreign_errors),
}


def breaches(seen: Seen) -> Iterator[Breach]:
    """Yield every broken invariant."""
    return (Breach(name, what) for name, broken in INVARIANTS.items() for what in broken(seen))

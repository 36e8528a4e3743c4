"""I16 and I17: a container that may not send claims and sends nothing, and goes on answering what was answered before."""

from collections.abc import Iterator

from chalicelib.domain.errors import SendingPausedError
from chalicelib.domain.operation.operation import ANSWERED, OperationState, keyed_operation_id
from devtools.proof.simulation.oracle.evidence import Evidence


def sent_while_paused(evidence: Evidence) -> Iterator[str]:
    """Yield what calls of a paused container claimed or sent."""
    paused = {number for number, asked in evidence.history.asked.items() if not asked.is_sending}
    for move in evidence.history.moves:
        if move.call in paused and move.after.state is OperationState.SENDING:
            yield f"call {move.call} of a paused container claimed {move.after.id}"
    for post in evidence.history.posts:
        if post.call in paused:
            yield f"call {post.call} of a paused container sent a booking"


def repeats_paused(evidence: Evidence) -> Iterator[str]:
    """Yield who was told of a pause by a container that sends, or although the request had its answer when it came."""
    answered: dict[str, float] = {}
    for move in evidence.history.moves:
        if move.after.state in ANSWERED and not move.after.is_retryable:
            answered.setdefault(move.after.id, move.at)
    for said in evidence.history.said:
        if not isinstance(said.answer, SendingPausedError):
            continue
        asked = evidence.history.asked[said.call]
        if asked.is_sending:
            yield f"call {said.call} was told of a pause, and its container sends"
        if asked.key is None:
            continue
        operation_id = keyed_operation_id(asked.account, asked.key)
        if answered.get(operation_id, asked.at) < asked.at:
            yield f"call {said.call} was told of a pause, and {operation_id} had its answer"

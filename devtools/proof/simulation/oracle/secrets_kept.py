"""I9: no token, phone, Skype name or comment anywhere but sealed, and in the answer to whom it belongs."""

import re
from collections.abc import Iterator

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.edge.links import Links
from chalicelib.edge.problems.document import problem_document
from chalicelib.edge.problems.facts import problem_headers
from devtools.proof.simulation.intents import CANARY, PHONE_PREFIX
from devtools.proof.simulation.oracle.evidence import Evidence

# Among millions of hashes one has the digits of a phone by chance; in one, hex digits stand on both sides.
_PHONE = re.compile(rf"(?<![0-9a-f]){PHONE_PREFIX}|{PHONE_PREFIX}\d{{4}}(?![0-9a-f])")
PERSONAL = ("PhoneNumber", "SkypeName", "Comments")


def leaks(evidence: Evidence) -> Iterator[str]:
    """Yield where something personal was found in clear."""
    if _is_personal(evidence.rows):
        yield "a stored row"
    for said in evidence.history.said:
        told = _told(said.answer)
        for intent in evidence.intents:
            if intent.account == said.account:
                for name in PERSONAL:
                    told = told.replace(f'"{intent.members.get(name)}"', "")
        if _is_personal(told):
            yield f"the answer of call {said.call}"


def _told(answer: Answered | OperationView[OperationRecord] | SwitchboardError | None) -> str:
    """Return everything that an answer says, in public or to a log."""
    match answer:
        case Answered():
            return f"{answer!r} {answer.answer.body}"
        case OperationView():
            return f"{answer!r} {'' if answer.answer is None else answer.answer.body}"
        case SwitchboardError():
            document = problem_document(answer, "request", None, Links())
            return f"{answer!r} {answer.__cause__!r} {document} {problem_headers(answer)}"
    return repr(answer)


def _is_personal(text: str) -> bool:
    return CANARY in text or _PHONE.search(text) is not None

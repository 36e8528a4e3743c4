"""How final answers look from outside: made once, given once, and kept for repeats of the same request.

What is kept names no entrance: a repeat may come through another one than the first time, so its addresses are completed when
it is given. Through the same entrance, all repeats get the same bytes.
"""

from dataclasses import replace

import simplejson

from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.edge.links import PROBLEMS, Links
from chalicelib.edge.problems.document import problem_document
from chalicelib.edge.problems.facts import MEDIA_TYPE, problem_headers
from chalicelib.edge.problems.table import status_of
from chalicelib.edge.representation import booking_json, to_json
from chalicelib.values import dataclass

CREATED = 201
CREATE_BOOKING = "/v1/PhoneChat/CreateBooking"

_ADDRESSES = ("type", "instance", "status_url")  # the members of a problem that lead to a path of the service
_OWN_PATHS = ("/v1/", PROBLEMS)


@dataclass(frozen=True, slots=True)
class HttpAnswers:
    """Implements `AnswerForm` for CreateBooking."""

    links: Links

    def booked(self, operation_id: str, booking: Booking) -> StoredAnswer:
        """Return 201 with the booking under the upstream's names."""
        headers = {"Content-Type": "application/json", "Location": self.links.operation(operation_id)}
        return StoredAnswer(CREATED, headers, booking_json(booking))

    def refused(self, error: SwitchboardError, request_id: str) -> StoredAnswer:
        """Return the problem of an error."""
        document = problem_document(error, request_id, CREATE_BOOKING, self.links)
        return StoredAnswer(status_of(error), problem_headers(error), to_json(document))


def is_problem(answer: StoredAnswer) -> bool:
    """Tell whether a final answer is a problem; a booking otherwise."""
    return answer.headers.get("Content-Type") == MEDIA_TYPE


def given_at(answer: StoredAnswer, links: Links) -> StoredAnswer:
    """Return a final answer with the addresses of the entrance that it is given at.

    An address that is not one of our own paths stays: the pages of problems may stand elsewhere, and what was kept by an
    earlier version is complete.
    """
    headers = dict(answer.headers)
    if "Location" in headers:
        headers["Location"] = _completed(headers["Location"], links)
    if not links.base_path or not is_problem(answer):
        return replace(answer, headers=headers)
    document = simplejson.loads(answer.body, use_decimal=True)
    changes = {name: _completed(document[name], links) for name in _ADDRESSES if name in document}
    if links.problem_type_base is not None:
        changes.pop("type", None)
    return replace(answer, headers=headers, body=to_json({**document, **changes}))


def _completed(address: str, links: Links) -> str:
    return links.path(address) if address.startswith(_OWN_PATHS) else address

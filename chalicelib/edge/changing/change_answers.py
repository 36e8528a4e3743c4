"""How answers to changes look from outside: made once, given once, and kept for repeats of the same request."""

from chalicelib.domain.changing.change import Change
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.reading.told import Told
from chalicelib.edge.links import Links
from chalicelib.edge.problems.document import problem_document
from chalicelib.edge.problems.facts import problem_headers
from chalicelib.edge.problems.table import status_of
from chalicelib.edge.representation import to_json
from chalicelib.values import dataclass

OK = 200


@dataclass(frozen=True, slots=True)
class HttpChangeAnswers:
    """Implements `ChangeAnswers`."""

    links: Links

    def made(self, operation_id: str, told: Told) -> StoredAnswer:
        """Return 200 with what AdultWork told; `Location` is where the operation can be asked for."""
        headers = {"Content-Type": "application/json", "Location": self.links.operation(operation_id)}
        return StoredAnswer(OK, headers, to_json(told))

    def refused(self, error: SwitchboardError, request_id: str, change: Change) -> StoredAnswer:
        """Return the problem of an error."""
        document = problem_document(error, request_id, change.path, self.links)
        return StoredAnswer(status_of(error), problem_headers(error), to_json(document))

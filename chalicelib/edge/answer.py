"""The one kind of response that leaves the edge."""

import re

from chalice.app import Response

from chalicelib import log

_SOUND = re.compile(r"[\x20-\x7e]*")


class Answer(Response):
    """A response whose body we serialised ourselves; the other members are for the log line and never sent.

    A response that is not an Answer was made by Chalice, and is replaced before it leaves.
    """

    def __init__(  # noqa: PLR0913 (keyword-only parts of one answer)
        self,
        body: str,
        *,
        status_code: int,
        headers: dict[str, str],
        operation_id: str | None = None,
        booking_id: int | None = None,
        problem: str | None = None,
        cause: str | None = None,
        rules: tuple[str, ...] = (),
        audit_pending: bool = False,
    ) -> None:
        super().__init__(body, {}, status_code)
        self.operation_id = operation_id
        self.booking_id = booking_id
        self.problem = problem
        self.cause = cause
        self.rules = rules
        self.audit_pending = audit_pending
        self.add_headers(headers)

    def add_headers(self, headers: dict[str, str]) -> None:
        """Set the headers that are not set yet.

        A value with a control or non-ASCII character, which Chalice would let through, is left out. It does not fail
        the answer, because one about a booking must arrive even so.
        """
        for name, value in headers.items():
            if _SOUND.fullmatch(value):
                self.headers.setdefault(name, value)
            else:
                log.event("header.dropped", header=name)

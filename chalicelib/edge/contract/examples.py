"""Examples of bodies, made by the code that makes the real ones."""

from collections.abc import Mapping
from typing import Any

import simplejson

from chalicelib import VERSION
from chalicelib.domain.errors import SwitchboardError
from chalicelib.edge.contract.example import BOOKING, MEMBERS, QUOTE, REQUEST_ID, operation
from chalicelib.edge.contract.parts.changes import change_examples
from chalicelib.edge.contract.parts.reads import read_examples
from chalicelib.edge.contract.parts.sign_in import SIGN_IN_EXAMPLES
from chalicelib.edge.links import Links
from chalicelib.edge.pages.problem_texts import page_document
from chalicelib.edge.problems.document import problem_document
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.representation import booking_json
from chalicelib.edge.routes.operations import operation_document
from chalicelib.edge.routes.validation import quote_document


def answer_examples(links: Links) -> dict[str, dict[str, Any]]:
    """Return the examples of what is asked and answered, by the name of their schema."""
    values: dict[str, Any] = {
        "BookingRequest": dict(MEMBERS),
        "BookingDraft": dict(MEMBERS),
        "Booking": simplejson.loads(booking_json(BOOKING), use_decimal=True),
        "Quote": quote_document(QUOTE),
        **read_examples(),
        "Operation": operation_document(operation(links), links),
        "Health": {"status": "ok", "version": VERSION},
        "AnyOperation": operation_document(operation(links), links),
        **change_examples(links),
        **SIGN_IN_EXAMPLES,
        "ProblemPage": page_document(BY_SLUG["booking-not-created"]),
    }
    return {name: {"example": {"value": value}} for name, value in values.items()}


def problem_examples(
    errors: Mapping[str, SwitchboardError], instance: str | None, links: Links
) -> dict[str, dict[str, Any]]:
    """Return an example of each kind of problem, as an operation of a path answers it."""
    return {
        slug: {"summary": error.message, "value": problem_document(error, REQUEST_ID, instance, links)}
        for slug, error in errors.items()
    }

"""What is sent beside the body: headers and the parts of paths, with the patterns that they are read by."""

import re
from typing import Any

from chalicelib.edge.contract.example import IDEMPOTENCY_KEY, OPERATION_ID, REQUEST_ID
from chalicelib.edge.pages.packaged import MEDIA_TYPES
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.request import KEY, REQUEST_ID_FORM
from chalicelib.edge.routes.operations import OPERATION_ID_FORM


def parameters() -> dict[str, Any]:
    """Return every parameter by its name."""
    return {
        "Idempotency-Key": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "One for each intent to book, 16 to 128 characters, bare or in double quotes; a random UUID is a "
            "good one. A repeat under it gets the first answer. It belongs to the account and is never free again.",
            "schema": {"type": "string", "pattern": _whole(KEY.pattern)},
            "example": IDEMPOTENCY_KEY,
        },
        "X-Request-Id": {
            "name": "X-Request-Id",
            "in": "header",
            "description": "An id of your own for this request; one that is not sound, or could tell a secret, is replaced.",
            "schema": {"type": "string"},
            "x-sound": _whole(REQUEST_ID_FORM.pattern),
            "example": REQUEST_ID,
        },
        "operation_id": _of_path(
            "operation_id", OPERATION_ID_FORM.pattern, OPERATION_ID, "The operation, as Location or a problem names it."
        ),
        "file": _of_path("file", "|".join(map(re.escape, MEDIA_TYPES)), "page.css", "One of our files."),
        "slug": {
            **_of_path("slug", "[a-z-]+", "outcome-unknown", "The name of the problem, the end of its `type`."),
            "x-known": list(BY_SLUG),
        },
    }


def _of_path(name: str, pattern: str, example: str, about: str) -> dict[str, Any]:
    """Return a part of a path."""
    schema = {"type": "string", "pattern": _whole(pattern)}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema, "example": example}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"

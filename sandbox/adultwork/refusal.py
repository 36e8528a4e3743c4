"""Carry a refusal from wherever a rule finds it to the answer."""

from collections.abc import Mapping
from http import HTTPStatus

from sandbox.writing.documents import ErrorDocument, Reply

INVALID = "The request is invalid."


class RefusalError(Exception):
    """Say no to a request, with the status and the error body to answer."""

    def __init__(self, status: int, document: ErrorDocument, *headers: tuple[str, str]) -> None:
        """Keep the parts of the answer."""
        super().__init__(document.message)
        self.reply = Reply(status, document, headers)


def refusal(status: int, message: str, detail: str | None = None) -> RefusalError:
    """Return a refusal with one message for people."""
    return RefusalError(status, ErrorDocument(message, detail))


def invalid(model_state: Mapping[str, str]) -> RefusalError:
    """Return a refusal that names every faulty field."""
    return RefusalError(HTTPStatus.BAD_REQUEST, ErrorDocument(INVALID, None, tuple(model_state.items())))

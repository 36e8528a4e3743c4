"""Everywhere else: the greedy path, and the root, which it does not match."""

from chalice.app import Chalice

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.routes.resource import METHODS, preflight_answer, route

PATHS = ("/", "/{proxy+}")


def serve_nowhere(app: Chalice) -> None:
    """Register the refusal of every request to such a path, and a preflight that lets a page read it."""
    for path in PATHS:
        route(app, path, ["OPTIONS"], allow_question)
        route(app, path, [method for method in METHODS if method != "OPTIONS"], refuse_path)


def allow_question(exchange: Exchange) -> Answer:
    """Let a page of an allowed origin ask: without this its browser shows a network error in place of the 404."""
    return preflight_answer(exchange, METHODS)


def refuse_path(_: Exchange) -> Answer:
    """Refuse every method.

    Raises:
        NotFoundError: always.
    """
    raise NotFoundError("There is nothing at this path.")

"""Everywhere else: the greedy path, and the root, which it does not match."""

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange

PATHS = ("/", "/{proxy+}")


def find_nothing(_: Exchange) -> Answer:
    """Refuse every method, a preflight too.

    Raises:
        NotFoundError: always.
    """
    raise NotFoundError("There is nothing at this path.")

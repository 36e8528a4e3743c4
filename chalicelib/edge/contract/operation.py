"""What the contract is told of one method of one path."""

from collections.abc import Mapping

from chalicelib.domain.access import Scope
from chalicelib.values import dataclass

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Success:
    """An answer that is no problem: a schema of the components by media type (None: any text), and its headers."""

    status: int
    description: str
    content: Mapping[str, str | None]
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `problems` are the slugs that it may answer with, `scopes` what the token must have been granted; None where nobody has to
    sign in. `parameters` and `body` are names of components.
    """

    id: str
    tag: str
    summary: str
    description: str
    success: Success
    problems: tuple[str, ...] = ("internal-error",)
    scopes: tuple[Scope, ...] | None = None
    parameters: tuple[str, ...] = ("X-Request-Id",)
    body: str | None = None
    spends_credits: bool = False

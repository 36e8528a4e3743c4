"""One read that AdultWork documents, declared: routes, scopes, contract and pages follow from it."""

from chalicelib.domain.access import Scope
from chalicelib.domain.reading.parameter import Parameter
from chalicelib.domain.reading.shape import Shape
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A GET under AdultWork's own path.

    `scope` is what the token must have been granted, None where any token will do. `summary` and `about` are for the
    documentation.
    """

    path: str
    scope: Scope | None
    shape: Shape
    summary: str
    about: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def group(self) -> str:
        """Return the group of the API that it belongs to: `PhoneChat`."""
        return self.path.split("/")[-2]

    @property
    def name(self) -> str:
        """Return its own name: `MadeBookings`."""
        return self.path.split("/")[-1]

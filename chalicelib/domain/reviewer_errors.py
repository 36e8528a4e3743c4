"""The branches of the error tree that only reviewers meet; see `errors.py` for the others.

SwitchboardError
├── CallerError
│   ├── MalformedRequestError
│   │   └── InvalidQueryError            filters, a cursor or a reason that cannot be used
│   ├── MissingTokenError
│   │   └── ReviewerTokenMissingError
│   ├── InvalidTokenError
│   │   └── ReviewerTokenInvalidError
│   ├── RoleMissingError
│   └── ErasureRefusedError              a hold, an open operation or a guard stands in the way
├── AuditUnavailableError                not read, or the look at it not recorded: no answer
└── IdentityUnavailableError             the keys that tokens are verified with could not be had
"""

from collections.abc import Sequence

from chalicelib.domain.errors import (
    CallerError,
    InvalidTokenError,
    MalformedRequestError,
    MissingTokenError,
    SwitchboardError,
)
from chalicelib.domain.violation import Violation


class InvalidQueryError(MalformedRequestError):
    """A reviewer's question cannot be used; the pointer of a violation names the parameter or header (`/from`)."""


class ReviewerTokenMissingError(MissingTokenError):
    """A reviewer's request carries no credentials."""


class ReviewerTokenInvalidError(InvalidTokenError):
    """It is no access token that the reviewers' identity provider made for this API, or not any more."""


class RoleMissingError(CallerError):
    """The reviewer's access token does not grant `required_role`."""

    def __init__(self, message: str, *, required_role: str) -> None:
        super().__init__(message)
        self.required_role = required_role


class ErasureRefusedError(CallerError):
    """A person cannot be erased now; each violation is a reason."""

    def __init__(self, message: str, *, violations: Sequence[Violation]) -> None:
        super().__init__(message)
        self.violations = tuple(violations)


class AuditUnavailableError(SwitchboardError):
    """The audit could not be read, or the look at it could not be recorded."""


class IdentityUnavailableError(SwitchboardError):
    """The keys that reviewers' access tokens are verified with could not be had."""

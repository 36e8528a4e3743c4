"""The branches of the error tree that only sign-in has; see `errors.py` for the others.

SwitchboardError
├── CallerError
│   ├── MissingTokenError
│   │   └── SignInRefusedError           the user has to sign in again
│   ├── SignInInProgressError            another tab refreshes this session right now, or has just done so
│   └── TooManySignInsError
└── SignInUnavailableError               no usable answer of the login
"""

from chalicelib.domain.errors import CallerError, MissingTokenError, SwitchboardError


class SignInRefusedError(MissingTokenError):
    """Nothing that was shown opens a session, or it is over: the user signs in again."""


class SignInInProgressError(CallerError):
    """The same refresh token is being used, or was a moment ago; the same request meets the new one soon."""


class TooManySignInsError(CallerError):
    """The caller's address has made as many requests of sign-in as it may in this minute."""


class SignInUnavailableError(SwitchboardError):
    """The login gave no usable answer. `is_sent` is false when it has provably seen nothing."""

    def __init__(self, message: str, *, is_sent: bool, retry_after_seconds: int | None = None) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)
        self.is_sent = is_sent
